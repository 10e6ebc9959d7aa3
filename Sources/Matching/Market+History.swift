import Accounts
import Trading

extension Market {
    /// Finds an order, open or closed and still kept; of several with one name the newest.
    ///
    /// O(closed orders kept of this account) when it is not open.
    func order(
        _ reference: OrderReference,
        of owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Order? {
        // Names are unique among open orders, so an open one is the newest of its name.
        if let slot = openSlot(reference, owner, shared) { return book.records[Int(slot)] }
        var found: Order?
        closed.visitNewestFirst(of: owner) { order in
            let isMatch =
                switch reference {
                case .id(let id): order.id == id
                case .clientOrderID(let name): order.clientOrderID == name
                }
            if isMatch { found = order }
            return !isMatch
        }
        return found
    }

    /// The open orders of an account by order id.
    func openOrders(of owner: AccountSlot) -> [Order] {
        var orders: [Order] = []
        var slot = book.orders(of: owner).head
        while slot != OrderBook.noSlot {
            orders.append(book.records[Int(slot)])
            slot = book.nodes[Int(slot)].ownerNext
        }
        return orders
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
