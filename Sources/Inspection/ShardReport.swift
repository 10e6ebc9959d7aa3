import Audit
import FoundationEssentials
import Replication
import Trading
import Wire

/// What is told of a shard whose log holds, for people and for programs.
struct ShardReport: Codable {
    struct EpochReport: Codable {
        var epoch: UInt64
        var first: String
        /// The entry that opened it; missing where it was trimmed away.
        var marker: String?
        var time: String
        var entries: Int
        var commands: UInt64

        init(_ span: EpochSpan) {
            epoch = span.epoch.rawValue
            first = "\(span.first)"
            marker = span.marker.map { "\($0)" }
            time = LogTime.text(span.time)
            entries = span.entryCount
            commands = span.commandCount
        }

        var text: String {
            "epoch \(epoch) from \(first), \(marker.map { "marker \($0)" } ?? "marker trimmed"),"
                + " \(time), \(entries) entries, \(commands) commands"
        }
    }

    struct AcceptorReport: Codable {
        var name: String
        /// `votes`, `learner`, or `nothing` for one without the log.
        var standing: String
        var tail: String?
        var promised: UInt64?
        var opened: UInt64?
        var snapshot: String?

        init(_ name: String, _ state: AcceptorState?) {
            self.name = name
            standing = state.map { $0.incarnation != nil ? "votes" : "learner" } ?? "nothing"
            tail = state.map { "\($0.tail)" }
            promised = state?.promised.rawValue
            opened = state?.opened.rawValue
            snapshot = state?.manifest.map { "\($0.id)" }
        }

        var text: String { "\(name) \(tail ?? "-")\(standing == "votes" ? "" : " (\(standing))")" }
    }

    var shard: UInt16
    var replayed: String
    /// `genesis`, or the snapshot's entry.
    var start: String
    var entries: Int
    var commands: UInt64
    var bytes: Int
    var appliedCommands: UInt64
    var seconds: Double
    var commandsPerSecond: Double
    var first: String?
    var last: String
    var hash: String
    var time: String
    var epochs: [EpochReport]
    var stateHash: String
    var stateBytes: Int
    var digestsCompared: Int
    var snapshot: String?
    var isSnapshotCompared: Bool
    var balancesChecked: Int
    var acceptors: [AcceptorReport]
    var contentsCompared: Int?
    var durable: String?
    var durableCompared: Int?
    /// Entries at the end of an acceptor's log that the log that goes on does not have.
    var abandoned: [String: Int]?

    init(_ finding: ShardFinding) {
        let report = finding.report
        shard = finding.shard.rawValue
        replayed = finding.replayed
        switch report.start {
        case .genesis: start = "genesis"
        case .snapshot(let id): start = "\(id)"
        }
        entries = report.entryCount
        commands = report.commandCount
        bytes = report.size
        appliedCommands = report.appliedCommandCount
        seconds = Double(finding.nanoseconds) / 1e9
        commandsPerSecond = seconds > 0 ? Double(appliedCommands) / seconds : 0
        first = report.first.map { "\($0)" }
        last = "\(report.last)"
        hash = "\(report.hash)"
        time = LogTime.text(report.time)
        epochs = report.epochs.map(EpochReport.init)
        stateHash = "\(ChainHash(rawValue: report.stateHash))"
        stateBytes = report.stateSize
        digestsCompared = report.digestsCompared
        snapshot = report.snapshot.map { "\($0.manifest.id)" }
        isSnapshotCompared = report.snapshot?.isCompared ?? false
        balancesChecked = report.balancesChecked
        acceptors = finding.acceptors.map { AcceptorReport($0.name, $0.state) }
        contentsCompared = finding.comparison?.contentsCompared
        durable = finding.comparison?.durable.map { "\($0)" }
        durableCompared = finding.comparison?.durableCompared
        abandoned = finding.comparison.map {
            Dictionary($0.abandoned.map { ($0.name, $0.count) }) { $0 + $1 }
        }
    }

    /// Lines for the terminal, the first with the shard.
    var text: String {
        let rate = Int(commandsPerSecond.rounded())
        let place = start == "genesis" ? "genesis" : "snapshot \(start)"
        var lines = [
            "shard \(shard): \(entries) entries \(first ?? "-") to \(last), \(commands) commands,"
                + " \(bytes) bytes",
            "replayed \(appliedCommands) commands from \(place) of \(replayed):"
                + " \(rate) commands/s",
        ]
        lines += epochs.map(\.text)
        lines.append("state \(stateHash), \(stateBytes) bytes, log time \(time)")
        var checks = "hash \(hash), \(digestsCompared) digests compared"
        if let snapshot {
            checks += isSnapshotCompared ? ", snapshot \(snapshot) is passed through" : ""
            checks += isSnapshotCompared ? "" : ", snapshot \(snapshot) reads back"
        }
        lines.append(checks + ", balances added up \(balancesChecked) times")
        lines.append("acceptors \(acceptors.map(\.text).joined(separator: ", "))")
        if let durable, acceptors.count > 1 {
            lines.append(
                "\(contentsCompared ?? 0) contents compared, durable up to \(durable)"
            )
        }
        for (name, count) in (abandoned ?? [:]).sorted(by: { $0.key < $1.key }) {
            lines.append("\(name) ends with \(count) entries that never had a majority")
        }
        return lines.joined(separator: "\n  ")
    }
}

/// Log time for people.
enum LogTime {
    /// As ISO 8601 in UTC, to the second.
    static func text(_ time: Timestamp) -> String {
        Date(timeIntervalSince1970: Double(time.microseconds) / 1e6).ISO8601Format()
    }
}

/// Reports as JSON on the standard output.
enum JSONText {
    static func of(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return String(decoding: try encoder.encode(value), as: UTF8.self)
        } catch {
            // Strings, numbers and lists of them always encode.
            return "{\"error\": \"\(error)\"}"
        }
    }
}
