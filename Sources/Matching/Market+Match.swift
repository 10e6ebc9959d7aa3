import Accounts
import Trading

extension Market {
    /// Walks an incoming order through the opposite side, best price and oldest order first.
    ///
    /// The touched prices are left in `touched`, in the order of the walk.
    mutating func match(
        _ incoming: inout IncomingOrder,
        _ shared: inout SharedState,
        _ events: inout [MarketEvent]
    ) {
        let side = incoming.order.side
        while let price = book.best(side.opposite), let maker = book.front(side.opposite),
            incoming.bounds.allows(price, side)
        {
            let capacity = incoming.bounds.capacity(
                at: price,
                notionalUnits: instrument.notionalUnits
            )
            guard capacity > 0 else { break }
            let node = book.nodes[Int(maker)]
            if node.owner == incoming.owner, incoming.order.selfTradePrevention != .none {
                guard prevent(&incoming, maker, at: price, &shared) else { return }
                continue
            }
            touch(price)
            let lots = min(capacity, node.remaining)
            trade(&incoming, maker, lots, at: price, &shared, &events)
        }
        incoming.isComplete = isComplete(incoming)
    }

    /// Whether the order has all it may get: its lots, its amount, or so much of the amount that
    /// the rest buys no lot at the next price.
    private func isComplete(_ incoming: IncomingOrder) -> Bool {
        guard let left = incoming.bounds.quote else { return incoming.bounds.lots == 0 }
        guard left > 0 else { return true }
        let side = incoming.order.side
        guard let price = book.best(side.opposite), incoming.bounds.allows(price, side) else {
            return false
        }
        return incoming.bounds.capacity(at: price, notionalUnits: instrument.notionalUnits) == 0
    }

    /// Applies self-trade prevention to a meeting with an own order.
    ///
    /// - Returns: Whether the incoming order goes on.
    private mutating func prevent(
        _ incoming: inout IncomingOrder,
        _ maker: Int32,
        at price: Price,
        _ shared: inout SharedState
    ) -> Bool {
        let mode = incoming.order.selfTradePrevention
        if mode != .expireTaker {
            touch(price)
            _ = end(maker, .expiredInMatch, &shared)
        }
        guard mode != .expireMaker else { return true }
        incoming.isExpiredInMatch = true
        return false
    }

    private mutating func touch(_ price: Price) {
        // The walk never comes back to a price it has left.
        if touched.last != price { touched.append(price) }
    }

    /// Makes one trade: money, both orders, both fills, the public event.
    private mutating func trade(
        _ incoming: inout IncomingOrder,
        _ maker: Int32,
        _ lots: Int64,
        at price: Price,
        _ shared: inout SharedState,
        _ events: inout [MarketEvent]
    ) {
        // Both fit: they are parts of the maker's hold or of the taker's checked need.
        let cost = Amount(units: price.ticks * lots * instrument.notionalUnits)
        let amount = Amount(units: lots * instrument.lotUnits)
        let trade = Trade(
            instrument: instrument.id,
            id: TradeID(nextTradeID),
            price: price,
            quantity: Quantity(lots: lots),
            quoteAmount: cost,
            time: shared.now,
            isBuyerMaker: incoming.order.side == .sell
        )
        nextTradeID += 1
        lastPrice = price
        digest.add(trade.id.rawValue)
        digest.add(price.ticks)
        digest.add(lots)
        settle(trade, amount, &incoming, maker, &shared)
        incoming.order.executed.lots += lots
        incoming.order.cumulativeQuote += cost
        incoming.bounds.take(lots, cost: cost.units)
        events.append(.trade(trade))
        book.fill(maker, lots: lots, quote: cost, at: shared.now)
        note(book.records[Int(maker)])
        if book.nodes[Int(maker)].remaining == 0 { closeFilled(maker, &shared) }
    }

    /// Moves the money of a trade and books the fills, the maker's first.
    private mutating func settle(
        _ trade: Trade,
        _ amount: Amount,
        _ incoming: inout IncomingOrder,
        _ maker: Int32,
        _ shared: inout SharedState
    ) {
        let makerSlot = book.nodes[Int(maker)].owner
        let makerIsBuyer = trade.isBuyerMaker
        let (buyer, seller) =
            makerIsBuyer ? (makerSlot, incoming.owner) : (incoming.owner, makerSlot)
        let (buyerRate, sellerRate) =
            makerIsBuyer
            ? (instrument.makerRate, instrument.takerRate)
            : (instrument.takerRate, instrument.makerRate)
        let cost = trade.quoteAmount
        let (buyerFee, sellerFee) = (amount.share(rate: buyerRate), cost.share(rate: sellerRate))
        shared.ledger.settle(
            cost,
            from: buyer,
            makerIsBuyer ? .locked : .free,
            to: seller,
            fee: sellerFee,
            quote
        )
        shared.ledger.settle(
            amount,
            from: seller,
            makerIsBuyer ? .free : .locked,
            to: buyer,
            fee: buyerFee,
            base
        )
        let record = book.records[Int(maker)]
        let (makerFee, takerFee) = makerIsBuyer ? (buyerFee, sellerFee) : (sellerFee, buyerFee)
        fills.append(fill(trade, of: record, makerFee), owner: makerSlot)
        let takerFill = fill(trade, of: incoming.order, takerFee)
        fills.append(takerFill, owner: incoming.owner)
        incoming.fills.append(takerFill)
    }

    private func fill(_ trade: Trade, of order: Order, _ commission: Amount) -> Fill {
        Fill(
            trade: trade,
            account: order.account,
            order: order.id,
            isBuyer: order.side == .buy,
            commission: commission,
            commissionAsset: order.side == .buy ? instrument.base : instrument.quote
        )
    }

    /// Takes a resting order that is filled out of the book; its hold is used up.
    private mutating func closeFilled(_ maker: Int32, _ shared: inout SharedState) {
        let owner = book.nodes[Int(maker)].owner
        let order = book.remove(maker)
        shared.openNames[OrderName(owner: owner, name: order.clientOrderID)] = nil
        archive(order, owner, &shared)
    }
}
