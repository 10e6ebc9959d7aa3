import Accounts
import Replication
import Shard
import Trading
import Wire

// The acceptors, and the connections of nodes and coordinators to them.

extension SimulatedCluster {
    /// Lets a party, in the present instance of its process, try to connect.
    func connectLog(_ party: Int, _ acceptor: Int, in delay: ClosedRange<UInt64>) {
        let instance = processes[parties[party].process].instance
        schedule(
            .connectLog(party: party, acceptor: acceptor, instance: instance),
            in: delay
        )
    }

    func connectLog(_ party: Int, _ acceptor: Int, _ instance: UInt64) {
        let process = parties[party].process
        guard isAlive(process, instance) else { return }
        guard parties[party].connections[acceptor] == nil else { return }
        guard isReachable(acceptor, from: process), !processes[process].isPaused else {
            return connectLog(party, acceptor, in: 3000...6000)
        }
        let id = newID()
        connections[id] = LogConnection(
            party: party,
            process: process,
            instance: instance,
            acceptor: acceptor,
            life: acceptors[acceptor].life
        )
        parties[party].connections[acceptor] = id
        askQuorum(party) { $0.ready(acceptor, effects: &$1) }
    }

    func isReachable(_ acceptor: Int, from process: Int) -> Bool {
        acceptors[acceptor].isUp && !acceptors[acceptor].isPaused
            && held[.log(process: process, acceptor: acceptor)] == nil
    }

    func ask(_ party: Int, _ acceptor: Int, _ request: AcceptorRequest) {
        checkContent(of: request, in: parties[party].log)
        guard let id = parties[party].connections[acceptor] else { return }
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
        if isHeld(event, by: connection.wire, .out) { return }
        if now < connection.lateUntil { return queue.add(event, at: connection.lateUntil) }
        if acceptors[acceptor].isPaused { return acceptors[acceptor].backlog.append(event) }
        guard connection.life == acceptors[acceptor].life, acceptors[acceptor].isUp,
            !connection.requests.isEmpty
        else { return }
        // It is carried out even when who asked has given up: a paused Redis does that.
        guard let request = connections[id]?.requests.removeFirst() else { return }
        let reply = answer(request, at: acceptor, in: parties[connection.party].log)
        note("log", 10 * connection.party + acceptor, request.number, reply.number)
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
            let wrong = log == 0 ? mapOracle.stored(record) : stored(record, by: log - 1)
            if let wrong { violation(wrong) }
        }
    }

    private func stored(_ record: LogRecord, by shard: Int) -> String? {
        let before = shards[shard].oracle.count
        if let wrong = shards[shard].oracle.stored(record) { return wrong }
        guard shards[shard].oracle.count > before else { return nil }
        return money.take(
            shards[shard].oracle.totals,
            of: shard,
            underWay: transfersUnderWay,
            isFrozen: shards.contains { shard in
                layout.pairs.contains { shard.oracle.standing(of: $0.id).state == .frozen }
            }
        ) ?? doublePair
    }

    /// What has durably left a shard and not durably come to another, by asset.
    private var transfersUnderWay: [AssetID: Int64] {
        var sum: [AssetID: Int64] = [:]
        for source in shards {
            for outbox in source.oracle.outboxes {
                let place = layout.place(of: outbox.shard)
                let destination = shards[place].oracle.received(from: source.id)
                for sequence in outbox.first...max(outbox.first, outbox.last)
                where sequence > destination {
                    guard let funds = outbox.funds(sequence) else { continue }
                    sum[funds.asset, default: 0] += funds.amount.units
                }
            }
        }
        return sum
    }

    /// A pair that trades on two shards.
    private var doublePair: String? {
        for pair in layout.pairs {
            let owners = shards.filter { $0.oracle.standing(of: pair.id).state == .active }
            guard owners.count > 1 else { continue }
            return "moves: \(pair.symbol) trades on shards \(owners[0].id) and \(owners[1].id)"
        }
        return nil
    }

    func answerArrives(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        let (party, acceptor) = (connection.party, connection.acceptor)
        if isHeld(event, by: connection.wire, .back) { return }
        if keeps(event, connection.process) { return }
        guard parties[party].connections[acceptor] == id, !connection.answers.isEmpty,
            let (reply, request) = connections[id]?.answers.removeFirst()
        else { return }
        let place = connection.outstanding.firstIndex { $0.request == request }
        if let place { connections[id]?.outstanding.remove(at: place) }
        askQuorum(party) { $0.received(reply, to: request, from: acceptor, effects: &$1) }
    }

    /// The party notices that its connection is gone.
    func logBroken(_ id: UInt64, _ event: SimulatedEvent) {
        guard let connection = connections[id], connection.isOpen else { return }
        let (party, process) = (connection.party, connection.process)
        let acceptor = connection.acceptor
        if keeps(event, process) { return }
        abandon(id)
        if random.isOne(in: 2) {
            connections[id]?.lateUntil = now + random.pick(1...30) * Self.millisecond
        }
        guard parties[party].connections[acceptor] == id,
            processes[process].instance == connection.instance
        else { return }
        note("connection lost", process)
        parties[party].connections[acceptor] = nil
        askQuorum(party) { $0.lost(acceptor, effects: &$1) }
        connectLog(party, acceptor, in: 500...4000)
    }

    /// Nobody waits for its answers any more; what was sent on it may still arrive.
    func abandon(_ id: UInt64) {
        connections[id]?.isOpen = false
        connections[id]?.answers = []
        connections[id]?.outstanding = []
        if connections[id]?.requests.isEmpty == true { connections[id] = nil }
    }

    /// A request without an answer for long makes the connection worthless.
    func giveUpSilentLog(_ party: Int, _ acceptor: Int) {
        guard let id = parties[party].connections[acceptor],
            let oldest = connections[id]?.outstanding.first,
            now - oldest.time > 25 * Self.millisecond
        else { return }
        schedule(.breakLog(connection: id), in: 1...2)
    }
}

extension LogConnection {
    /// The link it goes over.
    fileprivate var wire: SimulatedLink { .log(process: process, acceptor: acceptor) }
}
