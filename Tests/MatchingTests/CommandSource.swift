import Trading

extension Move {
    /// The move as Swift source, to be pasted into a regression test.
    var source: String {
        switch self {
        case .command(let timed):
            "duel.play(\(timed.command.source), at: \(timed.time.microseconds))"
        case .restore: "duel.play(.restore)"
        }
    }
}

extension Command {
    /// The command as Swift source.
    var source: String {
        switch self {
        case .place(let request): ".place(\(request.source))"
        case .placeList(let request): ".placeList(\(request.source))"
        case .amend(let request): ".amend(\(request.source))"
        case .cancelReplace(let request): ".cancelReplace(\(request.source))"
        case .cancel(let account, let instrument, let order):
            ".cancel(\(owner(account, instrument)), order: \(order.source))"
        case .cancelIf(let account, let instrument, let order, let restriction):
            ".cancelIf(\(owner(account, instrument)), order: \(order.source), .\(restriction))"
        case .cancelAll(let account, let instrument): ".cancelAll(\(owner(account, instrument)))"
        case .cancelList(let account, let instrument, let list):
            ".cancelList(\(owner(account, instrument)), list: \(list.source))"
        case .deposit(let account, let asset, let amount, let reference):
            ".deposit(account: AccountID(\(account)), asset: AssetID(\(asset)), "
                + "amount: Amount(units: \(amount.units)), reference: \(reference))"
        case .transfer(let funds, let shard, let reference):
            ".transfer(\(funds.source), to: ShardID(\(shard)), reference: \(reference))"
        case .credit(let funds, let shard, let sequence):
            ".credit(\(funds.source), from: ShardID(\(shard)), sequence: \(sequence))"
        case .settle(let shard, let sequence):
            ".settle(to: ShardID(\(shard)), through: \(sequence))"
        case .withdraw(let funds, let reference):
            ".withdraw(\(funds.source), reference: \(reference))"
        case .endWithdrawal(let reference, let isPaid):
            ".endWithdrawal(reference: \(reference), isPaid: \(isPaid))"
        case .setPhase(let instrument, let phase):
            ".setPhase(instrument: InstrumentID(\(instrument)), .\(phase))"
        case .setAccountTerms(let terms):
            ".setAccountTerms(AccountTerms(account: AccountID(\(terms.account)), "
                + "feeTier: \(terms.feeTier), paysInDiscountAsset: \(terms.paysInDiscountAsset), "
                + "tradeGroup: \(terms.tradeGroup)))"
        case .setFeeSchedule(let schedule): ".setFeeSchedule(\(schedule.source))"
        case .void: ".void"
        case .addAsset, .addInstrument, .movePair, .setOrderLimits, .lendOrders, .borrowOrders:
            "/* set-up */ \(self)"
        }
    }

    private func owner(_ account: AccountID, _ instrument: InstrumentID) -> String {
        "account: AccountID(\(account)), instrument: InstrumentID(\(instrument))"
    }
}

extension Funds {
    fileprivate var source: String {
        "Funds(account: AccountID(\(account)), asset: AssetID(\(asset)), "
            + "amount: Amount(units: \(amount.units)))"
    }
}

extension FeeSchedule {
    fileprivate var source: String {
        let tiers = tiers.map {
            "FeeTier(makerShare: \($0.makerShare), takerShare: \($0.takerShare))"
        }
        let asset = discountAsset.map { "AssetID(\($0))" } ?? "nil"
        return "FeeSchedule(tiers: [\(tiers.joined(separator: ", "))], discountAsset: \(asset), "
            + "discount: \(discount))"
    }
}

extension PlaceOrder {
    fileprivate var source: String {
        let mode = selfTradePrevention.map { "SelfTradePrevention.\($0)" } ?? "nil"
        var text = "PlaceOrder(account: AccountID(\(account)), instrument: "
        text += "InstrumentID(\(instrument)), side: .\(side), type: .\(type), "
        text += "timeInForce: .\(timeInForce), selfTradePrevention: \(mode), "
        text += "price: Price(ticks: \(price.ticks)), quantity: Quantity(lots: \(quantity.lots)), "
        text += "quoteQuantity: Amount(units: \(quoteQuantity.units)), "
        text += "clientOrderID: \(clientOrderID.source)"
        if stopPrice != .none { text += ", stopPrice: Price(ticks: \(stopPrice.ticks))" }
        if trailingDelta != 0 { text += ", trailingDelta: \(trailingDelta)" }
        if icebergQuantity != .zero {
            text += ", icebergQuantity: Quantity(lots: \(icebergQuantity.lots))"
        }
        if expiresAt != .zero {
            text += ", expiresAt: Timestamp(microseconds: \(expiresAt.microseconds))"
        }
        return text + ")"
    }
}

extension PlaceOrderList {
    fileprivate var source: String {
        "PlaceOrderList(contingency: .\(contingency), clientOrderID: \(clientOrderID.source), "
            + "orders: [\(orders.map(\.source).joined(separator: ", "))])"
    }
}

extension AmendOrder {
    fileprivate var source: String {
        "AmendOrder(account: AccountID(\(account)), instrument: InstrumentID(\(instrument)), "
            + "order: \(order.source), quantity: Quantity(lots: \(quantity.lots)), "
            + "price: Price(ticks: \(price.ticks)), keepsPriority: \(keepsPriority), "
            + "clientOrderID: \(clientOrderID.source))"
    }
}

extension CancelReplace {
    fileprivate var source: String {
        "CancelReplace(cancel: \(cancel.source), mode: .\(mode), place: \(place.source))"
    }
}

extension ClientOrderID {
    fileprivate var source: String {
        isEmpty ? ".none" : "ClientOrderID(\"\(text)\") ?? .none"
    }
}

extension OrderReference {
    fileprivate var source: String {
        switch self {
        case .id(let id): ".id(OrderID(\(id)))"
        case .clientOrderID(let name): ".clientOrderID(\(name.source))"
        }
    }
}

extension OrderListReference {
    fileprivate var source: String {
        switch self {
        case .id(let id): ".id(OrderListID(\(id)))"
        case .clientOrderID(let name): ".clientOrderID(\(name.source))"
        }
    }
}
