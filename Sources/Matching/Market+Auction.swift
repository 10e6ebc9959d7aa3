import Accounts
import Trading

extension Market {
    /// Uncrosses the book, if it is crossed: rule 24.
    mutating func uncross(_ shared: inout SharedState) {
        while case let (bid, ask) = (book.best(.buy), book.best(.sell)), bid != .none,
            ask != .none, bid >= ask
        {
            trade(at: auctionPrice(from: ask, through: bid), &shared)
        }
        sortTouched()
        guard blotter.lastTraded != .none else { return }
        reference = blotter.lastTraded
        referenceAt = shared.now
    }

    /// The price of largest volume, then least imbalance, then nearest reference, then the higher.
    private func auctionPrice(from low: Price, through high: Price) -> Price {
        let bids = auctionLevels(.buy, through: low)
        let asks = auctionLevels(.sell, through: high)
        let last = blotter.lastPrice
        let middle = Price(ticks: low.ticks + (high.ticks - low.ticks) / 2)
        let reference = last == .none ? middle : last
        var best: (price: Price, volume: Int64, imbalance: Int64)?
        for price in Self.candidates(bids + asks, low, high, reference) {
            let demand = Self.volume(bids) { $0.price >= price }
            let supply = Self.volume(asks) { $0.price <= price }
            let volume = min(demand, supply)
            let imbalance = abs(demand - supply)
            if let best, volume <= best.volume {
                if volume < best.volume || imbalance > best.imbalance { continue }
                let isNearer =
                    (abs(price.ticks - reference.ticks), -price.ticks)
                    < (abs(best.price.ticks - reference.ticks), -best.price.ticks)
                if imbalance == best.imbalance, !isNearer { continue }
            }
            best = (price, volume, imbalance)
        }
        guard let best else { fatalError("invariant broken: a crossed book has a price") }
        return best.price
    }

    /// Prices at which volume or imbalance can be best: both are constant between two levels, so
    /// the levels, their neighbours, and the reference price within the range.
    private static func candidates(
        _ levels: [AuctionLevel],
        _ low: Price,
        _ high: Price,
        _ reference: Price
    ) -> [Price] {
        var prices = [min(max(reference, low), high)]
        for level in levels {
            for ticks in level.price.ticks - 1...level.price.ticks + 1 {
                let price = Price(ticks: ticks)
                if price >= low, price <= high { prices.append(price) }
            }
        }
        prices.sort()
        return prices
    }

    /// Levels of a side as far as they cross, best first, hidden parts included, added up.
    private func auctionLevels(_ side: Side, through limit: Price) -> [AuctionLevel] {
        var levels: [AuctionLevel] = []
        var sum: Int64 = 0
        var price = Price.none
        while let level = book.level(side, after: price),
            side == .buy ? level.price >= limit : level.price <= limit
        {
            price = level.price
            var slot = level.first
            while !slot.isNone {
                // Sums stay in range: their orders are paid for, in lots or in what lots cost.
                sum += blotter.records[slot.index].order.remaining.lots
                slot = book.next(in: slot)
            }
            levels.append(AuctionLevel(price: price, sum: sum))
        }
        return levels
    }

    /// The sum at the last of the levels that trade; logarithmic.
    private static func volume(
        _ levels: [AuctionLevel],
        where trades: (AuctionLevel) -> Bool
    ) -> Int64 {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if trades(levels[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : levels[low - 1].sum
    }

    /// Trades all that crosses at one price, in price-time order on both sides.
    private mutating func trade(at price: Price, _ shared: inout SharedState) {
        var touched: (bids: [Price], asks: [Price]) = ([], [])
        while case let (bid, ask) = (book.front(.buy), book.front(.sell)), !bid.isNone,
            !ask.isNone, book.price(of: bid) >= price, book.price(of: ask) <= price
        {
            let prices = (bid: book.price(of: bid), ask: book.price(of: ask))
            let changed = meet(bid, ask, at: price, &shared)
            if changed.bid, touched.bids.last != prices.bid { touched.bids.append(prices.bid) }
            if changed.ask, touched.asks.last != prices.ask { touched.asks.append(prices.ask) }
        }
        for price in touched.bids { touch(.buy, price) }
        for price in touched.asks { touch(.sell, price) }
    }

    private mutating func touch(_ side: Side, _ price: Price) {
        let lots = book.lots(side, at: price)
        blotter.touched.append(TouchedLevel(side: side, price: price, lots: lots))
    }

    /// The first bid meets the first ask.
    ///
    /// - Returns: Whose level has changed.
    private mutating func meet(
        _ bid: OrderSlot,
        _ ask: OrderSlot,
        at price: Price,
        _ shared: inout SharedState
    ) -> (bid: Bool, ask: Bool) {
        let lots = min(book.lots(of: bid), book.lots(of: ask))
        let isBidOlder = book.id(of: bid) < book.id(of: ask)
        let (older, younger) = isBidOlder ? (bid, ask) : (ask, bid)
        let mode = blotter.records[younger.index].order.selfTradePrevention
        if mode != .none, isSameParty(older, younger, shared) {
            blotter.notePrevented(
                blotter.records[younger.index].order,
                of: owner(younger),
                against: older,
                of: owner(older),
                mode,
                lots: lots,
                at: price,
                shared
            )
            prevent(mode, older, younger, lots, &shared)
            let isBidOut = mode == .expireTaker ? !isBidOlder : isBidOlder
            let areBoth = mode == .decrement || mode == .expireBoth
            return (areBoth || isBidOut, areBoth || !isBidOut)
        }
        blotter.decide(older, &shared)
        blotter.decide(younger, &shared)
        let owners = (buyer: owner(bid), seller: owner(ask))
        blotter.auctionTrade(bid, ask, owners, lots, price, isBidOlder: isBidOlder, &shared)
        shrink(older, lots, .filled, &shared)
        shrink(younger, lots, .filled, &shared)
        return (true, true)
    }

    private func owner(_ slot: OrderSlot) -> AccountSlot {
        OrderTag(rawValue: book.tag(of: slot)).owner
    }

    private func isSameParty(
        _ left: OrderSlot,
        _ right: OrderSlot,
        _ shared: borrowing SharedState
    ) -> Bool {
        if owner(left) == owner(right) { return true }
        let group = shared.ledger.terms(of: owner(left)).tradeGroup
        return group != 0 && shared.ledger.terms(of: owner(right)).tradeGroup == group
    }

    private mutating func prevent(
        _ mode: SelfTradePrevention,
        _ older: OrderSlot,
        _ younger: OrderSlot,
        _ lots: Int64,
        _ shared: inout SharedState
    ) {
        if mode == .decrement {
            for slot in [older, younger] {
                blotter.decide(slot, &shared)
                blotter.decrement(slot, owner(slot), lots, &shared)
                shrink(slot, lots, .expiredInMatch, &shared)
            }
            return
        }
        for slot in [older, younger]
        where mode == .expireBoth || (slot == younger) == (mode == .expireTaker) {
            _ = book.leave(slot)
            blotter.expireInMatch(slot, owner(slot), &shared)
            book.free(slot)
        }
    }

    /// Takes lots off what an order shows: it goes on, shows its next part, or leaves.
    private mutating func shrink(
        _ slot: OrderSlot,
        _ lots: Int64,
        _ status: OrderStatus,
        _ shared: inout SharedState
    ) {
        let shown = book.lots(of: slot)
        guard shown == lots else {
            _ = book.reduce(slot, to: shown - lots)
            return
        }
        let order = blotter.records[slot.index].order
        let remaining = order.remaining.lots
        _ = book.leave(slot)
        if remaining > 0 {
            let part = min(order.icebergQuantity.lots, remaining)
            _ = book.enter(slot, order.side, at: order.price, lots: part)
            return
        }
        blotter.records[slot.index].order.status = status
        blotter.note(slot)
        blotter.reportEnd(of: blotter.records[slot.index].order, &shared)
        blotter.retire(slot, owner(slot), &shared)
        book.free(slot)
    }
}

/// A level of a crossed book, and the lots of it and of all better ones.
private struct AuctionLevel {
    var price: Price
    var sum: Int64
}

extension Blotter {
    /// Makes a trade of two resting orders; both pay the maker rate.
    fileprivate mutating func auctionTrade(
        _ bid: OrderSlot,
        _ ask: OrderSlot,
        _ owners: (buyer: AccountSlot, seller: AccountSlot),
        _ lots: Int64,
        _ price: Price,
        isBidOlder: Bool,
        _ shared: inout SharedState
    ) {
        let trade = newTrade(lots, price, isBuyerMaker: isBidOlder, &shared)
        // The bid holds its own price, which is not below the price it pays.
        let limit = records[bid.index].order.price
        let rest = need(.buy, limit, trade.quantity) - trade.quoteAmount
        shared.ledger.release(rest, owners.buyer, quote)
        let fees = settle(
            trade,
            buyer: Party(
                owner: owners.buyer,
                source: .locked,
                rate: rate(owners.buyer, shared).maker,
                needed: .zero
            ),
            seller: Party(
                owner: owners.seller,
                source: .locked,
                rate: rate(owners.seller, shared).maker,
                needed: .zero
            ),
            &shared
        )
        if isBidOlder {
            book(trade, bid, owners.buyer, fees.buyer, &shared)
            book(trade, ask, owners.seller, fees.seller, &shared)
        } else {
            book(trade, ask, owners.seller, fees.seller, &shared)
            book(trade, bid, owners.buyer, fees.buyer, &shared)
        }
    }
}
