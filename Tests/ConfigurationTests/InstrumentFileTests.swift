import Configuration
import Testing
import Trading

@Suite struct InstrumentFileTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private let sound = #"""
        {"assets": ["BTC", "USDT"], "instruments": [{
          "symbol": "BTCUSDT", "base": "BTC", "quote": "USDT",
          "tickSize": "0.01", "stepSize": "0.00001", "minPrice": "0.01", "maxPrice": "1000000",
          "minQty": "0.00001", "maxQty": "9000", "marketMaxQty": "120",
          "minNotional": "5", "maxNotional": "9000000",
          "bidMultiplierUp": "5", "bidMultiplierDown": "0.2",
          "askMultiplierUp": "5", "askMultiplierDown": "0.2",
          "marketBand": "0.1", "maxNumOrders": 200, "makerFee": "0.001", "takerFee": "0.002",
          "selfTradePrevention": "EXPIRE_TAKER"}]}
        """#

    @Test func shippedInstrumentsAreSound() throws {
        let (assets, instruments) = try InstrumentFile.load(
            "\(clusterFolder)/instruments/spot.json"
        )
        let needed = [
            "BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT", "XRPUSDT", "ADAUSDT", "ETHBTC", "BNBBTC",
        ]
        #expect(Set(instruments.map(\.symbol)).isSuperset(of: needed))
        #expect(assets.map(\.id) == assets.indices.map { AssetID(UInt16($0)) })
        #expect(instruments.map(\.id) == instruments.indices.map { InstrumentID(UInt16($0)) })
        for instrument in instruments { #expect(instrument.defect == nil) }
    }

    @Test func decimalsBecomeTicksLotsAndUnits() throws {
        let file = try directory.write("instruments.json", sound)
        let instrument = try #require(InstrumentFile.load(file).instruments.first)
        #expect(instrument.tickUnits == 1_000_000)
        #expect(instrument.lotUnits == 1000)
        #expect(instrument.priceMin == Price(ticks: 1))
        #expect(instrument.priceMax == Price(ticks: 100_000_000))
        #expect(instrument.quantityMax == Quantity(lots: 900_000_000))
        #expect(instrument.marketQuantityMax == Quantity(lots: 12_000_000))
        #expect(instrument.notionalMin == Amount(units: 500_000_000))
        #expect(instrument.bidMultiplierDown == 20_000_000)
        #expect(instrument.marketBand == 10_000_000)
        #expect(instrument.openOrdersMax == 200)
        #expect(instrument.makerRate == 100_000)
        #expect(instrument.takerRate == 200_000)
        #expect(instrument.defaultSelfTradePrevention == .expireTaker)
        #expect(instrument.base == AssetID(0))
        #expect(instrument.quote == AssetID(1))
    }

    @Test(arguments: [
        (
            #""tickSize": "0.01""#, #""tickSize": "-0.01""#,
            "instruments[0].tickSize: \"-0.01\" is not a plain decimal"
        ),
        (#""tickSize": "0.01""#, #""tickSize": "0""#, "instruments[0].tickSize: must be above 0"),
        (#""tickSize": "0.01""#, #""tickSize": "0.000000001""#, "has more than 8 decimal places"),
        (#""tickSize": "0.01""#, #""tickSize": 0.01"#, "instruments[0].tickSize: must be a string"),
        (
            #""maxQty": "9000""#, #""maxQty": "99999999999999""#,
            "instruments[0].maxQty: \"99999999999999\" is too large"
        ),
        (
            #""minPrice": "0.01""#, #""minPrice": "0.015""#,
            "instruments[0].minPrice: \"0.015\" is not a whole number of steps"
        ),
        (#""stepSize": "0.00001""#, #""stepSize": "0.00000001""#, "tickSize × stepSize"),
        (
            #""base": "BTC""#, #""base": "DOGE""#,
            "instruments[0].base: DOGE is not among the assets"
        ),
        (#""base": "BTC""#, #""base": "USDT""#, "base and quote are the same asset"),
        (#""symbol": "BTCUSDT""#, #""symbol": "btc-usdt""#, "instruments[0].symbol: must be"),
        (#"["BTC", "USDT"]"#, #"["BTC", "USDT", "BTC"]"#, "assets[2]: BTC is there twice"),
        (
            #""maxNumOrders": 200"#, #""maxNumOrders": 0"#,
            "instruments[0].maxNumOrders: must be above 0"
        ),
        (#""EXPIRE_TAKER""#, #""MAYBE""#, "instruments[0].selfTradePrevention: MAYBE is not"),
        optional(#""maxIcebergParts": -1"#, "maxIcebergParts: must be 0 to 1000"),
        optional(#""maxNumAlgoOrders": 10001"#, "maxNumAlgoOrders: must be 0 to 10000"),
        optional(#""maxPosition": "0.000001""#, "maxPosition: \"0.000001\" is not a whole number"),
        optional(#""minTrailingDelta": 0"#, "minTrailingDelta: must be 1 to 9999"),
        optional(#""maxTrailingDelta": 10000"#, "maxTrailingDelta: must be 0 to 9999"),
        optional(#""maxTrailingDelta": 5"#, "minTrailingDelta: is above maxTrailingDelta"),
        optional(#""haltBand": "1""#, "haltBand: must be below 1"),
        optional(#""haltSeconds": 0"#, "haltSeconds: must be 1 to 86400"),
        optional(#""referenceSeconds": 86401"#, "referenceSeconds: must be 1 to 86400"),
        optional(#""haltSeconds": "5""#, "instruments[0].haltSeconds: must be"),
        (#""takerFee": "0.002""#, #""takerFee": "1.5""#, "a fee rate is outside"),
    ])
    func mistakeIsNamed(old: String, new: String, expected: String) throws {
        try #require(sound.contains(old))
        let file = try directory.write("instruments.json", sound.replacing(old, with: new))
        let error = #expect(throws: ConfigurationError.self) { _ = try InstrumentFile.load(file) }
        #expect(error?.description.contains(expected) == true)
    }

    /// A rule after the last of those that must be there.
    private static func optional(
        _ rule: String,
        _ expected: String
    ) -> (String, String, String) {
        (#""EXPIRE_TAKER""#, #""EXPIRE_TAKER", "# + rule, expected)
    }

    @Test func rulesLeftOutHaveTheirDefaults() throws {
        let file = try directory.write("instruments.json", sound)
        let instrument = try #require(InstrumentFile.load(file).instruments.first)
        #expect(instrument.icebergPartsMax == 10)
        #expect(instrument.algoOrdersMax == 5)
        #expect(instrument.positionMax == .zero)
        #expect(instrument.trailingDeltaMin == 10)
        #expect(instrument.trailingDeltaMax == 2000)
        #expect(instrument.haltBand == 0)
    }

    @Test func rulesThatAreThereAreTaken() throws {
        let rules = #"""
            "DECREMENT", "maxIcebergParts": 0, "maxNumAlgoOrders": 7, "maxPosition": "1.5",
            "minTrailingDelta": 2, "maxTrailingDelta": 3, "haltBand": "0.05", "haltSeconds": 6,
            "referenceSeconds": 8
            """#
        let text = sound.replacing(#""EXPIRE_TAKER""#, with: rules)
        let file = try directory.write("instruments.json", text)
        let instrument = try #require(InstrumentFile.load(file).instruments.first)
        #expect(instrument.defaultSelfTradePrevention == .decrement)
        #expect(instrument.icebergPartsMax == 0)
        #expect(instrument.algoOrdersMax == 7)
        #expect(instrument.positionMax == Quantity(lots: 150_000))
        #expect(instrument.trailingDeltaMin == 2)
        #expect(instrument.trailingDeltaMax == 3)
        #expect(instrument.haltBand == 5_000_000)
        #expect(instrument.haltMicroseconds == 6_000_000)
        #expect(instrument.referenceMicroseconds == 8_000_000)
    }

    @Test func pairTwiceIsRefused() throws {
        let start = try #require(sound.firstRange(of: "[{")).lowerBound
        let list = sound[start...].dropLast(1)
        let pair = list.dropFirst().dropLast()
        let text = sound[..<start] + "[\(pair),\(pair)]}"
        let file = try directory.write("instruments.json", String(text))
        let error = #expect(throws: ConfigurationError.self) { _ = try InstrumentFile.load(file) }
        #expect(
            error?.description.contains("instruments[1].symbol: BTCUSDT is there twice") == true
        )
    }
}
