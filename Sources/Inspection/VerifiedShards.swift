import EventLoop
import Trading
import Workload

/// `--verify`: every rule on every log, and one line of it.
struct VerifiedShards {
    private struct Report: Codable {
        var shards: [ShardReport]
        var summary: String
    }

    let options: InspectOptions
    let source: LogSource
    let waiter: LoopWaiter

    func show() throws(InspectionError) {
        var shards: [ShardReport] = []
        for shard in try options.shard.shards(in: source) {
            let finding = try Verification(source: source, waiter: waiter).run(shard)
            let report = ShardReport(finding)
            if !options.isJSON { Terminal.say(report.text) }
            shards.append(report)
        }
        let summary = summary(shards)
        Terminal.say(
            options.isJSON ? JSONText.of(Report(shards: shards, summary: summary)) : summary
        )
    }

    private func summary(_ shards: [ShardReport]) -> String {
        func sum(_ count: (ShardReport) -> Int) -> Int { shards.reduce(0) { $0 + count($1) } }
        let readers = source.readers.count
        let others = readers < source.acceptorCount ? " of \(source.acceptorCount)" : ""
        var parts = ["\(sum { $0.entries }) entries of \(shards.count) shards: chain holds"]
        parts.append(
            "I1 and I2 hold on \(readers)\(others) acceptors"
                + " (\(sum { $0.contentsCompared ?? 0 }) contents,"
                + " \(sum { $0.durableCompared ?? 0 }) durable entries)"
        )
        let snapshots = shards.count { $0.isSnapshotCompared }
        parts.append("I3 \(sum { $0.digestsCompared }) digests and \(snapshots) snapshots")
        parts.append("I5 \(sum { $0.epochs.count }) epochs")
        // Without the plan nobody tells what the incarnation must be.
        parts.append(source.plan == nil ? "I6 promises" : "I6 promises and incarnations")
        parts.append("I7 balances, \(sum { $0.balancesChecked }) times")
        return parts.joined(separator: ", ")
    }
}
