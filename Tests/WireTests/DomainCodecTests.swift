import Testing
import Trading
import Wire

@Suite struct DomainCodecTests {
    static let trade = Trade(
        instrument: InstrumentID(1),
        id: TradeID(2),
        price: Price(ticks: 3),
        quantity: Quantity(lots: 4),
        quoteAmount: Amount(units: 5),
        time: Timestamp(microseconds: 6),
        isBuyerMaker: true
    )

    static let order = Order(
        id: OrderID(1),
        instrument: InstrumentID(2),
        account: AccountID(3),
        clientOrderID: ClientOrderID("x") ?? .none,
        side: .sell,
        type: .limitMaker,
        timeInForce: .fillOrKill,
        selfTradePrevention: .expireBoth,
        price: Price(ticks: 4),
        quantity: Quantity(lots: 5),
        quoteQuantity: Amount(units: 6),
        executed: Quantity(lots: 7),
        cumulativeQuote: Amount(units: 8),
        status: .expiredInMatch,
        createdAt: Timestamp(microseconds: 9),
        updatedAt: Timestamp(microseconds: 10)
    )

    static let fill = Fill(
        trade: trade,
        account: AccountID(7),
        order: OrderID(8),
        isBuyer: false,
        commission: Amount(units: 9),
        commissionAsset: AssetID(10)
    )

    static let instrument = Instrument(
        id: InstrumentID(1),
        symbol: "BTCUSDT",
        base: AssetID(2),
        quote: AssetID(3),
        tickUnits: 4,
        lotUnits: 5,
        priceMin: Price(ticks: 6),
        priceMax: Price(ticks: 7),
        quantityMin: Quantity(lots: 8),
        quantityMax: Quantity(lots: 9),
        marketQuantityMax: Quantity(lots: 10),
        notionalMin: Amount(units: 11),
        notionalMax: Amount(units: 12),
        bidMultiplierUp: 13,
        bidMultiplierDown: 14,
        askMultiplierUp: 15,
        askMultiplierDown: 16,
        marketBand: 17,
        openOrdersMax: 18,
        makerRate: 19,
        takerRate: 20,
        defaultSelfTradePrevention: .expireMaker,
        icebergPartsMax: 21,
        algoOrdersMax: 22,
        positionMax: Quantity(lots: 23),
        trailingDeltaMin: 24,
        trailingDeltaMax: 25,
        haltBand: 26,
        haltMicroseconds: 27,
        referenceMicroseconds: 28
    )

    static func word(_ value: UInt8) -> [UInt8] { [value, 0, 0, 0, 0, 0, 0, 0] }

    static func bytes(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    @Test func tradeBytesAreStable() throws {
        let bytes = Self.bytes { $0.write(Self.trade) }
        let golden: [UInt8] =
            [1, 0] + Self.word(2) + Self.word(3) + Self.word(4) + Self.word(5) + Self.word(6) + [1]
        #expect(bytes == golden)
        var reader = ByteReader(bytes)
        #expect(try reader.readTrade() == Self.trade)
        try reader.finish()
    }

    @Test func orderBytesAreStable() throws {
        let bytes = Self.bytes { $0.write(Self.order) }
        let golden: [UInt8] =
            Self.word(1) + [2, 0] + [3, 0, 0, 0] + [1, 0x78] + [1, 2, 2, 3]
            + Self.word(4) + Self.word(5) + Self.word(6) + Self.word(7) + Self.word(8) + [5]
            + Self.word(9) + Self.word(10) + [0]
        #expect(bytes == golden)
        var reader = ByteReader(bytes)
        #expect(try reader.readOrder() == Self.order)
        try reader.finish()
    }

    @Test func rareFieldsFollowTheirMask() throws {
        var order = Self.order
        order.stopPrice = Price(ticks: 11)
        order.trailingDelta = 12
        order.icebergQuantity = Quantity(lots: 13)
        order.expiresAt = Timestamp(microseconds: 14)
        order.prevented = Quantity(lots: 15)
        order.list = OrderListID(16)
        order.workingAt = Timestamp(microseconds: 17)
        let plain = Array(Self.bytes { $0.write(Self.order) }.dropLast())
        let words = (UInt8(13)...17).flatMap(Self.word)
        let golden: [UInt8] =
            plain + [0x7f] + Self.word(11) + [12, 0, 0, 0] + words
        #expect(Self.bytes { $0.write(order) } == golden)
        var reader = ByteReader(golden)
        #expect(try reader.readOrder() == order)
        order = Self.order
        order.workingAt = order.createdAt
        #expect(Self.bytes { $0.write(order) } == plain + [0x80])
        reader = ByteReader(plain + [0x80])
        #expect(try reader.readOrder() == order)
    }

    /// One order has one encoding, so that equal states have equal bytes.
    @Test(arguments: [
        [1] + word(0), [64] + word(9), [192] + word(7), [2, 0, 0, 0, 0], [64] + word(0),
    ])
    func secondEncodingsOfAnOrderAreRefused(tail: [UInt8]) {
        let plain = Array(Self.bytes { $0.write(Self.order) }.dropLast())
        #expect(throws: DecodeError.self) {
            var reader = ByteReader(plain + tail)
            return try reader.readOrder()
        }
    }

    @Test func fillBytesAreStable() throws {
        let bytes = Self.bytes { $0.write(Self.fill) }
        let tail: [UInt8] = [7, 0, 0, 0] + Self.word(8) + [0] + Self.word(9) + [10, 0]
        #expect(bytes == Self.bytes { $0.write(Self.trade) } + tail)
        #expect(bytes.count == 66)
        var reader = ByteReader(bytes)
        #expect(try reader.readFill() == Self.fill)
        try reader.finish()
    }

    @Test func instrumentBytesAreStable() throws {
        let bytes = Self.bytes { $0.write(Self.instrument) }
        let words = (UInt8(4)...20).flatMap(Self.word)
        let golden: [UInt8] =
            [1, 0, 7, 0, 0, 0] + Array("BTCUSDT".utf8) + [2, 0, 3, 0] + words + [2]
            + (UInt8(21)...23).flatMap(Self.word) + [24, 0, 0, 0, 25, 0, 0, 0]
            + (UInt8(26)...28).flatMap(Self.word)
        #expect(bytes == golden)
        var reader = ByteReader(bytes)
        #expect(try reader.readInstrument() == Self.instrument)
        try reader.finish()
    }

    @Test func assetsAndBalancesRoundTrip() throws {
        let asset = Asset(id: AssetID(1), symbol: "BTC")
        let balance = Balance(
            asset: AssetID(1),
            free: Amount(units: 2),
            locked: Amount(units: 3),
            sent: Amount(units: 4),
            withdrawing: Amount(units: 5)
        )
        let bytes = Self.bytes {
            $0.write(asset)
            $0.write(balance)
        }
        let amounts = Self.word(2) + Self.word(3) + Self.word(4) + Self.word(5)
        #expect(bytes == [1, 0, 3, 0, 0, 0, 0x42, 0x54, 0x43, 1, 0] + amounts)
        var reader = ByteReader(bytes)
        #expect(try reader.readAsset() == asset)
        #expect(try reader.readBalance() == balance)
        try reader.finish()
    }

    @Test func marketEventBytesAreStable() throws {
        let change = LevelChange(
            instrument: InstrumentID(1),
            side: .sell,
            price: Price(ticks: 2),
            quantity: Quantity(lots: 3),
            updateID: 4
        )
        let level = Self.bytes { $0.write(MarketEvent.level(change)) }
        #expect(level == [1, 1, 0, 1] + Self.word(2) + Self.word(3) + Self.word(4))
        var reader = ByteReader(level)
        #expect(try reader.readMarketEvent() == .level(change))
        let halt = PhaseChange(
            instrument: InstrumentID(1),
            phase: .preOpen,
            reopensAt: Timestamp(microseconds: 2),
            time: Timestamp(microseconds: 3)
        )
        let phase = Self.bytes { $0.write(MarketEvent.phase(halt)) }
        #expect(phase == [2, 1, 0, 1] + Self.word(2) + Self.word(3))
        reader = ByteReader(phase)
        #expect(try reader.readMarketEvent() == .phase(halt))
        let trade = Self.bytes { $0.write(MarketEvent.trade(Self.trade)) }
        #expect(trade == [0] + Self.bytes { $0.write(Self.trade) })
        reader = ByteReader(trade)
        #expect(try reader.readMarketEvent() == .trade(Self.trade))
    }

    @Test func cutRecordsThrow() {
        let bytes = Self.bytes { $0.write(Self.order) }
        for size in 0..<bytes.count {
            #expect(throws: DecodeError.self) {
                var reader = ByteReader(bytes, in: 0..<size)
                return try reader.readOrder()
            }
        }
    }

    @Test func randomBytesNeverTrap() {
        var generator = SplitMix(state: 3)
        for _ in 0..<3000 {
            let bytes = generator.bytes(countMax: 200)
            // Either outcome is right; a trap is not.
            var reader = ByteReader(bytes)
            _ = try? reader.readOrder()
            _ = try? reader.readFill()
            _ = try? reader.readInstrument()
            _ = try? reader.readMarketEvent()
            _ = try? reader.readAsset()
            _ = try? reader.readBalance()
            #expect(reader.remaining >= 0)
        }
    }
}
