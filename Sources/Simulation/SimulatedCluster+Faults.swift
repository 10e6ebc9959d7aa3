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
        let isLate = now - servedAt > 60 * Self.millisecond
        if map.epoch == Epoch(0) || !isOurs || isLate { assign() }
        if random.isOne(in: 4) { sendMap() }
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
        for router in routers.indices { schedule(.mapToRouter(router, map), in: 100...5000) }
    }

    // MARK: Faults

    func fault() {
        if isHealing { return }
        schedule(.fault, in: 1000...25_000)
        let node = random.index(below: Self.nodeCount)
        switch random.pick(0...19) {
        case 0, 1: crash(node)
        case 2: crash(map.primary)
        case 3: pause(node)
        case 4: pause(map.primary)
        case 5: cut(.log(node: node))
        case 6: cut(.log(node: map.primary))
        case 7, 8: cut(.router(node: node, router: random.index(below: Self.routerCount)))
        case 9: cut(.coordinator(node: node))
        case 10: crashAcceptor()
        case 11: pauseAcceptor()
        case 12:
            if let id = nodes[node].connection { schedule(.breakLog(connection: id), in: 1...9) }
        case 13: resetStream()
        case 14: refuseWrites()
        default: assign()
        }
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

    private func crashAcceptor() {
        guard isAcceptorUp else { return }
        note("acceptor crash", 0)
        isAcceptorUp = false
        isAcceptorPaused = false
        acceptorLife += 1
        acceptorBacklog = []
        for node in nodes.indices {
            guard let id = nodes[node].connection else { continue }
            schedule(.breakLog(connection: id), in: 50...2000)
        }
        schedule(.startAcceptor, in: 2000...60_000)
    }

    func startAcceptor() {
        note("acceptor start", 0)
        isAcceptorUp = true
    }

    private func pauseAcceptor() {
        guard isAcceptorUp, !isAcceptorPaused else { return }
        note("acceptor pause", 0)
        isAcceptorPaused = true
        schedule(.wakeAcceptor, in: 2000...70_000)
    }

    func wakeAcceptor() {
        guard isAcceptorPaused else { return }
        note("acceptor wake", 0)
        isAcceptorPaused = false
        let backlog = acceptorBacklog
        acceptorBacklog = []
        for event in backlog { queue.add(event, at: now) }
    }

    private func refuseWrites() {
        note("acceptor refuses", 0)
        isRefusing = true
        schedule(.acceptWrites, in: 1000...20_000)
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
        isRefusing = false
        if !isAcceptorUp { startAcceptor() }
        wakeAcceptor()
        for node in nodes.indices {
            for link in [SimulatedLink.log(node: node), .coordinator(node: node)] { heal(link) }
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
        case .log(let node): 100 + node
        case .router(let node, let router): 200 + 10 * node + router
        case .coordinator(let node): 300 + node
        }
    }
}
