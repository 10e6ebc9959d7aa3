import Membership
import Trading

/// What a mover wants of a shard; the answer comes back with the token.
public enum MoverEffect: Equatable, Sendable {
    case submit(Command, to: ShardID, token: UInt64)
    case ask(Query, of: ShardID, token: UInt64)
    /// Append to shard 0's log.
    case propose(CoordinationCommand)
    /// A line for the operator's log.
    case log(String)
}

/// Brings a pair from one shard to another, step by step, each logged by the shard it concerns.
///
/// It remembers nothing that matters: after a change of the coordinator another one looks at what
/// the destination has of the pair, and either the pair trades there or the attempt is given up. Until
/// the destination has decided, giving up is always possible; afterwards it never is. Another attempt
/// follows one that was given up; which it is, shard 0's state says.
public struct PairMover: Sendable {
    /// Most parts of the copy on their way to the destination.
    static let partsInFlightMax = 2
    /// A copy that takes longer is given up.
    public static let copyNanoseconds: UInt64 = 60_000_000_000
    /// A pair frozen for longer is given up, unless the destination has it.
    public static let freezeNanoseconds: UInt64 = 1_000_000_000

    /// The most attempts; what fails so often does not fail by chance.
    public static let attemptsMax: UInt8 = 5
    /// Before the second attempt; before each later one twice as long.
    public static let restNanoseconds: UInt64 = 100_000_000

    private enum Step: Equatable {
        /// Another attempt failed a moment ago.
        case resting
        /// Asking a shard anything, to begin when both serve.
        case waiting(for: ShardID)
        /// Asking the destination what became of an attempt that another coordinator began.
        case looking
        case copying
        case freezing
        case comparing
        case activating
        case aborting
        case unfreezing
        /// The destination has it; waiting for the map.
        case settling
        case releasing
        /// Waiting for the map to forget the move.
        case ending
    }

    /// What is moved.
    public private(set) var move: PairMove
    private var step: Step
    /// Until when the step may take; of a rest, its end.
    private var deadline: UInt64
    private var nextPart: UInt32 = 0
    private var isWholeTold = false
    private var partsInFlight = 0
    private var nextToken: UInt64
    /// Why the attempt is given up.
    private var failure = ""
    /// Whether the destination has refused to give it up.
    private var isTaken = false
    /// Requests not answered, and whether each is a command; what an abort cut off is not among them.
    private var tokens: [UInt64: Bool] = [:]
    /// When the pair was frozen, and for how long it was, in nanoseconds.
    private var frozenAt: UInt64 = 0
    /// Nanoseconds from the freeze to the destination's decision, once that was made.
    public private(set) var frozenNanoseconds: UInt64?

    /// Takes up a move.
    ///
    /// - Parameters:
    ///   - move: As it is in the log.
    ///   - firstToken: Its tokens count up from here.
    ///   - isNew: Whether this coordinator saw it begin; otherwise another may have come some way.
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public init(
        _ move: PairMove,
        firstToken: UInt64,
        isNew: Bool,
        now: UInt64,
        effects: inout [MoverEffect]
    ) {
        self.move = move
        nextToken = firstToken
        deadline = now + Self.copyNanoseconds
        step = .copying
        if move.isSettled {
            release(&effects)
        } else if isNew, move.attempt > 1 {
            step = .resting
            deadline = now + Self.restNanoseconds << UInt64(min(move.attempt, Self.attemptsMax) - 2)
        } else if isNew {
            askPart(&effects)
        } else {
            step = .looking
            ask(.pairStanding(instrument: move.instrument), of: move.destination, &effects)
        }
    }

    /// Takes the outcome of a request.
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
        guard let isCommand = tokens.removeValue(forKey: token) else { return }
        switch step {
        case .waiting(let shard): waited(for: shard, reply, now: now, &effects)
        case .looking: looked(reply, &effects)
        case .copying: copied(reply, isStaged: isCommand, now: now, &effects)
        case .freezing: frozen(reply, now: now, &effects)
        case .comparing: compared(reply, &effects)
        case .activating: activated(reply, now: now, &effects)
        case .aborting: aborted(reply, now: now, &effects)
        case .unfreezing:
            // Refused only by a source that knows of a later attempt: then this one is over too.
            if reply == nil { return unfreeze(&effects) }
            fail(&effects)
        case .releasing:
            if reply == nil { return release(&effects) }
            step = .ending
            let end = CoordinationCommand.endMove(
                symbol: move.symbol,
                generation: move.generation
            )
            effects.append(.propose(end))
        case .resting, .settling, .ending: break
        }
    }

    /// The map says what the destination decided.
    ///
    /// - Parameters:
    ///   - move: As it is in the log now.
    ///   - effects: What to do is appended here.
    public mutating func changed(_ move: PairMove, effects: inout [MoverEffect]) {
        self.move = move
        if move.isSettled, step == .settling { release(&effects) }
    }

    /// Gives up what takes too long, and begins what has rested.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func tick(now: UInt64, effects: inout [MoverEffect]) {
        guard now >= deadline else { return }
        switch step {
        case .resting:
            effects.append(.log("\(title): attempt \(move.attempt) of \(Self.attemptsMax)"))
            deadline = now + Self.copyNanoseconds
            wait(for: move.destination, &effects)
        case .waiting, .looking, .copying, .freezing, .comparing, .activating:
            abort("it takes too long", &effects)
        case .aborting, .unfreezing, .settling, .releasing, .ending: break
        }
    }

    // MARK: Steps

    private mutating func wait(for shard: ShardID, _ effects: inout [MoverEffect]) {
        step = .waiting(for: shard)
        ask(.pairStanding(instrument: move.instrument), of: shard, &effects)
    }

    private mutating func waited(
        for shard: ShardID,
        _ reply: Reply?,
        now: UInt64,
        _ effects: inout [MoverEffect]
    ) {
        if reply == nil { return wait(for: shard, &effects) }
        if shard == move.destination { return wait(for: move.source, &effects) }
        step = .copying
        deadline = now + Self.copyNanoseconds
        askPart(&effects)
    }

    private mutating func looked(_ reply: Reply?, _ effects: inout [MoverEffect]) {
        guard case .pairStanding(let standing)? = reply else {
            return ask(.pairStanding(instrument: move.instrument), of: move.destination, &effects)
        }
        if standing == PairStanding(state: .active, generation: move.generation) {
            return settle(&effects)
        }
        if isTaken {
            // The source goes on.
            failure = "the destination has another pair of this name"
            return unfreeze(&effects)
        }
        abort("another coordinator began it", &effects)
    }

    private mutating func askPart(_ effects: inout [MoverEffect]) {
        let query = Query.pairPart(
            instrument: move.instrument,
            generation: move.generation,
            part: nextPart
        )
        ask(query, of: move.source, &effects)
    }

    private mutating func copied(
        _ reply: Reply?,
        isStaged: Bool,
        now: UInt64,
        _ effects: inout [MoverEffect]
    ) {
        switch reply {
        case .pairPart(let part, let isLast)? where !isStaged:
            submit(.stage(part: nextPart, part), to: move.destination, &effects)
            nextPart += 1
            partsInFlight += 1
            isWholeTold = isLast
            if !isLast, partsInFlight < Self.partsInFlightMax { askPart(&effects) }
        case .done? where isStaged:
            partsInFlight -= 1
            // The question for the next part waits while too many are on their way.
            if !isWholeTold, partsInFlight == Self.partsInFlightMax - 1 { askPart(&effects) }
        default: return abort("the copy failed: \(Self.text(reply))", &effects)
        }
        guard isWholeTold, partsInFlight == 0 else { return }
        step = .freezing
        frozenAt = now
        deadline = now + Self.freezeNanoseconds
        submit(.freeze, to: move.source, &effects)
    }

    private mutating func frozen(_ reply: Reply?, now: UInt64, _ effects: inout [MoverEffect]) {
        guard reply == .done else {
            return abort("the source does not freeze: \(Self.text(reply))", &effects)
        }
        step = .comparing
        let query = Query.pairDelta(
            instrument: move.instrument,
            generation: move.generation
        )
        ask(query, of: move.source, &effects)
    }

    private mutating func compared(_ reply: Reply?, _ effects: inout [MoverEffect]) {
        guard case .pairDelta(let delta)? = reply else {
            return abort("the source lost the copy: \(Self.text(reply))", &effects)
        }
        step = .activating
        submit(.activate(delta), to: move.destination, &effects)
    }

    private mutating func activated(_ reply: Reply?, now: UInt64, _ effects: inout [MoverEffect]) {
        guard reply == .done else {
            return abort("the destination has not taken it: \(Self.text(reply))", &effects)
        }
        frozenNanoseconds = now - min(frozenAt, now)
        settle(&effects)
    }

    private mutating func settle(_ effects: inout [MoverEffect]) {
        step = .settling
        let settlement = CoordinationCommand.settleMove(
            symbol: move.symbol,
            generation: move.generation,
            isDone: true
        )
        effects.append(.propose(settlement))
    }

    private mutating func abort(_ why: String, _ effects: inout [MoverEffect]) {
        effects.append(.log("\(title): \(why)"))
        failure = why
        step = .aborting
        tokens = [:]
        submit(.abort, to: move.destination, &effects)
    }

    private mutating func aborted(_ reply: Reply?, now: UInt64, _ effects: inout [MoverEffect]) {
        switch reply {
        case nil: submit(.abort, to: move.destination, &effects)
        // Too late: it trades there.
        case .rejected(.moveRefused)?:
            isTaken = true
            step = .looking
            deadline = now + Self.copyNanoseconds
            ask(.pairStanding(instrument: move.instrument), of: move.destination, &effects)
        default: unfreeze(&effects)
        }
    }

    private mutating func unfreeze(_ effects: inout [MoverEffect]) {
        step = .unfreezing
        submit(.unfreeze, to: move.source, &effects)
    }

    private mutating func fail(_ effects: inout [MoverEffect]) {
        let isLast = move.attempt >= Self.attemptsMax
        if isLast { effects.append(.log("\(title) is given up after \(move.attempt) attempts")) }
        step = .ending
        let end = CoordinationCommand.failMove(
            symbol: move.symbol,
            generation: move.generation,
            isLast: isLast,
            why: failure
        )
        effects.append(.propose(end))
    }

    private mutating func release(_ effects: inout [MoverEffect]) {
        step = .releasing
        submit(.release, to: move.source, &effects)
    }

    // MARK: Requests

    private mutating func submit(
        _ step: PairMoveStep,
        to shard: ShardID,
        _ effects: inout [MoverEffect]
    ) {
        let command = Command.movePair(
            instrument: move.instrument,
            generation: move.generation,
            step
        )
        effects.append(.submit(command, to: shard, token: token(isCommand: true)))
    }

    private mutating func ask(
        _ query: Query,
        of shard: ShardID,
        _ effects: inout [MoverEffect]
    ) {
        effects.append(.ask(query, of: shard, token: token(isCommand: false)))
    }

    private mutating func token(isCommand: Bool) -> UInt64 {
        defer { nextToken += 1 }
        tokens[nextToken] = isCommand
        return nextToken
    }

    private var title: String { "move of \(move.symbol) to shard \(move.destination)" }

    private static func text(_ reply: Reply?) -> String {
        switch reply {
        case nil: "no answer"
        case .rejected(let reason)?: "\(reason)"
        default: "an unexpected answer"
        }
    }
}
