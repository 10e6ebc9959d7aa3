import Testing
import Trading

/// The shrinker with faults that were put in.
@Suite struct ShrinkerTests {
    @Test func keepsOnlyWhatTheFailureNeeds() {
        var shrinker = Shrinker<Int> { $0.contains(17) && $0.contains(63) }
        #expect(shrinker.shrink(Array(0..<100)) == [17, 63])
    }

    @Test func stopsWhenItsTriesAreUsedUp() {
        var tries = 0
        var shrinker = Shrinker<Int>(triesLeft: 10) {
            tries += 1
            return $0.contains(5)
        }
        let kept = shrinker.shrink(Array(0..<1000))
        #expect(tries == 10)
        #expect(kept.contains(5))
    }

    /// A comparison that fails as soon as anything traded at a certain price of a certain pair.
    @Test func aFaultAtOnePriceIsCutDownToTheOrdersOfOneTrade() throws {
        let part: UInt64 = 3
        var moves: [Move] = []
        var naive = NaiveExchange()
        var flow = RandomFlow(seed: part)
        for command in flow.setUp() { _ = naive.apply(command.command, at: command.time) }
        var ticks: Int64?
        for _ in 0..<400 where ticks == nil {
            let command = flow.next(naive)
            moves.append(.command(command))
            let (_, events) = naive.apply(command.command, at: command.time)
            ticks = Self.trades(events).map(\.price.ticks).first { $0 != 30 }
        }
        let planted = try #require(ticks)
        var shrinker = Shrinker<Move> { Self.trades(in: $0, of: part).contains(planted) }
        let few = shrinker.shrink(moves)
        #expect(few.count < moves.count)
        #expect((2...4).contains(few.count), "\(few.map(\.source))")
        #expect(Self.trades(in: few, of: part).contains(planted))
        let report = DifferentialTests.report(part, few, "planted")
        #expect(report.split(separator: "\n").count == few.count + 2)
        #expect(report.contains("duel.play(.place(PlaceOrder(account: AccountID("))
    }

    static func trades(_ events: [MarketEvent]) -> [Trade] {
        events.compactMap { event in
            if case .trade(let trade) = event { trade } else { nil }
        }
    }

    /// The trade prices of moves after the set-up of a part.
    static func trades(in moves: [Move], of part: UInt64) -> [Int64] {
        var naive = NaiveExchange()
        var flow = RandomFlow(seed: part)
        for command in flow.setUp() { _ = naive.apply(command.command, at: command.time) }
        var prices: [Int64] = []
        for case .command(let timed) in moves {
            prices += trades(naive.apply(timed.command, at: timed.time).1).map(\.price.ticks)
        }
        return prices
    }
}
