import Membership
import Trading
import Wire

/// What became of a request, for the client that waits.
public enum RequestOutcome: Equatable, Sendable {
    case reply(Reply)
    /// The deadline passed after it was sent: it may have happened, or may yet, once at most; asking
    /// again under the same `clientOrderID` is safe.
    case unknown
    /// It did not happen and will not: no primary could be reached in time.
    case unavailable
    /// It did not happen: too much is in flight.
    case overloaded
}

/// What a session wants done; the node carries it out in order.
public enum SessionEffect: Equatable, Sendable {
    /// Open a stream to this address; it carries this session only.
    case connect(address: String)
    /// Drop the stream or the attempt.
    case disconnect
    case send(SessionRequest)
    /// Answer the client that holds this token.
    case complete(token: UInt64, RequestOutcome)
    /// The shard has sent funds to another one.
    case reaches(ShardID)
    /// What an account has used of its orders on the shard.
    case ordersUsed(AccountID, [OrderUsage])
}

/// A router's conversation with one shard, whoever is its primary.
///
/// Commands are numbered and kept until answered; after a failover they are sent again under the
/// same numbers, so that each runs exactly once. A command whose client was told "unknown" is sent
/// again as `void`: either the first sending is in the log already, or it never will be.
public struct ShardSession: Sendable {
    /// The most commands kept unanswered; below what the shard keeps replies for.
    public static let inFlightMax = 4000
    /// The most questions kept unanswered.
    public static let questionsMax = 16_384

    private struct Pending: Sendable {
        var sequence: UInt64
        var command: Command
        var generation: UInt32
        var token: UInt64?
        var deadline: UInt64
        var wasSent: Bool
    }

    private struct Question: Sendable {
        var id: UInt64
        var query: Query
        var token: UInt64
        var deadline: UInt64
    }

    private enum Link: Equatable {
        /// Not before this time, in nanoseconds.
        case down(retryAt: UInt64)
        case connecting
        case greeting
        case open
    }

    /// The shard.
    public let shard: ShardID
    private var session: SessionID
    private var address: String?
    private var epoch = Epoch(0)
    private var link = Link.down(retryAt: 0)
    private var failures: UInt64 = 0
    private var nextSequence: UInt64 = 1
    private var pending: ArraySlice<Pending> = []
    private var nextQuestion: UInt64 = 1
    private var questions: ArraySlice<Question> = []

    /// Starts a conversation.
    ///
    /// - Parameters:
    ///   - session: Unique; drawn at random by the router.
    ///   - shard: With which shard.
    public init(session: SessionID, shard: ShardID) {
        self.session = session
        self.shard = shard
    }

    /// Commands and questions not yet answered.
    public var inFlightCount: Int { pending.count + questions.count }

    /// Whether the shard's primary is serving this session.
    public var isOpen: Bool { link == .open }

    /// Follows the map: goes to the primary named there.
    ///
    /// - Parameters:
    ///   - address: `host:port` of the primary; `nil` while there is none.
    ///   - epoch: Its term.
    ///   - effects: What to do is appended here.
    public mutating func assign(
        address: String?,
        epoch: Epoch,
        effects: inout [SessionEffect]
    ) {
        guard address != self.address || epoch != self.epoch else { return }
        self.epoch = epoch
        let isOpenThere = address == self.address && link == .open
        self.address = address
        // The same process may serve a later term: its stream then ended or will end by itself.
        guard !isOpenThere else { return }
        if case .down = link {} else { effects.append(.disconnect) }
        link = .down(retryAt: 0)
        failures = 0
        connect(&effects)
    }

    /// Takes a command to run once.
    ///
    /// - Parameters:
    ///   - command: What to run.
    ///   - generation: Of its pair, as the map says.
    ///   - token: Comes back with the outcome.
    ///   - deadline: Monotonic nanoseconds after which the client is told.
    ///   - effects: What to do is appended here.
    public mutating func submit(
        _ command: Command,
        generation: UInt32 = 0,
        token: UInt64,
        deadline: UInt64,
        effects: inout [SessionEffect]
    ) {
        guard pending.count < Self.inFlightMax else {
            return effects.append(.complete(token: token, .overloaded))
        }
        let isOpen = link == .open
        pending.append(
            Pending(
                sequence: nextSequence,
                command: command,
                generation: generation,
                token: token,
                deadline: deadline,
                wasSent: isOpen
            )
        )
        nextSequence += 1
        if isOpen { send(pending[pending.endIndex - 1], &effects) }
    }

    /// Takes a question.
    ///
    /// - Parameters:
    ///   - query: What to ask.
    ///   - token: Comes back with the outcome.
    ///   - deadline: Monotonic nanoseconds after which the client is told.
    ///   - effects: What to do is appended here.
    public mutating func ask(
        _ query: Query,
        token: UInt64,
        deadline: UInt64,
        effects: inout [SessionEffect]
    ) {
        guard questions.count < Self.questionsMax else {
            return effects.append(.complete(token: token, .overloaded))
        }
        let question = Question(
            id: nextQuestion,
            query: query,
            token: token,
            deadline: deadline
        )
        nextQuestion += 1
        questions.append(question)
        if link == .open { effects.append(.send(.query(id: question.id, query))) }
    }

    /// The stream is open: say hello.
    ///
    /// - Parameter effects: What to do is appended here.
    public mutating func connected(effects: inout [SessionEffect]) {
        guard link == .connecting else { return }
        link = .greeting
        effects.append(.send(.hello(version: SessionRequest.version, session, shard)))
    }

    /// The stream or the attempt ended.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func disconnected(now: UInt64, effects: inout [SessionEffect]) {
        if case .down = link { return }
        retry(now: now)
        if failures == 1 { connect(&effects) }
    }

    /// Takes a message from the shard.
    ///
    /// - Parameters:
    ///   - response: The message.
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ response: SessionResponse,
        now: UInt64,
        effects: inout [SessionEffect]
    ) {
        switch response {
        case .welcome(_, let sequence): welcome(through: sequence, &effects)
        case .reply(let sequence, let reply): replied(sequence, reply, &effects)
        case .answer(let id, let reply):
            guard let index = questions.firstIndex(where: { $0.id == id }) else { return }
            let question = questions.remove(at: index)
            effects.append(.complete(token: question.token, .reply(reply)))
        case .refused(let refusal):
            if refusal == .gap { startOver(&effects) }
            effects.append(.disconnect)
            retry(now: now)
        case .sendsTo(let shard): effects.append(.reaches(shard))
        case .ordersUsed(let account, let usages):
            effects.append(.ordersUsed(account, usages))
        }
    }

    /// Tells clients whose deadline has passed, and connects again when it is time.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func tick(now: UInt64, effects: inout [SessionEffect]) {
        for index in pending.indices where pending[index].deadline <= now {
            guard let token = pending[index].token else { continue }
            let outcome: RequestOutcome = pending[index].wasSent ? .unknown : .unavailable
            effects.append(.complete(token: token, outcome))
            pending[index].token = nil
            pending[index].command = .void
        }
        while let index = questions.firstIndex(where: { $0.deadline <= now }) {
            let question = questions.remove(at: index)
            effects.append(.complete(token: question.token, .unavailable))
        }
        if case .down(let retryAt) = link, retryAt <= now { connect(&effects) }
    }

    // MARK: Parts

    private mutating func connect(_ effects: inout [SessionEffect]) {
        guard case .down = link, let address else { return }
        link = .connecting
        effects.append(.connect(address: address))
    }

    /// 2, 4, 8 … 64 ms, each shifted by up to half by a hash, so that sessions do not come at once.
    private mutating func retry(now: UInt64) {
        failures = min(failures + 1, 6)
        let step = UInt64(1_000_000) << failures
        let spread = (session.rawValue ^ nextSequence &* 0x9E37_79B9_7F4A_7C15) % (step / 2)
        link = .down(retryAt: now + step / 2 + spread)
    }

    private mutating func welcome(through sequence: UInt64, _ effects: inout [SessionEffect]) {
        guard link == .greeting else { return }
        if sequence + 1 < (pending.first?.sequence ?? nextSequence) {
            // The shard has forgotten this session (idle for too long): a new one is needed.
            startOver(&effects)
            effects.append(.disconnect)
            link = .down(retryAt: 0)
            return connect(&effects)
        }
        link = .open
        failures = 0
        for index in pending.indices {
            pending[index].wasSent = true
            send(pending[index], &effects)
        }
        for question in questions {
            effects.append(.send(.query(id: question.id, question.query)))
        }
    }

    private mutating func replied(
        _ sequence: UInt64,
        _ reply: Reply,
        _ effects: inout [SessionEffect]
    ) {
        // Replies come in the order of the log; an older one is the echo of a second sending.
        guard let first = pending.first, first.sequence == sequence else { return }
        pending.removeFirst()
        if let token = first.token { effects.append(.complete(token: token, .reply(reply))) }
        if pending.isEmpty { pending = [] }
    }

    private func send(_ entry: Pending, _ effects: inout [SessionEffect]) {
        let acknowledged = (pending.first?.sequence ?? nextSequence) - 1
        effects.append(
            .send(
                .command(
                    sequence: entry.sequence,
                    acknowledged: acknowledged,
                    entry.command,
                    generation: entry.generation
                )
            )
        )
    }

    private mutating func startOver(_ effects: inout [SessionEffect]) {
        for entry in pending {
            guard let token = entry.token else { continue }
            effects.append(.complete(token: token, entry.wasSent ? .unknown : .unavailable))
        }
        pending = []
        nextSequence = 1
        session = SessionID(rawValue: session.rawValue &* 6_364_136_223_846_793_005 &+ 1)
    }
}
