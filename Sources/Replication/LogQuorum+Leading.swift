import Trading
import Wire

/// One term of leadership over several acceptors.
struct QuorumTerm: Sendable {
    let epoch: Epoch
    let request: AcceptorRequest
    /// Whose log is taken over: of a sealed majority the one that ends last.
    var source: Int?
    /// What the role opens with, and whether a majority has.
    var open: AcceptorRequest?
    var isOpen = false
    /// Records of this term that an acceptor may lack, and the place they follow.
    var recent: [LogRecord] = []
    var base = EntryID.zero
    var baseHash = ChainHash.zero
    /// Appends the role waits for, oldest first; the one before was answered last.
    var waiting: [AcceptorRequest] = []
    var answered = EntryID.zero
    var verify: (request: AcceptorRequest, confirmed: Set<Int>)?
    /// Why nothing can become durable for now.
    var failure: AcceptorReply?

    /// The last record proposed.
    var tail: EntryID { recent.last?.id ?? base }
}

// Sealing, opening and appending.

extension LogQuorum {
    /// Appends on their way to one acceptor.
    static let window: UInt64 = 64
    /// Records kept for acceptors that lag, once they are durable.
    static let recentMax = 1024

    mutating func begin(
        _ epoch: Epoch,
        _ request: AcceptorRequest,
        _ effects: inout [Effect]
    ) {
        term = QuorumTerm(epoch: epoch, request: request)
        repair = nil
        forgetReads()
        for index in members.indices {
            members[index].stored = .zero
            if members[index].isReady { seal(index, &effects) }
        }
    }

    /// Asks for the promise of this term, also again: the answer tells where the log ends.
    mutating func seal(_ index: Int, _ effects: inout [Effect]) {
        guard let term else { return }
        if let repair, repair.concerns(index) { self.repair = nil }
        members[index].standing = .sealing
        effects.append(.ask(term.request, of: index))
    }

    mutating func open(_ request: AcceptorRequest, _ effects: inout [Effect]) {
        guard case .open(let epoch, let base, let baseHash, let records) = request,
            let term, term.epoch == epoch
        else { return }
        if term.open == nil {
            self.term?.open = request
            self.term?.base = base
            self.term?.baseHash = baseHash
            self.term?.recent = records
        }
        for index in members.indices where members[index].standing == .sealed {
            place(index, &effects)
        }
        answerDurable(&effects)
    }

    mutating func append(
        _ record: LogRecord,
        _ request: AcceptorRequest,
        _ effects: inout [Effect]
    ) {
        guard let term, record.id.epoch == term.epoch, term.open != nil else { return }
        if record.id <= term.answered { return effects.append(.answer(.done, to: request)) }
        if record.id > term.tail { self.term?.recent.append(record) }
        if !term.waiting.contains(request) { self.term?.waiting.append(request) }
        if let failure = term.failure { effects.append(.answer(failure, to: request)) }
        for index in members.indices { pump(index, &effects) }
    }

    mutating func verify(_ request: AcceptorRequest, _ effects: inout [Effect]) {
        guard let term, term.isOpen else { return }
        self.term?.verify = (request, [])
        for index in members.indices where members[index].standing == .following {
            effects.append(.ask(request, of: index))
        }
    }

    mutating func retryRefusing(_ effects: inout [Effect]) {
        let canFill = followingCount >= majority
        for index in members.indices where members[index].isReady {
            let standing = members[index].standing
            if standing == .refusing || standing == .learner && !canFill { seal(index, &effects) }
        }
    }

    // MARK: One acceptor

    /// Lets a sealed acceptor into the open term.
    private mutating func place(_ index: Int, _ effects: inout [Effect]) {
        guard let term, case .open(let epoch, _, _, _) = term.open else { return }
        let tail = members[index].tail
        if tail.epoch == epoch { return follow(index, upTo: tail, &effects) }
        if members[index].stored.epoch == epoch { return fault(index, endsAt: tail, &effects) }
        guard tail >= term.base, !term.recent.isEmpty else {
            members[index].standing = .behind
            return repairNext(&effects)
        }
        open(index, base: term.base, hash: term.baseHash, term.recent, &effects)
    }

    /// Sends records after a base that the acceptor should have.
    mutating func open(
        _ index: Int,
        base: EntryID,
        hash: ChainHash,
        _ records: [LogRecord],
        _ effects: inout [Effect]
    ) {
        guard let term, let last = records.last else { return }
        members[index].standing = .opening
        members[index].sent = last.id
        let request = AcceptorRequest.open(
            term.epoch,
            base: base,
            baseHash: hash,
            records: records
        )
        effects.append(.ask(request, of: index))
    }

    private mutating func follow(_ index: Int, upTo id: EntryID, _ effects: inout [Effect]) {
        if id < members[index].stored { return fault(index, endsAt: id, &effects) }
        members[index].standing = .following
        term?.failure = nil
        members[index].stored = id
        members[index].sent = id
        if let verify = term?.verify { effects.append(.ask(verify.request, of: index)) }
        answerDurable(&effects)
        pump(index, &effects)
        repairNext(&effects)
    }

    /// Sends what the acceptor has not been sent yet.
    mutating func pump(_ index: Int, _ effects: inout [Effect]) {
        guard let term, members[index].standing == .following, members[index].isReady else {
            return
        }
        var sent = members[index].sent
        guard sent < term.tail else { return }
        guard sent.sequence >= term.base.sequence else {
            if sent == members[index].stored { repairNext(&effects) }
            return
        }
        let stored = members[index].stored.sequence.rawValue
        var place = Int(sent.sequence.rawValue - term.base.sequence.rawValue)
        while place < term.recent.count, sent.sequence.rawValue < stored + Self.window {
            let record = term.recent[place]
            effects.append(.ask(.append(term.epoch, previous: sent, record), of: index))
            sent = record.id
            place += 1
        }
        members[index].sent = sent
    }

    // MARK: Answers

    mutating func lead(
        _ reply: AcceptorReply,
        to request: AcceptorRequest,
        from index: Int,
        _ effects: inout [Effect]
    ) {
        guard let term, request.epoch == term.epoch else { return }
        switch (request, reply) {
        case (.seal, .sealed(let tail, let hash)) where members[index].standing == .sealing:
            sealed(index, tail, hash, &effects)
        case (.seal, .fenced(let promised, let opened)):
            fence(promised, opened, &effects)
        case (_, .fenced(let promised, let opened)):
            // A lower promise: it has lost its disk since, and may have been created anew.
            if promised > term.epoch { return fence(promised, opened, &effects) }
            seal(index, &effects)
        case (_, .noIncarnation):
            members[index].standing = .learner
            members[index].stored = .zero
            giveUp(reply, &effects)
            repairNext(&effects)
        case (_, .failed(let reason)):
            // Whatever else was under way is refused with it.
            guard members[index].standing != .refusing else { return }
            members[index].standing = .refusing
            effects.append(.note("acceptor \(index + 1) refused: \(reason)"))
            giveUp(reply, &effects)
        case (.open(_, _, _, let records), .done), (.admit(_, _, _, let records), .done):
            if members[index].standing == .opening, let last = records.last {
                follow(index, upTo: last.id, &effects)
            }
        case (.open, .mismatch), (.admit, .mismatch):
            members[index].standing = .behind
            repairNext(&effects)
        case (.append(_, _, let record), .done):
            members[index].stored = max(members[index].stored, record.id)
            answerDurable(&effects)
            pump(index, &effects)
        case (.append, .gap(let tail)) where members[index].standing == .following:
            if tail < members[index].stored { return fault(index, endsAt: tail, &effects) }
            seal(index, &effects)
        case (.verify, .done): verified(index, &effects)
        default: break
        }
    }

    private mutating func sealed(
        _ index: Int,
        _ tail: EntryID,
        _ hash: ChainHash,
        _ effects: inout [Effect]
    ) {
        members[index].standing = .sealed
        members[index].tail = tail
        members[index].tailHash = hash
        guard let term else { return }
        if term.open != nil { return place(index, &effects) }
        guard term.source == nil else { return }
        let sealed = members.indices.filter { members[$0].standing == .sealed }
        guard sealed.count >= majority,
            let source = sealed.max(by: { members[$0].tail < members[$1].tail })
        else { return }
        self.term?.source = source
        let reply = AcceptorReply.sealed(
            tail: members[source].tail,
            hash: members[source].tailHash
        )
        effects.append(.answer(reply, to: term.request))
    }

    private mutating func verified(_ index: Int, _ effects: inout [Effect]) {
        guard var verify = term?.verify else { return }
        verify.confirmed.insert(index)
        guard verify.confirmed.count >= majority else {
            term?.verify = verify
            return
        }
        term?.verify = nil
        effects.append(.answer(.done, to: verify.request))
    }

    /// Answers all that a majority has stored in this term.
    private mutating func answerDurable(_ effects: inout [Effect]) {
        guard var term, case .open(_, _, _, let records) = term.open, let marker = records.last
        else { return }
        let stored = members.map(\.stored).sorted(by: >)[majority - 1]
        guard stored.epoch == term.epoch else { return }
        if !term.isOpen, let open = term.open, stored >= marker.id {
            term.isOpen = true
            term.answered = marker.id
            effects.append(.answer(.done, to: open))
        }
        guard term.isOpen else { return }
        var count = 0
        for case .append(_, _, let record) in term.waiting where record.id <= stored { count += 1 }
        for request in term.waiting.prefix(count) {
            effects.append(.answer(.done, to: request))
        }
        term.waiting.removeFirst(count)
        term.answered = max(term.answered, stored)
        forget(&term)
        self.term = term
    }

    /// Keeps of the durable records those that an acceptor is about to need.
    private func forget(_ term: inout QuorumTerm) {
        let base = term.base.sequence.rawValue
        let durable = Int(term.answered.sequence.rawValue - base)
        var excess = min(durable, term.recent.count - Self.recentMax)
        if followingCount == members.count {
            let slowest = members.map(\.stored.sequence.rawValue).min() ?? base
            excess = min(durable, Int(slowest) - Int(base))
        }
        // In strides, since every removal moves the rest.
        guard excess >= 64 else { return }
        term.base = term.recent[excess - 1].id
        term.baseHash = term.recent[excess - 1].hash
        term.recent.removeFirst(excess)
    }

    private mutating func fence(
        _ promised: Epoch,
        _ opened: Epoch,
        _ effects: inout [Effect]
    ) {
        guard let term else { return }
        // What the role asked and not what we asked for it: a role knows only its own questions.
        let asked = term.waiting.first ?? term.open ?? term.request
        resign()
        effects.append(.answer(.fenced(promised: promised, opened: opened), to: asked))
    }

    /// An acceptor's log ends before what it acknowledged in this very term.
    private mutating func fault(_ index: Int, endsAt tail: EntryID, _ effects: inout [Effect]) {
        let stored = members[index].stored
        members[index].standing = .broken
        members[index].stored = .zero
        effects.append(.note("acceptor \(index + 1) ends at \(tail), before \(stored)"))
        giveUp(.gap(tail: tail), &effects)
    }

    /// Passes a failure on when no majority is left without those that fail.
    private mutating func giveUp(_ reply: AcceptorReply, _ effects: inout [Effect]) {
        let lame: [QuorumMember.Standing] = [.refusing, .learner, .broken]
        let able = members.count { !lame.contains($0.standing) }
        guard able < majority, let term else { return }
        var reply = reply
        // Of several each may come back, or have been filled by another primary meanwhile.
        if members.count > 1, reply.isFinal {
            reply = .failed("only \(able) of \(members.count) acceptors take entries")
        }
        self.term?.failure = reply
        let asked = term.isOpen ? term.waiting.first ?? term.verify?.request : term.open
        effects.append(.answer(reply, to: asked ?? term.request))
    }
}

extension AcceptorReply {
    /// Whether an acceptor that answers so lacks what it should have.
    fileprivate var isFinal: Bool {
        switch self {
        case .noIncarnation, .gap: true
        default: false
        }
    }
}

extension AcceptorRequest {
    /// The epoch of a request that needs a term.
    var epoch: Epoch? {
        switch self {
        case .seal(let epoch, _), .open(let epoch, _, _, _), .append(let epoch, _, _),
            .verify(let epoch), .admit(let epoch, _, _, _):
            epoch
        default: nil
        }
    }
}
