import Membership
import Trading
import Wire

/// Something that happened to the cluster, for an operator.
public struct ClusterEvent: Equatable, Sendable {
    /// Log time.
    public var time: Timestamp
    /// What changed.
    public var what: String
    /// The evidence it was decided on.
    public var why: String

    /// Makes an event.
    public init(time: Timestamp, what: String, why: String) {
        self.time = time
        self.what = what
        self.why = why
    }
}

/// The replicated state of shard 0's log: a pure function of its committed commands.
public struct ClusterState: Equatable, Sendable {
    /// The most events kept.
    public static let eventCountMax = 100
    /// The most members kept, departed ones included.
    public static let memberCountMax = 1024
    /// The longest text of an event, in Unicode scalars.
    public static let textSizeMax = 256

    /// Who runs what; its version rises with every change.
    public internal(set) var map: ShardMap
    /// For each shard of the map, at the same index, the nodes that may run it.
    public internal(set) var replicas: [[NodeID]]
    /// Pairs on their way, in the order in which they set out.
    public internal(set) var moves: [PairMove]
    /// Members that are gone, by id, as they were last known.
    public internal(set) var departed: [Member]
    /// Nodes on which an operator wants nothing to run, by id.
    public internal(set) var draining: [NodeID]
    /// The newest events, oldest first.
    public internal(set) var recent: [ClusterEvent]
    /// The API keys; no part of the map, which everybody may see.
    public internal(set) var keys: KeyTable
    /// Whether a plan was taken.
    public internal(set) var isBootstrapped: Bool

    /// Before the first command.
    public static let empty = ClusterState()

    private init() {
        map = .empty
        replicas = []
        moves = []
        departed = []
        draining = []
        recent = []
        keys = .empty
        isBootstrapped = false
    }

    /// The nodes that may run a shard, the preferred primary first.
    ///
    /// - Parameter shard: Its number.
    /// - Returns: Empty when unknown.
    public func replicas(of shard: ShardID) -> [NodeID] {
        guard let index = map.shards.firstIndex(where: { $0.shard == shard }) else { return [] }
        return replicas[index]
    }

    /// Applies one committed command; one that no longer fits changes nothing.
    ///
    /// - Parameters:
    ///   - command: What was committed.
    ///   - time: The log time of its entry.
    public mutating func apply(_ command: CoordinationCommand, at time: Timestamp) {
        switch command {
        case .bootstrap(let plan): bootstrap(plan, at: time)
        case .register(let member): register(member, at: time)
        case .assign(let shard, let epoch, let primary, let instance, let standbys, let why):
            guard let index = map.shards.firstIndex(where: { $0.shard == shard }) else { return }
            var next = map.shards[index]
            next.epoch = epoch
            next.primary = primary
            next.primaryInstance = primary == nil ? 0 : instance
            next.standbys = standbys
            assign(next, at: index, why: why, at: time)
        case .place(let shard, let replicas, let why):
            place(shard, replicas, why: why, at: time)
        case .addShard(let shard, let replicas, let why):
            add(shard, replicas, why: why, at: time)
        case .drain(let node, let isOn): drain(node, isOn, at: time)
        case .beginMove(let symbol, let instrument, let source, let destination, let why):
            let move = PairMove(
                symbol: symbol,
                instrument: instrument,
                source: source,
                destination: destination,
                generation: map.generation(of: symbol) + 1
            )
            begin(move, why: why, at: time)
        case .settleMove(let symbol, let generation, let isDone):
            settle(symbol, generation, isDone: isDone, at: time)
        case .endMove(let symbol, let generation): end(symbol, generation, at: time)
        case .failMove(let symbol, let generation, let isLast, let why):
            fail(symbol, generation, isLast: isLast, why: why, at: time)
        case .depart(let node, let instance, let why):
            depart(node, instance: instance, why: why, at: time)
        case .changeKey(let change): keys.apply(change, at: time)
        }
    }

    private mutating func bootstrap(_ plan: TopologyPlan, at time: Timestamp) {
        guard !isBootstrapped, plan.defect == nil else { return }
        isBootstrapped = true
        replicas = plan.shards.map(\.replicas)
        map.shards = plan.shards.map {
            ShardAssignment(
                shard: $0.shard,
                epoch: Epoch(0),
                primary: nil,
                primaryInstance: 0,
                standbys: [],
                pairs: $0.pairs
            )
        }
        changed("cluster of \(plan.shards.count) shards", why: "first start", at: time)
    }

    private mutating func register(_ member: Member, at time: Timestamp) {
        guard !member.id.rawValue.isEmpty else { return }
        let place = "pid \(member.pid), \(member.address), zone \(member.zone)"
        let what = "\(member.role) \(member.id) joined (\(place))"
        if let index = map.members.firstIndex(where: { $0.id == member.id }) {
            let old = map.members[index]
            guard old != member else { return }
            map.members[index] = member
            let isRestart = old.instance != member.instance
            let why = isRestart ? "restarted: was pid \(old.pid)" : "new address"
            return changed(what, why: why, at: time)
        }
        guard makeRoom(for: member.id) else { return }
        let wasHere = departed.contains { $0.id == member.id }
        departed.removeAll { $0.id == member.id }
        let index = map.members.firstIndex { member.id < $0.id } ?? map.members.count
        map.members.insert(member, at: index)
        changed(what, why: wasHere ? "came back" : "first seen", at: time)
    }

    /// Forgets a departed member when the list is full; a cluster of live ones is never thinned.
    private mutating func makeRoom(for id: NodeID) -> Bool {
        if departed.contains(where: { $0.id == id }) { return true }
        guard map.members.count + departed.count >= Self.memberCountMax else { return true }
        guard !departed.isEmpty else { return false }
        departed.removeFirst()
        return true
    }

    private mutating func assign(
        _ next: ShardAssignment,
        at index: Int,
        why: String,
        at time: Timestamp
    ) {
        let now = map.shards[index]
        guard next != now, isSound(next, of: replicas[index]) else { return }
        let isNextEpoch = now.epoch.rawValue < .max && next.epoch.rawValue == now.epoch.rawValue + 1
        let isSameTerm =
            next.epoch == now.epoch && next.primary == now.primary
            && next.primaryInstance == now.primaryInstance
        guard isNextEpoch || isSameTerm else { return }
        map.shards[index] = next
        let primary = next.primary?.rawValue ?? "none"
        let standbys = next.standbys.map(\.rawValue).joined(separator: " ")
        changed(
            "shard \(next.shard) epoch \(next.epoch): primary \(primary), standbys [\(standbys)]",
            why: why,
            at: time
        )
    }

    private func isSound(_ next: ShardAssignment, of replicas: [NodeID]) -> Bool {
        let nodes = next.standbys + (next.primary.map { [$0] } ?? [])
        return Set(nodes).count == nodes.count && nodes.allSatisfy(replicas.contains)
    }

    private mutating func place(
        _ shard: ShardID,
        _ nodes: [NodeID],
        why: String,
        at time: Timestamp
    ) {
        guard let index = map.shards.firstIndex(where: { $0.shard == shard }) else { return }
        guard nodes != replicas[index], Self.canRun(nodes) else { return }
        // A primary gives its shard up by a new term only.
        guard map.shards[index].primary.map(nodes.contains) ?? true else { return }
        replicas[index] = nodes
        map.shards[index].standbys.removeAll { !nodes.contains($0) }
        let names = nodes.map(\.rawValue).joined(separator: " ")
        changed("shard \(shard) is placed on [\(names)]", why: why, at: time)
    }

    private mutating func drain(_ node: NodeID, _ isOn: Bool, at time: Timestamp) {
        let isKnown =
            map.members.contains { $0.id == node } || departed.contains { $0.id == node }
        guard isOn != draining.contains(node), isKnown || !isOn else { return }
        if isOn {
            draining.insert(node, at: draining.firstIndex { node < $0 } ?? draining.count)
        } else {
            draining.removeAll { $0 == node }
        }
        changed("\(node) is \(isOn ? "drained" : "used again")", why: "asked for", at: time)
    }

    private mutating func depart(
        _ node: NodeID,
        instance: UInt64,
        why: String,
        at time: Timestamp
    ) {
        guard let index = map.members.firstIndex(where: { $0.id == node }) else { return }
        guard map.members[index].instance == instance else { return }
        let member = map.members.remove(at: index)
        let place = departed.firstIndex { node < $0.id } ?? departed.count
        departed.insert(member, at: place)
        // A primary stays named until an assignment with the next epoch replaces it.
        for index in map.shards.indices { map.shards[index].standbys.removeAll { $0 == node } }
        changed("\(member.role) \(node) left (pid \(member.pid))", why: why, at: time)
    }

    mutating func changed(_ what: String, why: String, at time: Timestamp) {
        map.version += 1
        recent.append(ClusterEvent(time: time, what: Self.clipped(what), why: Self.clipped(why)))
        if recent.count > Self.eventCountMax { recent.removeFirst() }
    }

    private static func clipped(_ text: String) -> String {
        // Scalars, not characters: their borders do not depend on the Unicode tables of the build.
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(textSizeMax)))
    }
}
