import Trading
import Wire

/// One log kept by several acceptors, of which a majority makes an entry durable.
///
/// It stands between a role, which knows one log, and the acceptors: it turns what the role asks
/// into questions to each of them, and their answers into one. A log on one acceptor is a quorum of
/// one. Sans-I/O: inputs are methods, effects go into the caller's buffer.
public struct LogQuorum: Sendable {
    /// What the quorum wants done, in order.
    public enum Effect: Equatable, Sendable {
        /// Ask an acceptor; hand the answer to `received`.
        case ask(AcceptorRequest, of: Int)
        /// The log's answer to what the role asked.
        case answer(AcceptorReply, to: AcceptorRequest)
        /// The role can ask: a majority can be reached.
        case ready
        /// It cannot any more; what it asked has no answer and is forgotten.
        case lost(String)
        /// Tell the operator.
        case note(String)
    }

    let majority: Int
    let incarnation: UInt64
    var members: [QuorumMember]
    var term: QuorumTerm?
    var repair: QuorumRepair?
    /// Questions that one acceptor can answer, and whom they were put to.
    var singles: [(request: AcceptorRequest, member: Int)] = []
    var gathers: [QuorumGather] = []
    /// Who is asked what one can answer; nil until it is known whose log goes furthest.
    var reader: Int?
    /// Questions that wait for that.
    var unread: [AcceptorRequest] = []
    private var isUp = false

    /// Makes the quorum of acceptors none of which can be asked yet.
    ///
    /// - Parameters:
    ///   - acceptorCount: 1, 3 or 5.
    ///   - incarnation: Given to an acceptor that lost its disk, once it is filled again.
    public init(acceptorCount: Int, incarnation: UInt64) {
        invariant(acceptorCount > 0, "a log has an acceptor")
        self.incarnation = incarnation
        majority = acceptorCount / 2 + 1
        members = Array(repeating: QuorumMember(), count: acceptorCount)
    }

    /// Acceptors that hold all that is durable, for the operator.
    public var followingCount: Int { members.count { $0.standing == .following } }

    // MARK: Connections

    /// An acceptor can be asked: first contact, or again after a lost connection.
    ///
    /// - Parameters:
    ///   - index: Which one.
    ///   - effects: What to do is appended here.
    public mutating func ready(_ index: Int, effects: inout [Effect]) {
        members[index].isReady = true
        members[index].standing = .unknown
        if term != nil { seal(index, &effects) }
        rise(&effects)
    }

    /// An acceptor's connection is gone; whatever it was asked may or may not have happened.
    ///
    /// - Parameters:
    ///   - index: Which one.
    ///   - effects: What to do is appended here.
    public mutating func lost(_ index: Int, effects: inout [Effect]) {
        guard members[index].isReady else { return }
        members[index].isReady = false
        members[index].standing = .unknown
        if let repair, repair.concerns(index) { self.repair = nil }
        let isSource = term.map { $0.source == index && $0.open == nil } ?? false
        if isSource || members.count(where: \.isReady) < majority {
            fall("\(members.count(where: \.isReady)) of \(members.count) acceptors left", &effects)
            return rise(&effects)
        }
        if reader == index { reader = nil }
        askAnother(than: index, &effects)
        for place in gathers.indices.reversed() {
            take(.failed("the connection was lost"), from: index, at: place, &effects)
        }
    }

    private mutating func rise(_ effects: inout [Effect]) {
        guard !isUp, members.count(where: \.isReady) >= majority else { return }
        isUp = true
        effects.append(.ready)
    }

    private mutating func fall(_ reason: String, _ effects: inout [Effect]) {
        guard isUp else { return }
        isUp = false
        singles = []
        gathers = []
        unread = []
        reader = nil
        term?.verify = nil
        effects.append(.lost(reason))
    }

    // MARK: Asking

    /// Asks the log.
    ///
    /// - Parameters:
    ///   - request: What the role wants; the same again is no harm.
    ///   - effects: What to do is appended here.
    public mutating func ask(_ request: AcceptorRequest, effects: inout [Effect]) {
        switch request {
        case .seal(let epoch, _): begin(epoch, request, &effects)
        case .open: open(request, &effects)
        case .append(_, _, let record): append(record, request, &effects)
        case .verify: verify(request, &effects)
        case .read, .readManifest, .readChunk: askOne(request, &effects)
        case .writeChunk, .putManifest, .trim: gather(request, &effects)
        case .create, .prepare, .admit, .find: invariant(false, "logs are created one by one")
        }
    }

    /// The role gave up its term: nothing more is asked in its name.
    public mutating func resign() {
        term = nil
        repair = nil
        forgetReads()
        for index in members.indices { members[index].standing = .unknown }
    }

    /// Comes back to acceptors that refused or stayed behind; called every 50 ms or so.
    ///
    /// - Parameter effects: What to do is appended here.
    public mutating func tick(effects: inout [Effect]) {
        // Whoever was asked has answered, and it was not enough.
        if let repair, repair.asked.isEmpty { self.repair = nil }
        retryRefusing(&effects)
        repairNext(&effects)
    }

    /// Takes an acceptor's answer.
    ///
    /// - Parameters:
    ///   - reply: `nil` when the connection broke first; `lost` and `ready` then tell the rest.
    ///   - request: What it answers.
    ///   - index: Who answers.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ reply: AcceptorReply?,
        to request: AcceptorRequest,
        from index: Int,
        effects: inout [Effect]
    ) {
        guard let reply, members[index].isReady else { return }
        if isForRepair(request, from: index) {
            return repaired(reply, to: request, from: index, &effects)
        }
        if let place = singles.firstIndex(where: { $0.member == index && $0.request == request }) {
            singles.remove(at: place)
            return effects.append(.answer(visible(reply), to: request))
        }
        let place = gathers.firstIndex { $0.request == request && $0.asked.contains(index) }
        if let place { return take(reply, from: index, at: place, &effects) }
        lead(reply, to: request, from: index, &effects)
    }
}

/// What the quorum knows of one acceptor.
struct QuorumMember: Sendable {
    enum Standing: Equatable, Sendable {
        /// Not asked in this term.
        case unknown
        case sealing
        /// Promised; its log ends at `tail`.
        case sealed
        case opening
        /// Open in this term: takes appends.
        case following
        /// Its log must be mended before it can follow.
        case behind
        /// Has lost its disk: must not vote before it is filled (I6).
        case learner
        /// Would not: full disk, loading.
        case refusing
        /// Lacks what it acknowledged.
        case broken
    }

    var isReady = false
    var standing = Standing.unknown
    /// Where its log ended when it was sealed.
    var tail = EntryID.zero
    var tailHash = ChainHash.zero
    /// The last record sent to it, and the last it is known to have stored in this term.
    var sent = EntryID.zero
    var stored = EntryID.zero
}
