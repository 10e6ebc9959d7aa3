import Accounts
import Trading

extension Blotter {
    /// The number of the next prevented match; the history, once it has one, is never empty.
    private var nextPreventedID: Int64 {
        prevented.count == 0 ? 1 : prevented[prevented.count - 1].id + 1
    }

    /// Puts a meeting that self-trade prevention ends into the history of both accounts.
    ///
    /// - Parameters:
    ///   - taker: The incoming order as it is before.
    ///   - taking: Its account.
    ///   - slot: The resting order, as it is before.
    ///   - making: Its account.
    ///   - mode: What is about to be done.
    ///   - lots: What both lose in mode DECREMENT.
    ///   - price: Where they met.
    ///   - shared: The time, and the terms of the accounts.
    mutating func notePrevented(
        _ taker: Order,
        of taking: AccountSlot,
        against slot: OrderSlot,
        of making: AccountSlot,
        _ mode: SelfTradePrevention,
        lots: Int64,
        at price: Price,
        _ shared: borrowing SharedState
    ) {
        let maker = records[slot.index].order
        let (endsMaker, endsTaker) = (mode != .expireTaker, mode != .expireMaker)
        let isDecrement = mode == .decrement
        var match = PreventedMatch(
            instrument: instrument.id,
            id: nextPreventedID,
            account: taker.account,
            taker: taker.id,
            maker: maker.id,
            tradeGroup: shared.ledger.terms(of: taking).tradeGroup,
            mode: mode,
            price: price,
            makerQuantity: .zero,
            takerQuantity: .zero,
            time: shared.now
        )
        if endsMaker {
            match.makerQuantity = isDecrement ? Quantity(lots: lots) : maker.remaining
        }
        if endsTaker {
            match.takerQuantity =
                isDecrement ? Quantity(lots: lots) : max(.zero, taker.remaining)
        }
        prevented.append(match, owner: taking)
        guard making != taking else { return }
        match.account = maker.account
        prevented.append(match, owner: making)
    }

    /// A window of an account's prevented matches, by id.
    ///
    /// - Parameters:
    ///   - owner: The account.
    ///   - order: Only of this order, taker or maker, if any.
    ///   - range: The window, by id and time.
    /// - Returns: Oldest first.
    func preventedMatches(
        of owner: AccountSlot,
        order: OrderID?,
        in range: HistoryRange
    ) -> [PreventedMatch] {
        var newestFirst: [PreventedMatch] = []
        prevented.visitNewestFirst(of: owner) { match in
            let isOfOrder = order == nil || order == match.taker || order == match.maker
            if isOfOrder, range.contains(match.id, match.time) { newestFirst.append(match) }
            return range.isUpwards || newestFirst.count < range.limit
        }
        return Array(newestFirst.reversed().prefix(range.limit))
    }

    /// A window of the amendments of an order, by execution.
    ///
    /// - Parameters:
    ///   - order: The order.
    ///   - owner: Its account.
    ///   - range: The window, by execution id and time.
    /// - Returns: Oldest first.
    func amendments(
        of order: OrderID,
        _ owner: AccountSlot,
        in range: HistoryRange
    ) -> [Amendment] {
        var newestFirst: [Amendment] = []
        amendments.visitNewestFirst(of: owner) { amendment in
            if amendment.order == order, range.contains(amendment.executionID, amendment.time) {
                newestFirst.append(amendment)
            }
            return range.isUpwards || newestFirst.count < range.limit
        }
        return Array(newestFirst.reversed().prefix(range.limit))
    }
}
