import Accounts
import Trading

extension Blotter {
    /// An incoming order meets a resting one: they trade, or self-trade prevention does its part.
    ///
    /// - Parameters:
    ///   - slot: The resting order's.
    ///   - tag: The resting order's.
    ///   - shown: What it shows.
    ///   - price: Its price.
    ///   - incoming: The order that walks.
    ///   - shared: The money and the names.
    /// - Returns: What becomes of the resting order in the book.
    mutating func meet(
        _ slot: OrderSlot,
        _ tag: OrderTag,
        _ shown: Int64,
        _ price: Price,
        _ incoming: inout IncomingOrder,
        _ shared: inout SharedState
    ) -> Meeting {
        let wanted = incoming.bounds.capacity(at: price, notionalUnits)
        guard wanted > 0 else { return .stop }
        let lots = min(wanted, shown)
        if incoming.isKept(from: tag.owner, shared) {
            return prevent(slot, tag, lots, wanted, shown, price, &incoming, &shared)
        }
        if tag.isListed { decide(slot, &shared) }
        trade(slot, tag.owner, lots, price, &incoming, &shared)
        return leave(slot, tag, lots, shown, .filled, incoming.bounds.lots == 0, &shared)
    }

    /// What becomes of a maker that has lost lots.
    private mutating func leave(
        _ slot: OrderSlot,
        _ tag: OrderTag,
        _ lots: Int64,
        _ shown: Int64,
        _ status: OrderStatus,
        _ isLast: Bool,
        _ shared: inout SharedState
    ) -> Meeting {
        var refill: Int64 = 0
        if lots == shown {
            if tag.isIceberg {
                refill = min(
                    records[slot.index].order.icebergQuantity.lots,
                    records[slot.index].order.remaining.lots
                )
            }
            if refill == 0 {
                records[slot.index].order.status = status
                note(slot)
                reportEnd(of: records[slot.index].order, &shared)
                retire(slot, tag.owner, &shared)
            }
        }
        return isLast ? .takeLast(lots, refill: refill) : .take(lots, refill: refill)
    }

    /// Applies self-trade prevention to a meeting: rule 14.
    private mutating func prevent(
        _ slot: OrderSlot,
        _ tag: OrderTag,
        _ lots: Int64,
        _ wanted: Int64,
        _ shown: Int64,
        _ price: Price,
        _ incoming: inout IncomingOrder,
        _ shared: inout SharedState
    ) -> Meeting {
        let mode = incoming.order.selfTradePrevention
        notePrevented(
            incoming.order,
            of: incoming.name.owner,
            against: slot,
            of: tag.owner,
            mode,
            lots: lots,
            at: price,
            shared
        )
        if mode == .decrement {
            if tag.isListed { decide(slot, &shared) }
            incoming.decrement(lots, cost: price.ticks * lots * notionalUnits)
            decrement(slot, tag.owner, lots, &shared)
            let isLast = lots == wanted
            if isLast { incoming.isExpiredInMatch = true }
            return leave(slot, tag, lots, shown, .expiredInMatch, isLast, &shared)
        }
        incoming.isExpiredInMatch = mode != .expireMaker
        guard mode != .expireTaker else { return .stop }
        expireInMatch(slot, tag.owner, &shared)
        return mode == .expireMaker ? .remove : .removeLast
    }

    /// Takes lots off a resting order without a trade.
    mutating func decrement(
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ lots: Int64,
        _ shared: inout SharedState
    ) {
        let side = records[slot.index].order.side
        let freed = need(side, records[slot.index].order.price, Quantity(lots: lots))
        shared.ledger.release(freed, owner, column(side))
        records[slot.index].order.prevented.lots += lots
        records[slot.index].order.updatedAt = shared.now
        note(slot)
        // One that ends by it is told of as it ends.
        guard records[slot.index].order.remaining != .zero else { return }
        report(.tradePrevention, records[slot.index].order, &shared)
    }

    /// Ends a resting order whose slot the book frees.
    mutating func expireInMatch(
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ shared: inout SharedState
    ) {
        let held = hold(of: slot)
        shared.ledger.release(held, owner, column(records[slot.index].order.side))
        records[slot.index].order.status = .expiredInMatch
        records[slot.index].order.updatedAt = shared.now
        note(slot)
        reportEnd(of: records[slot.index].order, &shared)
        retire(slot, owner, &shared)
    }

    /// Makes one trade: money, both orders, both fills, the public event.
    private mutating func trade(
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ lots: Int64,
        _ price: Price,
        _ incoming: inout IncomingOrder,
        _ shared: inout SharedState
    ) {
        let taker = incoming.order.side
        let trade = newTrade(lots, price, isBuyerMaker: taker == .sell, &shared)
        let cost = trade.quoteAmount
        // Before the fees, so that they leave what the rest of the order must pay.
        incoming.bounds.take(lots, cost: cost.units)
        let maker = Party(
            owner: owner,
            source: .locked,
            rate: rate(owner, shared).maker,
            needed: .zero
        )
        let other = Party(
            owner: incoming.name.owner,
            source: .free,
            rate: rate(incoming.name.owner, shared).taker,
            needed: incoming.needLeft(after: trade, notionalUnits, instrument.lotUnits)
        )
        let fees =
            taker == .buy
            ? settle(trade, buyer: other, seller: maker, &shared)
            : settle(trade, buyer: maker, seller: other, &shared)
        let (makerFee, takerFee) =
            taker == .buy ? (fees.seller, fees.buyer) : (fees.buyer, fees.seller)
        book(trade, slot, owner, makerFee, &shared)
        let fill = Self.fill(trade, of: incoming.order, takerFee)
        fills.append(fill, owner: incoming.name.owner)
        if incoming.isAnswered { shared.answer.append(fill) }
        incoming.order.executed.lots += lots
        incoming.order.cumulativeQuote += cost
        report(fill, of: &incoming, &shared)
    }

    /// Numbers a trade and tells the market.
    mutating func newTrade(
        _ lots: Int64,
        _ price: Price,
        isBuyerMaker: Bool,
        _ shared: inout SharedState
    ) -> Trade {
        let trade = Trade(
            instrument: instrument.id,
            id: TradeID(nextTradeID),
            price: price,
            quantity: Quantity(lots: lots),
            // Fits: it is a part of the maker's hold.
            quoteAmount: Amount(units: price.ticks * lots * notionalUnits),
            time: shared.now,
            isBuyerMaker: isBuyerMaker
        )
        nextTradeID += 1
        lastPrice = price
        shared.conversion.note(price, of: number)
        if firstTraded == .none { firstTraded = price }
        lastTraded = price
        digest.add(trade.id.rawValue)
        digest.add(price.ticks)
        digest.add(lots)
        shared.events.append(.trade(trade))
        return trade
    }

    /// Books a trade to the record of a resting order.
    mutating func book(
        _ trade: Trade,
        _ slot: OrderSlot,
        _ owner: AccountSlot,
        _ fee: Fee,
        _ shared: inout SharedState
    ) {
        if records[slot.index].order.executed.lots == 0 {
            shared.orders.giveBack(owner, createdAt: records[slot.index].order.createdAt)
        }
        records[slot.index].order.executed.lots += trade.quantity.lots
        records[slot.index].order.cumulativeQuote += trade.quoteAmount
        records[slot.index].order.updatedAt = trade.time
        records[slot.index].order.status = .partiallyFilled
        note(slot)
        let fill = Self.fill(trade, of: records[slot.index].order, fee)
        fills.append(fill, owner: owner)
        report(fill, ofResting: slot, &shared)
    }

    @inline(__always)
    static func fill(_ trade: Trade, of order: Order, _ fee: Fee) -> Fill {
        Fill(
            trade: trade,
            account: order.account,
            order: order.id,
            isBuyer: order.side == .buy,
            commission: fee.amount,
            commissionAsset: fee.asset
        )
    }
}
