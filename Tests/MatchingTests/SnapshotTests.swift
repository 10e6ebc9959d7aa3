import Matching
import Testing
import Trading
import Wire

/// Snapshots: same state, same bytes; damage is refused, never a trap.
@Suite struct SnapshotTests {
    static func busyDuel(_ seed: UInt64) -> Duel {
        let duel = Duel(seed: seed)
        for _ in 0..<400 { _ = duel.play(duel.nextMove()) }
        return duel
    }

    @Test func replicasOfOneLogHaveTheSameBytesAndDigest() {
        let (left, right) = (Self.busyDuel(3).exchange, Self.busyDuel(3).exchange)
        #expect(left.snapshot == right.snapshot)
        #expect(left.digest == right.digest)
    }

    @Test func digestTellsEveryKindOfChangeApart() {
        let exchange = Exchange()
        var seen: Set<UInt64> = [exchange.digest]
        exchange.fund(1, 3, 1)
        #expect(seen.insert(exchange.digest).inserted)
        exchange.place(exchange.limit(.buy, 5, at: 10))
        #expect(seen.insert(exchange.digest).inserted)
        exchange.place(exchange.limit(.sell, 2, at: 10, by: 2))
        #expect(seen.insert(exchange.digest).inserted)
        exchange.place(exchange.limit(.sell, 2, at: 90, by: 2, .immediateOrCancel))
        #expect(seen.insert(exchange.digest).inserted)
        exchange.apply(.cancelAll(account: AccountID(1), instrument: InstrumentID(1)))
        #expect(seen.insert(exchange.digest).inserted)
        exchange.apply(.void)
        #expect(seen.contains(exchange.digest))
    }

    @Test func restoredEngineGoesOnAlike() throws {
        let (kept, restored) = (Self.busyDuel(4), Self.busyDuel(4))
        try restored.exchange.restore(kept.exchange.snapshot)
        for _ in 0..<300 {
            let move = kept.nextMove()
            #expect(kept.play(move) == nil)
            #expect(restored.play(move) == nil)
        }
        #expect(kept.exchange.snapshot == restored.exchange.snapshot)
        #expect(kept.exchange.digest == restored.exchange.digest)
    }

    /// At any point of a run of all types: the same bytes, the same digest, and the naive exchange
    /// finds no difference in what follows.
    @Test(arguments: 51...54 as ClosedRange<UInt64>)
    func everyPointOfARunIsRestored(seed: UInt64) throws {
        let duel = Duel(seed: seed)
        for step in 0..<250 {
            let difference = duel.play(.command(duel.flow.next(duel.naive))) ?? duel.play(.restore)
            try #require(difference == nil, "seed \(seed), step \(step): \(difference ?? "")")
        }
    }

    @Test func everyTruncationIsRefused() {
        let exchange = Exchange.menagerie()
        let bytes = exchange.snapshot
        for size in 0..<bytes.count {
            #expect(throws: DecodeError.self) { try exchange.restore(Array(bytes[..<size])) }
        }
        #expect(throws: DecodeError.trailingBytes(1)) { try exchange.restore(bytes + [0]) }
    }

    /// A bid may ask for more of the base asset than 63 bits of units: it holds only quote.
    @Test func bidBeyondAllBaseUnitsIsRestored() throws {
        let exchange = Exchange {
            $0.tickUnits = 1
            $0.lotUnits = 100_000_000
            $0.quantityMax = Quantity(lots: Int64.max)
        }
        exchange.fund(1, 3, 1 << 60)
        let order = exchange.order(exchange.limit(.buy, 1 << 40, at: 1))
        #expect(order?.status == .new)
        let bytes = exchange.snapshot
        try exchange.restore(bytes)
        #expect(exchange.snapshot == bytes)
    }

    @Test func otherVersionIsRefused() {
        let exchange = Exchange()
        var bytes = exchange.snapshot
        bytes[0] = 9
        #expect(throws: DecodeError.unsupportedVersion(9)) { try exchange.restore(bytes) }
    }

    @Test func layoutIsGolden() {
        let exchange = Exchange.menagerie()
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in exchange.snapshot { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        #expect(exchange.snapshot.count == 8660)
        #expect(hash == 526_820_392_275_462_422)
        #expect(exchange.digest == 5_007_341_251_549_868_016)
    }
}
