import Replication
import Shard
import Trading
import Wire

// The acceptors, and the connections of nodes and coordinators to them.

extension SimulatedCluster {
    /// Lets the present instance of a process try to connect.
    func connectLog(_ process: Int, _ acceptor: Int, in delay: ClosedRange<UInt64>) {
        let instance = processes[process].instance
        schedule(
            .connectLog(process: process, acceptor: acceptor, instance: instance),
            in: delay
        )
    }

    func connectLog(_ process: Int, _ acceptor: Int, _ instance: UInt64) {
        guard isAlive(process, instance) else { return }
        guard processes[process].connections[acceptor] == nil else { return }
        guard isReachable(acceptor, from: process), !processes[process].isPaused else {
            return connectLog(process, acceptor, in: 3000...6000)
        }
        let id = newID()
        connections[id] = LogConnection(
            process: process,
            instance: instance,
            acceptor: acceptor,
            life: acceptors[acceptor].life
        )
        processes[process].connections[acceptor] = id
        askQuorum(process) { $0.ready(acceptor, effects: &$1) }
    }

    private func isReachable(_ acceptor: Int, from process: Int) -> Bool {
        acceptors[acceptor].isUp && !acceptors[acceptor].isPaused
            && held[.log(process: process, acceptor: acceptor)] == nil
    }

    func ask(_ process: Int, _ acceptor: Int, _ request: AcceptorRequest) {
        checkContent(of: request, in: log(of: process))
        guard let id = processes[process].connections[acceptor] else { return }
        connections[id]?.requests.append(request)
        connections[id]?.outstanding.append((request, now))
        schedule(.request(connection: id), in: delay)
        guard plan.planted == .answersBeforeCommit, case .append = request else { return }
        connections[id]?.answers.append((.done, request))
        schedule(.answer(connection: id), in: 1...2)
    }

    /// I1: one content per epoch and sequence.
    private func checkContent(of request: AcceptorRequest, in log: Int) {
        for record in request.records {
            if let known = proposals[log][record.id], known != record {
                violation("I1: log \(log) has two contents proposed under \(record.id)")
            }
            proposals[log][record.id] = record
        }
    }

    func requestArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id] else { return }
        let acceptor = connection.acceptor
        let process = connection.process
        if isHeld(event, by: connection.wire, .out) { return }
        if now < connection.lateUntil { return queue.add(event, at: connection.lateUntil) }
        if acceptors[acceptor].isPaused { return acceptors[acceptor].backlog.append(event) }
        guard connection.life == acceptors[acceptor].life, acceptors[acceptor].isUp,
            !connection.requests.isEmpty
        else { return }
        // It is carried out even when who asked has given up: a paused Redis does that.
        guard let request = connections[id]?.requests.removeFirst() else { return }
        let reply = answer(request, at: acceptor, in: log(of: process))
        note("log", 10 * process + acceptor, request.number, reply.number)
        // Whoever asked is gone.
        if !connection.isOpen, connections[id]?.requests.isEmpty == true {
            connections[id] = nil
        }
        guard connections[id]?.isOpen == true else { return }
        if plan.planted == .answersBeforeCommit, case .append = request { return }
        connections[id]?.answers.append((reply, request))
        schedule(.answer(connection: id), in: delay)
    }

    private func answer(
        _ request: AcceptorRequest,
        at acceptor: Int,
        in log: Int
    ) -> AcceptorReply {
        if acceptors[acceptor].isRefusing, request.isWrite {
            return .failed("MISCONF the disk is full")
        }
        let before = acceptors[acceptor].logs[log].tail
        let reply = acceptors[acceptor].logs[log].answer(request)
        guard reply == .done else { return reply }
        if acceptors[acceptor].logs[log].tail != before {
            checkChain(of: acceptors[acceptor].logs[log], around: request.records.first)
            stored(request.records, at: acceptor, in: log)
        }
        return reply
    }

    /// What was added follows what was there.
    private func checkChain(of log: ModelAcceptor, around record: LogRecord?) {
        guard let record, let place = log.records.lastIndex(of: record), place > 0 else { return }
        let before = log.records[place - 1]
        let entry = try? LogEntry(decoding: record.bytes)
        guard before.id.sequence.rawValue + 1 == record.id.sequence.rawValue,
            entry?.previousHash == before.hash
        else { return violation("I2: \(record.id) is stored behind \(before.id)") }
    }

    /// An entry is durable once a majority holds it, and then for ever (I2).
    private func stored(_ records: [LogRecord], at acceptor: Int, in log: Int) {
        for record in records {
            holders[log][record.id, default: []].insert(acceptor)
            guard holders[log][record.id]?.count == acceptors.count / 2 + 1 else { continue }
            let wrong = log == 0 ? mapOracle.stored(record) : oracle.stored(record)
            if let wrong { violation(wrong) }
        }
    }

    func answerArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        let (process, acceptor) = (connection.process, connection.acceptor)
        if isHeld(event, by: connection.wire, .back) { return }
        if keeps(event, process) { return }
        guard processes[process].connections[acceptor] == id, !connection.answers.isEmpty,
            let (reply, request) = connections[id]?.answers.removeFirst()
        else { return }
        let place = connection.outstanding.firstIndex { $0.request == request }
        if let place { connections[id]?.outstanding.remove(at: place) }
        askQuorum(process) { $0.received(reply, to: request, from: acceptor, effects: &$1) }
    }

    /// The process notices that its connection is gone.
    func logBroken(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        let (process, acceptor) = (connection.process, connection.acceptor)
        if keeps(event, process) { return }
        abandon(id)
        if random.isOne(in: 2) {
            connections[id]?.lateUntil = now + random.pick(1...30) * Self.millisecond
        }
        guard processes[process].connections[acceptor] == id,
            processes[process].instance == connection.instance
        else { return }
        note("connection lost", process)
        processes[process].connections[acceptor] = nil
        askQuorum(process) { $0.lost(acceptor, effects: &$1) }
        connectLog(process, acceptor, in: 500...4000)
    }

    /// Nobody waits for its answers any more; what was sent on it may still arrive.
    func abandon(_ id: UInt64) {
        connections[id]?.isOpen = false
        connections[id]?.answers = []
        connections[id]?.outstanding = []
        if connections[id]?.requests.isEmpty == true { connections[id] = nil }
    }

    /// A request without an answer for long makes the connection worthless.
    func giveUpSilentLog(_ process: Int, _ acceptor: Int) {
        guard let id = processes[process].connections[acceptor],
            let oldest = connections[id]?.outstanding.first,
            now - oldest.time > 25 * Self.millisecond
        else { return }
        schedule(.breakLog(connection: id), in: 1...2)
    }

    // MARK: Tails

    func follow(_ node: Int, after id: EntryID) {
        nodes[node].tail = QuorumTail(acceptorCount: acceptors.count, after: id)
        for acceptor in acceptors.indices {
            nodes[node].tails[acceptor].generation += 1
            nodes[node].tails[acceptor].isRunning = true
            nodes[node].tails[acceptor].position = id
            pollTail(node, acceptor, in: 100...2000)
        }
    }

    func stopFollowing(_ node: Int) {
        for acceptor in acceptors.indices {
            nodes[node].tails[acceptor].generation += 1
            nodes[node].tails[acceptor].isRunning = false
        }
    }

    private func pollTail(_ node: Int, _ acceptor: Int, in delay: ClosedRange<UInt64>) {
        let generation = nodes[node].tails[acceptor].generation
        let event = SimulatedEvent.pollTail(
            node: node,
            acceptor: acceptor,
            generation: generation
        )
        schedule(event, in: delay)
    }

    func pollTail(_ node: Int, _ acceptor: Int, _ generation: UInt64) {
        let tail = nodes[node].tails[acceptor]
        guard tail.isRunning, tail.generation == generation else { return }
        var new: [LogRecord] = []
        if isReachable(acceptor, from: node) {
            let request = AcceptorRequest.read(after: tail.position, limit: 8)
            let reply = acceptors[acceptor].logs[log(of: node)].answer(request)
            if case .records(let records) = reply { new = records }
            nodes[node].tails[acceptor].heard = now
        }
        guard let last = new.last else { return pollTail(node, acceptor, in: 300...1500) }
        nodes[node].tails[acceptor].position = last.id
        let event = SimulatedEvent.deliverTail(
            node: node,
            acceptor: acceptor,
            generation: generation,
            new
        )
        schedule(event, in: delay)
    }

    func deliverTail(
        _ node: Int,
        _ acceptor: Int,
        _ generation: UInt64,
        _ records: [LogRecord],
        _ event: SimulatedEvent
    ) {
        if isHeld(event, by: .log(process: node, acceptor: acceptor), .back) { return }
        if keeps(event, node) { return }
        let tail = nodes[node].tails[acceptor]
        guard tail.isRunning, tail.generation == generation else { return }
        let durable = nodes[node].tail.received(records, from: acceptor)
        if !durable.isEmpty { input(node) { $0.tailed(durable, effects: &$1) } }
        guard nodes[node].tails[acceptor].generation == generation else { return }
        pollTail(node, acceptor, in: 50...400)
    }
}

extension LogConnection {
    /// The link it goes over.
    fileprivate var wire: SimulatedLink { .log(process: process, acceptor: acceptor) }
}

extension AcceptorRequest {
    /// The entries it brings.
    fileprivate var records: [LogRecord] {
        switch self {
        case .append(_, _, let record): [record]
        case .open(_, _, _, let records), .admit(_, _, _, let records): records
        default: []
        }
    }

    fileprivate var isWrite: Bool {
        switch self {
        case .read, .find, .readManifest, .readChunk, .verify: false
        default: true
        }
    }

    /// A number for the trace.
    fileprivate var number: UInt64 {
        switch self {
        case .create: 0
        case .prepare: 11
        case .admit(let epoch, _, _, _): 3000 + epoch.rawValue
        case .find: 12
        case .seal(let epoch, _): 1000 + epoch.rawValue
        case .open(let epoch, _, _, _): 2000 + epoch.rawValue
        case .append(_, _, let record): 1_000_000 + record.id.sequence.rawValue
        case .verify: 4
        case .read(let after, _): 2_000_000 + after.sequence.rawValue
        case .trim: 6
        case .readManifest: 7
        case .readChunk: 8
        case .writeChunk: 9
        case .putManifest: 10
        }
    }
}

extension AcceptorReply {
    /// A number for the trace.
    fileprivate var number: UInt64 {
        switch self {
        case .done: 0
        case .sealed(let tail, _): 1000 + tail.sequence.rawValue
        case .fenced(let promised, _): 1_000_000 + promised.rawValue
        case .gap(let tail): 2_000_000 + tail.sequence.rawValue
        case .mismatch: 4
        case .noIncarnation: 5
        case .records(let records): 3_000_000 + UInt64(records.count)
        case .manifest: 7
        case .chunk: 8
        case .failed: 9
        }
    }
}
