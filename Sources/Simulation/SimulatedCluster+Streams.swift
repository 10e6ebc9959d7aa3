import MarketData
import Membership
import Routing
import Shard
import Trading
import Wire

// The routers: their sessions with the shard, and the feed they follow.

extension SimulatedCluster {
    func makeRouter(_ router: Int) -> SimulatedRouter {
        let heard = Array(repeating: now, count: Self.nodeCount)
        let channels = layout.shards.map { shard in
            SimulatedChannel(
                session: ShardSession(
                    session: SessionID(rawValue: random.next()),
                    shard: shard.id
                ),
                heard: heard
            )
        }
        return SimulatedRouter(
            channels: channels,
            routes: makeRoutes(),
            markets: layout.pairs.map(PairMarket.init)
        )
    }

    /// The router is killed; another process of its name starts at once, with nothing of its own.
    func replaceRouter(_ router: Int) {
        note("router crash", router)
        for channel in routers[router].channels {
            for id in [channel.sessionStream, channel.feedStream] {
                if let id { sendToNode(.end, id) }
            }
        }
        endMember(Self.nodeCount + router)
        let life = routers[router].life
        routers[router] = makeRouter(router)
        routers[router].life = life + 1
        startMember(Self.nodeCount + router)
        // Its clients lose their connections, and ask again.
        for (token, client) in waiting.sorted(by: { $0.key < $1.key })
        where clients[client].router == router {
            waiting[token] = nil
            clients[client].mayHaveHappened = true
            schedule(.turn(client: client), in: 1000...6000)
        }
    }

    // MARK: Opening and carrying

    func connect(_ opener: StreamOpener, _ shard: Int, to node: Int, isFeed: Bool) -> UInt64 {
        let id = newID()
        streams[id] = SimulatedStream(node: node, opener: opener, shard: shard, isFeed: isFeed)
        schedule(.openStream(id), in: 100...1500)
        return id
    }

    /// A process that is paused still has its connections accepted, by the kernel.
    func openStream(_ id: UInt64) {
        guard let stream = streams[id] else { return }
        let (node, shard) = (stream.node, stream.shard)
        guard processes[node].isUp, stream.link.map({ held[$0] == nil }) ?? true else {
            return ended(id)
        }
        streams[id]?.isAccepted = true
        streams[id]?.instance = processes[node].instance
        switch stream.opener {
        case .line(let route):
            if isCurrent(id, stream) { perform(route) { $0.connected(effects: &$1) } }
        case .router(let router):
            routers[router].channels[shard].heard[node] = now
            if stream.isFeed {
                let position = routers[router].channels[shard].mirror.position
                if isCurrent(id, stream) {
                    routers[router].channels[shard].received = position?.rawValue
                }
                sendToNode(.openFeed(after: position), id)
            } else if isCurrent(id, stream) {
                perform(router, shard) { $0.connected(effects: &$1) }
            }
        }
    }

    func sendToNode(_ item: StreamItem, _ id: UInt64) {
        guard streams[id] != nil else { return }
        streams[id]?.toNode.append(item)
        schedule(.toNode(stream: id), in: delay)
    }

    func sendToOpener(_ item: StreamItem, _ id: UInt64) {
        guard streams[id] != nil else { return }
        streams[id]?.toOpener.append(item)
        schedule(.toOpener(stream: id), in: delay)
    }

    func arriveAtNode(_ id: UInt64, _ event: SimulatedEvent) {
        guard let stream = streams[id], !stream.toNode.isEmpty else { return }
        let node = stream.node
        if let link = stream.link, isHeld(event, by: link, .out) { return }
        guard isAlive(node, stream.instance) else { return }
        if keeps(event, node) { return }
        guard let item = streams[id]?.toNode.removeFirst(),
            let replica = replica(of: stream.shard, on: node)
        else { return }
        let streamID = StreamID(rawValue: id)
        switch item {
        case .request(let request):
            if case .hello(_, let session, _) = request { streams[id]?.session = session }
            note("request", node, id)
            input(replica) { $0.received(request, on: streamID, effects: &$1) }
        case .openFeed(let position):
            input(replica) { $0.feedOpened(streamID, after: position, effects: &$1) }
        case .end:
            replicas[replica].replica.closed(streamID)
            if !isCurrent(id, stream) { streams[id] = nil }
        case .response, .feed: break
        }
    }

    func arriveAtOpener(_ id: UInt64, _ event: SimulatedEvent) {
        guard let stream = streams[id], !stream.toOpener.isEmpty else { return }
        if let link = stream.link, isHeld(event, by: link, .back) { return }
        if case .line(let route) = stream.opener, keeps(event, route.process) { return }
        guard let item = streams[id]?.toOpener.removeFirst() else { return }
        guard isCurrent(id, stream) else { return }
        if case .end = item { return ended(id) }
        switch stream.opener {
        case .router(let router):
            routers[router].channels[stream.shard].heard[stream.node] = now
            switch item {
            case .response(let response, let position): take(response, at: position, stream, router)
            case .feed(let message): follow(message, router, stream.shard)
            case .request, .openFeed, .end: break
            }
        case .line(let route):
            guard case .response(let response, _) = item else { return }
            let now = now
            perform(route) { $0.received(response, now: now, effects: &$1) }
        }
    }

    /// Whether its opener has opened no other in its place.
    private func isCurrent(_ id: UInt64, _ stream: SimulatedStream) -> Bool {
        switch stream.opener {
        case .line(let route): lines[route]?.stream == id
        case .router(let router):
            stream.isFeed
                ? routers[router].channels[stream.shard].feedStream == id
                : routers[router].channels[stream.shard].sessionStream == id
        }
    }

    /// The opener sees its stream end.
    private func ended(_ id: UInt64) {
        guard let stream = streams.removeValue(forKey: id), isCurrent(id, stream) else { return }
        let (shard, now) = (stream.shard, now)
        switch stream.opener {
        case .line(let route):
            lines[route]?.stream = nil
            perform(route) { $0.disconnected(now: now, effects: &$1) }
        case .router(let router):
            if stream.isFeed { return routers[router].channels[shard].feedStream = nil }
            note("stream lost", router, id)
            // A closed connection counts as the longest silence.
            routers[router].channels[shard].heard[stream.node] = 0
            routers[router].channels[shard].sessionStream = nil
            perform(router, shard) { $0.disconnected(now: now, effects: &$1) }
        }
    }

    // MARK: Sessions

    private func take(
        _ response: SessionResponse,
        at position: UInt64,
        _ stream: SimulatedStream,
        _ router: Int
    ) {
        if case .reply(let sequence, _) = response,
            let durable = shards[stream.shard].oracle.reply(to: stream.session, sequence)
        {
            let known = shards[stream.shard].acknowledged
            shards[stream.shard].acknowledged = max(known, durable.sequence)
            routers[router].channels[stream.shard].answerEntry = durable.sequence
        }
        routers[router].channels[stream.shard].answerPosition = position
        let now = now
        perform(router, stream.shard) { $0.received(response, now: now, effects: &$1) }
    }

    func perform(
        _ router: Int,
        _ shard: Int,
        _ body: (inout ShardSession, inout [SessionEffect]) -> Void
    ) {
        var effects: [SessionEffect] = []
        body(&routers[router].channels[shard].session, &effects)
        for effect in effects {
            switch effect {
            case .connect(let address):
                let node = Int(address) ?? 0
                let id = connect(.router(router), shard, to: node, isFeed: false)
                routers[router].channels[shard].sessionStream = id
            case .disconnect:
                if let id = routers[router].channels[shard].sessionStream { sendToNode(.end, id) }
                routers[router].channels[shard].sessionStream = nil
            case .send(let request):
                guard let id = routers[router].channels[shard].sessionStream else { continue }
                sendToNode(.request(request), id)
            case .complete(let token, let outcome): took(token, outcome, router, shard)
            case .reaches, .ordersUsed: break
            }
        }
    }

    /// Goes where the map says, as `RouterNode`.
    func follow(_ map: ShardMap, router: Int) {
        for assignment in map.shards {
            let address = assignment.primary.flatMap { map.member($0)?.address }
            perform(router, layout.place(of: assignment.shard)) {
                $0.assign(address: address, epoch: assignment.epoch, effects: &$1)
            }
            for symbol in assignment.pairs {
                guard let pair = layout.pairs.first(where: { $0.symbol == symbol }) else {
                    continue
                }
                let generation = map.generation(of: symbol)
                route(router) {
                    $0.assign(
                        pair.id,
                        to: assignment.shard,
                        generation: generation,
                        effects: &$1
                    )
                }
            }
        }
    }

    /// A node died: what it had sent may still arrive, then the end.
    func endStreams(of node: Int) {
        for (id, stream) in streams.sorted(by: { $0.key < $1.key })
        where stream.node == node && stream.isAccepted
            && stream.instance == processes[node].instance
        {
            streams[id]?.toOpener.append(.end)
            schedule(.toOpener(stream: id), in: delay)
        }
    }

    func tickRouter(_ router: Int) {
        let now = now
        for shard in shards.indices {
            perform(router, shard) { $0.tick(now: now, effects: &$1) }
            let heard = routers[router].channels[shard].feedHeard
            if routers[router].channels[shard].feedStream == nil
                || now - heard > 60 * Self.millisecond
            {
                openFeed(router, shard)
            }
        }
        route(router) { $0.tick(now: now, effects: &$1) }
        schedule(.tickRouter(router), in: 3500...4500)
    }
}

extension SimulatedStream {
    /// What carries it; nil within a process.
    fileprivate var link: SimulatedLink? {
        switch opener {
        case .router(let router): .router(node: node, router: router)
        case .line(let route):
            route.process == node ? nil : .line(process: route.process, node: node)
        }
    }
}
