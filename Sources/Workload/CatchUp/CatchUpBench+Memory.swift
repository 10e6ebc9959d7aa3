import EventLoop
import Replication
import Shard
import Trading
import Wire

extension CatchUpBench {
    private func measure(_ body: () -> Void) -> [Double] {
        (0..<options.runs).map { _ in
            let begun = waiter.loop.nowNanoseconds
            body()
            return Double(waiter.loop.nowNanoseconds - begun) / 1e9
        }
    }

    /// The commands through the state machine, without entries.
    func machineAlone(_ commands: [Command]) -> CatchUpReport.Row {
        let seconds = measure {
            var machine = ShardMachine()
            var events: [MarketEvent] = []
            for (index, command) in commands.enumerated() {
                let sequence = UInt64(index + 1)
                _ = machine.apply(
                    SessionCommand(
                        session: SessionID(rawValue: 1),
                        sequence: sequence,
                        acknowledged: sequence - 1,
                        command: command
                    ),
                    at: Timestamp(microseconds: Int64(sequence) * 2),
                    events: &events
                )
                if index % 1024 == 0 { events.removeAll(keepingCapacity: true) }
            }
        }
        return CatchUpReport.Row(
            name: "machine alone",
            commands: UInt64(commands.count),
            entries: 0,
            bytes: 0,
            seconds: seconds
        )
    }

    /// The entries of the log as a replica takes them, without Redis: the baseline.
    mutating func fromMemory(_ log: CatchUpLog) -> CatchUpReport.Row {
        var digest: UInt64 = 0
        var fault: String?
        let seconds = measure {
            var machine = ShardMachine()
            var cursor = LogCursor()
            var events: [MarketEvent] = []
            do {
                for record in log.records {
                    guard let entry = try cursor.advance(to: record) else { continue }
                    for command in try BatchPayload.commands(of: entry) {
                        _ = machine.apply(command, at: cursor.time, events: &events)
                    }
                    events.removeAll(keepingCapacity: true)
                    cursor.applied(digest: machine.digest)
                }
            } catch {
                fault = "from memory: \(error)"
            }
            digest = machine.digest
        }
        if let fault { faults.append(fault) }
        if digest != log.digest { faults.append("from memory the state is another") }
        return CatchUpReport.Row(
            name: "entries from memory",
            commands: log.commandCount,
            entries: log.records.count,
            bytes: size(log.records),
            seconds: seconds
        )
    }
}
