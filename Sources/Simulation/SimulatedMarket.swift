import Trading

/// The shard of the simulation: one pair, four funded accounts.
enum SimulatedMarket {
    static let accounts: [AccountID] = (1...4).map { AccountID($0) }

    static let instrument = Instrument(
        id: InstrumentID(0),
        symbol: "BTCUSDT",
        base: AssetID(0),
        quote: AssetID(1),
        tickUnits: 1_000_000,
        lotUnits: 100_000,
        priceMin: Price(ticks: 1),
        priceMax: Price(ticks: 1_000_000),
        quantityMin: Quantity(lots: 1),
        quantityMax: Quantity(lots: 1000),
        marketQuantityMax: Quantity(lots: 0),
        notionalMin: .zero,
        notionalMax: Amount(units: .max),
        bidMultiplierUp: 0,
        bidMultiplierDown: 0,
        askMultiplierUp: 0,
        askMultiplierDown: 0,
        marketBand: 0,
        openOrdersMax: 200,
        makerRate: 75_000,
        takerRate: 100_000,
        defaultSelfTradePrevention: .expireTaker
    )

    static let genesis: [Command] =
        [
            .addAsset(Asset(id: AssetID(0), symbol: "BTC")),
            .addAsset(Asset(id: AssetID(1), symbol: "USDT")),
            .addInstrument(instrument),
        ]
        + accounts.flatMap { account in
            [AssetID(0), AssetID(1)].map { asset in
                Command.deposit(
                    account: account,
                    asset: asset,
                    amount: Amount(units: 100_000_000_000),
                    reference: UInt64(account.rawValue) * 2 + UInt64(asset.rawValue)
                )
            }
        }
}
