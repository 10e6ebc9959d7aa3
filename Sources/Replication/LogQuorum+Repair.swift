import Trading
import Wire

/// How an acceptor that stayed behind is brought back: one at a time, out of the log of another.
struct QuorumRepair: Sendable {
    enum Step: Equatable, Sendable {
        /// Making a learner where the disk was lost.
        case preparing
        /// Looking for the last entry both logs have: first in the source, then in the member.
        case findingInSource
        case findingInMember
        /// Copying the newest snapshot, since the entries between were trimmed; the member may have
        /// one that is newer.
        case findingOwnSnapshot
        case findingSnapshot
        case readingChunk
        case writingChunk
        case naming
        /// Reading the entries behind the base.
        case reading
        /// Proving the term to a majority before a learner gets its vote.
        case confirming
    }

    let member: Int
    let source: Int
    let isLearner: Bool
    var step: Step
    /// What was asked last, and of whom.
    var request: AcceptorRequest
    var asked: Set<Int>
    var base = EntryID.zero
    var baseHash = ChainHash.zero
    var records: [LogRecord] = []
    var size = 0
    var manifest: SnapshotManifest?
    var confirmed = 0

    func concerns(_ index: Int) -> Bool {
        member == index || source == index || asked.contains(index)
    }
}

extension LogQuorum {
    /// Bytes of entries sent in one step; beyond it a snapshot is copied first.
    static let repairSizeMax = 32 << 20

    func isForRepair(_ request: AcceptorRequest, from index: Int) -> Bool {
        repair.map { $0.request == request && $0.asked.contains(index) } ?? false
    }

    /// Starts to bring back the first acceptor that needs it, if another can be copied.
    mutating func repairNext(_ effects: inout [Effect]) {
        guard repair == nil, let term, term.open != nil else { return }
        let following = members.indices.filter { members[$0].standing == .following }
        let needy = members.indices.filter { needsRepair($0, term) }
        // A learner needs the word of a majority.
        guard let member = needy.first(where: { members[$0].standing != .learner }) ?? needy.first,
            let source = following.first(where: { $0 != member && !lags($0, term) })
        else { return }
        let standing = members[member].standing
        let start = standing == .following ? members[member].sent : members[member].tail
        var repair = QuorumRepair(
            member: member,
            source: source,
            isLearner: standing == .learner,
            step: .preparing,
            request: .prepare(incarnation: incarnation),
            asked: []
        )
        effects.append(.note("acceptor \(member + 1) is filled from \(source + 1)"))
        switch standing {
        case .learner: ask(&repair, .preparing, repair.request, of: member, &effects)
        case .following:
            repair.base = start
            read(&repair, after: start, &effects)
        default: ask(&repair, .findingInSource, .find(atMost: start), of: source, &effects)
        }
    }

    private func needsRepair(_ index: Int, _ term: QuorumTerm) -> Bool {
        guard members[index].isReady else { return false }
        switch members[index].standing {
        case .behind: return true
        // It has no vote, so the term opens without it.
        case .learner: return term.isOpen && followingCount >= majority
        case .following: return lags(index, term) && members[index].sent == members[index].stored
        default: return false
        }
    }

    /// Whether the records kept do not reach back to what the acceptor has.
    private func lags(_ index: Int, _ term: QuorumTerm) -> Bool {
        members[index].sent.sequence < term.base.sequence
    }

    private mutating func ask(
        _ repair: inout QuorumRepair,
        _ step: QuorumRepair.Step,
        _ request: AcceptorRequest,
        of index: Int,
        _ effects: inout [Effect]
    ) {
        repair.step = step
        repair.request = request
        repair.asked = [index]
        self.repair = repair
        effects.append(.ask(request, of: index))
    }

    private mutating func read(
        _ repair: inout QuorumRepair,
        after id: EntryID,
        _ effects: inout [Effect]
    ) {
        ask(&repair, .reading, .read(after: id, limit: 256), of: repair.source, &effects)
    }

    /// Takes the answer to the last question of the repair.
    mutating func repaired(
        _ reply: AcceptorReply,
        to request: AcceptorRequest,
        from index: Int,
        _ effects: inout [Effect]
    ) {
        guard var repair, let term else { return }
        repair.asked.remove(index)
        let (member, source) = (repair.member, repair.source)
        switch (repair.step, reply) {
        case (.preparing, .done):
            ask(&repair, .findingOwnSnapshot, .readManifest, of: member, &effects)
        case (.findingInSource, .records(let found)):
            guard let last = found.last else {
                return ask(&repair, .findingOwnSnapshot, .readManifest, of: member, &effects)
            }
            let isCommon = last.id == members[member].tail && last.hash == members[member].tailHash
            if isCommon { return start(&repair, from: last, &effects) }
            repair.records = [last]
            ask(&repair, .findingInMember, .find(atMost: last.id), of: member, &effects)
        case (.findingInMember, .records(let found)):
            guard let last = found.last else {
                return ask(&repair, .findingOwnSnapshot, .readManifest, of: member, &effects)
            }
            if last.id == repair.records.last?.id { return start(&repair, from: last, &effects) }
            ask(&repair, .findingInSource, .find(atMost: last.id), of: source, &effects)
        case (.findingOwnSnapshot, .manifest(let manifest)):
            repair.manifest = manifest
            ask(&repair, .findingSnapshot, .readManifest, of: source, &effects)
        case (.findingSnapshot, .manifest(let manifest)):
            if let own = repair.manifest, own.id >= manifest?.id ?? .zero {
                return jump(&repair, to: own, &effects)
            }
            repair.manifest = manifest
            copy(&repair, 0, &effects)
        case (.readingChunk, .chunk(let bytes)):
            guard let bytes, let manifest = repair.manifest,
                case .readChunk(_, let index) = request
            else { return self.repair = nil }
            let write = AcceptorRequest.writeChunk(manifest, index: index, bytes: bytes)
            ask(&repair, .writingChunk, write, of: member, &effects)
        case (.writingChunk, .done):
            if case .writeChunk(_, let index, _) = request { copy(&repair, index + 1, &effects) }
        case (.naming, .done):
            if let manifest = repair.manifest { jump(&repair, to: manifest, &effects) }
        case (.reading, .records(let records)): read(records, &repair, term, &effects)
        case (.confirming, .sealed):
            repair.confirmed += 1
            self.repair = repair
            if repair.confirmed >= majority { admit(repair, term, &effects) }
        case (_, .fenced):
            self.repair = nil
            lead(reply, to: request, from: index, &effects)
        default:
            // Refused, or not as it was: from the start again, at the next tick.
            self.repair = nil
        }
    }

    private mutating func start(
        _ repair: inout QuorumRepair,
        from common: LogRecord,
        _ effects: inout [Effect]
    ) {
        (repair.base, repair.baseHash) = (common.id, common.hash)
        repair.records = []
        read(&repair, after: common.id, &effects)
    }

    /// Goes on behind a snapshot that the member has.
    private mutating func jump(
        _ repair: inout QuorumRepair,
        to manifest: SnapshotManifest,
        _ effects: inout [Effect]
    ) {
        (repair.base, repair.baseHash) = (manifest.id, manifest.hash)
        repair.records = []
        repair.size = 0
        read(&repair, after: repair.base, &effects)
    }

    /// Copies the next chunk of the snapshot, or goes on behind it.
    private mutating func copy(
        _ repair: inout QuorumRepair,
        _ index: Int,
        _ effects: inout [Effect]
    ) {
        repair.records = []
        repair.size = 0
        guard let manifest = repair.manifest else {
            // No snapshot was ever taken: the log is whole from its first entry.
            (repair.base, repair.baseHash) = (.zero, .zero)
            return read(&repair, after: .zero, &effects)
        }
        if index < manifest.chunkCount {
            let request = AcceptorRequest.readChunk(manifest, index: index)
            return ask(&repair, .readingChunk, request, of: repair.source, &effects)
        }
        guard let epoch = term?.epoch else { return }
        ask(&repair, .naming, .putManifest(epoch, manifest), of: repair.member, &effects)
    }

    private mutating func read(
        _ records: [LogRecord],
        _ repair: inout QuorumRepair,
        _ term: QuorumTerm,
        _ effects: inout [Effect]
    ) {
        let before = repair.records.last?.id ?? repair.base
        // The entry of a snapshot comes again where the log has it under a later epoch.
        let records = Array(records.drop { $0.id.sequence <= before.sequence })
        let next = before.sequence.rawValue + 1
        guard let last = records.last, records.first?.id.sequence.rawValue == next else {
            // Trimmed away meanwhile. With a snapshot tried already: at the next tick again.
            if repair.manifest != nil || records.isEmpty { return self.repair = nil }
            return ask(&repair, .findingOwnSnapshot, .readManifest, of: repair.member, &effects)
        }
        if members[repair.member].standing == .following {
            return send(records, repair, term, &effects)
        }
        repair.records += records
        repair.size += records.reduce(0) { $0 + $1.bytes.count }
        if repair.size > Self.repairSizeMax, repair.manifest == nil {
            return ask(&repair, .findingOwnSnapshot, .readManifest, of: repair.member, &effects)
        }
        guard last.id.epoch == term.epoch, last.id.sequence >= term.base.sequence else {
            return read(&repair, after: last.id, &effects)
        }
        // From here on it is all in memory.
        guard repair.isLearner else {
            self.repair = nil
            let records = complete(repair.records, term)
            return open(
                repair.member,
                base: repair.base,
                hash: repair.baseHash,
                records,
                &effects
            )
        }
        confirm(&repair, term, &effects)
    }

    /// What was read and what the term added since.
    private func complete(_ records: [LogRecord], _ term: QuorumTerm) -> [LogRecord] {
        guard let last = records.last, last.id.sequence >= term.base.sequence else {
            return records
        }
        let known = Int(last.id.sequence.rawValue - term.base.sequence.rawValue)
        return records + term.recent.dropFirst(known)
    }

    /// Sends an acceptor that follows what it lacks; the rest comes when it has stored this.
    private mutating func send(
        _ records: [LogRecord],
        _ repair: QuorumRepair,
        _ term: QuorumTerm,
        _ effects: inout [Effect]
    ) {
        self.repair = nil
        for record in records {
            let previous = members[repair.member].sent
            let request = AcceptorRequest.append(term.epoch, previous: previous, record)
            effects.append(.ask(request, of: repair.member))
            members[repair.member].sent = record.id
        }
    }

    /// Asks a majority of the others whether the term still stands, now that the loss is seen.
    ///
    /// The learner may have promised a later term before it lost its disk; then that term has the
    /// promise of one of any majority of the others. The question is the seal, since to one that
    /// follows none can be under way from before.
    private mutating func confirm(
        _ repair: inout QuorumRepair,
        _ term: QuorumTerm,
        _ effects: inout [Effect]
    ) {
        repair.step = .confirming
        repair.request = term.request
        repair.asked = []
        for index in members.indices where members[index].standing == .following {
            repair.asked.insert(index)
            effects.append(.ask(repair.request, of: index))
        }
        self.repair = repair
    }

    private mutating func admit(
        _ repair: QuorumRepair,
        _ term: QuorumTerm,
        _ effects: inout [Effect]
    ) {
        self.repair = nil
        let records = complete(repair.records, term)
        guard let last = records.last else { return }
        members[repair.member].standing = .opening
        members[repair.member].sent = last.id
        let request = AcceptorRequest.admit(
            term.epoch,
            base: repair.base,
            baseHash: repair.baseHash,
            records: records
        )
        effects.append(.ask(request, of: repair.member))
    }
}
