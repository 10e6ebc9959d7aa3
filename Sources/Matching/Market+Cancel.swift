import Accounts
import Trading

extension Market {
    /// Cancels one open order of an account.
    ///
    /// - Parameters:
    ///   - reference: Which.
    ///   - account: Whose; a foreign order is as unknown as none.
    ///   - shared: The money and the names.
    ///   - events: Gets the level it left.
    /// - Returns: `canceled`, or `rejected(.unknownOrder)`.
    mutating func cancel(
        _ reference: OrderReference,
        of account: AccountID,
        _ shared: inout SharedState,
        _ events: inout [MarketEvent]
    ) -> Reply {
        guard let owner = shared.ledger.slot(of: account),
            let slot = openSlot(reference, owner, shared)
        else { return .rejected(.unknownOrder) }
        let order = end(slot, .canceled, &shared)
        emitLevel(order.side, order.price, &events)
        return .canceled([order])
    }

    /// Cancels all open orders of an account in this pair.
    ///
    /// - Parameters:
    ///   - account: Whose.
    ///   - shared: The money and the names.
    ///   - events: Gets the levels they left: bids best first, then asks best first.
    /// - Returns: `canceled` by order id, or `rejected(.unknownOrder)` when none was open.
    mutating func cancelAll(
        of account: AccountID,
        _ shared: inout SharedState,
        _ events: inout [MarketEvent]
    ) -> Reply {
        guard let owner = shared.ledger.slot(of: account) else { return .rejected(.unknownOrder) }
        var canceled: [Order] = []
        while case let slot = book.orders(of: owner).head, slot != OrderBook.noSlot {
            canceled.append(end(slot, .canceled, &shared))
        }
        guard !canceled.isEmpty else { return .rejected(.unknownOrder) }
        for side in Side.allCases {
            let prices = canceled.filter { $0.side == side }.map(\.price)
            var last = Price.none
            for price in side == .buy ? prices.sorted(by: >) : prices.sorted()
            where price != last {
                emitLevel(side, price, &events)
                last = price
            }
        }
        return .canceled(canceled)
    }

    /// The slot of an open order of an account, if the reference finds one.
    func openSlot(
        _ reference: OrderReference,
        _ owner: AccountSlot,
        _ shared: borrowing SharedState
    ) -> Int32? {
        switch reference {
        case .id(let id):
            guard let slot = book.slot(of: id), book.nodes[Int(slot)].owner == owner else {
                return nil
            }
            return slot
        case .clientOrderID(let name):
            let place = shared.openNames[OrderName(owner: owner, name: name)]
            guard let place, place.instrument == instrument.id else { return nil }
            return book.slot(of: place.order)
        }
    }
}
