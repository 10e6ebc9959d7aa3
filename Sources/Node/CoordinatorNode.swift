import Configuration
import Coordination
import EventLoop
import HTTP
import Membership
import Observability
import Redis
import Replication
import Trading
import Wire

/// The coordinator: membership, health and failover, with shard 0's log as its only memory.
final class CoordinatorNode: HTTPHandlers {
    static let clusterPath = "/cluster"

    let context: ProcessContext
    private let shard0: ShardLog
    private var log: CoordinatorLog
    private(set) var coordinator: Coordinator
    private let members: MemberStreams
    private let metrics: CoordinatorMetrics
    let moves: MoveDesk
    let keys: KeyDesk
    /// Makes the logs of a new cluster before it may begin; only when bootstrapping.
    private var creation: LogCreation?
    private var isCreated: Bool
    /// Makes the log of a shard that is being added.
    var growth: ShardGrowth?
    /// Looks for another that leads, until this one does.
    private var peers: CoordinatorPeers?
    /// Whether shard 0's log can be asked.
    private var isReachable = false

    /// Runs `castle coordinator` until a signal.
    ///
    /// - Parameters:
    ///   - plan: The cluster's plan.
    ///   - id: This coordinator's name in it.
    ///   - isBootstrapping: Whether logs may be created where there are none: once in a cluster's
    ///     life. Without it an empty log is a lost disk, and refused (I6).
    /// - Throws: What makes it impossible to start.
    static func run(plan: ClusterPlan, id: String, isBootstrapping: Bool) throws {
        let context = try ProcessContext(plan: plan, id: id)
        let node = try CoordinatorNode(context: context, isBootstrapping: isBootstrapping)
        node.start()
        try context.run(node)
    }

    private init(context: ProcessContext, isBootstrapping: Bool) throws {
        self.context = context
        isCreated = !isBootstrapping
        log = CoordinatorLog(name: "\(context.endpoint.id)/\(context.instance)")
        let plan = TopologyPlan(
            shards: context.plan.shards.map {
                Coordination.ShardPlan(
                    shard: ShardID($0.id),
                    pairs: $0.pairs,
                    replicas: $0.replicas.map { NodeID($0) }
                )
            }
        )
        coordinator = Coordinator(plan: plan, settings: context.plan.detector)
        coordinator.placesReplicas = true
        if context.plan.rebalance == .auto {
            let settings = Rebalancer.Settings(context.plan.rebalanceLimits)
            coordinator.rebalancer = Rebalancer(settings: settings)
        }
        let path = "\(context.plan.directory)/plan.json"
        // A file that cannot be read lets nobody join; those who did stay.
        members = MemberStreams(plan: context.plan) { try? ClusterPlan.load(path) }
        metrics = CoordinatorMetrics(context.metrics)
        shard0 = context.shardLog(ShardID(0))
        moves = try MoveDesk(context: context)
        keys = KeyDesk(accounts: try AccountsFile.load(context.plan.accounts))
        coordinator.instruments = moves.instruments
        moves.propose = { [unowned self] in log.propose($0) }
    }

    private func start() {
        if !isCreated {
            let shards = [ShardID(0)] + context.plan.shards.map { ShardID($0.id) }
            creation = LogCreation(context: context, shards: shards) { [unowned self] fault in
                if let fault { context.die(fault) }
                creation = nil
                isCreated = true
            }
        }
        peers = CoordinatorPeers(context: context) { [unowned self] isVacant in
            if isVacant, isCreated, isReachable { begin() }
        }
        shard0.onReady = { [unowned self] in
            isReachable = true
            if peers == nil { askLog() }
        }
        shard0.onLost = { [unowned self] reason in
            isReachable = false
            context.log.log(.warning, "log unreachable", ["reason": .text(reason)])
            log.acceptorLost()
        }
        shard0.onAnswer = { [unowned self] reply, request in
            var effects: [CoordinatorLogEffect] = []
            log.received(reply, to: request, effects: &effects)
            carryOut(effects)
        }
        context.loop.beforeSleep { [unowned self] in
            var effects: [CoordinatorLogEffect] = []
            log.flush(wall: context.wall, now: now, effects: &effects)
            carryOut(effects)
        }
        _ = context.loop.schedule(afterMilliseconds: 5, repeatingMilliseconds: 5) {
            [unowned self] in
            if log.isLeading { moves.tick() }
            keys.follow(coordinator, now: context.now)
        }
        let interval = coordinator.settings.tickMilliseconds
        _ = context.loop.schedule(afterMilliseconds: interval, repeatingMilliseconds: interval) {
            [unowned self] in
            if log.isLeading, !isConfirmed { members.closeAll() }
            perform { $0.tick(now: now, &$1) }
            metrics.measure(coordinator.clusterView(now: now))
        }
    }

    private static let notLeading = Array(
        #"{"code":-1000,"msg":"This coordinator does not lead; ask another."}"#.utf8
    )

    /// Whether it leads and its log answers: what members and other coordinators may rely on.
    var isConfirmed: Bool { log.isConfirmed(now: now) }

    /// Where the coordinator that leads can be asked, while another is known to.
    var knownLeader: String? {
        peers?.leader.map { context.plan.coordinators[$0].address }
    }

    /// Milliseconds of this process' monotonic clock.
    var now: UInt64 { context.now / 1_000_000 }

    /// Takes the lead: whoever had it is gone, or is fenced by this.
    private func begin() {
        peers?.stop()
        peers = nil
        askLog()
    }

    private func askLog() {
        var effects: [CoordinatorLogEffect] = []
        log.acceptorReady(effects: &effects)
        carryOut(effects)
    }

    // MARK: Effects

    func perform(_ input: (inout Coordinator, inout [CoordinatorEffect]) -> Void) {
        var effects: [CoordinatorEffect] = []
        input(&coordinator, &effects)
        for effect in effects { carryOut(effect) }
    }

    private func carryOut(_ effects: [CoordinatorLogEffect]) {
        for effect in effects {
            switch effect {
            case .ask(let request): shard0.ask(request)
            case .lead(let state):
                coordinator.restore(state)
                perform { $0.becameLeader(now: now, &$1) }
                moves.follow(coordinator.state, areNew: false)
            case .committed(let commands, let time):
                for command in commands { note(command) }
                let before = coordinator.state.map
                perform { $0.committed(commands, time: time, now: now, &$1) }
                metrics.changed(from: before, to: coordinator.state.map)
                if log.isLeading { moves.follow(coordinator.state, areNew: true) }
            case .lost(let reason): context.die(reason)
            case .note(let text): context.log.log(.warning, text)
            }
        }
    }

    private func note(_ command: CoordinationCommand) {
        guard case .assign(let shard, let epoch, let primary, _, _, let why) = command else {
            return
        }
        metrics.assigned()
        context.log.log(
            .info,
            "assigned",
            [
                "shard": LogValue(shard.rawValue), "epoch": LogValue(epoch.rawValue),
                "primary": .text(primary?.rawValue ?? "none"), "why": .text(why),
            ]
        )
    }

    private func carryOut(_ effect: CoordinatorEffect) {
        switch effect {
        case .propose(let command): log.propose(command)
        case .send(let message, let id): members.send(message, to: id)
        case .broadcast(let message): members.broadcast(message)
        case .probe(let id, let address): probe(id, address)
        case .log(let text): context.log.log(.info, text)
        }
    }

    private func probe(_ id: NodeID, _ address: String) {
        let (host, port) = StreamLink.split(address)
        context.loop.connect(host: host, port: port, timeoutMilliseconds: 500) {
            [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let connection):
                connection.close()
                perform { $0.connectProbe(id, reachable: true, now: now, &$1) }
            case .failure(.connectRefused):
                perform { $0.connectProbe(id, reachable: false, now: now, &$1) }
            case .failure:
                // Lost packets or a host that is down prove nothing of the process.
                break
            }
        }
    }

    // MARK: HTTPHandlers

    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
        if let body = context.answer(request, health: health) {
            return exchange.respond(text: body)
        }
        let path = String(decoding: request.path, as: UTF8.self)
        if path.hasPrefix(ControlRequest.root) { return control(request, exchange) }
        guard path == Self.clusterPath else { return exchange.respondNotFound() }
        guard log.isLeading else {
            return exchange.respond(json: Self.notLeading, status: 503)
        }
        let scheme = context.plan.tls == nil ? "http" : "https"
        exchange.respond(json: ClusterJSON.encode(coordinator.clusterView(now: now), scheme))
    }

    func admission(_ request: HTTPRequest) -> StreamAdmission {
        guard String(decoding: request.path, as: UTF8.self) == CoordinatorLink.path else {
            return .request
        }
        // A member that is turned away tries the next coordinator.
        return isConfirmed ? .accepted : .refused
    }

    func handleStream(_ request: HTTPRequest, _ stream: HTTPStream) {
        var frames = FrameReader(sizeMax: MembershipMessage.sizeMax)
        var member: Member?
        stream.onData = { [weak self] bytes in
            guard let self else { return }
            frames.append(bytes)
            do {
                while var frame = try frames.next() {
                    let bytes = try frame.read(count: frame.remaining)
                    received(try MembershipMessage(decoding: bytes), on: stream, &member)
                }
            } catch {
                context.log.log(.warning, "unreadable member", ["error": .text("\(error)")])
                stream.close()
            }
        }
        stream.onClose = { [weak self] _ in
            stream.onData = nil
            guard let self, let member, members.remove(member.id, stream) else { return }
            perform {
                $0.memberDisconnected(member.id, instance: member.instance, now: now, &$1)
            }
        }
    }

    private func received(
        _ message: MembershipMessage,
        on stream: HTTPStream,
        _ member: inout Member?
    ) {
        if case .hello(let introduced) = message {
            let refusal = members.refusal(of: introduced, on: stream, now: context.now)
            guard refusal == nil, member == nil else {
                context.log.log(
                    .warning,
                    "member turned away",
                    ["reason": .text(refusal ?? "a second hello")]
                )
                return stream.close()
            }
            member = introduced
            let capacities = members.plan.nodes.map { (NodeID($0.id), $0.capacity ?? 1) }
            coordinator.capacities = Dictionary(capacities) { $1 }
            members.add(introduced, stream, now: context.now)
            return perform { $0.memberConnected(introduced, now: now, &$1) }
        }
        guard let member, members.heard(member.id, stream, now: context.now) else { return }
        perform { $0.received(message, from: member.id, now: now, &$1) }
        if case .keysKnown = message { keys.follow(coordinator, now: context.now) }
    }

    func webSocketAdmission(_ request: HTTPRequest) -> WebSocketAdmission { .unknown }

    func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket) {
        socket.close(code: 1008, reason: "no WebSocket here")
    }

    private func health() -> [UInt8] {
        let isTaking = !isCreated || (peers == nil && !log.isLeading && isReachable)
        let role: CoordinatorRole = isConfirmed ? .leader : isTaking ? .taking : .candidate
        let line =
            "ok coordinator=\(context.endpoint.id) role=\(role.rawValue) epoch=\(log.epoch) "
            + "position=\(log.position) uptime_seconds=\(context.uptimeSeconds)\n"
        return Array(line.utf8)
    }
}
