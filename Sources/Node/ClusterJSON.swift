import API
import Coordination
import Membership
import Trading

/// The answer of `GET /cluster`.
enum ClusterJSON {
    static func encode(_ view: ClusterView, _ scheme: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 4096)
        writer.object { writer in
            writer.key("mapVersion")
            writer.value(Int64(view.mapVersion))
            writer.key("leader")
            writer.value(view.isLeader)
            writer.key("nodes")
            writer.array { writer in
                for node in view.nodes { write(node, scheme, &writer) }
            }
            writer.key("shards")
            writer.array { writer in
                for shard in view.shards { write(shard, &writer) }
            }
            write(view.moves, &writer)
            writer.key("recent")
            writer.array { writer in
                for event in view.recent { write(event, &writer) }
            }
        }
        return writer.bytes
    }

    static func write(
        _ node: ClusterView.Node,
        _ scheme: String,
        _ writer: inout JSONWriter
    ) {
        writer.object { writer in
            writer.key("id")
            writer.value(node.id.rawValue)
            writer.key("role")
            writer.value(node.role == .node ? "shard" : "router")
            writer.key("zone")
            writer.value(node.zone)
            writer.key("state")
            writer.value(node.state.rawValue)
            writer.key("draining")
            writer.value(node.isDraining)
            writer.key("pid")
            if let pid = node.pid { writer.value(Int64(pid)) } else { writer.null() }
            writer.key("url")
            if let address = node.address {
                writer.value("\(scheme)://\(address)")
            } else {
                writer.null()
            }
        }
    }

    static func write(_ shard: ClusterView.Shard, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.value(Int64(shard.id.rawValue))
            writer.key("epoch")
            writer.value(Int64(shard.epoch.rawValue))
            writer.key("primary")
            if let primary = shard.primary {
                writer.value(primary.rawValue)
            } else {
                writer.null()
            }
            writer.key("serving")
            writer.value(shard.isServing)
            writer.key("standbys")
            writer.array { writer in
                for standby in shard.standbys { writer.value(standby.node.rawValue) }
            }
            writer.key("replicas")
            writer.array { writer in
                for node in shard.replicas { writer.value(node.rawValue) }
            }
            writer.key("pairs")
            writer.array { writer in
                for pair in shard.pairs { writer.value(pair) }
            }
            writer.key("logPosition")
            writer.value(Int64(shard.logPosition.rawValue))
            // Entries behind of the slowest standby; null without one that reports.
            writer.key("lag")
            if let lag = shard.standbys.compactMap(\.lag).max() {
                writer.value(Int64(lag))
            } else {
                writer.null()
            }
        }
    }

    /// The pairs that are being moved.
    static func write(_ moves: [PairMove], _ writer: inout JSONWriter) {
        writer.key("moves")
        writer.array { writer in
            for move in moves { writer.value(move.symbol) }
        }
    }

    static func write(_ event: ClusterEvent, _ writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("time")
            writer.value(event.time.milliseconds)
            writer.key("what")
            writer.value(event.what)
            writer.key("why")
            writer.value(event.why)
        }
    }
}
