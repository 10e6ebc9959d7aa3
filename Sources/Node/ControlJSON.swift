import API
import Coordination
import Membership
import Trading

/// The answers below `/control`.
enum ControlJSON {
    static func status(_ view: ClusterView, leader: String, _ scheme: String) -> [UInt8] {
        object { writer in
            writer.key("leader")
            writer.value(leader)
            writer.key("mapVersion")
            writer.value(Int64(view.mapVersion))
            writer.key("nodes")
            write(view.nodes, scheme, &writer)
            writer.key("shards")
            write(view.shards, &writer)
            ClusterJSON.write(view.moves, &writer)
            writer.key("recent")
            writer.array { writer in
                for event in view.recent.suffix(10) { ClusterJSON.write(event, &writer) }
            }
        }
    }

    static func nodes(_ view: ClusterView, _ scheme: String) -> [UInt8] {
        object { writer in
            writer.key("nodes")
            write(view.nodes, scheme, &writer)
        }
    }

    static func shards(_ view: ClusterView) -> [UInt8] {
        object { writer in
            writer.key("shards")
            write(view.shards, &writer)
        }
    }

    /// The answer to an order that was begun, or would have been.
    static func done(_ what: String, isDryRun: Bool) -> [UInt8] {
        object { writer in
            writer.key("code")
            writer.word("OK")
            writer.key("msg")
            writer.value(what)
            writer.key("dryRun")
            writer.value(isDryRun)
        }
    }

    /// The answer to a shard that is added.
    static func added(_ shard: ShardPlan, isDryRun: Bool) -> [UInt8] {
        let names = shard.replicas.map(\.rawValue)
        return object { writer in
            writer.key("code")
            writer.word("OK")
            writer.key("msg")
            writer.value("shard \(shard.shard) is added on \(names.joined(separator: ", "))")
            writer.key("dryRun")
            writer.value(isDryRun)
            writer.key("shard")
            writer.value(Int64(shard.shard.rawValue))
            writer.key("replicas")
            writer.array { writer in
                for name in names { writer.value(name) }
            }
        }
    }

    /// Moves of a rebalancing, with a line for people.
    static func proposals(_ proposals: [Rebalancer.Proposal], isDryRun: Bool) -> [UInt8] {
        let lines = proposals.map(\.text)
        return object { writer in
            writer.key("code")
            writer.word("OK")
            writer.key("msg")
            writer.value(lines.isEmpty ? "nothing to move" : lines.joined(separator: "\n"))
            writer.key("dryRun")
            writer.value(isDryRun)
            writer.key("moves")
            writer.array { writer in
                for line in lines { writer.value(line) }
            }
        }
    }

    static func encode(_ error: ControlError) -> [UInt8] {
        object { writer in
            writer.key("code")
            writer.value(error.code)
            writer.key("msg")
            writer.value(error.message)
            if let leader = error.leader {
                writer.key("leader")
                writer.value(leader)
            }
        }
    }

    private static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 2048)
        writer.object(members)
        return writer.bytes
    }

    private static func write(
        _ nodes: [ClusterView.Node],
        _ scheme: String,
        _ writer: inout JSONWriter
    ) {
        writer.array { writer in
            for node in nodes { ClusterJSON.write(node, scheme, &writer) }
        }
    }

    private static func write(_ shards: [ClusterView.Shard], _ writer: inout JSONWriter) {
        writer.array { writer in
            for shard in shards { ClusterJSON.write(shard, &writer) }
        }
    }
}
