import Accounts
import Testing
import Trading
import Wire

/// Positions by average cost, against the rule written in 128 bits.
@Suite struct PositionEntryTests {
    /// Rule 9 as it is written; sums stay in the range of 63 bits.
    struct Model: Equatable {
        var lots: Int128 = 0
        var cost: Int128 = 0
        var realized: Int128 = 0

        mutating func buy(_ quantity: Int64, _ amount: Int64) {
            lots = Self.clamped(lots + Int128(quantity))
            cost = Self.clamped(cost + Int128(amount))
        }

        mutating func sell(_ quantity: Int64, _ amount: Int64) {
            let taken = min(Int128(quantity), lots)
            if taken == 0 { return }
            let costOut = cost * taken / lots
            let proceeds = Int128(amount) * taken / Int128(quantity)
            lots -= taken
            cost -= costOut
            realized = Self.clamped(realized + proceeds - costOut)
        }

        static func clamped(_ value: Int128) -> Int128 {
            min(max(value, Int128(Int64.min)), Int128(Int64.max))
        }
    }

    func model(_ entry: PositionEntry) -> Model {
        Model(
            lots: Int128(entry.lots.lots),
            cost: Int128(entry.cost.units),
            realized: Int128(entry.realized.units)
        )
    }

    func trade(_ entry: inout PositionEntry, _ side: Side, _ lots: Int64, _ units: Int64) {
        let (lots, amount) = (Quantity(lots: lots), Amount(units: units))
        switch side {
        case .buy: entry.buy(lots: lots, cost: amount)
        case .sell: entry.sell(lots: lots, proceeds: amount)
        }
    }

    func bytes(_ entry: PositionEntry) -> [UInt8] {
        var writer = ByteWriter()
        entry.encode(into: &writer)
        return writer.bytes
    }

    @Test func salesTakeTheAverageCostOut() {
        var entry = PositionEntry()
        #expect(entry.isEmpty)
        trade(&entry, .buy, 1, 100)
        trade(&entry, .buy, 2, 260)
        trade(&entry, .sell, 1, 150)
        #expect(model(entry) == Model(lots: 2, cost: 240, realized: 30))
        trade(&entry, .sell, 2, 200)
        #expect(model(entry) == Model(lots: 0, cost: 0, realized: -10))
        #expect(!entry.isEmpty)
    }

    @Test func onlyThePositionIsSold() {
        var entry = PositionEntry()
        trade(&entry, .sell, 5, 500)
        #expect(entry.isEmpty)
        trade(&entry, .buy, 2, 10)
        trade(&entry, .sell, 3, 20)
        #expect(model(entry) == Model(lots: 0, cost: 0, realized: 3))
    }

    @Test func aPartRoundsItsCostDown() {
        var entry = PositionEntry()
        trade(&entry, .buy, 3, 100)
        trade(&entry, .sell, 1, 0)
        #expect(model(entry) == Model(lots: 2, cost: 67, realized: -33))
    }

    @Test(arguments: seeds) func agreesWithTheRuleIn128Bits(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        var entry = PositionEntry()
        var expected = Model()
        for _ in 0..<2_000 {
            // A random number of bits, so that small, large and overflowing sums all come up.
            let lots = Int64(max(1, generator.next() >> (1 + generator.next() % 63)))
            let units = Int64(generator.next() >> (1 + generator.next() % 63))
            if generator.next() % 2 == 0 {
                trade(&entry, .buy, lots, units)
                expected.buy(lots, units)
            } else {
                trade(&entry, .sell, lots, units)
                expected.sell(lots, units)
            }
            try #require(model(entry) == expected)
            try #require(try restored(bytes(entry)) == entry)
        }
    }

    @Test func sumsStayAtTheEndOfTheirRange() {
        var entry = PositionEntry()
        trade(&entry, .buy, .max, .max)
        trade(&entry, .buy, .max, .max)
        #expect(model(entry) == Model(lots: Int128(Int64.max), cost: Int128(Int64.max)))
        trade(&entry, .sell, .max, 0)
        trade(&entry, .buy, 1, .max)
        trade(&entry, .sell, 1, 0)
        #expect(entry.realized.units == .min)
        for _ in 0..<3 {
            trade(&entry, .buy, 1, 0)
            trade(&entry, .sell, 1, .max)
        }
        #expect(entry.realized.units == .max)
    }

    @Test func aTradeOfNothingStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            var entry = PositionEntry()
            entry.buy(lots: .zero, cost: Amount(units: 1))
        }
    }

    func restored(_ bytes: [UInt8]) throws -> PositionEntry {
        var reader = ByteReader(bytes)
        let entry = try PositionEntry(decoding: &reader)
        try reader.finish()
        return entry
    }

    @Test(arguments: [(-1, 0, 0), (1, -1, 0), (0, 1, 0)] as [(Int64, Int64, Int64)])
    func entryNoTradeLeadsToIsRefused(lots: Int64, cost: Int64, realized: Int64) {
        var writer = ByteWriter()
        for number in [lots, cost, realized] { writer.write(number) }
        let bytes = writer.bytes
        #expect(throws: DecodeError.self) { try restored(bytes) }
    }

    @Test func snapshotHasGoldenBytes() throws {
        var entry = PositionEntry()
        trade(&entry, .buy, 2, 0x0102)
        trade(&entry, .sell, 1, 0)
        let golden: [UInt8] =
            [1, 0, 0, 0, 0, 0, 0, 0] + [0x81, 0, 0, 0, 0, 0, 0, 0]
            + [0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
        #expect(bytes(entry) == golden)
        #expect(golden.count == PositionEntry.encodedSize)
        #expect(throws: DecodeError.self) { try restored(golden.dropLast()) }
        #expect(
            entry.position(in: InstrumentID(3))
                == Position(
                    instrument: InstrumentID(3),
                    quantity: Quantity(lots: 1),
                    cost: Amount(units: 0x81),
                    realized: Amount(units: -0x81)
                )
        )
    }
}
