import Replication
import Shard
import Trading
import Wire

// The acceptors, and the nodes' connections to them.

extension SimulatedCluster {
    /// Lets the present process of a node try to connect.
    func connectLog(_ node: Int, _ acceptor: Int, in delay: ClosedRange<UInt64>) {
        let instance = nodes[node].instance
        schedule(.connectLog(node: node, acceptor: acceptor, instance: instance), in: delay)
    }

    func connectLog(_ node: Int, _ acceptor: Int, _ instance: UInt64) {
        guard nodes[node].instance == instance, nodes[node].isUp else { return }
        guard nodes[node].connections[acceptor] == nil else { return }
        guard isReachable(acceptor, from: node), !nodes[node].isPaused else {
            return connectLog(node, acceptor, in: 3000...6000)
        }
        let id = newID()
        connections[id] = LogConnection(
            node: node,
            instance: instance,
            acceptor: acceptor,
            life: acceptors[acceptor].life
        )
        nodes[node].connections[acceptor] = id
        askQuorum(node) { $0.ready(acceptor, effects: &$1) }
    }

    private func isReachable(_ acceptor: Int, from node: Int) -> Bool {
        acceptors[acceptor].isUp && !acceptors[acceptor].isPaused
            && held[.log(node: node, acceptor: acceptor)] == nil
    }

    func ask(_ node: Int, _ acceptor: Int, _ request: AcceptorRequest) {
        checkContent(of: request)
        guard let id = nodes[node].connections[acceptor] else { return }
        connections[id]?.requests.append(request)
        connections[id]?.outstanding.append((request, now))
        schedule(.request(connection: id), in: delay)
        guard plan.planted == .answersBeforeCommit, case .append = request else { return }
        connections[id]?.answers.append((.done, request))
        schedule(.answer(connection: id), in: 1...2)
    }

    /// I1: one content per epoch and sequence.
    private func checkContent(of request: AcceptorRequest) {
        for record in request.records {
            if let known = proposals[record.id], known != record {
                violation("I1: two contents are proposed under \(record.id)")
            }
            proposals[record.id] = record
        }
    }

    func requestArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id] else { return }
        let acceptor = connection.acceptor
        if isHeld(event, by: .log(node: connection.node, acceptor: acceptor)) { return }
        if now < connection.lateUntil { return queue.add(event, at: connection.lateUntil) }
        if acceptors[acceptor].isPaused { return acceptors[acceptor].backlog.append(event) }
        guard connection.life == acceptors[acceptor].life, acceptors[acceptor].isUp,
            !connection.requests.isEmpty
        else { return }
        // It is carried out even when who asked has given up: a paused Redis does that.
        guard let request = connections[id]?.requests.removeFirst() else { return }
        let reply = answer(request, at: acceptor)
        note("log", 10 * connection.node + acceptor, request.number, reply.number)
        guard connections[id]?.isOpen == true else { return }
        if plan.planted == .answersBeforeCommit, case .append = request { return }
        connections[id]?.answers.append((reply, request))
        schedule(.answer(connection: id), in: delay)
    }

    private func answer(_ request: AcceptorRequest, at acceptor: Int) -> AcceptorReply {
        if acceptors[acceptor].isRefusing, request.isWrite {
            return .failed("MISCONF the disk is full")
        }
        let before = acceptors[acceptor].log.tail
        let reply = acceptors[acceptor].log.answer(request)
        guard reply == .done else { return reply }
        let after = acceptors[acceptor].log.tail
        if after != before {
            checkChain(of: acceptors[acceptor].log, around: request.records.first)
            stored(request.records, at: acceptor)
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
    private func stored(_ records: [LogRecord], at acceptor: Int) {
        for record in records {
            holders[record.id, default: []].insert(acceptor)
            guard holders[record.id]?.count == acceptors.count / 2 + 1 else { continue }
            if let text = oracle.stored(record) { violation(text) }
        }
    }

    func answerArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        let (node, acceptor) = (connection.node, connection.acceptor)
        if isHeld(event, by: .log(node: node, acceptor: acceptor)) { return }
        if keeps(event, node) { return }
        guard nodes[node].connections[acceptor] == id, !connection.answers.isEmpty,
            let (reply, request) = connections[id]?.answers.removeFirst()
        else { return }
        let place = connection.outstanding.firstIndex { $0.request == request }
        if let place { connections[id]?.outstanding.remove(at: place) }
        askQuorum(node) { $0.received(reply, to: request, from: acceptor, effects: &$1) }
    }

    /// The node notices that its connection is gone.
    func logBroken(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        let (node, acceptor) = (connection.node, connection.acceptor)
        if keeps(event, node) { return }
        connections[id]?.isOpen = false
        if random.isOne(in: 2) {
            connections[id]?.lateUntil = now + random.pick(1...30) * Self.millisecond
        }
        guard nodes[node].connections[acceptor] == id,
            nodes[node].instance == connection.instance
        else { return }
        note("connection lost", node)
        nodes[node].connections[acceptor] = nil
        askQuorum(node) { $0.lost(acceptor, effects: &$1) }
        connectLog(node, acceptor, in: 500...4000)
    }

    /// A request without an answer for long makes the connection worthless.
    func giveUpSilentLog(_ node: Int, _ acceptor: Int) {
        guard let id = nodes[node].connections[acceptor],
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
            let reply = acceptors[acceptor].log.answer(request)
            if case .records(let records) = reply { new = records }
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
        if isHeld(event, by: .log(node: node, acceptor: acceptor)) { return }
        if keeps(event, node) { return }
        let tail = nodes[node].tails[acceptor]
        guard tail.isRunning, tail.generation == generation else { return }
        let durable = nodes[node].tail.received(records, from: acceptor)
        if !durable.isEmpty { input(node) { $0.tailed(durable, effects: &$1) } }
        guard nodes[node].tails[acceptor].generation == generation else { return }
        pollTail(node, acceptor, in: 50...400)
    }
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
