import Membership
import Trading

// Who is alive. A refused connection is proof of death; silence is only ever a suspicion, and needs
// a second observer before it counts.

extension Coordinator {
    /// What others say about a silent node.
    private enum Opinion {
        case agrees(why: String)
        case disagrees
        case nobodyWatches
    }

    /// A probe was answered.
    ///
    /// A refusal means that no process listens there. A connection that neither opens nor is
    /// refused (host down, packets lost) must not be reported: it proves nothing.
    ///
    /// - Parameters:
    ///   - id: The member probed.
    ///   - reachable: Whether the connection was taken.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    public mutating func connectProbe(
        _ id: NodeID,
        reachable: Bool,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard isLeader, let index = peerIndex(id) else { return }
        guard !peers[index].isConnected, peers[index].isProbePending else { return }
        peers[index].isProbePending = false
        guard !reachable else { return }
        // At a cold start the process is not gone but not up yet.
        let isStarting = !peers[index].wasSeen && !isContinuing && isInGrace(now)
        guard !isStarting, !peers[index].verdict.isDead else { return }
        let what =
            peers[index].wasSeen
            ? "closed its connection and refuses a new one" : "refuses connections"
        let why = "\(peers[index].title) \(what)"
        peers[index].verdict = .dead(why: why)
        effects.append(.log(why))
        reconcile(now: now, &effects)
    }

    /// Sends probes to members whose connection is closed and whose death is not proven.
    mutating func probeMissing(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        for index in peers.indices {
            let peer = peers[index]
            guard !peer.isConnected, !peer.verdict.isDead else { continue }
            guard state.map.member(peer.id) != nil || peer.member.role == .node else { continue }
            let isSlow = peer.isProbePending || peer.verdict != .none
            let wait = isSlow ? settings.slowProbeMilliseconds : settings.probeMilliseconds
            if let probedAt = peer.probedAt, now - probedAt < wait { continue }
            peers[index].probedAt = now
            peers[index].isProbePending = true
            effects.append(.probe(peer.id, address: peer.member.address))
        }
    }

    /// Asks anew after all that are missing: until now a refusal could mean a cold start.
    mutating func probeAgain(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        for index in peers.indices where !peers[index].isProbePending {
            peers[index].probedAt = nil
        }
        probeMissing(now: now, &effects)
    }

    /// Raises and lifts suspicions.
    mutating func judgeSilence(now: UInt64, _ effects: inout [CoordinatorEffect]) {
        for index in peers.indices where !peers[index].verdict.isDead {
            let silence = silence(of: peers[index], now: now)
            if silence < settings.suspectMilliseconds {
                lift(index, now: now, &effects)
                continue
            }
            if !peers[index].isSuspectLogged {
                peers[index].isSuspectLogged = true
                effects.append(.log("\(peers[index].title) suspected: silent for \(silence) ms"))
            }
            guard peers[index].verdict == .none, silence >= settings.actMilliseconds else {
                continue
            }
            guard let why = sentence(on: peers[index], silence: silence, now: now) else { continue }
            peers[index].verdict = .condemned(why: why)
            effects.append(.log(why))
        }
    }

    /// Milliseconds for which a member could have been heard and was not.
    func silence(of peer: Peer, now: UInt64) -> UInt64 {
        let since = max(peer.lastHeard, peer.isConnected ? windowStart : returnBy)
        return now > since ? now - since : 0
    }

    /// Connected, heard of late and not given up.
    func isHealthy(_ peer: Peer, now: UInt64) -> Bool {
        peer.isConnected && peer.verdict == .none
            && silence(of: peer, now: now) < settings.suspectMilliseconds
    }

    func isInGrace(_ now: UInt64) -> Bool { now - leaderSince < settings.graceMilliseconds }

    private mutating func lift(_ index: Int, now: UInt64, _ effects: inout [CoordinatorEffect]) {
        guard peers[index].isConnected else { return }
        peers[index].isSuspectLogged = false
        guard case .condemned = peers[index].verdict else { return }
        // Roles do not flap with a node that wakes up for a moment.
        guard now - peers[index].steadySince >= settings.rejoinMilliseconds else { return }
        peers[index].verdict = .none
        effects.append(.log("\(peers[index].title) is heard again"))
    }

    /// Why a silent member is to be given up; `nil` while it is not.
    private func sentence(on peer: Peer, silence: UInt64, now: UInt64) -> String? {
        let state = peer.isConnected ? "" : " (connection closed)"
        let claim = "\(peer.title) silent for \(silence) ms\(state)"
        switch opinion(about: peer.id, now: now) {
        case .agrees(let why): return "\(claim), \(why)"
        case .disagrees: return nil
        case .nobodyWatches:
            guard silence >= settings.actAloneMilliseconds else { return nil }
            guard peer.wasSeen || !isInGrace(now) else { return nil }
            return "\(claim) and nobody else watches it"
        }
    }

    private func opinion(about node: NodeID, now: UInt64) -> Opinion {
        var isWatched = false
        for peer in peers where peer.id != node && isHealthy(peer, now: now) {
            guard let observation = peer.observation(of: node) else { continue }
            isWatched = true
            guard now - peer.observedAt < settings.observationAgeMilliseconds else { continue }
            let silence = observation.silenceMilliseconds
            guard UInt64(silence) >= settings.observedSilenceMilliseconds else { continue }
            let what = silence == .max ? "lost its connection" : "not heard it for \(silence) ms"
            return .agrees(why: "\(peer.member.role) \(peer.id) has \(what)")
        }
        return isWatched ? .disagrees : .nobodyWatches
    }
}
