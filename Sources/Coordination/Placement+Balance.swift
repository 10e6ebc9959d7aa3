import Membership
import Trading

// Balancing: one change after another, each the best for the fullest node that has any, until none
// makes the whole better by enough.

extension Placement {
    /// A change that would make the load more even.
    public enum Change: Equatable, Sendable {
        /// Another replica of the shard is to lead it.
        case lead(ShardID, from: NodeID, to: NodeID)
        /// A replica is to be on another node.
        case replica(ShardID, from: NodeID, to: NodeID)
    }

    /// Makes the load more even.
    ///
    /// - Parameters:
    ///   - gainMin: What a change of roles must gain at least, in thousandths of what the two nodes
    ///     carry together; moving a replica must gain twice as much, since it is copied.
    ///   - limit: The most changes.
    /// - Returns: The changes, in order; they are made in `shards` too.
    /// - Complexity: For each change, replicas of one node × nodes.
    public mutating func balance(gainMin: Int = 50, limit: Int = 64) -> [Change] {
        var changes: [Change] = []
        while changes.count < limit, let change = bestChange(gainMin) {
            make(change)
            changes.append(change)
        }
        return changes
    }

    /// A change with what it does to the two nodes.
    struct Step {
        var change: Change
        var from: NodeID
        var to: NodeID
        var before: [Int]
        var after: [Int]
    }

    /// The same with changes off some nodes only, and of standbys and roles only: a primary's own
    /// replica moves once another leads.
    mutating func balance(
        from sources: [NodeID]?,
        gainMin: Int = 50,
        limit: Int = 64
    ) -> [Step] {
        var steps: [Step] = []
        while steps.count < limit, let change = bestChange(gainMin, from: sources, isGentle: true) {
            let (from, to, moved) = effect(of: change)
            steps.append(
                Step(
                    change: change,
                    from: nodes[from].id,
                    to: nodes[to].id,
                    before: [loads[from], loads[to]],
                    after: [loads[from] - moved, loads[to] + moved]
                )
            )
            make(change)
        }
        return steps
    }

    private func bestChange(
        _ gainMin: Int,
        from sources: [NodeID]? = nil,
        isGentle: Bool = false
    ) -> Change? {
        let fullest = nodes.indices.filter {
            nodes[$0].isEligible && (sources?.contains(nodes[$0].id) ?? true)
        }.sorted {
            let (left, right) = (pressure(of: nodes[$0].id), pressure(of: nodes[$1].id))
            return left != right ? left > right : $0 < $1
        }
        for source in fullest {
            var best: (gain: Int, change: Change)?
            for change in changes(from: nodes[source].id, isGentle: isGentle) {
                let gain = gain(of: change)
                guard gain >= threshold(change, gainMin), gain > best?.gain ?? 0 else { continue }
                best = (gain, change)
            }
            if let best { return best.change }
        }
        return nil
    }

    /// What could be taken from a node.
    private func changes(from node: NodeID, isGentle: Bool) -> [Change] {
        var found: [Change] = []
        // One that is short of replicas may get its missing one elsewhere once its primary moves.
        for shard in shards where shard.replicas.count >= shard.replicaCount {
            guard let place = shard.replicas.firstIndex(of: node) else { continue }
            if place == 0 {
                for other in shard.replicas.dropFirst() where canLead(other, shard) {
                    found.append(.lead(shard.id, from: node, to: other))
                }
                if isGentle { continue }
            }
            for other in nodes where other.isEligible && !shard.replicas.contains(other.id) {
                if canReplace(place, by: other.id, shard) {
                    found.append(.replica(shard.id, from: node, to: other.id))
                }
            }
        }
        return found
    }

    private func canLead(_ node: NodeID, _ shard: Shard) -> Bool {
        isEligible(node) && shard.replicas.allSatisfy { $0 == node || mayFollow($0, node) }
    }

    private func canReplace(_ place: Int, by node: NodeID, _ shard: Shard) -> Bool {
        guard let primary = shard.replicas.first else { return false }
        if place > 0 { return mayFollow(node, primary) }
        return shard.replicas.dropFirst().allSatisfy { mayFollow($0, node) }
    }

    /// By how much the sum of load² ÷ capacity falls, which is least when load follows capacity.
    private func gain(of change: Change) -> Int {
        let (from, to, moved) = effect(of: change)
        return square(from, 0) + square(to, 0) - square(from, -moved) - square(to, moved)
    }

    private func threshold(_ change: Change, _ gainMin: Int) -> Int {
        let (from, to, _) = effect(of: change)
        let least = max((square(from, 0) + square(to, 0)) / 1000 * gainMin, 1)
        if case .replica = change { return 2 * least }
        return least
    }

    private func square(_ node: Int, _ change: Int) -> Int {
        let load = min(loads[node] + change, 1 << 26)
        return load * load * 1000 / nodes[node].capacity
    }

    private func effect(of change: Change) -> (from: Int, to: Int, moved: Int) {
        let (id, source, target) = change.parts
        guard let from = index(of: source), let to = index(of: target),
            let shard = shards.first(where: { $0.id == id })
        else { return (0, 0, 0) }
        let full = cost(shard, leads: shard.replicas.first == source)
        if case .replica = change { return (from, to, full) }
        return (from, to, full - cost(shard, leads: false))
    }

    private mutating func make(_ change: Change) {
        let (id, source, target) = change.parts
        guard let index = shards.firstIndex(where: { $0.id == id }),
            let place = shards[index].replicas.firstIndex(of: source)
        else { return }
        carry(index, -1)
        if let other = shards[index].replicas.firstIndex(of: target) {
            shards[index].replicas.swapAt(place, other)
        } else {
            shards[index].replicas[place] = target
        }
        carry(index, 1)
    }
}

extension Placement.Change {
    /// Shard, from where and to where.
    var parts: (shard: ShardID, from: NodeID, to: NodeID) {
        switch self {
        case .lead(let shard, let from, let to), .replica(let shard, let from, let to):
            (shard, from, to)
        }
    }
}
