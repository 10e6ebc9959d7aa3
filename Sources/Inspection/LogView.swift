import Audit
import Replication
import Trading
import Wire
import Workload

/// `castle inspect log`: where the logs end, their epochs, their last entries.
struct LogView {
    private struct Report: Codable {
        var shards: [Shard]
    }

    private struct Shard: Codable {
        var shard: UInt16
        var acceptor: String
        var first: String?
        var tail: String
        var hash: String
        var promised: UInt64
        var opened: UInt64
        var entries: Int
        var commands: UInt64
        var bytes: Int
        var epochs: [ShardReport.EpochReport]
        var last: [Entry]

        var text: String {
            var lines = [
                "shard \(shard) on \(acceptor): tail \(tail), hash \(hash), opened epoch \(opened),"
                    + " promised \(promised)",
                "\(entries) entries from \(first ?? "-"), \(commands) commands, \(bytes) bytes",
            ]
            lines += epochs.map(\.text)
            lines += last.map(\.text)
            return lines.joined(separator: "\n  ")
        }
    }

    private struct Entry: Codable {
        var id: String
        var time: String
        var commands: UInt32
        var bytes: Int
        var hash: String
        var committed: UInt64
        var what: String

        var text: String {
            "\(id)  \(time)  \(bytes) bytes  hash \(hash)  committed \(committed)  \(what)"
        }
    }

    let options: InspectOptions
    let source: LogSource
    let waiter: LoopWaiter

    func show() throws(InspectionError) {
        var report = Report(shards: [])
        for number in try options.shard.shards(in: source) {
            let shard = try look(number)
            if !options.isJSON { Terminal.say(shard.text) }
            report.shards.append(shard)
        }
        if options.isJSON { Terminal.say(JSONText.of(report)) }
    }

    private func look(_ shard: ShardID) throws(InspectionError) -> Shard {
        // Nothing is applied here, so it is the same for all kinds of shards.
        let found = try ShardAudit<ShardState>(
            source: source,
            shard: shard,
            waiter: waiter,
            lastCount: options.lastCount
        ).look()
        var last: [Entry] = []
        for record in found.last { last.append(try entry(record, shard, found.name)) }
        return Shard(
            shard: shard.rawValue,
            acceptor: found.name,
            first: found.walk.first.map { "\($0)" },
            tail: "\(found.state.tail)",
            hash: "\(found.state.hash)",
            promised: found.state.promised.rawValue,
            opened: found.state.opened.rawValue,
            entries: found.walk.entryCount,
            commands: found.walk.commandCount,
            bytes: found.walk.size,
            epochs: found.walk.epochs.map(ShardReport.EpochReport.init),
            last: last
        )
    }

    private func entry(
        _ record: LogRecord,
        _ shard: ShardID,
        _ name: String
    ) throws(InspectionError) -> Entry {
        do throws(DecodeError) {
            let entry = try LogEntry(decoding: record.bytes)
            return Entry(
                id: "\(record.id)",
                time: LogTime.text(entry.time),
                commands: entry.commandCount,
                bytes: record.bytes.count,
                hash: "\(record.hash)",
                committed: entry.committed.rawValue,
                what: shard.rawValue == 0
                    ? try EntryDescription.map(entry) : try EntryDescription.shard(entry)
            )
        } catch {
            throw .defect(shard, name, .unreadable(record.id, error))
        }
    }
}
