import EventLoop
import Redis
import Replication
import Shard
import Trading
import Wire

/// Fills a log in Redis and lets standbys and an acceptor catch up with it.
struct CatchUpBench {
    private static let stepMilliseconds: UInt64 = 600_000

    let options: CatchUpOptions
    let waiter: LoopWaiter
    private let note: (String) -> Void
    private var servers: [OwnRedis] = []
    var faults: [String] = []

    init(_ options: CatchUpOptions, _ waiter: LoopWaiter, note: @escaping (String) -> Void) {
        self.options = options
        self.waiter = waiter
        self.note = note
    }

    /// Runs all of it.
    ///
    /// - Parameter report: Filled in.
    /// - Throws: `LoadError` when it cannot be carried out.
    mutating func run(_ report: inout CatchUpReport) throws(LoadError) {
        let directory = try OwnDirectory(waiter: waiter)
        defer {
            for server in servers { server.kill() }
            directory.remove()
        }
        for number in 0..<options.acceptorCount {
            let folder = try directory.folder("\(number)")
            servers.append(try OwnRedis(waiter: waiter, directory: folder, writes: .always))
        }
        let commands = Self.commands(options.commandCount)
        let log = try fill(commands)
        defer { log.close() }
        report.machineAlone = machineAlone(commands)
        report.memory = fromMemory(log)
        report.rows.append(try follow(log, name: "standby from the start", commands: 0))
        log.storeSnapshot()
        try wait("the snapshot", on: log) { log.hasSnapshot }
        report.rows.append(try join(log))
        if options.acceptorCount > 1 { report.rows.append(try refill(log)) }
        report.faults += faults
    }

    /// Orders of many accounts in one pair, as `castle bench matching` has them.
    private static func commands(_ count: Int) -> [Command] {
        let plan = FlowPlan(
            name: "catch-up",
            seed: 20_240_607,
            restingCount: UInt32(min(20_000, count / 10)),
            measuredCount: UInt32(count)
        )
        let flow = MachineReplay.prepare(FlowGenerator.flow(plan))
        let replay = MachineReplay(for: flow)
        let opening = MachineReplay.opening(flow.header)
        return opening + flow.records.prefix(count - opening.count).map { replay.command($0) }
    }

    // MARK: The log

    private func acceptors() -> [LogAcceptor] {
        servers.map {
            LogAcceptor(
                loop: waiter.loop,
                endpoint: RedisEndpoint(host: $0.host, port: $0.port),
                shard: CatchUpLog.shard,
                timeouts: RedisTimeouts(requestMilliseconds: 30_000)
            )
        }
    }

    private func openLog() -> ShardLog {
        ShardLog(
            loop: waiter.loop,
            acceptors: acceptors(),
            names: servers.map { "\($0.port)" },
            incarnation: 7
        )
    }

    private mutating func fill(_ commands: [Command]) throws(LoadError) -> CatchUpLog {
        try createLogs()
        let begun = waiter.loop.nowNanoseconds
        let log = CatchUpLog(openLog(), commands: commands, batchCount: options.batchCount)
        try wait("the log to be full", on: log) { log.isFull }
        let seconds = Double(waiter.loop.nowNanoseconds - begun) / 1e9
        note("filled: \(commands.count) commands, \(log.records.count) entries in \(seconds) s")
        return log
    }

    private func createLogs() throws(LoadError) {
        let acceptors = acceptors()
        var created = 0
        var reason = "no answer"
        for acceptor in acceptors {
            acceptor.onLost = { reason = $0 }
            acceptor.onReady = { [unowned acceptor] in
                acceptor.send(.create(incarnation: 7)) { if $0 == .done { created += 1 } }
            }
        }
        waiter.wait(timeoutMilliseconds: 10_000) { created == acceptors.count }
        for acceptor in acceptors { acceptor.close() }
        guard created == acceptors.count else { throw LoadError("no log: \(reason)") }
    }

    private func wait(
        _ what: String,
        on log: CatchUpLog,
        until condition: @escaping () -> Bool
    ) throws(LoadError) {
        let isDone = waiter.wait(timeoutMilliseconds: Self.stepMilliseconds) {
            condition() || log.failure != nil
        }
        if let failure = log.failure { throw LoadError("waiting for \(what): \(failure)") }
        guard isDone, condition() else {
            throw LoadError("waited in vain for \(what): \(log.notes.suffix(3))")
        }
    }

    func size(_ records: some Sequence<LogRecord>) -> Int {
        records.reduce(0) { $0 + $1.bytes.count }
    }

    // MARK: Out of Redis

    /// Fresh replicas follow to the end.
    ///
    /// - Parameters:
    ///   - log: Full.
    ///   - name: Of the row.
    ///   - skipped: Commands that a snapshot spares them.
    /// - Returns: The row.
    /// - Throws: `LoadError` when one does not come to the end.
    private mutating func follow(
        _ log: CatchUpLog,
        name: String,
        commands skipped: UInt64
    ) throws(LoadError) -> CatchUpReport.Row {
        var seconds: [Double] = []
        guard let last = log.records.last?.id.sequence else { throw LoadError("the log is empty") }
        for _ in 0..<options.runs {
            let begun = waiter.loop.nowNanoseconds
            let replica = FollowingReplica(openLog())
            defer { replica.close() }
            try wait(name, on: log) { replica.hasCaughtUp(with: last) || !replica.faults.isEmpty }
            seconds.append(Double(waiter.loop.nowNanoseconds - begun) / 1e9)
            faults += replica.faults
            if replica.digest != log.digest { faults.append("\(name): the state is another") }
        }
        return CatchUpReport.Row(
            name: name,
            commands: log.commandCount - skipped,
            entries: log.records.count,
            bytes: size(log.records),
            seconds: seconds
        )
    }

    /// Restores the snapshot at half of the log, then follows.
    private mutating func join(_ log: CatchUpLog) throws(LoadError) -> CatchUpReport.Row {
        guard let (manifest, bytes) = log.snapshot else { throw LoadError("no snapshot was taken") }
        var reader = ByteReader(bytes)
        let skipped: UInt64
        do throws(DecodeError) { skipped = try reader.read(UInt64.self) } catch {
            throw LoadError("the snapshot: \(error)")
        }
        var row = try follow(log, name: "snapshot and tail", commands: skipped)
        let tail = log.records.drop { $0.id.sequence <= manifest.id.sequence }
        row.entries = tail.count
        row.bytes = size(tail)
        row.remark = "a snapshot of \(bytes.count) bytes first"
        return row
    }

    /// Takes the disk of the last acceptor away; its primary fills it from another.
    private mutating func refill(_ log: CatchUpLog) throws(LoadError) -> CatchUpReport.Row {
        guard let manifest = log.snapshot?.manifest, let server = servers.last else {
            throw LoadError("no snapshot was taken")
        }
        let all = options.acceptorCount
        var seconds: [Double] = []
        for _ in 0..<options.runs {
            try wait("all acceptors", on: log) { log.followingCount == all }
            server.kill()
            try wait("the loss", on: log) { log.followingCount < all }
            let known = log.notes.count
            try server.startEmpty()
            try wait("the repair to begin", on: log) {
                log.notes.dropFirst(known).contains { $0.contains("is filled from") }
            }
            let begun = waiter.loop.nowNanoseconds
            try wait("the acceptor to be filled", on: log) { log.followingCount == all }
            seconds.append(Double(waiter.loop.nowNanoseconds - begun) / 1e9)
        }
        let tail = log.records.drop { $0.id.sequence <= manifest.id.sequence }
        return CatchUpReport.Row(
            name: "acceptor refilled",
            commands: tail.reduce(0) { $0 + UInt64($1.commandCount) },
            entries: tail.count,
            bytes: size(tail),
            seconds: seconds,
            remark: "its disk was lost; a snapshot of \(manifest.size) bytes first"
        )
    }
}

extension LogRecord {
    /// As its header says; 0 for one that cannot be read.
    fileprivate var commandCount: UInt32 {
        do throws(DecodeError) { return try LogEntry(decoding: bytes).commandCount } catch {
            return 0
        }
    }
}
