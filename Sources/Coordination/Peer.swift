import Membership
import Trading

/// What this coordinator has seen of one member; not replicated.
struct Peer: Sendable {
    /// Whether a member is given up.
    enum Verdict: Equatable, Sendable {
        /// Believed to live.
        case none
        /// Its silence counts, and a second observer's word: it may still live.
        case condemned(why: String)
        /// Its port refuses connections: the process is gone.
        case dead(why: String)

        var isDead: Bool {
            if case .dead = self { true } else { false }
        }
    }

    var member: Member
    var isConnected: Bool
    /// Whether it has been connected since we lead.
    var wasSeen: Bool
    /// When anything last came from it.
    var lastHeard: UInt64
    /// Start of the present run of messages without a suspicious gap.
    var steadySince: UInt64
    var statuses: [ReplicaStatus] = []
    var observations: [Observation] = []
    /// What it last said of its work.
    var load: LoadReport?
    /// The version of the keys that it goes by; 0 while it has not said.
    var keysKnown: UInt64 = 0
    /// When the observations came.
    var observedAt: UInt64 = 0
    /// When the last probe was sent; `nil` before the first one of this disconnection.
    var probedAt: UInt64?
    var isProbePending = false
    var isSuspectLogged = false
    /// Since when it is not well; `nil` while it is.
    var missingSince: UInt64?
    var verdict = Verdict.none

    init(_ member: Member, isConnected: Bool, now: UInt64) {
        self.member = member
        self.isConnected = isConnected
        wasSeen = isConnected
        lastHeard = now
        steadySince = now
    }

    var id: NodeID { member.id }

    /// The same process is connected anew.
    mutating func reconnect(_ member: Member, now: UInt64) {
        self.member = member
        isConnected = true
        wasSeen = true
        lastHeard = now
        steadySince = now
        observations = []
        keysKnown = 0
        probedAt = nil
        isProbePending = false
        if verdict.isDead { verdict = .none }
    }

    /// Something came from it.
    mutating func heard(now: UInt64, gapMax: UInt64) {
        if now - lastHeard >= gapMax { steadySince = now }
        lastHeard = now
    }

    /// Its name as operators know it.
    var title: String { "\(member.id) (pid \(member.pid))" }

    func status(of shard: ShardID) -> ReplicaStatus? { statuses.first { $0.shard == shard } }

    func observation(of node: NodeID) -> Observation? {
        observations.first { $0.node == node }
    }
}

/// What this coordinator remembers about one shard; not replicated.
struct ShardWatch: Sendable {
    /// Proposed and not yet committed.
    var inFlight: CoordinationCommand?
    /// Since when the primary waits for the log while a standby hears it.
    var cutOffSince: UInt64?
    /// When suspicion last took a term from a primary.
    var lastSuspicion: UInt64?
    /// When the primary last said that it serves, or got its term.
    var servedAt: UInt64
    /// Whether a term began since we lead.
    var hasStarted = false
}
