import Matching
import Testing
import Trading
import Wire

/// Snapshots as bytes of strangers: damage is refused or does no harm, now and in what follows.
@Suite struct DamageTests {
    /// All bits and words in a nightly run (`CASTLE_COMMANDS=10000000`), else some of each place.
    private static let isWhole = DifferentialTests.commandCount >= 1_000_000
    private static let words: [UInt64] = [
        0, .max, UInt64(Int64.max), 1 << 63, 1 << 62, 1 << 53 + 1, 7,
    ]

    private let exchange = Exchange.menagerie()

    /// Restores, and when the bytes are taken, trades on until nothing is left.
    private func survive(_ bytes: [UInt8]) {
        // A refusal is right.
        guard (try? exchange.restore(bytes)) != nil else { return }
        #expect(exchange.snapshot == bytes, "a state has one encoding")
        exchange.tradeOut()
        #expect(exchange.isConserved)
    }

    @Test func wholeSnapshotTradesOut() {
        let bytes = exchange.snapshot
        survive(bytes)
        for account in 1...3 as ClosedRange<UInt32> { #expect(exchange.open(account).isEmpty) }
    }

    @Test(.timeLimit(.minutes(10)))
    func flippedBitsDoNoHarm() {
        let bytes = exchange.snapshot
        for index in bytes.indices {
            for bit in Self.isWhole ? Array(0..<8) : [7, index % 7] {
                var damaged = bytes
                damaged[index] ^= 1 << bit
                survive(damaged)
            }
        }
    }

    @Test(.timeLimit(.minutes(10)), arguments: words)
    func extremeWordsDoNoHarm(word: UInt64) {
        let bytes = exchange.snapshot
        let first = Int(truncatingIfNeeded: word % 8)
        for start in stride(from: first, to: bytes.count - 7, by: Self.isWhole ? 1 : 8) {
            var damaged = bytes
            for place in 0..<8 {
                damaged[start + place] = UInt8(truncatingIfNeeded: word >> (8 * UInt64(place)))
            }
            survive(damaged)
        }
    }
}

extension Exchange {
    /// Crosses, sweeps, expires and cancels everything there is.
    func tradeOut() {
        time = Timestamp(microseconds: 2_000_000_000)
        let pairs = [InstrumentID(1), InstrumentID(2)]
        for account in 1...3 as ClosedRange<UInt32> {
            for asset in 1...3 as ClosedRange<UInt16> { fund(account, asset, 1_000_000) }
        }
        for instrument in pairs {
            apply(.setPhase(instrument: instrument, .preOpen))
            apply(.setPhase(instrument: instrument, .continuous))
            for (side, ticks) in [(Side.buy, 135), (.sell, 62), (.buy, 1000), (.sell, 1)]
                as [(Side, Int64)]
            {
                var request = limit(side, 500, at: ticks, by: 3)
                request.instrument = instrument
                place(request)
            }
        }
        wait(3_600_000_000)
        for account in 1...3 as ClosedRange<UInt32> {
            for instrument in pairs {
                apply(.cancelAll(account: AccountID(account), instrument: instrument))
            }
        }
    }
}
