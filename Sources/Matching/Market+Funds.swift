import Accounts
import Trading

extension Market {
    /// The funds a new order must find free, by the check that `place` makes.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - shared: The money and the names.
    /// - Returns: `nil` when no account can have so much, or when it is refused for another reason.
    func fundsNeeded(for request: PlaceOrder, _ shared: borrowing SharedState) -> Funds? {
        let owner = shared.ledger.slot(of: request.account) ?? .nobody
        guard request.isWellFormed(at: shared.now), let amount = need(of: request, owner, shared)
        else { return nil }
        return funds(request.account, request.side, amount)
    }

    /// The same for a list: its legs are checked one by one, its pending orders later.
    func fundsNeeded(for request: PlaceOrderList, _ shared: borrowing SharedState) -> Funds? {
        let legs = request.contingency == .oneCancelsOther ? 2 : 1
        var most: Funds?
        for order in request.orders.prefix(legs) {
            guard let funds = fundsNeeded(for: order, shared) else { return nil }
            if funds.amount > most?.amount ?? Amount(units: -1) { most = funds }
        }
        return most
    }

    /// The same for an amendment, beyond what the order holds already.
    func fundsNeeded(for request: AmendOrder, _ shared: borrowing SharedState) -> Funds? {
        guard let owner = shared.ledger.slot(of: request.account),
            request.quantity.lots > 0, request.price.ticks >= 0,
            let slot = openSlot(request.order, owner, shared),
            let more = fundsToAmend(slot, request)
        else { return nil }
        return funds(request.account, blotter.records[slot.index].order.side, more)
    }

    /// What an amended order must find free beyond what it holds; `nil` when that leaves 63 bits.
    func fundsToAmend(_ slot: OrderSlot, _ request: AmendOrder) -> Amount? {
        let order = blotter.records[slot.index].order
        let price = request.price == .none ? order.price : request.price
        let rest = request.quantity - order.executed - order.prevented
        let held = blotter.need(order.side, order.price, order.remaining)
        let need =
            order.side == .buy
            ? blotter.instrument.notional(price, rest) : blotter.instrument.baseAmount(rest)
        return need.map { $0 - held }
    }

    private func funds(_ account: AccountID, _ side: Side, _ amount: Amount) -> Funds {
        let instrument = blotter.instrument
        return Funds(
            account: account,
            asset: side == .buy ? instrument.quote : instrument.base,
            amount: amount
        )
    }
}

extension AccountSlot {
    /// An account that the shard does not know: it has no orders and no terms of its own.
    static let nobody = AccountSlot(index: -1)
}
