import Membership
import Trading

/// Where the replicas of each shard should be: a pure function of what is known of the cluster.
///
/// Rules, the earlier one first: a standby is in another zone than its primary, while two zones
/// have nodes that may be used; nobody is on a node that is drained or dead, if that can be avoided;
/// load follows capacity; as little as possible changes.
public struct Placement: Sendable {
    /// A node, as far as placement cares.
    public struct Node: Equatable, Sendable {
        /// Its name.
        public var id: NodeID
        /// Its failure zone.
        public var zone: String
        /// What it can carry, beside what the others can; at least 1.
        public var capacity: Int
        /// Whether it lives.
        public var isHealthy: Bool
        /// Whether an operator wants nothing on it.
        public var isDraining: Bool

        /// Makes a node.
        public init(
            id: NodeID,
            zone: String,
            capacity: Int = 1,
            isHealthy: Bool = true,
            isDraining: Bool = false
        ) {
            self.id = id
            self.zone = zone
            self.capacity = max(capacity, 1)
            self.isHealthy = isHealthy
            self.isDraining = isDraining
        }

        var isEligible: Bool { isHealthy && !isDraining }
    }

    /// A shard, as it is placed and as it should be.
    public struct Shard: Equatable, Sendable {
        /// Its number.
        public var id: ShardID
        /// Where it is placed; the first is to lead it.
        public var replicas: [NodeID]
        /// How many replicas it should have.
        public var replicaCount: Int
        /// Commands a second.
        public var load: Int

        /// Makes a shard.
        public init(id: ShardID, replicas: [NodeID], replicaCount: Int, load: Int = 0) {
            self.id = id
            self.replicas = replicas
            self.replicaCount = max(replicaCount, 1)
            self.load = max(load, 0)
        }
    }

    /// The nodes, by name.
    let nodes: [Node]
    /// The shards in the order given, with the replicas that they should have.
    public internal(set) var shards: [Shard]
    /// What each node carries, at the same index.
    private(set) var loads: [Int]

    /// Places what must be placed: replaces who is gone or drained, and fills up.
    ///
    /// - Parameters:
    ///   - nodes: Each name once.
    ///   - shards: Each number once; replicas on nodes that are not there count as dead.
    public init(nodes: [Node], shards: [Shard]) {
        self.nodes = nodes.sorted { $0.id < $1.id }
        self.shards = shards
        loads = nodes.map { _ in 0 }
        for index in shards.indices { carry(index, 1) }
        // The heaviest choose first: what is light fits in anywhere.
        let order = shards.indices.sorted {
            (shards[$1].load, shards[$0].id) < (shards[$0].load, shards[$1].id)
        }
        for index in order { repair(index) }
    }

    /// Adds a shard to others, which stay as they are.
    ///
    /// - Parameters:
    ///   - nodes: Each name once.
    ///   - shard: The last of `shards` afterwards; without replicas when no node may be used.
    ///   - shards: Each number once.
    public init(nodes: [Node], adding shard: Shard, to shards: [Shard]) {
        self.init(nodes: nodes, placed: shards + [shard])
        repair(shards.count)
    }

    /// Takes a placement as it is, to be balanced.
    init(nodes: [Node], placed shards: [Shard]) {
        self.nodes = nodes.sorted { $0.id < $1.id }
        self.shards = shards
        loads = nodes.map { _ in 0 }
        for index in shards.indices { carry(index, 1) }
    }

    /// What a node carries for its capacity, in thousandths; 0 when it is not known.
    ///
    /// - Parameter node: Its name.
    /// - Returns: Weighted commands a second.
    public func pressure(of node: NodeID) -> Int {
        guard let index = self.index(of: node) else { return 0 }
        return loads[index] * 1000 / nodes[index].capacity
    }

    /// A primary answers and appends beside what a standby does; one that is idle still has a cost.
    func cost(_ shard: Shard, leads: Bool) -> Int { (shard.load + 1) * (leads ? 2 : 1) }

    func index(of node: NodeID) -> Int? { nodes.firstIndex { $0.id == node } }

    /// Counts a shard in (1) or out (-1) where it is placed.
    mutating func carry(_ shard: Int, _ sign: Int) {
        for (place, node) in shards[shard].replicas.enumerated() {
            guard let index = index(of: node) else { continue }
            loads[index] += sign * cost(shards[shard], leads: place == 0)
        }
    }

    // MARK: - Repair

    private mutating func repair(_ index: Int) {
        let before = shards[index]
        carry(index, -1)
        let present = before.replicas.reduce(into: [NodeID]()) {
            if !$0.contains($1) { $0.append($1) }
        }
        guard let primary = primary(of: before, among: present) else { return carry(index, 1) }
        var replicas = [primary]
        let kept = present.filter { isEligible($0) && mayFollow($0, primary) }
        replicas += kept.filter { $0 != primary }.prefix(before.replicaCount - 1)
        while replicas.count < before.replicaCount,
            let next = lightest(of: before, besides: replicas, following: primary)
        {
            replicas.append(next)
        }
        // Rather one that is on its way out, or that may come back, than nobody.
        for node in present where replicas.count < before.replicaCount {
            if !replicas.contains(node), mayFollow(node, primary), isHealthy(node) {
                replicas.append(node)
            }
        }
        for node in present where replicas.count < before.replicaCount {
            if !replicas.contains(node), mayFollow(node, primary) { replicas.append(node) }
        }
        shards[index].replicas = replicas
        carry(index, 1)
    }

    /// Who leads: the first as it is, else one that has the data, else the lightest node there is.
    private func primary(of shard: Shard, among present: [NodeID]) -> NodeID? {
        present.first(where: isEligible) ?? lightest(of: shard, besides: [], following: nil)
            ?? present.first(where: isHealthy) ?? present.first
    }

    private func lightest(
        of shard: Shard,
        besides taken: [NodeID],
        following primary: NodeID?
    ) -> NodeID? {
        let cost = cost(shard, leads: primary == nil)
        let free = nodes.indices.filter { index in
            nodes[index].isEligible && !taken.contains(nodes[index].id)
                && (primary.map { mayFollow(nodes[index].id, $0) } ?? true)
        }
        return free.min { isLighter($0, $1, cost) }.map { nodes[$0].id }
    }

    /// Compares what two nodes would carry for their capacity, by name when it is the same.
    private func isLighter(_ left: Int, _ right: Int, _ cost: Int) -> Bool {
        let one = (loads[left] + cost) * nodes[right].capacity
        let other = (loads[right] + cost) * nodes[left].capacity
        return one != other ? one < other : nodes[left].id < nodes[right].id
    }

    func isEligible(_ node: NodeID) -> Bool {
        index(of: node).map { nodes[$0].isEligible } ?? false
    }

    private func isHealthy(_ node: NodeID) -> Bool {
        index(of: node).map { nodes[$0].isHealthy } ?? false
    }

    /// Whether the zones let one follow another.
    func mayFollow(_ node: NodeID, _ primary: NodeID) -> Bool {
        guard hasZones else { return true }
        return zone(of: node) != zone(of: primary)
    }

    private var hasZones: Bool {
        let first = nodes.first(where: \.isEligible)
        return nodes.contains { $0.isEligible && $0.zone != first?.zone }
    }

    private func zone(of node: NodeID) -> String? { index(of: node).map { nodes[$0].zone } }
}
