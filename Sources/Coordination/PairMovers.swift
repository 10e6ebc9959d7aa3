import Membership
import Trading

/// The movers of all pairs that are on their way, of the coordinator that leads.
public struct PairMovers: Sendable {
    /// Tokens of one mover; no move takes so many.
    private static let tokenCount: UInt64 = 1 << 32

    private var movers: [PairMover] = []
    /// Which mover has which tokens, at the same index.
    private var numbers: [UInt64] = []
    private var lastNumber: UInt64 = 0

    /// Makes the movers of a coordinator that does not lead.
    public init() {}

    /// Number of pairs on their way.
    public var count: Int { movers.count }

    /// The committed moves are these now.
    ///
    /// - Parameters:
    ///   - moves: All of them.
    ///   - areNew: Whether moves not seen before have begun just now.
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func follow(
        _ moves: [PairMove],
        areNew: Bool,
        now: UInt64,
        effects: inout [MoverEffect]
    ) {
        for index in movers.indices.reversed()
        where !moves.contains(where: { Self.isSame($0, movers[index].move) }) {
            if let pause = movers[index].frozenNanoseconds {
                let symbol = movers[index].move.symbol
                effects.append(.log("\(symbol) moved; it was frozen for \(pause / 1000) µs"))
            }
            movers.remove(at: index)
            numbers.remove(at: index)
        }
        for move in moves {
            if let index = movers.firstIndex(where: { Self.isSame($0.move, move) }) {
                movers[index].changed(move, effects: &effects)
                continue
            }
            lastNumber += 1
            numbers.append(lastNumber)
            movers.append(
                PairMover(
                    move,
                    firstToken: lastNumber * Self.tokenCount,
                    isNew: areNew,
                    now: now,
                    effects: &effects
                )
            )
        }
    }

    private static func isSame(_ left: PairMove, _ right: PairMove) -> Bool {
        left.symbol == right.symbol && left.generation == right.generation
    }

    /// Takes the outcome of a request; see `PairMover`.
    ///
    /// - Parameters:
    ///   - reply: What the shard said; `nil` when nobody knows.
    ///   - token: Of the request.
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ reply: Reply?,
        to token: UInt64,
        now: UInt64,
        effects: inout [MoverEffect]
    ) {
        guard let index = numbers.firstIndex(of: token / Self.tokenCount) else { return }
        movers[index].received(reply, to: token, now: now, effects: &effects)
    }

    /// Gives up what takes too long.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func tick(now: UInt64, effects: inout [MoverEffect]) {
        for index in movers.indices { movers[index].tick(now: now, effects: &effects) }
    }
}
