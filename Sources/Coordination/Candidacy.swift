/// When a coordinator takes the lead of shard 0: as soon as nobody else has it.
///
/// Two that lead at once cost extra failovers and nothing else, since shard 0's log lets one of
/// them commit. So this has to be quick, and right most of the time.
public struct Candidacy: Sendable {
    /// What was learned of another coordinator.
    public enum Sighting: Equatable, Sendable {
        /// It leads, and its log answers it.
        case leading
        /// It is alive and does not lead.
        case waiting
        /// It cannot be reached: refused or reset.
        case gone
    }

    /// Silence after which a coordinator does not count any more, and the head start of one that
    /// stands earlier in the topology, in milliseconds.
    public static let patienceMilliseconds: UInt64 = 300

    private struct Peer {
        var sighting: Sighting?
        var heardAt: UInt64
    }

    private let rank: Int
    private var peers: [Peer]
    /// Since when nobody leads.
    private var vacantSince: UInt64?

    /// Starts to look around.
    ///
    /// - Parameters:
    ///   - rank: Place of this coordinator in the topology, from 0.
    ///   - count: Coordinators in the topology.
    ///   - now: Monotonic milliseconds.
    public init(rank: Int, count: Int, now: UInt64) {
        self.rank = rank
        peers = Array(repeating: Peer(heardAt: now), count: count)
    }

    /// Notes what another coordinator says of itself.
    ///
    /// - Parameters:
    ///   - index: Its place in the topology.
    ///   - sighting: What was seen.
    ///   - now: Monotonic milliseconds.
    public mutating func saw(_ index: Int, _ sighting: Sighting, now: UInt64) {
        peers[index] = Peer(sighting: sighting, heardAt: now)
    }

    /// Who leads.
    ///
    /// - Parameter now: Monotonic milliseconds.
    /// - Returns: Its place in the topology; `nil` while none is known to.
    public func leader(now: UInt64) -> Int? {
        peers.indices.first { $0 != rank && sighting($0, now) == .leading }
    }

    /// Whether to take the lead now.
    ///
    /// - Parameter now: Monotonic milliseconds.
    /// - Returns: Whether nobody else has it, nor should go first.
    public mutating func shouldLead(now: UInt64) -> Bool {
        let others = peers.indices.filter { $0 != rank }
        let isVacant = others.allSatisfy { index in
            // Who has not been asked yet may lead.
            sighting(index, now) != .leading && sighting(index, now) != nil
        }
        guard isVacant else {
            vacantSince = nil
            return false
        }
        let since = vacantSince ?? now
        vacantSince = since
        let earlier = others.count { $0 < rank && sighting($0, now) == .waiting }
        return now - since >= UInt64(earlier) * Self.patienceMilliseconds
    }

    /// What counts of a peer: after a long silence it is as good as gone.
    private func sighting(_ index: Int, _ now: UInt64) -> Sighting? {
        let isSilent = now >= peers[index].heardAt + Self.patienceMilliseconds
        return isSilent ? .gone : peers[index].sighting
    }
}
