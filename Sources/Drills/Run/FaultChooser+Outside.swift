import Configuration
import Workload

/// Faults that come from outside the processes: networks, disks and clocks.
extension FaultChooser {
    /// Who plays each part for one shard.
    func cast(
        _ status: ClusterStatus,
        coordinator: String,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> [Partition.Part: String] {
        let shards = status.shards.filter { $0.primary != nil && !$0.standbys.isEmpty }
        guard let shard = shards.randomElement(using: &random), let router = plan.routers.last,
            let redis = plan.redis.randomElement(using: &random)
        else { throw LoadError("no shard has a primary and a standby") }
        var members: [Partition.Part: String] = [.coordinator: coordinator]
        members[.primary] = shard.primary
        members[.standby] = shard.standbys.first
        members[.redis] = redis.id
        // The first carries the drill's own reads.
        members[.router] = router.id
        return members
    }

    /// The cut of a run: they come in turn.
    func partition(
        _ number: Int,
        _ status: ClusterStatus,
        coordinator: String,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> FaultChoice {
        let partition = partitions[(number - 1) % partitions.count]
        let cast = try cast(status, coordinator: coordinator, &random)
        let hit = [partition.first, partition.second].compactMap { $0 }
        let isPrimaryAlone =
            partition.first == .primary && partition.second == nil && partition.mode == .both
        let led = cast[.primary].map { status.shards(ledBy: $0) } ?? []
        return FaultChoice(
            members: hit.compactMap { part in cast[part].map { Self.member(part, $0) } },
            shards: status.shards,
            // Whoever reaches nobody must be replaced; after any other cut it is for the cluster
            // to decide who leads.
            deposed: isPrimaryAlone ? Set(led.map(\.id)) : [],
            // Routers hold for longer than any cut lasts what cannot be answered now.
            excused: keepsQuorum(without: hit.contains(.redis) ? 1 : 0) ? [] : nil,
            action: .cut(
                partition,
                partition.cuts(cast, among: plan.endpoints.map(\.id)),
                phases: partition.phases(&random)
            )
        )
    }

    /// The jump of a run: whose clock comes in turn.
    func jump(
        _ number: Int,
        _ status: ClusterStatus,
        coordinator: String,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> FaultChoice {
        let jump = ClockJump(number: number, &random)
        guard let name = try cast(status, coordinator: coordinator, &random)[jump.part] else {
            throw LoadError("there is no \(jump.part.rawValue)")
        }
        return FaultChoice(
            members: [Self.member(jump.part, name)],
            shards: status.shards,
            excused: [],
            action: .jump(jump)
        )
    }

    private static func member(_ part: Partition.Part, _ name: String) -> Member {
        switch part {
        case .primary, .standby, .router: .node(name)
        case .redis: .redis(name)
        case .coordinator: .coordinator(name)
        }
    }
}
