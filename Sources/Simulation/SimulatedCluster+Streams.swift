import MarketData
import Membership
import Routing
import Shard
import Trading
import Wire

// The routers: their sessions with the shard, and the feed they follow.

extension SimulatedCluster {
    func makeRouter(_ router: Int) -> SimulatedRouter {
        let session = ShardSession(session: SessionID(rawValue: random.next()), shard: Self.shard)
        let market = PairMarket(instrument: SimulatedMarket.instrument)
        let heard = Array(repeating: now, count: Self.nodeCount)
        return SimulatedRouter(session: session, markets: [market], heard: heard)
    }

    /// The router is killed; another process of its name starts at once, with nothing of its own.
    func replaceRouter(_ router: Int) {
        note("router crash", router)
        for id in [routers[router].sessionStream, routers[router].feedStream] {
            if let id { sendToNode(.end, id) }
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

    private func connect(_ router: Int, to node: Int, isFeed: Bool) -> UInt64 {
        let id = newID()
        streams[id] = SimulatedStream(node: node, router: router, isFeed: isFeed)
        schedule(.openStream(id), in: 100...1500)
        return id
    }

    /// A process that is paused still has its connections accepted, by the kernel.
    func openStream(_ id: UInt64) {
        guard let stream = streams[id] else { return }
        let (node, router) = (stream.node, stream.router)
        guard processes[node].isUp, held[.router(node: node, router: router)] == nil else {
            return ended(id)
        }
        streams[id]?.isAccepted = true
        streams[id]?.instance = processes[node].instance
        routers[router].heard[node] = now
        if stream.isFeed {
            sendToNode(.openFeed(after: routers[router].mirror.position), id)
        } else if routers[router].sessionStream == id {
            perform(router) { $0.connected(effects: &$1) }
        }
    }

    private func sendToNode(_ item: StreamItem, _ id: UInt64) {
        guard streams[id] != nil else { return }
        streams[id]?.toNode.append(item)
        schedule(.toNode(stream: id), in: delay)
    }

    func sendToRouter(_ item: StreamItem, _ id: UInt64) {
        guard streams[id] != nil else { return }
        streams[id]?.toRouter.append(item)
        schedule(.toRouter(stream: id), in: delay)
    }

    func arriveAtNode(_ id: UInt64, _ event: SimulatedEvent) {
        guard let stream = streams[id], !stream.toNode.isEmpty else { return }
        let node = stream.node
        if isHeld(event, by: .router(node: node, router: stream.router), .out) { return }
        guard isAlive(node, stream.instance) else { return }
        if keeps(event, node) { return }
        guard let item = streams[id]?.toNode.removeFirst() else { return }
        let streamID = StreamID(rawValue: id)
        switch item {
        case .request(let request):
            if case .hello(_, let session, _) = request { streams[id]?.session = session }
            note("request", node, id)
            input(node) { $0.received(request, on: streamID, effects: &$1) }
        case .openFeed(let position):
            input(node) { $0.feedOpened(streamID, after: position, effects: &$1) }
        case .end:
            nodes[node].replica.closed(streamID)
            let router = routers[stream.router]
            if router.sessionStream != id, router.feedStream != id { streams[id] = nil }
        case .response, .feed: break
        }
    }

    func arriveAtRouter(_ id: UInt64, _ event: SimulatedEvent) {
        guard let stream = streams[id], !stream.toRouter.isEmpty else { return }
        let router = stream.router
        if isHeld(event, by: .router(node: stream.node, router: router), .back) { return }
        guard let item = streams[id]?.toRouter.removeFirst() else { return }
        let current = stream.isFeed ? routers[router].feedStream : routers[router].sessionStream
        guard current == id else { return }
        routers[router].heard[stream.node] = now
        switch item {
        case .response(let response, let position): take(response, at: position, stream)
        case .feed(let message): follow(message, router)
        case .end: ended(id)
        case .request, .openFeed: break
        }
    }

    /// The router sees its stream end.
    private func ended(_ id: UInt64) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        let router = stream.router
        if stream.isFeed, routers[router].feedStream == id { routers[router].feedStream = nil }
        guard !stream.isFeed, routers[router].sessionStream == id else { return }
        note("stream lost", router, id)
        // A closed connection counts as the longest silence.
        routers[router].heard[stream.node] = 0
        routers[router].sessionStream = nil
        let now = now
        perform(router) { $0.disconnected(now: now, effects: &$1) }
    }

    // MARK: Sessions

    private func take(_ response: SessionResponse, at position: UInt64, _ stream: SimulatedStream) {
        if case .reply(let sequence, _) = response,
            let durable = oracle.reply(to: stream.session, sequence)
        {
            acknowledged = max(acknowledged, durable.sequence)
            routers[stream.router].answerEntry = durable.sequence
        }
        routers[stream.router].answerPosition = position
        let now = now
        perform(stream.router) { $0.received(response, now: now, effects: &$1) }
    }

    func perform(_ router: Int, _ body: (inout ShardSession, inout [SessionEffect]) -> Void) {
        var effects: [SessionEffect] = []
        body(&routers[router].session, &effects)
        for effect in effects {
            switch effect {
            case .connect(let address):
                let node = Int(address) ?? 0
                routers[router].sessionStream = connect(router, to: node, isFeed: false)
            case .disconnect:
                if let id = routers[router].sessionStream { sendToNode(.end, id) }
                routers[router].sessionStream = nil
            case .send(let request):
                if let id = routers[router].sessionStream { sendToNode(.request(request), id) }
            case .complete(let token, let outcome): completed(token, outcome)
            }
        }
    }

    /// Goes where the map says, as `RouterNode`.
    func follow(_ map: ShardMap, router: Int) {
        guard let assignment = map.assignment(Self.shard) else { return }
        let address = assignment.primary.flatMap { map.member($0)?.address }
        perform(router) { $0.assign(address: address, epoch: assignment.epoch, effects: &$1) }
    }

    /// A node died: what it had sent may still arrive, then the end.
    func endStreams(of node: Int) {
        for (id, stream) in streams.sorted(by: { $0.key < $1.key })
        where stream.node == node && stream.isAccepted
            && stream.instance == processes[node].instance
        {
            streams[id]?.toRouter.append(.end)
            schedule(.toRouter(stream: id), in: delay)
        }
    }

    func tickRouter(_ router: Int) {
        let now = now
        perform(router) { $0.tick(now: now, effects: &$1) }
        let isSilent = now - routers[router].feedHeard > 60 * Self.millisecond
        if routers[router].feedStream == nil || isSilent { openFeed(router) }
        schedule(.tickRouter(router), in: 3500...4500)
    }

    // MARK: Feed

    /// Any replica serves the feed; which one is left to chance.
    private func openFeed(_ router: Int) {
        if let id = routers[router].feedStream { sendToNode(.end, id) }
        routers[router].feedHeard = now
        let node = random.index(below: Self.nodeCount)
        routers[router].feedStream = connect(router, to: node, isFeed: true)
    }

    private func follow(_ message: FeedMessage, _ router: Int) {
        routers[router].feedHeard = now
        checkContinuity(message, router)
        var effects: [MirrorEffect] = []
        routers[router].take(message, &effects)
        if effects.contains(.resync) {
            violation("feed: router \(router) misses events after \(routers[router].followed)")
        }
        if let position = routers[router].mirror.position {
            routers[router].followed = max(routers[router].followed, position.rawValue)
        }
    }

    /// A follower never goes back, and nothing is left out or sent twice.
    private func checkContinuity(_ message: FeedMessage, _ router: Int) {
        let followed = routers[router].followed
        switch message {
        case .events(let first, _):
            guard first.rawValue != followed + 1 else { return }
            violation("feed: router \(router) has \(followed) and gets \(first)")
        case .snapshot(let position, _):
            guard position.rawValue < followed else { return }
            violation("feed: router \(router) is taken back from \(followed) to \(position)")
        case .heartbeat(let position):
            guard position.rawValue != followed else { return }
            violation("feed: router \(router) has \(followed) and hears of \(position)")
        }
    }
}

extension SimulatedRouter {
    fileprivate mutating func take(_ message: FeedMessage, _ effects: inout [MirrorEffect]) {
        let observer = SilentObserver()
        mirror.received(message, markets: &markets, observer: observer, effects: &effects)
    }
}

private final class SilentObserver: MarketObserver {
    func applied(_ event: MarketEvent, _ markets: [PairMarket]) {}
    func replaced(_ old: PairMarket, by new: PairMarket) {}
    func finishedBatch(_ markets: [PairMarket]) {}
}
