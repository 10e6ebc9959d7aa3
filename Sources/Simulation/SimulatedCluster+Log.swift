import Replication
import Shard
import Trading
import Wire

// The acceptor, and the nodes' connections to it.

extension SimulatedCluster {
    func connectLog(_ node: Int, _ instance: UInt64) {
        guard nodes[node].instance == instance, nodes[node].isUp else { return }
        guard nodes[node].connection == nil else { return }
        let isReachable = isAcceptorUp && !isAcceptorPaused && held[.log(node: node)] == nil
        guard isReachable, !nodes[node].isPaused else {
            return schedule(.connectLog(node: node, instance: instance), in: 3000...6000)
        }
        let id = newID()
        connections[id] = LogConnection(node: node, instance: instance, acceptor: acceptorLife)
        nodes[node].connection = id
        input(node) { $0.acceptorReady(effects: &$1) }
    }

    func ask(_ node: Int, _ request: AcceptorRequest) {
        checkContent(of: request)
        guard let id = nodes[node].connection else { return }
        connections[id]?.requests.append(request)
        connections[id]?.outstanding.append((request, now))
        schedule(.request(connection: id), in: delay)
        guard plan.answersBeforeCommit, case .append = request else { return }
        connections[id]?.answers.append((.done, request))
        schedule(.answer(connection: id), in: 1...2)
    }

    /// I1: one content per epoch and sequence.
    private func checkContent(of request: AcceptorRequest) {
        var records: [LogRecord] = []
        if case .append(_, _, let record) = request { records = [record] }
        if case .open(_, _, _, let new) = request { records = new }
        for record in records {
            if let known = proposals[record.id], known != record {
                violation("I1: two contents are proposed under \(record.id)")
            }
            proposals[record.id] = record
        }
    }

    func requestArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id] else { return }
        if isHeld(event, by: .log(node: connection.node)) { return }
        if isAcceptorPaused { return acceptorBacklog.append(event) }
        guard connection.acceptor == acceptorLife, isAcceptorUp, !connection.requests.isEmpty else {
            return
        }
        // It is carried out even when who asked has given up: a paused Redis does that.
        guard let request = connections[id]?.requests.removeFirst() else { return }
        let reply = answer(request)
        note("log", connection.node, request.number, reply.number)
        guard connections[id]?.isOpen == true else { return }
        if plan.answersBeforeCommit, case .append = request { return }
        connections[id]?.answers.append((reply, request))
        schedule(.answer(connection: id), in: delay)
    }

    private func answer(_ request: AcceptorRequest) -> AcceptorReply {
        if isRefusing, request.isWrite { return .failed("MISCONF the disk is full") }
        let reply = acceptor.answer(request)
        guard reply == .done else { return reply }
        if case .append(_, _, let record) = request { checkStored(record) }
        if case .open(_, _, _, let records) = request {
            for record in records { checkStored(record) }
        }
        if acceptor.tail.sequence.rawValue < oracle.count {
            violation("I2: entries after \(acceptor.tail) were acknowledged and are gone")
        }
        return reply
    }

    private func checkStored(_ record: LogRecord) {
        if let text = oracle.stored(record) { violation(text) }
    }

    func answerArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        if isHeld(event, by: .log(node: connection.node)) { return }
        if keeps(event, connection.node) { return }
        guard nodes[connection.node].connection == id, !connection.answers.isEmpty,
            let (reply, request) = connections[id]?.answers.removeFirst()
        else { return }
        let place = connection.outstanding.firstIndex { $0.request == request }
        if let place { connections[id]?.outstanding.remove(at: place) }
        input(connection.node) { $0.received(reply, to: request, effects: &$1) }
    }

    /// The node notices that its connection is gone.
    func logBroken(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        if keeps(event, connection.node) { return }
        let node = connection.node
        connections[id]?.isOpen = false
        guard nodes[node].connection == id, nodes[node].instance == connection.instance else {
            return
        }
        note("connection lost", node)
        nodes[node].connection = nil
        input(node) { $0.acceptorLost(effects: &$1) }
        for (request, _) in connection.outstanding {
            input(node) { $0.received(nil, to: request, effects: &$1) }
        }
        let instance = connection.instance
        schedule(.connectLog(node: node, instance: instance), in: 500...4000)
    }

    /// A request without an answer for long makes the connection worthless.
    func giveUpSilentLog(_ node: Int) {
        guard let id = nodes[node].connection, let oldest = connections[id]?.outstanding.first
        else {
            return
        }
        guard now - oldest.time > 25 * Self.millisecond else { return }
        schedule(.breakLog(connection: id), in: 1...2)
    }

    // MARK: Tails

    func follow(_ node: Int, after id: EntryID) {
        nodes[node].tailGeneration += 1
        nodes[node].isTailing = true
        nodes[node].tail = id
        let generation = nodes[node].tailGeneration
        schedule(.pollTail(node: node, generation: generation), in: 100...2000)
    }

    func pollTail(_ node: Int, _ generation: UInt64) {
        guard nodes[node].isTailing, nodes[node].tailGeneration == generation else { return }
        var new: [LogRecord] = []
        if isAcceptorUp, !isAcceptorPaused, held[.log(node: node)] == nil {
            let request = AcceptorRequest.read(after: nodes[node].tail, limit: 8)
            if case .records(let records) = acceptor.answer(request) { new = records }
        }
        guard let last = new.last else {
            return schedule(.pollTail(node: node, generation: generation), in: 300...1500)
        }
        nodes[node].tail = last.id
        schedule(.deliverTail(node: node, generation: generation, new), in: delay)
    }

    func deliverTail(
        _ node: Int,
        _ generation: UInt64,
        _ records: [LogRecord],
        _ event: SimulatedEvent
    ) {
        if isHeld(event, by: .log(node: node)) { return }
        if keeps(event, node) { return }
        guard nodes[node].isTailing, nodes[node].tailGeneration == generation else { return }
        input(node) { $0.tailed(records, effects: &$1) }
        guard nodes[node].tailGeneration == generation else { return }
        schedule(.pollTail(node: node, generation: generation), in: 50...400)
    }
}

extension AcceptorRequest {
    fileprivate var isWrite: Bool {
        switch self {
        case .read, .readManifest, .readChunk, .verify: false
        default: true
        }
    }

    /// A number for the trace.
    fileprivate var number: UInt64 {
        switch self {
        case .create: 0
        case .seal(let epoch): 1000 + epoch.rawValue
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
