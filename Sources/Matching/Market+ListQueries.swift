import Accounts
import Trading

extension Market {
    /// The orders of some lists of an account that are open or still kept.
    ///
    /// O(closed orders kept of this account + orders of the lists).
    ///
    /// - Parameters:
    ///   - lists: Of this pair.
    ///   - owner: The account of all of them.
    /// - Returns: List by list, each in its order.
    func members(of lists: [OrderList], _ owner: AccountSlot) -> [Order] {
        // Looked up only.
        var closed: [OrderID: Order] = [:]
        let ids = lists.flatMap(\.orders)
        let missing = Set(ids.filter { book.find($0).isNone })
        if !missing.isEmpty {
            blotter.closed.visitNewestFirst(of: owner) { order in
                if missing.contains(order.id) { closed[order.id] = order }
                return closed.count < missing.count
            }
        }
        return ids.compactMap { id in
            let slot = book.find(id)
            return slot.isNone ? closed[id] : blotter.records[slot.index].order
        }
    }

    /// The lists of an account in a window, open and done, by id.
    ///
    /// - Parameters:
    ///   - owner: The account.
    ///   - name: Only those with it; any when it is none.
    ///   - range: The window, by the id that is one of the venue and the time of acceptance.
    /// - Returns: By id; no more than the window's limit.
    func lists(
        of owner: AccountSlot,
        named name: ClientOrderID,
        in range: HistoryRange
    ) -> [OrderList] {
        func isWanted(_ list: OrderList) -> Bool {
            (name.isEmpty || list.clientOrderID == name)
                && range.contains(list.id.venueWide(in: list.instrument), list.createdAt)
        }
        var lists = blotter.lists.open(of: owner).filter(isWanted)
        blotter.lists.closed.visitNewestFirst(of: owner) { list in
            if isWanted(list) { lists.append(list) }
            return true
        }
        return range.cut(lists.sorted { $0.id < $1.id })
    }
}

extension HistoryRange {
    /// The part of some records in order that the limit leaves: the oldest of a window that is read
    /// upwards, else the newest.
    func cut<Record>(_ records: [Record]) -> [Record] {
        isUpwards ? Array(records.prefix(limit)) : records.suffix(limit)
    }
}
