import Trading

/// The venue the random commands meet.
extension RandomFlow {
    /// Assets, pairs, terms and first funds.
    mutating func setUp() -> [TimedCommand] {
        var commands = Asset.three.map { Command.addAsset($0) }
        commands += instruments.map { .addInstrument($0) }
        for account in accounts {
            for asset in Asset.three {
                reference += 1
                commands.append(
                    .deposit(
                        account: account,
                        asset: asset.id,
                        amount: Amount(units: asset.id.rawValue == 3 ? 2_000 : 150),
                        reference: reference
                    )
                )
            }
        }
        commands.append(.setFeeSchedule(schedule()))
        for account in accounts { commands.append(.setAccountTerms(terms(account))) }
        return commands.map { TimedCommand(time: time, command: $0) }
    }

    /// Accounts 3 and 4 are mostly one group, 4 and 5 pay in the discount asset.
    mutating func terms(_ account: AccountID) -> AccountTerms {
        AccountTerms(
            account: account,
            feeTier: UInt8(random.number(in: 0...2)),
            paysInDiscountAsset: account.rawValue >= 4 || random.chance(20),
            tradeGroup: account.rawValue == 3 || account.rawValue == 4 ? 8 : 0
        )
    }

    mutating func schedule() -> FeeSchedule {
        FeeSchedule(
            tiers: [
                .whole, FeeTier(makerShare: 50_000_000, takerShare: 80_000_000),
                FeeTier(makerShare: 0, takerShare: 33_333_333),
            ],
            discountAsset: random.chance(90) ? AssetID(2) : nil,
            discount: random.pick([25_000_000, 0, 12_345_678])
        )
    }

    /// Two pairs share the quote asset, the third trades between the bases; each has other rules.
    static func instruments(_ seed: UInt64) -> [Instrument] {
        var first = Instrument.plain(5, "ABCUSD", base: 1, quote: 3)
        first.takerRate = 20_000_000
        first.makerRate = 10_000_000
        first.bidMultiplierUp = 150_000_000
        first.bidMultiplierDown = 60_000_000
        first.askMultiplierUp = 140_000_000
        first.askMultiplierDown = 70_000_000
        first.marketBand = 10_000_000
        first.notionalMin = Amount(units: 30)
        first.notionalMax = Amount(units: 450)
        first.haltBand = seed % 3 == 0 ? 0 : 10_000_000
        first.haltMicroseconds = 9_000
        first.referenceMicroseconds = 30_000
        var second = Instrument.plain(2, "XYZUSD", base: 2, quote: 3)
        second.tickUnits = 50_000_000
        second.lotUnits = 6
        second.takerRate = 11_234_567
        second.makerRate = 3_000_000
        second.quantityMin = Quantity(lots: 2)
        second.quantityMax = Quantity(lots: 11)
        second.marketQuantityMax = Quantity(lots: 9)
        second.openOrdersMax = 4
        second.algoOrdersMax = 2
        second.positionMax = Quantity(lots: 60)
        second.priceMin = Price(ticks: 20)
        second.priceMax = Price(ticks: 40)
        second.icebergPartsMax = 4
        second.defaultSelfTradePrevention = .expireMaker
        var third = Instrument.plain(3, "ABCXYZ", base: 1, quote: 2)
        third.marketBand = seed % 2 == 0 ? 0 : 25_000_000
        third.makerRate = 50_000_000
        third.takerRate = 15_000_000
        third.trailingDeltaMax = 1_000
        third.defaultSelfTradePrevention = seed % 2 == 0 ? .expireBoth : .decrement
        return [first, second, third]
    }
}
