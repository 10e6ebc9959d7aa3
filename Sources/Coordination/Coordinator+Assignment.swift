import Membership
import Trading

// From what is to what should be: compares the committed map with the members' health after every
// input and proposes the differences. There is no memory of steps, so any step may fail.

extension Coordinator {
    /// Why a shard needs a new term.
    private struct Vacancy {
        var why: String
        /// Whether only suspicion speaks against the primary: damped, and needs a successor.
        var isSuspicion = false
        /// Whether a successor must keep up with the log.
        var needsCaughtUp = false
        /// Milliseconds within which a successor must have heard the log; nil if it does not matter.
        var logHeardWithin: UInt64?
        /// Whether the present primary may be its own successor.
        var mayKeepNode = false
        /// A zone to avoid.
        var zone: String?
    }

    /// Proposes what the map lacks.
    mutating func reconcile(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard isLeader else { return }
        guard state.isBootstrapped else {
            if pending.isEmpty { propose(.bootstrap(plan), &effects) }
            return
        }
        for peer in peers where !isPending(peer.id) {
            let known = state.map.member(peer.id)
            if case .dead(let why) = peer.verdict {
                guard let known, known.instance == peer.member.instance else { continue }
                propose(.depart(peer.id, instance: known.instance, why: why), &effects)
            } else if peer.isConnected, known != peer.member {
                propose(.register(peer.member), &effects)
            }
        }
        for index in watches.indices where watches[index].inFlight == nil {
            if let next = nextTerm(index, now: now) ?? nextStandbys(index, now: now) {
                watches[index].inFlight = next
                effects.append(.propose(next))
            }
        }
    }

    private mutating func propose(
        _ command: CoordinationCommand,
        _ effects: inout [CoordinatorEffect]
    ) {
        pending.append(command)
        effects.append(.propose(command))
    }

    private func isPending(_ id: NodeID) -> Bool {
        pending.contains {
            switch $0 {
            case .register(let member): member.id == id
            case .depart(let node, _, _): node == id
            case .drain, .place, .bootstrap, .assign, .addShard, .beginMove, .settleMove, .endMove,
                .failMove, .changeKey:
                false
            }
        }
    }

    // MARK: - New terms

    private mutating func nextTerm(_ index: Int, now: UInt64) -> CoordinationCommand? {
        let assignment = state.map.shards[index]
        guard let vacancy = vacancy(index, now: now) else { return nil }
        if isWaitingForStart(index, now: now) { return nil }
        if vacancy.isSuspicion, let last = watches[index].lastSuspicion,
            now - last < settings.dampingMilliseconds
        {
            return nil
        }
        let successor = successor(index, for: vacancy, now: now)
        if successor == nil, vacancy.isSuspicion || assignment.primary == nil { return nil }
        if let successor, isWaitingForStandby(index, besides: successor, now: now) { return nil }
        if vacancy.isSuspicion { watches[index].lastSuspicion = now }
        let outcome = successor.map { "\($0.node) takes over" } ?? "no replica is left"
        return .assign(
            shard: assignment.shard,
            epoch: Epoch(assignment.epoch.rawValue + 1),
            primary: successor?.node,
            instance: successor?.instance ?? 0,
            standbys: successor.map { standbys(index, besides: $0.node, now: now) } ?? [],
            why: "\(vacancy.why): \(outcome)"
        )
    }

    private mutating func vacancy(_ index: Int, now: UInt64) -> Vacancy? {
        let assignment = state.map.shards[index]
        guard let primary = assignment.primary else {
            let isFirst = assignment.epoch == Epoch(0)
            return Vacancy(why: isFirst ? "first start" : "a replica is back")
        }
        guard let peer = peer(primary) else {
            return Vacancy(why: "\(primary) is no member", mayKeepNode: true)
        }
        if peer.member.instance != assignment.primaryInstance {
            return Vacancy(why: "\(peer.title) is a new process", mayKeepNode: true)
        }
        switch peer.verdict {
        case .dead(let why): return Vacancy(why: why, zone: peer.member.zone)
        case .condemned(let why):
            return Vacancy(why: why, isSuspicion: true, zone: peer.member.zone)
        case .none: return cutOff(peer, index, now: now) ?? idleness(of: peer, index, now: now)
        }
    }

    /// A primary that waits for the log while a standby hears it: it is cut off, the log is not down.
    private mutating func cutOff(_ peer: Peer, _ index: Int, now: UInt64) -> Vacancy? {
        guard let vacancy = waitForLog(of: peer, index, now: now),
            successor(index, for: vacancy, now: now) != nil
        else {
            watches[index].cutOffSince = nil
            return nil
        }
        // After a restart of the log one of them is the first to come back.
        let since = watches[index].cutOffSince ?? now
        watches[index].cutOffSince = since
        return now - since >= settings.suspectMilliseconds ? vacancy : nil
    }

    /// The log has owed a primary an answer for long; which of the two is at fault is not said.
    private func waitForLog(of peer: Peer, _ index: Int, now: UInt64) -> Vacancy? {
        let assignment = state.map.shards[index]
        guard isHealthy(peer, now: now), let status = peer.status(of: assignment.shard),
            status.epoch == assignment.epoch
        else { return nil }
        let silence = UInt64(status.logSilenceMilliseconds)
        guard silence >= settings.actMilliseconds else { return nil }
        return Vacancy(
            why: "\(peer.title) has waited for its log for \(silence) ms, and others hear it",
            isSuspicion: true,
            needsCaughtUp: true,
            logHeardWithin: silence - min(silence, settings.logLeadMilliseconds),
            zone: peer.member.zone
        )
    }

    /// A primary that is there but does not say that it serves its term.
    private func idleness(of peer: Peer, _ index: Int, now: UInt64) -> Vacancy? {
        guard isHealthy(peer, now: now) else { return nil }
        let since = max(watches[index].servedAt, windowStart, peer.steadySince)
        guard now >= since + settings.serveMilliseconds else { return nil }
        let epoch = state.map.shards[index].epoch
        return Vacancy(
            why: "\(peer.title) has not served epoch \(epoch) for \(now - since) ms",
            isSuspicion: true,
            needsCaughtUp: true
        )
    }

    /// At a cold start the first replica gets time to come up before a later one is chosen.
    private func isWaitingForStart(_ index: Int, now: UInt64) -> Bool {
        guard isInGrace(now), !isContinuing, !watches[index].hasStarted else { return false }
        let connected = state.replicas[index].map { peer($0)?.isConnected ?? false }
        return !(connected.first ?? false) && connected.contains(false)
    }

    /// A new leader hears of some members before others: one that must read the whole log first is
    /// not chosen while a standby that has it may be on its way.
    private func isWaitingForStandby(
        _ index: Int,
        besides successor: Candidate,
        now: UInt64
    ) -> Bool {
        guard isInGrace(now), !successor.isCaughtUp else { return false }
        return state.map.shards[index].standbys.contains { node in
            guard node != successor.node, let peer = peer(node) else { return false }
            return !peer.isConnected && peer.verdict == .none
        }
    }

    private func successor(_ index: Int, for vacancy: Vacancy, now: UInt64) -> Candidate? {
        let assignment = state.map.shards[index]
        var candidates: [Candidate] = []
        for node in state.replicas[index] {
            guard let peer = peer(node), peer.member.role == .node, isHealthy(peer, now: now) else {
                continue
            }
            if node == assignment.primary, !vacancy.mayKeepNode { continue }
            let status = peer.status(of: assignment.shard)
            let isCaughtUp = status?.isCaughtUp ?? false
            if vacancy.needsCaughtUp, !isCaughtUp { continue }
            if let within = vacancy.logHeardWithin,
                UInt64(status?.logSilenceMilliseconds ?? .max) > within
            {
                continue
            }
            candidates.append(
                Candidate(
                    node: node,
                    instance: peer.member.instance,
                    isCaughtUp: isCaughtUp,
                    position: status?.position ?? SequenceNumber(0),
                    isElsewhere: peer.member.zone != vacancy.zone
                )
            )
        }
        // An empty log has no laggards: the topology's order spreads the primaries.
        if assignment.epoch == Epoch(0) { return candidates.first }
        return Candidate.best(of: candidates, laggardEntries: settings.laggardEntries)
    }

    // MARK: - Standbys

    private func nextStandbys(_ index: Int, now: UInt64) -> CoordinationCommand? {
        let assignment = state.map.shards[index]
        guard let primary = assignment.primary else { return nil }
        // A departure on its way removes its standby itself.
        guard !state.replicas[index].contains(where: isPending) else { return nil }
        let standbys = standbys(index, besides: primary, now: now)
        guard standbys != assignment.standbys else { return nil }
        return .assign(
            shard: assignment.shard,
            epoch: assignment.epoch,
            primary: primary,
            instance: assignment.primaryInstance,
            standbys: standbys,
            why: reason(from: assignment.standbys, to: standbys)
        )
    }

    /// Those that follow keep their place, so that the snapshot writer stays; new ones come last.
    func standbys(_ index: Int, besides primary: NodeID, now: UInt64) -> [NodeID] {
        let present = state.map.shards[index].standbys
        let kept = present.filter { node in
            node != primary && peer(node)?.verdict == Peer.Verdict.none
                && state.replicas[index].contains(node)
        }
        let added = state.replicas[index].filter { node in
            guard node != primary, !kept.contains(node), let peer = peer(node) else { return false }
            return peer.member.role == .node && isHealthy(peer, now: now)
        }
        return kept + added
    }

    private func reason(from old: [NodeID], to new: [NodeID]) -> String {
        var parts: [String] = []
        for node in old where !new.contains(node) {
            switch peer(node)?.verdict {
            case .dead(let why), .condemned(let why): parts.append(why)
            default: parts.append("\(node) left")
            }
        }
        for node in new where !old.contains(node) { parts.append("\(node) follows") }
        return parts.joined(separator: "; ")
    }
}
