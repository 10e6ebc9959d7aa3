/// What `castle bench matching` measured, for people and as JSON.
struct MatchingReport: Codable, Equatable, Sendable {
    /// How many allocations a number of messages made.
    struct Allocations: Codable, Equatable, Sendable {
        var count: Int
        var messages: Int
    }

    /// One flow, replayed by one engine.
    struct Result: Codable, Equatable, Sendable {
        var flow: String
        var level: String
        var prefillCount: Int
        var measuredCount: Int
        /// Millions of messages a second.
        var speed: Spread
        /// The yardstick in the same rounds, on the first part of the same messages.
        var textbookSpeed: Spread
        /// How many times as fast as the yardstick, round by round.
        var ratio: Spread
        /// Nanoseconds a message, the clock's own cost included.
        var latency: LatencySummary
        /// Bytes held at the end, divided by the orders that rest.
        var bytesPerRestingOrder: Double?
        /// `nil` when they could not be counted.
        var allocations: Allocations?
        /// Empty when they were.
        var allocationsFailure: String
        var totals: FlowTotals
        /// What differs from what the flow must come to; empty when nothing does.
        var differences: [String]
    }

    /// From `CASTLE_REVISION`, which `Ops/bench` sets to what git says.
    var revision: String
    var machine: MachineFacts
    /// Number of the processor the process kept to; `nil` when it could not.
    var processor: Int?
    var command: String
    /// Median cost of a reading of the clock.
    var clockNanoseconds: UInt64
    var results: [Result] = []

    /// Whether every flow came to what it must.
    var isCorrect: Bool { !results.isEmpty && results.allSatisfy { $0.differences.isEmpty } }

    /// Lines for the terminal.
    var text: String {
        let place = processor.map { "on processor \($0)" } ?? "not kept on one processor"
        let head = [
            "revision    \(revision)", "machine     \(machine.text)", "command     \(command)",
            "clock       \(clockNanoseconds) ns a reading, within each latency; \(place)",
        ]
        let rows = [Self.columns] + results.map(\.row)
        let widths = Self.columns.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row in
            zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column < 2 ? cell.0 + padding : padding + cell.0
            }.joined(separator: "  ")
        }
        let lines = head + [""] + table + [""] + results.map(\.check)
        return lines.map { "\($0)\n" }.joined()
    }

    private static let columns = [
        "flow", "level", "M/s", "lowest", "highest", "× textbook", "p50 ns", "p99 ns", "p99.9 ns",
        "max µs", "bytes/order", "allocations",
    ]
}

extension MatchingReport.Result {
    fileprivate var row: [String] {
        [
            flow, level, Self.twoDecimals(speed.median), Self.twoDecimals(speed.lowest),
            Self.twoDecimals(speed.highest), Self.twoDecimals(ratio.median), "\(latency.p50)",
            "\(latency.p99)", "\(latency.p999)", "\(latency.max / 1000)",
            bytesPerRestingOrder.map(LoadReport.oneDecimal) ?? "–", allocationsText,
        ]
    }

    private var allocationsText: String {
        guard let allocations else { return "not counted" }
        let each = Double(allocations.count) / Double(max(allocations.messages, 1))
        return each < 0.01 ? "\(allocations.count)" : "\(Self.twoDecimals(each))/message"
    }

    fileprivate var check: String {
        let sums =
            "\(flow), \(level): \(totals.trades) trades of \(totals.quantity) lots, notional"
            + " \(totals.notional), \(totals.restingOrders) orders of \(totals.restingQuantity) lots"
            + " rest, maker sum \(totals.makerSum)"
        let failure = allocationsFailure.isEmpty ? "" : "\n  allocations: \(allocationsFailure)"
        guard !differences.isEmpty else { return "\(sums): as expected\(failure)" }
        return "\(sums): WRONG\n  \(differences.joined(separator: "\n  "))\(failure)"
    }

    private static func twoDecimals(_ value: Double) -> String {
        let hundredths = Int64((value * 100).rounded())
        let rest = String(hundredths % 100)
        return "\(hundredths / 100).\(rest.count == 1 ? "0" : "")\(rest)"
    }
}
