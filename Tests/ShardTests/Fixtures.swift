import Trading

/// A shard with one pair and two funded accounts.
enum Fixtures {
    static let instrument = Instrument(
        id: InstrumentID(0),
        symbol: "BTCUSDT",
        base: AssetID(0),
        quote: AssetID(1),
        tickUnits: 100_000_000,
        lotUnits: 100_000_000,
        priceMin: Price(ticks: 1),
        priceMax: Price(ticks: 1000),
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
        openOrdersMax: 100,
        makerRate: 100_000,
        takerRate: 100_000,
        defaultSelfTradePrevention: .expireTaker
    )

    static let genesis: [Command] = [
        .addAsset(Asset(id: AssetID(0), symbol: "BTC")),
        .addAsset(Asset(id: AssetID(1), symbol: "USDT")),
        .addInstrument(instrument),
        deposit(1, 0, reference: 1), deposit(1, 1, reference: 2),
        deposit(2, 0, reference: 3), deposit(2, 1, reference: 4),
    ]

    private static func deposit(_ account: UInt32, _ asset: UInt16, reference: UInt64) -> Command {
        .deposit(
            account: AccountID(account),
            asset: AssetID(asset),
            amount: Amount(units: 1_000_000 * 100_000_000),
            reference: reference
        )
    }

    static func place(
        _ account: UInt32,
        _ side: Side,
        price: Int64,
        quantity: Int64 = 1,
        name: String
    ) -> Command {
        .place(
            PlaceOrder(
                account: AccountID(account),
                instrument: instrument.id,
                side: side,
                type: .limit,
                timeInForce: .goodTilCancelled,
                selfTradePrevention: nil,
                price: Price(ticks: price),
                quantity: Quantity(lots: quantity),
                quoteQuantity: .zero,
                clientOrderID: ClientOrderID(name) ?? .none
            )
        )
    }
}
