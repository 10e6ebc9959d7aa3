import Configuration
import EventLoop
import HTTP
import Membership
import Observability
import Replication
import Shard
import Trading
import Wire

/// A shard node: one process, one loop, several shard replicas, each primary or standby as the
/// newest map says.
final class ShardNode: HTTPHandlers {
    private let context: ProcessContext
    private let streams = StreamTable()
    /// A replica that the map does not name is kept for so long: its node may only have been given
    /// up for a moment, and all of it would have to be read again.
    private static let lingerNanoseconds: UInt64 = 5_000_000_000

    private let genesis: Genesis
    private let orderLimits: OrderLimits
    private var hosts: [ShardID: ReplicaHost] = [:]
    private var shards: [ShardID] = []
    /// Since when the map has not named a replica that is here.
    private var unnamed: [ShardID: UInt64] = [:]
    private var meter: LoadMeter
    private var link: CoordinatorLink?
    private var relays: [TransferRoute: TransferRelay] = [:]
    private var routes: [TransferRoute] = []

    /// Runs `castle shard` until a signal.
    ///
    /// - Parameters:
    ///   - plan: The cluster's plan.
    ///   - id: This node's name in it.
    /// - Throws: What makes it impossible to start.
    static func run(plan: ClusterPlan, id: String) throws {
        let node = try ShardNode(context: ProcessContext(plan: plan, id: id))
        node.start()
        try node.context.run(node)
    }

    private init(context: ProcessContext) throws {
        self.context = context
        genesis = try Genesis(plan: context.plan)
        orderLimits = OrderLimits(try LimitsFile.load(context.plan.limits))
        let instruments = try InstrumentFile.load(context.plan.instruments).instruments
        meter = LoadMeter(symbols: instruments.map(\.symbol))
        // The map may say otherwise later; until it comes these can catch up.
        for plan in context.plan.shards where plan.replicas.contains(context.endpoint.id) {
            host(ShardID(plan.id))
        }
    }

    @discardableResult
    private func host(_ shard: ShardID) -> ReplicaHost {
        // Only the first primary of an empty log needs to know how a shard begins.
        let plan = context.plan.shards.first { $0.id == shard.rawValue }
        let host = ReplicaHost(
            context: context,
            shard: shard,
            genesis: plan.map { genesis.commands(for: $0, of: context.plan.shards) }
                ?? genesis.commandsOfAddedShard,
            streams: streams,
            onChange: { [weak self] in self?.link?.report() }
        )
        host.replica.orderLimits = orderLimits.share(
            context.plan.shards.firstIndex { $0.id == shard.rawValue },
            of: context.plan.shards.count
        )
        host.onDeliver = { [weak self] funds, destination, sequence in
            let route = TransferRoute(source: shard, destination: destination)
            self?.relay(route).deliver(funds, sequence)
        }
        hosts[shard] = host
        shards.append(shard)
        shards.sort()
        return host
    }

    /// Lets go of what the map has not named for long.
    private func dropUnnamed() {
        for shard in shards {
            guard let since = unnamed[shard], context.now >= since + Self.lingerNanoseconds else {
                continue
            }
            unnamed[shard] = nil
            shards.removeAll { $0 == shard }
            hosts.removeValue(forKey: shard)?.close()
            context.log.log(.info, "replica dropped", ["shard": LogValue(shard.rawValue)])
        }
    }

    private func start() {
        let link = CoordinatorLink(
            context: context,
            role: .node,
            status: { [unowned self] in (statuses(), []) },
            onMap: { [unowned self] in follow($0) }
        )
        self.link = link
        link.start()
        context.loop.beforeSleep { [unowned self] in
            for shard in shards { hosts[shard]?.flush() }
        }
        _ = context.loop.schedule(afterMilliseconds: 5, repeatingMilliseconds: 5) {
            [unowned self] in
            for route in routes { relays[route]?.tick() }
        }
        _ = context.loop.schedule(afterMilliseconds: 1000, repeatingMilliseconds: 1000) {
            [unowned self] in reportLoad()
        }
        _ = context.loop.schedule(afterMilliseconds: 100, repeatingMilliseconds: 100) {
            [unowned self] in
            for shard in shards {
                hosts[shard]?.perform { $0.feedHeartbeat(effects: &$1) }
                hosts[shard]?.measure()
            }
            dropUnnamed()
        }
    }

    /// The relay of a route; it stays, whoever leads the shards at its ends.
    private func relay(_ route: TransferRoute) -> TransferRelay {
        if let relay = relays[route] { return relay }
        let relay = TransferRelay(context: context, route: route) {
            [weak self] sequence, reply in
            self?.hosts[route.source]?.perform {
                $0.delivered(sequence, to: route.destination, reply, effects: &$1)
            }
        }
        if let map = link?.map { relay.follow(map) }
        relays[route] = relay
        routes.append(route)
        return relay
    }

    private func reportLoad() {
        let serving = shards.compactMap { hosts[$0]?.replica }.filter(\.isServing)
        link?.send(.load(meter.measure(serving, now: context.now)))
    }

    private func follow(_ map: ShardMap) {
        for route in routes { relays[route]?.follow(map) }
        let own = NodeID(context.endpoint.id)
        for assignment in map.shards {
            let isNamed = assignment.primary == own || assignment.standbys.contains(own)
            if isNamed {
                unnamed[assignment.shard] = nil
            } else if hosts[assignment.shard] != nil, unnamed[assignment.shard] == nil {
                unnamed[assignment.shard] = context.now
            }
            guard let host = hosts[assignment.shard] ?? (isNamed ? host(assignment.shard) : nil)
            else { continue }
            // A term given to an earlier process of this name is not ours to go on with.
            let isPrimary =
                assignment.primary == own && assignment.primaryInstance == context.instance
            let duty: ReplicaDuty =
                isPrimary
                ? .primary(assignment.epoch)
                : .standby(writesSnapshots: assignment.standbys.first == own)
            host.perform { $0.assume(duty, effects: &$1) }
        }
    }

    private func statuses() -> [ReplicaStatus] {
        shards.compactMap { shard in
            guard let host = hosts[shard] else { return nil }
            let replica = host.replica
            return ReplicaStatus(
                shard: shard,
                epoch: replica.epoch,
                isPrimary: replica.isServing,
                position: replica.position,
                isCaughtUp: replica.hasCaughtUp,
                logSilenceMilliseconds: host.logSilenceMilliseconds
            )
        }
    }

    // MARK: HTTPHandlers

    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
        guard let body = context.answer(request, health: health) else {
            return exchange.respondNotFound()
        }
        exchange.respond(text: body)
    }

    func admission(_ request: HTTPRequest) -> StreamAdmission {
        switch String(decoding: request.path, as: UTF8.self) {
        case SessionPath.session, SessionPath.feed, SessionPath.accounts: .accepted
        default: .request
        }
    }

    func handleStream(_ request: HTTPRequest, _ stream: HTTPStream) {
        switch String(decoding: request.path, as: UTF8.self) {
        case SessionPath.feed: openFeed(request, stream)
        case SessionPath.accounts: openAccounts(request, stream)
        default: openSession(stream)
        }
    }

    func webSocketAdmission(_ request: HTTPRequest) -> WebSocketAdmission { .unknown }

    func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket) {
        socket.close(code: 1008, reason: "no WebSocket here")
    }

    private func openFeed(_ request: HTTPRequest, _ stream: HTTPStream) {
        guard let query = FeedQuery(request.query), let host = hosts[query.shard] else {
            return stream.close()
        }
        let id = streams.add(stream)
        stream.onClose = { [weak self, weak host] _ in
            self?.streams.remove(id)
            host?.replica.closed(id)
        }
        host.perform { $0.feedOpened(id, after: query.position, effects: &$1) }
    }

    private func openAccounts(_ request: HTTPRequest, _ stream: HTTPStream) {
        guard let query = FeedQuery(request.query), let host = hosts[query.shard] else {
            return stream.close()
        }
        let id = streams.add(stream)
        var frames = FrameReader(sizeMax: AccountFeedRequest.sizeMax)
        stream.onData = { [weak host] bytes in
            frames.append(bytes)
            do throws(DecodeError) {
                while var frame = try frames.next() {
                    let request = try AccountFeedRequest(from: &frame)
                    host?.perform { $0.received(request, on: id, effects: &$1) }
                }
            } catch {
                stream.close()
            }
        }
        stream.onClose = { [weak self, weak host] _ in
            self?.streams.remove(id)
            host?.replica.closed(id)
            stream.onData = nil
        }
        host.perform { $0.accountsOpened(id, effects: &$1) }
    }

    private func openSession(_ stream: HTTPStream) {
        let id = streams.add(stream)
        let session = SessionReader(id: id) { [weak self] in self?.hosts[$0] }
        stream.onData = { bytes in
            if !session.received(bytes) { stream.close() }
        }
        stream.onClose = { [weak self] _ in
            self?.streams.remove(id)
            session.closed()
            stream.onData = nil
        }
    }

    private func health() -> [UInt8] {
        var lines = "ok node=\(context.endpoint.id) uptime_seconds=\(context.uptimeSeconds)\n"
        for status in statuses() {
            let role = status.isPrimary ? "primary" : "standby"
            lines += "shard=\(status.shard) role=\(role) epoch=\(status.epoch) "
            lines += "position=\(status.position) caught_up=\(status.isCaughtUp)\n"
        }
        return Array(lines.utf8)
    }
}

extension OrderLimits {
    /// The limits of the cluster's files.
    init(_ limits: LimitsFile) {
        self.init(
            tenSeconds: Int32(clamping: limits.ordersPer10Seconds),
            day: Int32(clamping: limits.ordersPerDay)
        )
    }
}
