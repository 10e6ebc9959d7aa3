import Trading

/// Rules 7, 8 and 9: holds, fees, positions.
extension NaiveExchange {
    /// What an order would hold if it were alone.
    func ownHold(_ entry: OpenOrder) -> Int64 {
        guard entry.stage != .pending else { return 0 }
        let instrument = pair(entry.order)
        let lots = entry.order.remaining.lots
        return entry.order.side == .buy
            ? Int64(instrument.exactNotional(entry.holdTicks, lots)) : lots * instrument.lotUnits
    }

    /// What an order holds: of two of which one cancels the other only the larger one counts, until
    /// one has done something, which ends the other before any fee is taken.
    private func hold(_ entry: OpenOrder) -> Int64 {
        let own = ownHold(entry)
        guard let sibling = sibling(of: entry.order) else { return own }
        if entry.order.executed + entry.order.prevented > .zero { return own }
        if sibling.order.executed + sibling.order.prevented > .zero { return 0 }
        let other = ownHold(sibling)
        let isCounted = own > other || (own == other && entry.order.id < sibling.order.id)
        return isCounted ? own : 0
    }

    /// What the order on its walk still needs.
    private func hold(_ incoming: IncomingOrder) -> Int64 {
        let order = incoming.order
        let instrument = pair(order)
        let lots = order.remaining.lots
        if order.side == .sell {
            guard order.quoteQuantity.units > 0 else { return lots * instrument.lotUnits }
            return max(0, incoming.estimate - order.executed.lots) * instrument.lotUnits
        }
        if order.type.hasLimit { return Int64(instrument.exactNotional(order.price.ticks, lots)) }
        if order.quoteQuantity.units > 0 { return incoming.left ?? 0 }
        return max(0, incoming.estimate - order.cumulativeQuote.units)
    }

    /// What an account holds of each asset.
    func locked(_ account: AccountID) -> [AssetID: Int64] {
        var sums: [AssetID: Int64] = [:]
        for entry in open where entry.order.account == account {
            sums[paidAsset(entry.order), default: 0] += hold(entry)
        }
        if let incoming, incoming.order.account == account {
            // A trial asks for no funds, so its amount may be any number.
            let asset = paidAsset(incoming.order)
            let (sum, overflows) = hold(incoming).addingReportingOverflow(sums[asset] ?? 0)
            sums[asset] = overflows ? .max : sum
        }
        return sums
    }

    func paidAsset(_ order: Order) -> AssetID {
        order.side == .buy ? pair(order).quote : pair(order).base
    }

    func owned(_ account: AccountID, _ asset: AssetID) -> Int64 { total[account]?[asset] ?? 0 }

    func free(_ account: AccountID, _ asset: AssetID) -> Int64 {
        owned(account, asset) - (locked(account)[asset] ?? 0)
    }

    func balances(_ account: AccountID) -> [Balance] {
        guard accounts.contains(account) else { return [] }
        let held = locked(account)
        return assets.map(\.id).sorted().map { asset in
            let locked = held[asset] ?? 0
            return Balance(
                asset: asset,
                free: Amount(units: owned(account, asset) - locked),
                locked: Amount(units: locked),
                sent: Amount(units: funds.sent[account]?[asset] ?? 0),
                withdrawing: Amount(units: funds.withdrawing[account]?[asset] ?? 0)
            )
        }
    }

    // MARK: Trades

    /// The two orders after a trade and the maker's and the taker's fill.
    struct Outcome {
        var maker: Order
        var taker: Order
        var makerFill: Fill
        var takerFill: Fill
    }

    /// Makes a trade; the caller says what else it knows of the two orders.
    ///
    /// - Parameters:
    ///   - maker: The resting order, or of two resting ones the older.
    ///   - taker: The other one.
    ///   - lots: How much.
    ///   - ticks: At which price.
    ///   - store: Takes the changed orders back before fees look at free funds.
    /// - Returns: What became of it; both pay as makers when the taker rests in the book.
    mutating func trade(
        _ maker: Order,
        _ taker: Order,
        lots: Int64,
        ticks: Int64,
        store: (inout NaiveExchange, Order, Order) -> Void
    ) -> Outcome {
        let instrument = pair(maker)
        let isAuction = open.contains { $0.isSame(taker) }
        markets[instrument.id]?.tradeCount += 1
        markets[instrument.id]?.last = ticks
        step.prices.append(ticks)
        let trade = Trade(
            instrument: instrument.id,
            id: TradeID(market(instrument.id).tradeCount),
            price: Price(ticks: ticks),
            quantity: Quantity(lots: lots),
            quoteAmount: Amount(units: Int64(instrument.exactNotional(ticks, lots))),
            time: now,
            isBuyerMaker: maker.side == .buy
        )
        events.append(.trade(trade))
        let (maker, taker) = (after(trade, maker), after(trade, taker))
        store(&self, maker, taker)
        let makerFirst = maker.side == .buy
        let (buyer, seller) = makerFirst ? (maker, taker) : (taker, maker)
        settle(trade, buyer)
        settle(trade, seller)
        let bought = charge(trade, buyer, isMaker: makerFirst || isAuction)
        let sold = charge(trade, seller, isMaker: !makerFirst || isAuction)
        let (makerFill, takerFill) = makerFirst ? (bought, sold) : (sold, bought)
        fills += [makerFill, takerFill]
        return Outcome(maker: maker, taker: taker, makerFill: makerFill, takerFill: takerFill)
    }

    private func after(_ trade: Trade, _ order: Order) -> Order {
        var order = order
        order.executed += trade.quantity
        order.cumulativeQuote += trade.quoteAmount
        order.status = .partiallyFilled
        order.updatedAt = now
        return order
    }

    /// The legs of a trade and the position of one party.
    private mutating func settle(_ trade: Trade, _ order: Order) {
        let instrument = pair(order)
        let base = trade.quantity.lots * instrument.lotUnits
        let sign: Int64 = order.side == .buy ? 1 : -1
        total[order.account, default: [:]][instrument.base, default: 0] += sign * base
        total[order.account, default: [:]][instrument.quote, default: 0] -=
            sign * trade.quoteAmount.units
        let none = Position(
            instrument: instrument.id,
            quantity: .zero,
            cost: .zero,
            realized: .zero
        )
        var position = positions[order.account]?[instrument.id] ?? none
        if order.side == .buy {
            position.quantity += trade.quantity
            position.cost += trade.quoteAmount
        } else {
            sell(trade, from: &position)
        }
        positions[order.account, default: [:]][instrument.id] = position
    }

    private func sell(_ trade: Trade, from position: inout Position) {
        let lots = min(trade.quantity, position.quantity)
        guard lots.lots > 0 else { return }
        let share = Int128(position.cost.units) * Int128(lots.lots) / Int128(position.quantity.lots)
        let proceeds =
            Int128(trade.quoteAmount.units) * Int128(lots.lots) / Int128(trade.quantity.lots)
        position.quantity -= lots
        position.cost.units -= Int64(share)
        position.realized.units += Int64(proceeds) - Int64(share)
    }

    // MARK: Fees

    private mutating func charge(_ trade: Trade, _ order: Order, isMaker: Bool) -> Fill {
        let instrument = pair(order)
        let isBuyer = order.side == .buy
        let received =
            isBuyer ? trade.quantity.lots * instrument.lotUnits : trade.quoteAmount.units
        let asset = isBuyer ? instrument.base : instrument.quote
        let terms = terms[order.account]
        let tier = schedule.tiers[Int(terms?.feeTier ?? 0)]
        let share = isMaker ? tier.makerShare : tier.takerShare
        let rate = Int128(isMaker ? instrument.makerRate : instrument.takerRate)
        let scaledRate = rate * Int128(share) / 100_000_000
        var fee = Int64(Int128(received) * scaledRate / 100_000_000)
        var feeAsset = asset
        if terms?.paysInDiscountAsset == true, let discountAsset = schedule.discountAsset {
            if asset == discountAsset {
                fee = Int64(Int128(fee) * Int128(100_000_000 - schedule.discount) / 100_000_000)
                note("discount in the received asset")
            } else if let converted = converted(fee, asset, discountAsset),
                converted <= Int128(free(order.account, discountAsset))
            {
                fee = Int64(converted)
                feeAsset = discountAsset
                note(fee > 0 ? "discount fee paid" : "discount fee of nothing")
            } else {
                note("discount fee fallen back")
            }
        }
        total[order.account, default: [:]][feeAsset, default: 0] -= fee
        fees[feeAsset, default: 0] += fee
        return Fill(
            trade: trade,
            account: order.account,
            order: order.id,
            isBuyer: isBuyer,
            commission: Amount(units: fee),
            commissionAsset: feeAsset
        )
    }

    /// A fee in the discount asset, discounted, or `nil` without a price.
    private func converted(_ fee: Int64, _ asset: AssetID, _ discountAsset: AssetID) -> Int128? {
        let pair = instruments.first {
            Set([$0.base, $0.quote]) == Set([asset, discountAsset])
        }
        guard let pair, let last = market(pair.id).last else { return nil }
        // Quote units of one whole base coin.
        let price = Int128(last) * Int128(pair.tickUnits)
        let share = Int128(100_000_000 - schedule.discount)
        return pair.base == discountAsset
            ? Int128(fee) * share / price
            : Int128(fee) * price * share / (100_000_000 * 100_000_000)
    }
}
