import Audit
import Configuration
import EventLoop
import Replication
import Trading
import Wire
import Workload

/// What a shard's log came to in which nothing is wrong.
struct ShardFinding {
    var shard: ShardID
    /// In the order of the topology; no state for one that has nothing of the shard.
    var acceptors: [(name: String, state: AcceptorState?)]
    /// Whose log was replayed.
    var replayed: String
    /// What that acceptor said.
    var state: AcceptorState
    var report: LogReport
    var comparison: AcceptorComparison?
    /// The end of the log.
    var last: [LogRecord]
    /// Time of reading and replaying.
    var nanoseconds: UInt64
}

/// One shard's log on all acceptors that answer, read and held to every rule.
struct ShardAudit<State: ReplayedState & ~Copyable> {
    /// How often a live log may change under the reading before it is given up.
    private static var attemptsMax: Int { 5 }

    let source: LogSource
    let shard: ShardID
    let waiter: LoopWaiter
    /// Whether the other acceptors are read and compared too.
    var comparesAcceptors = true
    /// Entries kept of the end of the log.
    var lastCount = 0

    /// Shown the state at the end of the log.
    var onState: ((borrowing State) -> Void)?

    /// Reads and checks.
    ///
    /// - Throws: `InspectionError`, the first thing that is wrong.
    func run() throws(InspectionError) -> ShardFinding {
        var states: [AcceptorState?] = []
        for reader in source.readers {
            let state = try reader.state(of: shard)
            try sound(reader) { () throws(LogDefect) in
                try state?.check(reader.name, incarnation: source.plan?.clusterNumber)
            }
            states.append(state)
        }
        let voters = source.readers.indices.filter { states[$0]?.incarnation != nil }
        guard let newest = voters.max(by: { tail(states[$0]) < tail(states[$1]) }) else {
            throw .noLog(shard)
        }
        var finding = try steadily(source.readers[newest], replay)
        if comparesAcceptors {
            var logs = [
                AcceptorLog(
                    name: finding.replayed,
                    state: finding.state,
                    entries: finding.report.summaries
                )
            ]
            for index in voters where index != newest {
                logs.append(try steadily(source.readers[index], walk))
                states[index] = logs.last?.state
            }
            finding.comparison = try compare(logs)
        }
        states[newest] = finding.state
        finding.acceptors = zip(source.readers, states).map { ($0.name, $1) }
        return finding
    }

    private func compare(_ logs: [AcceptorLog]) throws(InspectionError) -> AcceptorComparison {
        do throws(LogDefect) {
            return try AcceptorComparison(logs, acceptorCount: source.acceptorCount)
        } catch {
            throw .defect(shard, logs.map(\.name).joined(separator: ", "), error)
        }
    }

    private func tail(_ state: AcceptorState?) -> EntryID { state?.tail ?? .zero }

    /// Reads an acceptor as it was at one moment.
    ///
    /// A live log may be opened anew, or trimmed, while it is read; what looks like a fault then is
    /// read again.
    private func steadily<Value>(
        _ reader: AcceptorReader,
        _ body: (AcceptorReader, AcceptorState) throws(InspectionError) -> Value
    ) throws(InspectionError) -> Value {
        for _ in 0..<Self.attemptsMax {
            guard let state = try reader.state(of: shard) else { throw .noLog(shard) }
            do throws(InspectionError) {
                return try body(reader, state)
            } catch {
                guard case .defect = error else { throw error }
                let now = try reader.state(of: shard)
                // Its log did not change in a way that could explain it.
                if now?.opened == state.opened, now?.manifest == state.manifest { throw error }
            }
        }
        throw .unsteady(shard)
    }

    private func snapshot(
        _ state: AcceptorState,
        _ reader: AcceptorReader
    ) throws(InspectionError) -> LogSnapshot? {
        guard let manifest = state.manifest else { return nil }
        guard let snapshot = try reader.snapshot(manifest, of: shard) else {
            throw .defect(
                shard,
                reader.name,
                .snapshotDamaged(manifest.id, "lacks chunks that its manifest names")
            )
        }
        return snapshot
    }

    private func replay(
        _ reader: AcceptorReader,
        _ state: AcceptorState
    ) throws(InspectionError) -> ShardFinding {
        let begun = waiter.loop.nowNanoseconds
        let snapshot = try snapshot(state, reader)
        var replay = try sound(reader) { () throws(LogDefect) in
            try LogReplay<State>(snapshot: snapshot, keepsSummaries: comparesAcceptors)
        }
        var last: [LogRecord] = []
        try reader.entries(of: shard, through: state.tail) { record throws(LogDefect) in
            try replay.take(record)
            keep(record, in: &last)
        }
        let report = try sound(reader) { () throws(LogDefect) in
            try replay.finish(tail: state.tail, hash: state.hash)
        }
        replay.withState { onState?($0) }
        return ShardFinding(
            shard: shard,
            acceptors: [],
            replayed: reader.name,
            state: state,
            report: report,
            comparison: nil,
            last: Array(last.suffix(lastCount)),
            nanoseconds: waiter.loop.nowNanoseconds - begun
        )
    }

    /// Reads the newest log without its state, from end to end.
    ///
    /// - Returns: Its acceptor, the walk through it, and its last entries.
    /// - Throws: `InspectionError`.
    func look() throws(InspectionError) -> (
        name: String, state: AcceptorState, walk: LogWalk, last: [LogRecord]
    ) {
        var newest: (reader: AcceptorReader, tail: EntryID)?
        for reader in source.readers {
            guard let state = try reader.state(of: shard), state.incarnation != nil else {
                continue
            }
            if state.tail >= newest?.tail ?? .zero { newest = (reader, state.tail) }
        }
        guard let reader = newest?.reader else { throw .noLog(shard) }
        return try steadily(reader) { (reader, state) throws(InspectionError) in
            var walk = LogWalk()
            var last: [LogRecord] = []
            try reader.entries(of: shard, through: state.tail) { record throws(LogDefect) in
                _ = try walk.take(record)
                keep(record, in: &last)
            }
            return (reader.name, state, walk, Array(last.suffix(lastCount)))
        }
    }

    /// Reads an acceptor's newest snapshot back.
    ///
    /// - Returns: Its manifest; nil where there is none.
    /// - Throws: `InspectionError`.
    func readBack(on reader: AcceptorReader) throws(InspectionError) -> SnapshotManifest? {
        guard try reader.state(of: shard) != nil else { return nil }
        return try steadily(reader) { (reader, state) throws(InspectionError) in
            let snapshot = try snapshot(state, reader)
            try sound(reader) { () throws(LogDefect) in try snapshot?.check(State.self) }
            return snapshot?.manifest
        }
    }

    private func keep(_ record: LogRecord, in last: inout [LogRecord]) {
        last.append(record)
        if last.count > 2 * lastCount { last.removeFirst(last.count - lastCount) }
    }

    /// Reads another acceptor's log, which must be sound in itself, with its own snapshot.
    private func walk(
        _ reader: AcceptorReader,
        _ state: AcceptorState
    ) throws(InspectionError) -> AcceptorLog {
        let snapshot = try snapshot(state, reader)
        try sound(reader) { () throws(LogDefect) in try snapshot?.check(State.self) }
        var walk = LogWalk(keepsSummaries: true)
        try reader.entries(of: shard, through: state.tail) { record throws(LogDefect) in
            _ = try walk.take(record)
        }
        try sound(reader) { () throws(LogDefect) in
            try walk.finish(tail: state.tail, hash: state.hash)
        }
        return AcceptorLog(name: reader.name, state: state, entries: walk.summaries)
    }

    private func sound<Value: ~Copyable>(
        _ reader: AcceptorReader,
        _ body: () throws(LogDefect) -> Value
    ) throws(InspectionError) -> Value {
        do throws(LogDefect) { return try body() } catch {
            throw .defect(shard, reader.name, error)
        }
    }
}
