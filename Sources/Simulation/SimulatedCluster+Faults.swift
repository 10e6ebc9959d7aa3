import MarketData
import Replication
import Routing
import Shard
import Trading
import Wire

// What goes wrong, and the coordinator that reacts to it, sometimes for no reason.

extension SimulatedCluster {
    // MARK: Coordinator

    /// Gives the shard a new term when its primary is gone or does not serve.
    func coordinate() {
        let node = nodes[map.primary]
        let isOurs = node.isUp && node.instance == map.instance
        let isServing =
            isOurs && !node.isPaused && node.replica.isServing && node.replica.epoch == map.epoch
            && held[.coordinator(node: map.primary)] == nil
        if isServing { servedAt = now }
        // Impatient while things go wrong; in the end it gives a term the time it needs.
        let patience: UInt64 = isHealing ? 500 : 60
        let isLate = now - servedAt > patience * Self.millisecond
        if map.epoch == Epoch(0) || !isOurs || isLate { assign() }
        if random.isOne(in: 8) { sendMap() }
        schedule(.coordinate, in: 4000...9000)
    }

    private func assign() {
        let up = nodes.indices.filter { nodes[$0].isUp && (!isHealing || !nodes[$0].isPaused) }
        guard !up.isEmpty else { return }
        let primary = up[random.index(below: up.count)]
        map.version += 1
        map.epoch = Epoch(map.epoch.rawValue + 1)
        map.primary = primary
        map.instance = nodes[primary].instance
        map.standbys = up.filter { $0 != primary }
        servedAt = now
        note("assign", primary, map.epoch.rawValue)
        sendMap()
    }

    private func sendMap() {
        guard map.version > 0 else { return }
        for node in nodes.indices {
            let event = SimulatedEvent.mapToNode(node, instance: nodes[node].instance, map)
            schedule(event, in: 100...5000)
        }
        for router in routers.indices {
            // Now and then a router goes on for long with the map it has.
            let delay: ClosedRange<UInt64> = random.isOne(in: 3) ? 20_000...80_000 : 100...5000
            schedule(.mapToRouter(router, map), in: delay)
        }
    }

    // MARK: Faults

    func fault() {
        if isHealing { return }
        schedule(.fault, in: 1000...25_000)
        let node = random.index(below: Self.nodeCount)
        let acceptor = random.index(below: acceptors.count)
        switch random.pick(0...21) {
        case 0, 1: crash(node)
        case 2: crash(map.primary)
        case 3: pause(node)
        case 4: pause(map.primary)
        case 5: cut(.log(node: node, acceptor: acceptor))
        case 6: cut(.log(node: map.primary, acceptor: acceptor))
        case 7, 8: cut(.router(node: node, router: random.index(below: Self.routerCount)))
        case 9: cut(.coordinator(node: node))
        case 15, 16:
            // A primary that will not hear for a while that it was replaced.
            cut(.coordinator(node: map.primary))
            assign()
        case 10: crashAcceptor(acceptor)
        case 11: pauseAcceptor(acceptor)
        case 12: breakLog(of: node, acceptor)
        case 18: breakLog(of: map.primary, acceptor)
        case 13: resetStream()
        case 14: refuseWrites(acceptor)
        case 17: loseDisk(acceptor)
        default: assign()
        }
    }

    private func breakLog(of node: Int, _ acceptor: Int) {
        guard let id = nodes[node].connections[acceptor] else { return }
        schedule(.breakLog(connection: id), in: 1...9)
    }

    private func pause(_ node: Int) {
        guard nodes[node].isUp, !nodes[node].isPaused else { return }
        note("pause", node)
        nodes[node].isPaused = true
        schedule(.wake(node: node), in: 5000...150_000)
    }

    private func cut(_ link: SimulatedLink) {
        guard held[link] == nil else { return }
        note("cut", link.number)
        held[link] = []
        schedule(.heal(link), in: 3000...120_000)
    }

    func heal(_ link: SimulatedLink) {
        guard let events = held.removeValue(forKey: link) else { return }
        note("heal", link.number)
        for event in events { queue.add(event, at: now) }
    }

    private func crashAcceptor(_ acceptor: Int) {
        guard acceptors[acceptor].isUp else { return }
        note("acceptor crash", acceptor)
        acceptors[acceptor].isUp = false
        acceptors[acceptor].isPaused = false
        acceptors[acceptor].life += 1
        acceptors[acceptor].backlog = []
        for node in nodes.indices {
            guard let id = nodes[node].connections[acceptor] else { continue }
            schedule(.breakLog(connection: id), in: 50...2000)
        }
        schedule(.startAcceptor(acceptor), in: 2000...60_000)
    }

    /// A crash that takes the disk along.
    ///
    /// As many may be without theirs as leave a majority.
    private func loseDisk(_ acceptor: Int) {
        let voters = acceptors.count { $0.log.hasVote }
        guard acceptors[acceptor].isUp, acceptors[acceptor].log.hasVote,
            voters - 1 > acceptors.count / 2
        else { return }
        note("disk lost", acceptor)
        crashAcceptor(acceptor)
        acceptors[acceptor].log = ModelAcceptor()
        acceptors[acceptor].log.planted = plan.planted
    }

    func startAcceptor(_ acceptor: Int) {
        note("acceptor start", acceptor)
        acceptors[acceptor].isUp = true
    }

    private func pauseAcceptor(_ acceptor: Int) {
        guard acceptors[acceptor].isUp, !acceptors[acceptor].isPaused else { return }
        note("acceptor pause", acceptor)
        acceptors[acceptor].isPaused = true
        schedule(.wakeAcceptor(acceptor), in: 2000...70_000)
    }

    func wakeAcceptor(_ acceptor: Int) {
        guard acceptors[acceptor].isPaused else { return }
        note("acceptor wake", acceptor)
        acceptors[acceptor].isPaused = false
        let backlog = acceptors[acceptor].backlog
        acceptors[acceptor].backlog = []
        for event in backlog { queue.add(event, at: now) }
    }

    private func refuseWrites(_ acceptor: Int) {
        note("acceptor refuses", acceptor)
        acceptors[acceptor].isRefusing = true
        schedule(.acceptWrites(acceptor), in: 1000...20_000)
    }

    private func resetStream() {
        let router = random.index(below: Self.routerCount)
        let both = [routers[router].sessionStream, routers[router].feedStream]
        guard let id = both[random.index(below: 2)] else { return }
        note("reset", router, id)
        sendToRouter(.end, id)
        streams[id]?.toNode.append(.end)
        schedule(.toNode(stream: id), in: 50...5000)
    }

    func healAll() {
        note("heal all", 0)
        isHealing = true
        for acceptor in acceptors.indices {
            acceptors[acceptor].isRefusing = false
            if !acceptors[acceptor].isUp { startAcceptor(acceptor) }
            wakeAcceptor(acceptor)
            for node in nodes.indices { heal(.log(node: node, acceptor: acceptor)) }
        }
        for node in nodes.indices {
            heal(.coordinator(node: node))
            for router in routers.indices { heal(.router(node: node, router: router)) }
            wake(node)
        }
    }

    // MARK: The end

    /// Whether all that clients wished for is done and everybody has it.
    var isQuiet: Bool {
        clients.allSatisfy { $0.wish == nil }
            && nodes.allSatisfy { $0.isUp && $0.replica.position.rawValue == oracle.count }
            && routers.allSatisfy { $0.mirror.position?.rawValue == UInt64(oracle.events.count) }
    }

    func checkTheEnd() {
        guard isQuiet else { return violation("progress: \(progress)") }
        let depth = oracle.depth(SimulatedMarket.instrument.id)
        for (index, router) in routers.enumerated() {
            let book = router.markets[0].book.depth(limit: .max)
            guard (book.bids + book.asks).map(\.price) == depth.map(\.price),
                (book.bids + book.asks).map(\.quantity) == depth.map(\.quantity)
            else { return violation("feed: the book of router \(index) is not the shard's") }
        }
        for client in clients {
            for name in client.names {
                let pair = SimulatedMarket.instrument.id
                let count = oracle.executions(of: client.account, name, pair)
                if count > 1 { violation("exactly once: \(name.text) has traded \(count) times") }
            }
        }
    }

    private var progress: String {
        let wishes = clients.filter { $0.wish != nil }.count
        let positions = nodes.map { "\($0.replica.position)" }.joined(separator: " ")
        let feeds = routers.map { "\($0.mirror.position?.rawValue ?? 0)" }.joined(separator: " ")
        return "\(wishes) clients wait; log at \(oracle.count), nodes at \(positions); "
            + "feed at \(oracle.events.count), routers at \(feeds)"
    }
}

extension SimulatedLink {
    /// A number for the trace.
    fileprivate var number: Int {
        switch self {
        case .log(let node, let acceptor): 100 + 10 * node + acceptor
        case .router(let node, let router): 200 + 10 * node + router
        case .coordinator(let node): 300 + node
        }
    }
}
