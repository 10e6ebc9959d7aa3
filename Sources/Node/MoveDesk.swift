import Configuration
import Coordination
import Membership
import Observability
import Routing
import Trading

/// What the coordinator that leads says to shards: the steps of moves, and the phases of pairs.
final class MoveDesk {
    /// A request without an answer for so long is asked again, or given up.
    static let deadlineNanoseconds: UInt64 = 2_000_000_000

    /// Appends to shard 0's log.
    var propose: ((CoordinationCommand) -> Void)?
    private let context: ProcessContext
    /// The numbers of the pairs, by name.
    let instruments: [String: InstrumentID]
    private var movers = PairMovers()
    private var map = ShardMap.empty
    private var lines: [ShardID: ShardLine] = [:]
    /// Answers to what is not a move, by token.
    private var waiting: [UInt64: (Reply?) -> Void] = [:]
    /// Below those of the movers.
    private var lastToken: UInt64 = 0

    /// Makes a desk without moves.
    ///
    /// - Parameter context: The process.
    /// - Throws: When the instruments cannot be read.
    init(context: ProcessContext) throws {
        self.context = context
        let (_, all) = try InstrumentFile.load(context.plan.instruments)
        instruments = Dictionary(uniqueKeysWithValues: all.map { ($0.symbol, $0.id) })
    }

    /// The committed state is this now.
    ///
    /// - Parameters:
    ///   - state: Of the coordinator that leads.
    ///   - areNew: Whether moves not seen before have begun just now.
    func follow(_ state: ClusterState, areNew: Bool) {
        map = state.map
        for line in lines.values { line.follow(map) }
        perform { $0.follow(state.moves, areNew: areNew, now: context.now, effects: &$1) }
    }

    func tick() {
        for line in lines.values { line.tick() }
        perform { $0.tick(now: context.now, effects: &$1) }
    }

    /// Changes what a pair takes.
    ///
    /// - Parameters:
    ///   - symbol: A pair that has an owner.
    ///   - phase: From now on.
    ///   - finish: Gets the shard's answer; `nil` when there is none.
    func setPhase(
        of symbol: String,
        _ phase: TradingPhase,
        _ finish: @escaping (Reply?) -> Void
    ) {
        guard let instrument = instruments[symbol], let shard = map.owner(of: symbol)?.shard else {
            return finish(.rejected(.unknownInstrument))
        }
        lastToken += 1
        waiting[lastToken] = finish
        line(to: shard).submit(
            .setPhase(instrument: instrument, phase),
            generation: map.generation(of: symbol),
            token: lastToken,
            deadline: context.now + Self.deadlineNanoseconds
        )
    }

    private func perform(_ input: (inout PairMovers, inout [MoverEffect]) -> Void) {
        var effects: [MoverEffect] = []
        input(&movers, &effects)
        let deadline = context.now + Self.deadlineNanoseconds
        for effect in effects {
            switch effect {
            case .submit(let command, let shard, let token):
                line(to: shard).submit(command, token: token, deadline: deadline)
            case .ask(let query, let shard, let token):
                line(to: shard).ask(query, token: token, deadline: deadline)
            case .propose(let command): propose?(command)
            case .log(let text): context.log.log(.info, text)
            }
        }
    }

    private func line(to shard: ShardID) -> ShardLine {
        if let line = lines[shard] { return line }
        // Apart from the sessions of routers and relays.
        let session = context.instance &+ 1 << 48 &+ UInt64(shard.rawValue)
        let line = ShardLine(context: context, shard: shard, session: session)
        line.onComplete = { [weak self] token, outcome in self?.completed(token, outcome) }
        lines[shard] = line
        line.follow(map)
        return line
    }

    private func completed(_ token: UInt64, _ outcome: RequestOutcome) {
        var reply: Reply?
        if case .reply(let said) = outcome { reply = said }
        if let finish = waiting.removeValue(forKey: token) { return finish(reply) }
        perform { $0.received(reply, to: token, now: context.now, effects: &$1) }
    }
}
