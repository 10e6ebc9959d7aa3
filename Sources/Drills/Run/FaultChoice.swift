import Configuration
import Workload

/// What a drill breaks, and what may be seen of it.
struct FaultChoice: Equatable, Sendable {
    /// Who is killed or paused, all at once.
    var members: [Member]
    /// Shards that must be served again before the run goes on.
    var shards: [ClusterStatus.Shard]
    /// Shards whose primary is hit.
    var deposed: Set<Int> = []
    /// Where requests may fail; `nil` is everywhere.
    var excused: Set<Endpoint>?
    /// What is done to them; `nil` follows from the kind.
    var action: Fault.Action?
}

/// Chooses what to break, from what is known of the cluster alone.
struct FaultChooser {
    /// Names and zones.
    let plan: ClusterPlan
    /// URLs, as they were at the start.
    let file: ClusterFile
    /// Cuts that are tried in turn.
    var partitions = Partition.all

    /// Chooses.
    ///
    /// - Parameters:
    ///   - kind: What is to be done.
    ///   - status: The cluster just now.
    ///   - coordinator: Name of the coordinator that leads.
    ///   - number: Of the run, from 1, for what is tried in turn.
    ///   - random: Decides between what is equal.
    /// - Returns: What to break.
    /// - Throws: `LoadError` when the cluster has nothing that the drill could break.
    func choose(
        _ kind: DrillKind,
        _ status: ClusterStatus,
        coordinator: String,
        number: Int = 1,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> FaultChoice {
        switch kind {
        case .killPrimary, .pausePrimary, .retryStorm:
            if kind == .retryStorm { _ = try victimRouter() }
            guard let node = status.leaders.randomElement(using: &random) else {
                throw LoadError("no node leads a shard")
            }
            let led = status.shards(ledBy: node)
            return FaultChoice(members: [.node(node)], shards: led, deposed: Set(led.map(\.id)))
        case .killStandby, .pauseStandby:
            guard let node = status.pureStandbys.randomElement(using: &random) else {
                throw LoadError("no node only follows")
            }
            let followed = status.shards.filter { $0.standbys.contains(node) }
            return FaultChoice(members: [.node(node)], shards: followed, excused: [])
        case .killRouter, .pauseRouter:
            let router = try victimRouter()
            // The edge answers for a router that it had passed a request to.
            let excused = Set([router.url, file.rest].compactMap(Endpoint.init(url:)))
            return FaultChoice(
                members: [.node(router.id)],
                shards: status.shards,
                excused: excused
            )
        case .killCoordinator, .pauseCoordinator:
            return FaultChoice(
                members: [.coordinator(coordinator)],
                shards: status.shards,
                excused: []
            )
        case .partition:
            return try partition(number, status, coordinator: coordinator, &random)
        case .clockJump: return try jump(number, status, coordinator: coordinator, &random)
        case .killRedis, .pauseRedis, .fillDisk:
            guard let redis = plan.redis.randomElement(using: &random) else {
                throw LoadError("the cluster has no Redis")
            }
            return FaultChoice(
                members: [.redis(redis.id)],
                shards: status.shards,
                excused: keepsQuorum(without: 1) ? [] : nil
            )
        case .killEdge, .pauseEdge:
            let excused = Set([file.rest].compactMap(Endpoint.init(url:)))
            return FaultChoice(members: [.edge], shards: status.shards, excused: excused)
        case .zoneLoss: return try zoneLoss(status, &random)
        case .noisyNeighbour:
            return FaultChoice(members: [], shards: status.shards, excused: [])
        case .rollingUpgrade:
            return FaultChoice(members: upgradeOrder, shards: status.shards, excused: [])
        case .switchOver:
            let served = status.shards.filter { $0.primary != nil && !$0.standbys.isEmpty }
            guard let shard = served.randomElement(using: &random), let node = shard.primary else {
                throw LoadError("no shard has a primary and a standby")
            }
            return FaultChoice(
                members: [.node(node)],
                shards: [shard],
                deposed: [shard.id],
                excused: [],
                action: .handOver(shard: shard.id)
            )
        case .movePair, .rebalanceUnderLoad:
            return try moves(status, all: kind == .rebalanceUnderLoad, &random)
        case .killDuringMove:
            return try killDuringMove(number, status, coordinator: coordinator, &random)
        case .autoRebalance: return try crowd(number, status)
        case .grow: return growth(status)
        case .drainNode, .addNode:
            guard let node = status.leaders.randomElement(using: &random) else {
                throw LoadError("no node leads a shard")
            }
            return FaultChoice(
                members: [.node(node)],
                shards: status.shards,
                deposed: Set(status.shards(ledBy: node).map(\.id)),
                excused: [],
                action: kind == .drainNode ? .drain : .join
            )
        case .mixed: throw LoadError("mixed is made of other drills")
        }
    }

    /// Whether the topology can stand a fault at all.
    func canStand(_ kind: DrillKind) -> Bool {
        switch kind {
        case .zoneLoss: !expendableZones.isEmpty
        case .killRouter, .pauseRouter, .retryStorm: plan.routers.count > 1
        default: true
        }
    }

    /// Whether there is something just now that the fault could hit.
    func canStrike(_ kind: DrillKind, _ status: ClusterStatus) -> Bool {
        kind.needsStandby ? !status.pureStandbys.isEmpty : true
    }

    /// Whether most of the Redis instances are left without so many.
    func keepsQuorum(without count: Int) -> Bool {
        (plan.redis.count - count) * 2 > plan.redis.count
    }

    /// The router that a drill may kill: never the first, which carries the depth streams and the
    /// reads.
    func victimRouter() throws(LoadError) -> ClusterFile.Node {
        let routers = file.nodes.filter { $0.role == "router" }
        guard routers.count > 1, let last = routers.last else {
            throw LoadError("the drill needs two routers")
        }
        return last
    }

    /// Everything that is upgraded, one after another: what others depend on comes first, and the
    /// only Redis stays, since without it nothing is acknowledged.
    var upgradeOrder: [Member] {
        let redis = plan.redis.count >= 3 ? plan.redis : []
        return redis.map { .redis($0.id) } + plan.coordinators.map { .coordinator($0.id) }
            + plan.nodes.map { .node($0.id) } + plan.routers.map { .node($0.id) }
    }

    // MARK: Zones

    /// Zones that a cluster survives the loss of, in order of their names.
    var expendableZones: [String] {
        Set(plan.nodes.map(\.zone)).sorted().filter { zone in
            let redis = plan.redis.count { $0.zone == zone }
            let lost = Set(plan.nodes.filter { $0.zone == zone }.map(\.id))
            return keepsQuorum(without: redis)
                && plan.shards.allSatisfy { !lost.isSuperset(of: $0.replicas) }
        }
    }

    /// Everything that runs in a zone, without the first router.
    func members(inZone zone: String) -> [Member] {
        func ids(_ endpoints: some Sequence<ClusterPlan.Endpoint>) -> [String] {
            endpoints.filter { $0.zone == zone }.map(\.id)
        }
        return ids(plan.nodes).map(Member.node) + ids(plan.routers.dropFirst()).map(Member.node)
            + ids(plan.redis).map(Member.redis)
            + ids(plan.coordinators).map(Member.coordinator)
    }

    private func zoneLoss(
        _ status: ClusterStatus,
        _ random: inout some RandomNumberGenerator
    ) throws(LoadError) -> FaultChoice {
        guard let zone = expendableZones.randomElement(using: &random) else {
            throw LoadError(
                "no zone can be spared: each holds half of the Redis instances or more,"
                    + " or every replica of a shard"
            )
        }
        let members = members(inZone: zone)
        let deposed = status.shards.filter { shard in
            shard.primary.map { members.contains(.node($0)) } ?? false
        }
        return FaultChoice(
            members: members,
            // Without a primary in the zone the others must simply go on.
            shards: deposed.isEmpty ? status.shards : deposed,
            deposed: Set(deposed.map(\.id))
        )
    }
}
