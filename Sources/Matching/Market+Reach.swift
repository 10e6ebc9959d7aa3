import Accounts
import Trading

extension Market {
    /// How far a request may go into the book as it is now.
    func bounds(of request: PlaceOrder) -> TakerBounds {
        TakerBounds(
            limit: request.type == .market ? protectedLimit(request.side) : request.price,
            lots: request.isByQuote ? Int64.max : request.quantity.lots,
            quote: request.isByQuote ? request.quoteQuantity.units : nil
        )
    }

    /// The worst price of a market order: the band around the best opposite price.
    ///
    /// - Parameter side: The side of the market order.
    /// - Returns: `none` when there is nobody to trade with.
    private func protectedLimit(_ side: Side) -> Price {
        guard let best = book.best(side.opposite) else { return .none }
        let one = Int128(FixedPoint.one)
        let ticks = Int128(best.ticks)
        let band = Int128(instrument.marketBand)
        switch side {
        case .buy:
            let limit = ticks * (one + band) / one
            return Price(ticks: Int64(clamping: limit))
        case .sell:
            // Rounded up: not one tick beyond the band.
            let limit = (ticks * max(one - band, 0) + one - 1) / one
            return Price(ticks: Int64(clamping: max(limit, 1)))
        }
    }

    /// What a request would get if it came in now, own orders treated as its mode says.
    ///
    /// - Parameters:
    ///   - request: Its bounds and mode are taken from it.
    ///   - owner: Whose orders are own orders.
    /// - Returns: Lots and their cost.
    func reach(of request: PlaceOrder, _ owner: AccountSlot) -> Reach {
        let mode = request.selfTradePrevention ?? instrument.defaultSelfTradePrevention
        return reach(bounds(of: request), request.side, mode, owner)
    }

    private func reach(
        _ start: TakerBounds,
        _ side: Side,
        _ mode: SelfTradePrevention,
        _ owner: AccountSlot
    ) -> Reach {
        var bounds = start
        var reach = Reach()
        let opposite = side == .buy ? book.asks.levels : book.bids.levels
        for level in opposite.reversed() {
            let price = Price(ticks: abs(level.key))
            guard bounds.allows(price, side) else { break }
            var slot = level.head
            while slot != OrderBook.noSlot {
                let node = book.nodes[Int(slot)]
                slot = node.next
                let capacity = bounds.capacity(
                    at: price,
                    notionalUnits: instrument.notionalUnits
                )
                guard capacity > 0 else { return reach }
                if node.owner == owner, mode != .none {
                    guard mode == .expireMaker else { return reach }
                    continue
                }
                let lots = min(capacity, node.remaining)
                take(lots, at: price, &bounds, &reach)
                // The match ends at an order that it cannot take whole: what is left of an amount
                // may buy a lot at a worse price, but that price is behind this order.
                guard lots == node.remaining else { return reach }
            }
        }
        return reach
    }

    private func take(
        _ lots: Int64,
        at price: Price,
        _ bounds: inout TakerBounds,
        _ reach: inout Reach
    ) {
        // Part of a resting order, whose own notional fits.
        let cost = price.ticks * lots * instrument.notionalUnits
        reach.lots += lots
        let (sum, overflows) = (reach.cost?.units ?? Int64.max).addingReportingOverflow(cost)
        reach.cost = overflows ? nil : Amount(units: sum)
        bounds.take(lots, cost: cost)
    }
}

extension TakerBounds {
    /// Books what was taken.
    mutating func take(_ taken: Int64, cost: Int64) {
        if let left = quote { quote = left - cost } else { lots -= taken }
    }
}
