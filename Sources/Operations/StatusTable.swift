/// A cluster as a table for people.
enum StatusTable {
    static func text(_ answer: ClusterAnswer) -> String {
        "coordinator \(answer.leader) leads, map version \(answer.mapVersion)\n\n"
            + nodes(answer) + "\n" + shards(answer)
    }

    static func nodes(_ answer: ClusterAnswer) -> String {
        var rows = [["NODE", "ROLE", "ZONE", "STATE", "LEADS", "FOLLOWS", "PID"]]
        for node in answer.nodes {
            let roles = answer.roles(of: node.id)
            let isShard = node.role == "shard"
            rows.append([
                node.id, node.role, node.zone,
                node.draining ? "\(node.state), draining" : node.state,
                isShard ? list(roles.led) : "", isShard ? list(roles.followed) : "",
                node.pid.map { "\($0)" } ?? "-",
            ])
        }
        return table(rows)
    }

    static func shards(_ answer: ClusterAnswer) -> String {
        var rows = [["SHARD", "EPOCH", "PRIMARY", "STANDBYS", "POSITION", "LAG", "PAIRS"]]
        for shard in answer.shards {
            let primary = shard.primary ?? "nobody"
            rows.append([
                "\(shard.id)", "\(shard.epoch)",
                shard.serving ? primary : "\(primary), not serving",
                shard.standbys.isEmpty ? "none" : shard.standbys.joined(separator: " "),
                "\(shard.logPosition)", shard.lag.map { "\($0)" } ?? "-",
                shard.pairs.joined(separator: " "),
            ])
        }
        return table(rows)
    }

    private static func list(_ numbers: [Int]) -> String {
        numbers.isEmpty ? "-" : numbers.map { "\($0)" }.joined(separator: ",")
    }

    private static func table(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        return rows.map { row in
            var line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
                .joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}
