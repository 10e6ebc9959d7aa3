import Accounts
import Trading

extension Blotter {
    /// A closed order that is still kept; of several with one name the newest.
    ///
    /// O(closed orders kept of this account).
    func closedOrder(_ reference: OrderReference, of owner: AccountSlot) -> Order? {
        var found: Order?
        closed.visitNewestFirst(of: owner) { order in
            switch reference {
            case .id(let id):
                if order.id == id { found = order }
                return found == nil
            case .clientOrderID(let name):
                // The last to close need not be the newest.
                if order.clientOrderID == name, order.id > found?.id ?? OrderID(0) { found = order }
                return true
            }
        }
        return found
    }

    /// The open orders of an account by order id.
    func openOrders(of owner: AccountSlot) -> [Order] {
        var orders: [Order] = []
        visitOpen(of: owner) { orders.append($0.order) }
        return orders.sorted { $0.id < $1.id }
    }

    /// A window of an account's orders, open and closed, by order id.
    func orders(of owner: AccountSlot, in range: HistoryRange) -> [Order] {
        var orders = openOrders(of: owner).filter { range.contains($0.id.rawValue, $0.createdAt) }
        closed.visitNewestFirst(of: owner) { order in
            if range.contains(order.id.rawValue, order.createdAt) { orders.append(order) }
            return true
        }
        orders.sort { $0.id < $1.id }
        return range.isUpwards ? Array(orders.prefix(range.limit)) : orders.suffix(range.limit)
    }

    /// A window of an account's fills, by trade id; in a trade with itself the maker's first.
    ///
    /// - Parameters:
    ///   - owner: The account.
    ///   - order: Only of this order, if any.
    ///   - range: The window, by trade id and trade time.
    /// - Returns: Oldest first.
    func fills(of owner: AccountSlot, order: OrderID?, in range: HistoryRange) -> [Fill] {
        var newestFirst: [Fill] = []
        fills.visitNewestFirst(of: owner) { fill in
            if order == nil || order == fill.order,
                range.contains(fill.trade.id.rawValue, fill.trade.time)
            {
                newestFirst.append(fill)
            }
            return range.isUpwards || newestFirst.count < range.limit
        }
        return Array(newestFirst.reversed().prefix(range.limit))
    }
}

extension Market {
    /// Finds an order, open or closed and still kept; of several with one name the open one, else
    /// the newest.
    func order(
        _ reference: OrderReference,
        of owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Order? {
        // A name belongs to the open order that has it, even if that was given it after a newer one.
        guard let slot = openSlot(reference, owner, shared) else {
            return blotter.closedOrder(reference, of: owner)
        }
        return blotter.records[slot.index].order
    }
}

extension HistoryRange {
    /// Whether the window is read from its lower end: oldest first from an id or a start, else
    /// the newest.
    var isUpwards: Bool { fromID != nil || start != nil }

    /// Whether the limit is in its range.
    var isWellFormed: Bool { (1...1000).contains(limit) }

    func contains(_ id: Int64, _ time: Timestamp) -> Bool {
        if let fromID, id < fromID { return false }
        if let start, time < start { return false }
        if let end, time > end { return false }
        return true
    }
}
