/// How fast replicas catch up, and on what it was measured.
struct CatchUpReport: Codable {
    /// One way to come to the end of the log.
    struct Row: Codable {
        var name: String
        /// Commands applied, or stored.
        var commands: UInt64
        var entries: Int
        var bytes: Int
        /// Of each run.
        var seconds: [Double]
        /// What else is to be said.
        var remark: String?

        /// Of the run in the middle.
        var commandsPerSecond: Double {
            let sorted = seconds.sorted()
            return sorted.isEmpty ? 0 : Double(commands) / sorted[sorted.count / 2]
        }

        func text(against baseline: Double) -> String {
            let range = seconds.map { "\(Int(Double(commands) / $0))" }.joined(separator: ", ")
            let ratio = baseline > 0 ? Int(commandsPerSecond / baseline * 100) : 0
            let label = name + String(repeating: " ", count: max(1, 22 - name.count))
            return "\(label)\(Int(commandsPerSecond)) commands/s (\(range)), \(ratio) % of memory;"
                + " \(commands) commands, \(entries) entries, \(bytes) bytes"
                + (remark.map { "; \($0)" } ?? "")
        }
    }

    /// Latency of orders over some seconds.
    struct Window: Codable {
        var seconds: Int
        /// Medians over the seconds.
        var p50Nanoseconds: UInt64
        var p99Nanoseconds: UInt64
        /// Of the worst second.
        var p99NanosecondsMax: UInt64

        var text: String {
            "p50 \(LatencySummary.milliseconds(p50Nanoseconds)) ms  p99"
                + " \(LatencySummary.milliseconds(p99Nanoseconds)) ms  worst p99"
                + " \(LatencySummary.milliseconds(p99NanosecondsMax)) ms, \(seconds) s"
        }
    }

    /// A standby that comes back while its primary serves.
    struct Live: Codable {
        var orders: UInt64
        /// In the log when it had caught up.
        var entries: UInt64
        /// From the kill until the new process answered.
        var millisecondsAway: UInt64
        /// From there until it had caught up.
        var millisecondsCatchingUp: UInt64
        var before: Window
        var during: Window

        var text: String {
            """
            live        standby killed: \(millisecondsAway) ms until its process is back,\
             \(millisecondsCatchingUp) ms until it has \(entries) entries; \(orders) orders
            acks before \(before.text)
            acks during \(during.text)
            """
        }
    }

    var revision: String
    var machine: MachineFacts
    var command: String
    /// The commands out of memory through the machine alone.
    var machineAlone: Row
    /// The entries out of memory: decoded, checked, applied.
    var memory: Row
    var rows: [Row]
    var live: Live?
    /// What went wrong; nothing should.
    var faults: [String]

    var text: String {
        let baseline = memory.commandsPerSecond
        var lines = [
            "machine     \(machine.text)", "command     castle \(command)",
            "revision    \(revision)", machineAlone.text(against: baseline),
            memory.text(against: baseline),
        ]
        lines += rows.map { $0.text(against: baseline) }
        if let live { lines.append(live.text) }
        lines += faults.map { "fault       \($0)" }
        return lines.joined(separator: "\n")
    }
}
