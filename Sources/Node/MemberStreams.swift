import Configuration
import HTTP
import Membership
import Wire

/// The members' streams that are present, one a name.
final class MemberStreams {
    /// A member heard within this time keeps its name against another process that claims it.
    static let aliveNanoseconds: UInt64 = 150_000_000

    private struct Entry {
        var stream: HTTPStream
        var instance: UInt64
        var lastHeard: UInt64
    }

    /// Between two looks into the plan's file for the sake of members that are not in it.
    private static let rereadNanoseconds: UInt64 = 500_000_000

    private(set) var plan: ClusterPlan
    /// Reads the plan's file again; `nil` when it cannot be read, or is of another cluster.
    private let reread: () -> ClusterPlan?
    private var rereadAt: UInt64?
    private var entries: [NodeID: Entry] = [:]

    /// - Parameters:
    ///   - plan: Names the members as they were at the start.
    ///   - reread: Brings the plan as it is now: who writes that file may let nodes join.
    init(plan: ClusterPlan, reread: @escaping () -> ClusterPlan? = { nil }) {
        self.plan = plan
        self.reread = reread
    }

    /// Why a hello is not believed; `nil` when it is.
    ///
    /// Who can reach the port could otherwise fail shards over at will, or fill the map with names.
    func refusal(of member: Member, on stream: HTTPStream?, now: UInt64) -> String? {
        if mismatch(of: member) != nil { readAgain(now: now) }
        if let mismatch = mismatch(of: member) { return mismatch }
        // A process that was killed has closed its connection, and one that was cut off is silent.
        if let entry = entries[member.id], entry.stream !== stream,
            entry.instance != member.instance, now < entry.lastHeard + Self.aliveNanoseconds
        {
            return "\(member.id) is alive in another process"
        }
        return nil
    }

    /// Not for each that knocks: whoever reaches the port could keep the loop at reading files.
    private func readAgain(now: UInt64) {
        if let rereadAt, now < rereadAt + Self.rereadNanoseconds { return }
        rereadAt = now
        guard let newer = reread(), newer.clusterID == plan.clusterID else { return }
        plan.nodes = newer.nodes
        plan.routers = newer.routers
    }

    /// What is said of a member that is not in the plan; `nil` when all of it is.
    func mismatch(of member: Member) -> String? {
        let endpoints = member.role == .node ? plan.nodes : plan.routers
        guard let endpoint = endpoints.first(where: { $0.id == member.id.rawValue }) else {
            return "no such member in the plan"
        }
        guard endpoint.zone == member.zone, endpoint.address == member.address else {
            return "\(endpoint.id) has another zone or address in the plan"
        }
        return nil
    }

    /// Takes in a member's stream; a newer one replaces an older one.
    func add(_ member: Member, _ stream: HTTPStream, now: UInt64) {
        let entry = Entry(stream: stream, instance: member.instance, lastHeard: now)
        if let old = entries.updateValue(entry, forKey: member.id), old.stream !== stream {
            old.stream.close()
        }
    }

    /// Notes that something came; returns whether the stream is the present one.
    func heard(_ id: NodeID, _ stream: HTTPStream, now: UInt64) -> Bool {
        guard entries[id]?.stream === stream else { return false }
        entries[id]?.lastHeard = now
        return true
    }

    /// Returns whether it was the present one.
    func remove(_ id: NodeID, _ stream: HTTPStream) -> Bool {
        guard entries[id]?.stream === stream else { return false }
        entries[id] = nil
        return true
    }

    /// Sends everybody to another coordinator.
    func closeAll() {
        for entry in entries.values { entry.stream.close() }
    }

    func send(_ message: MembershipMessage, to id: NodeID) {
        entries[id]?.stream.write(Self.frame(message))
    }

    func broadcast(_ message: MembershipMessage) {
        let bytes = Self.frame(message)
        for entry in entries.values { entry.stream.write(bytes) }
    }

    private static func frame(_ message: MembershipMessage) -> [UInt8] {
        var writer = ByteWriter()
        Frame.write(to: &writer) { $0.write(raw: message.encoded()) }
        return writer.bytes
    }
}
