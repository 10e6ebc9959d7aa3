import Accounts
import Trading

/// An order list of which an order is open.
struct OpenList {
    /// How its orders depend on each other at present.
    enum State: UInt8 {
        /// The working order is open, the others are pending.
        case working = 0
        /// Two orders of which the first to do anything ends the other.
        case pair = 1
        /// Nothing depends on anything any more.
        case decided = 2
    }

    var list: OrderList
    var owner: AccountSlot
    var state: State
    /// What is held for the pair together.
    var hold: Amount
    /// The one order for which something is held by itself; 0 for none.
    var holder: OrderID
    /// Number of its open orders.
    var openCount: Int

    /// The orders that are not an order.
    func others(than order: OrderID) -> [OrderID] { list.orders.filter { $0 != order } }
}

/// The order lists of a pair: those with open orders, and the latest that are done.
struct ListTable: ~Copyable {
    /// Done lists kept for queries.
    static let closedMax = 5_000

    /// Only looked up, never iterated but to be sorted.
    var open: [OrderListID: OpenList] = [:]
    /// By account, in order of ids; only looked up.
    private var ids: [AccountSlot: [OrderListID]] = [:]
    var closed = AccountHistory<OrderList>(capacity: closedMax)
    var nextID: Int64 = 1

    /// Whether nothing is held for an order of a list by itself.
    func holdsNothing(for order: Order) -> Bool { open[order.list]?.holder != order.id }

    /// Open lists of an account, by id.
    func open(of owner: AccountSlot) -> [OrderList] {
        (ids[owner] ?? []).compactMap { open[$0]?.list }
    }

    mutating func insert(_ list: OpenList) {
        open[list.list.id] = list
        ids[list.owner, default: []].append(list.list.id)
    }

    /// Moves a list without open orders to the history.
    mutating func finish(_ id: OrderListID) {
        guard var done = open.removeValue(forKey: id) else { return }
        ids[done.owner]?.removeAll { $0 == id }
        if ids[done.owner]?.isEmpty == true { ids[done.owner] = nil }
        done.list.status = .allDone
        closed.append(done.list, owner: done.owner)
    }

    /// Finds a list, open or kept; of several with one name the newest.
    func find(_ reference: OrderListReference, of owner: AccountSlot) -> OrderList? {
        if let list = findOpen(reference, of: owner) { return list.list }
        var found: OrderList?
        closed.visitNewestFirst(of: owner) { list in
            if Self.matches(list, reference) { found = list }
            return found == nil
        }
        return found
    }

    /// Finds an open list.
    func findOpen(_ reference: OrderListReference, of owner: AccountSlot) -> OpenList? {
        switch reference {
        case .id(let id):
            guard let list = open[id], list.owner == owner else { return nil }
            return list
        case .clientOrderID:
            let id = ids[owner]?.first { id in
                open[id].map { Self.matches($0.list, reference) } ?? false
            }
            return id.flatMap { open[$0] }
        }
    }

    private static func matches(_ list: OrderList, _ reference: OrderListReference) -> Bool {
        switch reference {
        case .id(let id): list.id == id
        case .clientOrderID(let name): list.clientOrderID == name
        }
    }
}
