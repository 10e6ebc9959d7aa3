import Configuration
import EventLoop
import Trading
import Workload

/// `castle inspect`: looks into the logs of a live cluster, and only looks.
public enum InspectCommand {
    /// One line for the list of subcommands.
    public static let summary = "look into a live cluster's logs, snapshots and map; verify them"

    private static let usage = "castle inspect [log|snapshot|map] [redis://HOST:PORT…] [options]"
    private static let explanation = """
        log: where each shard's log ends, its epochs, its last entries. snapshot: reads each
        acceptor's newest snapshot back. map: the state of shard 0, and what the coordinator that
        leads says. Asks the cluster's Redis instances with commands that only read, little at a
        time, with rests. With --verify every log is replayed and held to the invariants on all
        acceptors; ends with 1 where one is broken.
        """

    /// Runs the command.
    ///
    /// - Parameter words: What follows `inspect`.
    /// - Returns: 0 when all that was looked at is sound, 1 otherwise, 64 for a bad command line.
    public static func run(_ words: [String]) -> Int32 {
        if Arguments.asksForHelp(words) {
            Terminal.say(
                Arguments.help(usage: usage, summary: explanation, flags: InspectOptions.flags)
            )
            return 0
        }
        do throws(ArgumentError) {
            return run(try InspectOptions(words))
        } catch {
            Terminal.note("castle inspect: \(error)")
            return ArgumentError.exitCode
        }
    }

    private static func run(_ options: InspectOptions) -> Int32 {
        let waiter = LoopWaiter(loop: EventLoop())
        waiter.interruptOnSignals()
        do throws(InspectionError) {
            let source =
                options.acceptors.isEmpty
                ? try LogSource.live(directory: options.directory, waiter)
                : try LogSource.named(options.acceptors, waiter)
            defer { source.close() }
            for text in source.absent { Terminal.note("castle inspect: \(text)") }
            switch options.subject {
            case .log: try LogView(options: options, source: source, waiter: waiter).show()
            case .snapshot:
                try SnapshotView(options: options, source: source, waiter: waiter).show()
            case .map: try MapView(options: options, source: source, waiter: waiter).show()
            }
            guard options.verifies else { return 0 }
            try VerifiedShards(options: options, source: source, waiter: waiter).show()
            return 0
        } catch {
            Terminal.note("castle inspect: \(error)")
            return 1
        }
    }
}
