import Configuration
import EventLoop
import HTTP
import Observability
import Redis
import Replication
import Shard
import Trading
import Wire

/// Runs one replica on real sockets: carries out its effects and brings it what comes back.
final class ReplicaHost {
    let replica: Replica
    private let context: ProcessContext
    private let log: ShardLog
    private var metrics: ReplicaMetrics
    private unowned let streams: StreamTable
    private let onChange: () -> Void
    /// Brings a transfer to another shard.
    var onDeliver: ((Funds, ShardID, UInt64) -> Void)?
    private var wasServing = false
    /// Ends the sleep of an idle loop at the time something of the state is due.
    private var alarm: (due: Timestamp, timer: LoopTimer)?
    /// The wall clock may be set while an alarm runs.
    private static let alarmMillisecondsMax: Int64 = 10_000

    init(
        context: ProcessContext,
        shard: ShardID,
        genesis: [Command],
        streams: StreamTable,
        onChange: @escaping () -> Void
    ) {
        self.context = context
        self.streams = streams
        self.onChange = onChange
        replica = Replica(shard: shard, genesis: genesis)
        log = context.shardLog(shard)
        metrics = ReplicaMetrics(context.metrics, shard: shard)
        log.onReady = { [weak self] in
            self?.perform { $0.acceptorReady(effects: &$1) }
        }
        log.onLost = { [weak self] reason in
            self?.note(.warning, "log unreachable: \(reason)")
            self?.perform { $0.acceptorLost(effects: &$1) }
        }
        log.onAnswer = { [weak self] reply, request in
            self?.perform { $0.received(reply, to: request, effects: &$1) }
        }
        log.onRecords = { [weak self] records in
            self?.perform { $0.tailed(records, effects: &$1) }
        }
    }

    /// Ends for good, when the replica is no longer wanted here; its log stays.
    func close() {
        perform { $0.retire(effects: &$1) }
        measure()
        alarm?.timer.cancel()
        alarm = nil
        log.close()
    }

    /// See `ReplicaStatus`.
    var logSilenceMilliseconds: UInt32 {
        let silence =
            replica.isFollowingLog
            ? context.now - min(log.heardNanoseconds, context.now) : replica.logSilenceNanoseconds
        return UInt32(clamping: silence / 1_000_000)
    }

    /// Gives the replica an input and carries out what it wants.
    func perform(_ input: (Replica, inout [ReplicaEffect]) -> Void) {
        var effects: [ReplicaEffect] = []
        input(replica, &effects)
        carryOut(effects)
        guard replica.isServing != wasServing else { return }
        wasServing = replica.isServing
        onChange()
    }

    /// Ends a turn of the loop: proposes what came in.
    func flush() {
        perform { $0.flush(now: context.now, wall: context.wall, effects: &$1) }
        setAlarm()
    }

    private func setAlarm() {
        let due = replica.nextDue
        guard alarm?.due != due else { return }
        alarm?.timer.cancel()
        alarm = nil
        // What is due already waits for an answer of the log, and that ends the sleep too.
        guard let due, due > context.wall else { return }
        let wait = (due.microseconds - context.wall.microseconds) / 1000 + 1
        let milliseconds = UInt64(min(wait, Self.alarmMillisecondsMax))
        let timer = context.loop.schedule(afterMilliseconds: milliseconds) { [weak self] in
            // The flush of this very turn proposes, or sets the next alarm.
            self?.alarm = nil
        }
        alarm = (due, timer)
    }

    /// Brings the gauges up to date.
    func measure() { metrics.measure(replica) }

    private func carryOut(_ effects: [ReplicaEffect]) {
        // Replies to one stream that follow one another leave in one write.
        var output = ByteWriter()
        var target: StreamID?
        for effect in effects {
            if case .send(let response, let stream) = effect {
                if target != stream { release(&output, to: target) }
                target = stream
                response.write(to: &output)
                continue
            }
            if case .close = effect { release(&output, to: target) }
            carryOut(effect)
        }
        release(&output, to: target)
    }

    private func release(_ output: inout ByteWriter, to stream: StreamID?) {
        guard let stream, !output.bytes.isEmpty else { return }
        streams.write(output.bytes, to: stream)
        output = ByteWriter()
    }

    private func carryOut(_ effect: ReplicaEffect) {
        switch effect {
        case .ask(let request): log.ask(request)
        case .resign: log.resign()
        case .follow(let id): log.follow(after: id)
        case .stopFollowing: log.stopFollowing()
        case .close(let stream): streams.close(stream)
        case .feed(let message, let followers):
            var writer = ByteWriter()
            message.write(to: &writer)
            for stream in followers { streams.write(writer.bytes, to: stream) }
        case .accounts(let message, let watchers):
            var writer = ByteWriter()
            message.write(to: &writer)
            for stream in watchers { streams.write(writer.bytes, to: stream) }
        case .deliver(let funds, let shard, let sequence): onDeliver?(funds, shard, sequence)
        case .note(let level, let text): note(level, text)
        case .committed(let commands, let bytes, let proposedAt):
            metrics.committed(commands: commands, bytes: bytes, after: context.now - proposedAt)
        case .answered(let reason): metrics.answered(reason)
        case .send: invariant(false, "sends are grouped before")
        }
    }

    private func note(_ level: NoteLevel, _ text: String) {
        let level: LogLevel =
            switch level {
            case .info: .info
            case .warning: .warning
            case .error: .error
            }
        context.log.log(
            level,
            text,
            [
                "shard": LogValue(replica.shard.rawValue),
                "epoch": LogValue(replica.epoch.rawValue),
                "seq": LogValue(replica.position.rawValue),
            ]
        )
    }
}
