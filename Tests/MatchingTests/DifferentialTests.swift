import Matching
import Testing
import Trading

#if canImport(Glibc)
    import Glibc
#endif

/// The engine against the naive exchange, command by command.
///
/// Besides, the replay of the order-flow file `small.oflw` (a replace as cancel and add, one
/// account, one command a minute of log time so that no retry rule applies) was checked by hand:
/// 34,596 trades, quantity 1,279,571, notional 63,926,668,542 and resting quantity 160,966, all as
/// its header says. A replay command will make that a check of its own.
@Suite struct DifferentialTests {
    static let rounds = 8

    /// A fresh exchange every so many commands keeps the naive one's arrays short.
    static let partLength = 400

    /// Commands of one round; `CASTLE_COMMANDS` sets the total of all rounds, ten million at night.
    static let commandCount = (environment("CASTLE_COMMANDS") ?? 100_000) / rounds

    static func environment(_ name: String) -> Int? {
        getenv(name).flatMap { Int(String(cString: $0)) }
    }

    static let seeds: [UInt64] =
        environment("CASTLE_SEED").map { [UInt64($0)] } ?? (1...UInt64(rounds)).map { $0 }

    @Test(.timeLimit(.minutes(60)), arguments: seeds)
    func engineAgreesWithTheNaiveExchange(seed: UInt64) throws {
        var left = Self.commandCount
        var part: UInt64 = 0
        while left > 0 {
            let count = min(left, Self.partLength)
            let failure = Self.failure(of: seed &* 1_000_003 &+ part, count)
            try #require(failure == nil, "CASTLE_SEED=\(seed), \(failure ?? "")")
            left -= count
            part += 1
        }
    }

    /// Plays a part at random; a failing one comes back cut down, with its first difference.
    static func failure(of part: UInt64, _ count: Int) -> String? {
        let duel = Duel(seed: part)
        var moves: [Move] = []
        for _ in 0..<count {
            moves.append(duel.nextMove())
            duel.isThorough = moves.count == count
            guard let difference = duel.play(moves[moves.count - 1]) else { continue }
            var shrinker = Shrinker<Move> { Self.difference(in: $0, of: part) != nil }
            let few = shrinker.shrink(moves)
            return report(part, few, Self.difference(in: few, of: part) ?? difference)
        }
        return nil
    }

    /// The first difference in given moves after the set-up of a part.
    static func difference(in moves: [Move], of part: UInt64) -> String? {
        let duel = Duel(seed: part)
        duel.isThorough = true
        for move in moves {
            if let difference = duel.play(move) { return difference }
        }
        return nil
    }

    static func report(_ part: UInt64, _ moves: [Move], _ difference: String) -> String {
        """
        part \(part): \(difference)
        let duel = Duel(seed: \(part))
        \(moves.map(\.source).joined(separator: "\n"))
        """
    }
}

extension Duel {
    /// Plays a line of a report.
    func play(_ command: Command, at microseconds: Int64) -> String? {
        play(TimedCommand(time: Timestamp(microseconds: microseconds), command: command))
    }
}
