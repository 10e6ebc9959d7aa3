import Audit
import Coordination
import FoundationEssentials
import Membership
import Trading
import Wire
import Workload

/// `castle inspect map`: the state of shard 0 out of its log, and what the leader says of it.
struct MapView {
    private struct Report: Codable {
        var mapVersion: UInt64
        var logTail: String
        var members: [MemberReport]
        var departed: [MemberReport]
        var shards: [ShardPlace]
        var recent: [Event]
        /// What `/cluster` of the coordinator that leads says; missing when none answers.
        var leader: ClusterAnswer?

        var text: String {
            var lines = ["map version \(mapVersion), log tail \(logTail)"]
            lines += members.map {
                "\($0.role) \($0.id) zone \($0.zone) \($0.address) pid \($0.pid)"
            }
            lines += departed.map { "\($0.role) \($0.id) left (was pid \($0.pid))" }
            lines += shards.map(\.text)
            lines += recent.map { "\($0.time)  \($0.what)  (\($0.why))" }
            lines.append(leader?.text ?? "no coordinator says that it leads")
            return lines.joined(separator: "\n  ")
        }
    }

    private struct MemberReport: Codable {
        var id: String
        var role: String
        var zone: String
        var address: String
        var pid: Int32

        init(_ member: Member) {
            id = member.id.rawValue
            role = member.role == .node ? "node" : "router"
            zone = member.zone
            address = member.address
            pid = member.pid
        }
    }

    private struct ShardPlace: Codable {
        var id: UInt16
        var epoch: UInt64
        var primary: String?
        var standbys: [String]
        var replicas: [String]
        var pairs: [String]

        var text: String {
            "shard \(id) epoch \(epoch): primary \(primary ?? "none"), standbys"
                + " [\(standbys.joined(separator: " "))], pairs \(pairs.joined(separator: " "))"
        }
    }

    private struct Event: Codable {
        var time: String
        var what: String
        var why: String
    }

    let options: InspectOptions
    let source: LogSource
    let waiter: LoopWaiter

    func show() throws(InspectionError) {
        var state: ClusterState?
        let finding = try ShardAudit<MapState>(
            source: source,
            shard: ShardID(0),
            waiter: waiter,
            comparesAcceptors: false,
            onState: { state = $0.cluster }
        ).run()
        guard let state else { throw .noLog(ShardID(0)) }
        let leader = source.plan.flatMap { ClusterQuestion($0, waiter).ask() }
        let report = Report(
            mapVersion: state.map.version,
            logTail: "\(finding.report.last)",
            members: state.map.members.map(MemberReport.init),
            departed: state.departed.map(MemberReport.init),
            shards: state.map.shards.map { place($0, state) },
            recent: state.recent.suffix(options.lastCount).map {
                Event(time: LogTime.text($0.time), what: $0.what, why: $0.why)
            },
            leader: leader
        )
        Terminal.say(options.isJSON ? JSONText.of(report) : report.text)
        // The leader may have committed more since; it cannot know less.
        guard let leader, leader.mapVersion < state.map.version else { return }
        throw .source(
            "\(leader.url) is at map version \(leader.mapVersion), the log at \(state.map.version)"
        )
    }

    private func place(_ shard: ShardAssignment, _ state: ClusterState) -> ShardPlace {
        ShardPlace(
            id: shard.shard.rawValue,
            epoch: shard.epoch.rawValue,
            primary: shard.primary?.rawValue,
            standbys: shard.standbys.map(\.rawValue),
            replicas: state.replicas(of: shard.shard).map(\.rawValue),
            pairs: shard.pairs
        )
    }
}
