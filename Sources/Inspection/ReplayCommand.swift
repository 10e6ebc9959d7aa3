import Audit
import Configuration
import EventLoop
import Trading
import Workload

/// `castle replay`: rebuilds shards from their logs, away from the cluster, and checks them.
public enum ReplayCommand {
    /// One line for the list of subcommands.
    public static let summary = "rebuild shards from their logs, offline, and check every entry"

    private static let usage = "castle replay DIR|redis://HOST:PORT… [options]"
    private static let explanation = """
        Replays each shard's log through the machine that serves it, from the first entry or the
        newest snapshot, and holds it to all that was recorded: checksums, ids, the chain of hashes,
        command numbers, state digests, the snapshot's state hash, balances. DIR is the directory of
        a stopped cluster (castle up), or of one Redis; its files are copied, never written. With
        several acceptors their logs are compared too. Ends with 1 at the first difference.
        """
    private static let wordMax = 9

    private static let flags = [
        Arguments.Flag("--shard", "K", help: "this shard only; 0 is the coordinator's"),
        Arguments.Flag("--json", help: "the report as JSON"),
    ]

    private struct Report: Codable {
        var machine: MachineFacts
        var shards: [ShardReport]
        var fault: String?
    }

    /// Runs the command.
    ///
    /// - Parameter words: What follows `replay`.
    /// - Returns: 0 when every log holds, 1 at the first difference or when a log cannot be read,
    ///   64 for a bad command line.
    public static func run(_ words: [String]) -> Int32 {
        if Arguments.asksForHelp(words) {
            Terminal.say(Arguments.help(usage: usage, summary: explanation, flags: flags))
            return 0
        }
        do throws(ArgumentError) {
            let arguments = try Arguments(words, flags: flags, wordMax: wordMax)
            guard !arguments.words.isEmpty else { throw .required("DIR or redis://HOST:PORT") }
            return replay(
                arguments.words,
                shard: try ShardChoice(arguments),
                asJSON: arguments.has("--json")
            )
        } catch {
            Terminal.note("castle replay: \(error)")
            return ArgumentError.exitCode
        }
    }

    private static func replay(_ words: [String], shard: ShardChoice, asJSON: Bool) -> Int32 {
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        var report = Report(machine: MachineFacts(), shards: [])
        do throws(InspectionError) {
            let source = try LogSource.named(words, waiter)
            defer { source.close() }
            for text in source.absent { Terminal.note("castle replay: \(text)") }
            for shard in try shard.shards(in: source) {
                let finding = try Verification(source: source, waiter: waiter).run(shard)
                let told = ShardReport(finding)
                if !asJSON { Terminal.say(told.text) }
                report.shards.append(told)
            }
        } catch {
            report.fault = "\(error)"
        }
        if asJSON { Terminal.say(JSONText.of(report)) }
        if let fault = report.fault {
            Terminal.note("castle replay: \(fault)")
            return 1
        }
        if !asJSON { Terminal.say(closing(report)) }
        return 0
    }

    private static func closing(_ report: Report) -> String {
        let entries = report.shards.reduce(0) { $0 + $1.entries }
        let commands = report.shards.reduce(0) { $0 + $1.commands }
        return "\(entries) entries, \(commands) commands of \(report.shards.count) shards: all hold"
            + "\nmachine \(report.machine.text)"
    }
}

/// Which shards a command line asks for.
struct ShardChoice {
    private let only: ShardID?

    init(_ arguments: Arguments) throws(ArgumentError) {
        let number = try arguments.integer("--shard", in: 0...65_535, default: 0)
        only = arguments.has("--shard") ? ShardID(UInt16(number)) : nil
    }

    /// The shards to look at, in order.
    func shards(in source: LogSource) throws(InspectionError) -> [ShardID] {
        let all = try source.shards()
        guard let only else {
            guard !all.isEmpty else { throw .source("there is no log of any shard") }
            return all
        }
        guard all.contains(only) else { throw .noLog(only) }
        return [only]
    }
}

/// Replays and compares one shard's log, whatever kind of shard it is.
struct Verification {
    let source: LogSource
    let waiter: LoopWaiter
    var lastCount = 0

    func run(_ shard: ShardID) throws(InspectionError) -> ShardFinding {
        guard shard.rawValue == 0 else {
            return try ShardAudit<ShardState>(
                source: source,
                shard: shard,
                waiter: waiter,
                lastCount: lastCount
            ).run()
        }
        return try ShardAudit<MapState>(
            source: source,
            shard: shard,
            waiter: waiter,
            lastCount: lastCount
        ).run()
    }
}
