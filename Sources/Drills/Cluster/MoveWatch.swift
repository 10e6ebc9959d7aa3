import Coordination
import EventLoop
import Redis
import Trading
import Wire
import Workload

/// Follows a move in the logs of shard 0, the source and the destination, as one Redis has them.
///
/// A step is told as soon as it is durable, often before who asked for it has heard.
final class MoveWatch {
    /// Called at each step, which may come again with another attempt.
    var onStep: ((MoveStep) -> Void)?
    /// When somebody was killed, in microseconds since 1970.
    var struckAt: Int64 = 0
    /// Attempts begun since the watch began.
    var attempts: Int { failed.count + 1 }
    /// Generations that failed; a new leader of shard 0 may write an entry again.
    private var failed: Set<UInt32> = []
    /// Steps with the times of their entries, in microseconds since 1970.
    private var steps: [(step: MoveStep, time: Int64)] = []
    /// When the last step was seen, on the clock of the loop.
    private(set) var lastNanoseconds: UInt64 = 0
    /// An entry that could not be read.
    private(set) var problem: String?
    private var tails: [LogTail] = []
    private var readyCount = 0
    private let loop: EventLoop
    /// Milliseconds since 1970 before which nothing counts.
    private var since: Int64?

    /// Begins to follow.
    ///
    /// - Parameters:
    ///   - endpoint: A Redis of the cluster.
    ///   - shards: Source and destination, with where their logs were of late.
    ///   - loop: Serves the connections.
    init(_ endpoint: Endpoint, _ shards: [ClusterStatus.Shard], loop: EventLoop) {
        self.loop = loop
        let redis = RedisEndpoint(host: endpoint.host, port: endpoint.port)
        // Shard 0 tells nobody its position, and is short.
        follow(ShardID(0), after: .zero, redis) {
            [weak self] (entry) throws(DecodeError) in
            try self?.mapSteps(entry) ?? []
        }
        for shard in shards {
            let position = EntryID(
                epoch: Epoch(UInt64(shard.epoch)),
                sequence: SequenceNumber(UInt64(shard.logPosition ?? 0))
            )
            follow(ShardID(UInt16(shard.id)), after: position, redis) {
                (entry) throws(DecodeError) in try Self.pairSteps(entry)
            }
        }
    }

    /// Whether all logs are being read.
    var isReady: Bool { readyCount >= tails.count }

    /// The newest step whose entry was made before a moment.
    ///
    /// A busy machine lets a watcher hear late: by then the move may have come further.
    func newest(before microseconds: Int64) -> MoveStep? {
        steps.filter { $0.time < microseconds }.max { ($0.time, $0.step) < ($1.time, $1.step) }?
            .step
    }

    /// Tells of steps from now on.
    ///
    /// - Parameter milliseconds: The wall clock, which the logs of a cluster on this machine share.
    func begin(at milliseconds: Int64) { since = milliseconds }

    /// Ends the connections.
    func stop() {
        for tail in tails { tail.stop() }
        tails = []
    }

    private func follow(
        _ shard: ShardID,
        after position: EntryID,
        _ redis: RedisEndpoint,
        _ read: @escaping (LogEntry) throws(DecodeError) -> [MoveStep]
    ) {
        let tail = LogTail(loop: loop, endpoint: redis, shard: shard)
        var isNew = true
        tail.onReady = { [weak self] in
            // It comes again when a Redis was away.
            if isNew { self?.readyCount += 1 }
            isNew = false
        }
        tail.onRecords = { [weak self] records in
            for record in records { self?.take(record, read) }
        }
        tails.append(tail)
        tail.start(after: position)
    }

    private func take(
        _ record: LogRecord,
        _ read: (LogEntry) throws(DecodeError) -> [MoveStep]
    ) {
        do throws(DecodeError) {
            let entry = try LogEntry(decoding: record.bytes)
            guard let since, entry.kind == .batch, entry.time.milliseconds >= since else { return }
            for step in try read(entry) {
                steps.append((step, entry.time.microseconds))
                lastNanoseconds = loop.nowNanoseconds
                onStep?(step)
            }
        } catch {
            problem = "\(record.id): \(error)"
        }
    }

    private func mapSteps(_ entry: LogEntry) throws(DecodeError) -> [MoveStep] {
        var reader = ByteReader(entry.payload)
        var steps: [MoveStep] = []
        while reader.remaining > 0 {
            switch try CoordinationCommand(decoding: try reader.readBlob()) {
            case .beginMove: steps.append(.copy)
            case .failMove(_, let generation, isLast: false, _):
                failed.insert(generation)
                steps.append(.copy)
            case .settleMove(_, _, isDone: true): steps.append(.settle)
            default: break
            }
        }
        return steps
    }

    private static func pairSteps(_ entry: LogEntry) throws(DecodeError) -> [MoveStep] {
        try BatchPayload.commands(of: entry).compactMap { command in
            guard case .movePair(_, _, let step) = command.command else { return nil }
            return switch step {
            case .stage(part: 0, _): .stage
            case .freeze: .freeze
            case .activate: .activate
            case .release: .release
            case .stage, .unfreeze, .abort: nil
            }
        }
    }
}
