import API
import Configuration
import EventLoop
import HTTP
import Membership
import Observability
import Routing
import TLS
import Trading

/// A router: one process, one loop, translating the public API into commands and questions.
///
/// Each goes to the shard that owns its pair; only what a shard has committed is answered.
final class RouterNode: HTTPHandlers {
    let board: MarketBoard
    let users: UserBoard
    let context: ProcessContext
    let gateway: Gateway
    private let venue: Venue
    let metrics: RouterMetrics
    var limiter: WeightLimiter
    let keys: KeyRing
    /// Parts of the keys that have come, until the last one has.
    var keyPages: [KeyPage] = []
    /// The version of the keys made since the start that are gone by.
    var keysVersion: UInt64 = 0
    let clients: ClientAddress
    private(set) lazy var desk = SocketDesk(
        loop: context.loop,
        backend: self,
        source: users
    )
    private(set) lazy var listenDesk = ListenDesk(users: users, board: board)
    var channels: [ShardID: ShardChannel] = [:]
    /// All of the map, by number.
    var shards: [ShardID] = []
    /// Which of them have to be asked for all that an account has.
    var roster: ShardRoster
    /// Where each pair trades, from the newest map.
    var routes: PairRoutes
    /// Who waits for the next map.
    private var mapWaiters: [(deadline: UInt64, go: (Bool) -> Void)] = []
    private(set) lazy var funds = FundsDesk(
        router: self,
        reference: context.instance
    )
    private(set) lazy var orders = OrderDesk(router: self, limits: orderLimits)
    private let orderLimits: OrderLimits
    var repeats = RepeatedRequests()
    private var control: CashControl { CashControl(router: self, assets: venue.assets) }
    private var waiting: [UInt64: (RequestOutcome) -> Void] = [:]
    private var nextToken: UInt64 = 1
    private var link: CoordinatorLink?

    /// Runs `castle router` until a signal.
    ///
    /// - Parameters:
    ///   - plan: The cluster's plan.
    ///   - id: This router's name in it.
    /// - Throws: What makes it impossible to start.
    static func run(plan: ClusterPlan, id: String) throws {
        let router = try RouterNode(context: ProcessContext(plan: plan, id: id))
        router.start()
        try router.context.run(router, limits: HTTPLimits())
    }

    private init(context: ProcessContext) throws {
        self.context = context
        let (assets, instruments) = try InstrumentFile.load(context.plan.instruments)
        let accounts = try AccountsFile.load(context.plan.accounts)
        let limits = try LimitsFile.load(context.plan.limits)
        venue = Venue(assets: assets, instruments: instruments)
        let signers = Signers()
        keys = KeyRing(accounts.entries.map(APIKey.init))
        clients = ClientAddress(
            trusting: context.plan.trustedProxies ?? ClientAddress.standard
        )
        let board = MarketBoard(context: context, instruments: instruments)
        self.board = board
        users = UserBoard(context: context, venue: venue)
        gateway = Gateway(
            venue: venue,
            keys: keys,
            limits: RateLimits(
                weightPerMinute: limits.weightPerMinute,
                ordersPerTenSeconds: limits.ordersPer10Seconds,
                ordersPerDay: limits.ordersPerDay,
                requestsPerFiveMinutes: limits.requestsPer5Minutes,
                connectionsPerFiveMinutes: limits.connectionsPer5Minutes
            ),
            verify: signers.isValid,
            explainsRefusals: context.plan.verboseAuthErrors ?? false,
            onRefusedKey: { [log = RefusalLog(context)] in log.note($0, $1) },
            makeClientOrderID: Self.makeClientOrderID,
            deriveClientOrderID: DerivedOrderID.make,
            phase: { board.phase($0) }
        )
        orderLimits = OrderLimits(limits)
        limiter = WeightLimiter(
            limitPerMinute: limits.weightPerMinute,
            requestsPerFiveMinutes: limits.requestsPer5Minutes,
            connectionsPerFiveMinutes: limits.connectionsPer5Minutes
        )
        metrics = RouterMetrics(context.metrics)
        routes = PairRoutes(count: instruments.count)
        roster = ShardRoster(first: context.plan.shards.map { ShardID($0.id) })
    }

    private func start() {
        let link = CoordinatorLink(
            context: context,
            role: .router,
            status: { [unowned self] in ([], observations()) },
            onMap: { [unowned self] in follow($0) }
        )
        self.link = link
        link.onKeys = { [unowned self] in takeKeys($0) }
        link.start()
        board.start()
        desk.start()
        listenDesk.follow(keys.all)
        context.onStop = { [unowned self] in endSockets() }
        _ = context.loop.schedule(afterMilliseconds: 5, repeatingMilliseconds: 5) {
            [unowned self] in
            for shard in shards { channels[shard]?.tick() }
            funds.tick()
            users.tick()
            route { $0.tick(now: context.now, effects: &$1) }
            endWaiting()
            metrics.measure(
                inFlight: waiting.count,
                listeners: board.table.count + desk.table.count,
                mapVersion: mapVersion
            )
        }
    }

    private func follow(_ map: ShardMap) {
        for assignment in map.shards {
            let channel = channels[assignment.shard] ?? add(assignment.shard)
            let address = assignment.primary.flatMap { map.member($0)?.address }
            channel.assign(address: address, epoch: assignment.epoch)
            for pair in assignment.pairs {
                guard let id = venue.instruments.firstIndex(where: { $0.symbol == pair }) else {
                    continue
                }
                route {
                    $0.assign(
                        InstrumentID(UInt16(id)),
                        to: assignment.shard,
                        generation: map.generation(of: pair),
                        effects: &$1
                    )
                }
            }
        }
        users.follow(map)
        // Only now does each shard have its channel.
        roster.follow(map)
        let waiters = mapWaiters
        mapWaiters = []
        for waiter in waiters { waiter.go(true) }
    }

    /// Says something to the coordinator, if one is there.
    func tell(_ message: MembershipMessage) { link?.send(message) }

    /// The version of the newest map; 0 before the first.
    var mapVersion: UInt64 { link?.map.version ?? 0 }

    /// Waits for the next map.
    func awaitMap(deadline: UInt64, _ go: @escaping (Bool) -> Void) {
        mapWaiters.append((deadline, go))
    }

    /// Waits until the map tells of every shard that funds were sent to.
    func awaitRoster(_ go: @escaping (Bool) -> Void) {
        guard roster.lacksMap else { return go(true) }
        let deadline = context.now + ShardChannel.deadlineMilliseconds * 1_000_000
        awaitMap(deadline: deadline) { [unowned self] in go($0 && !roster.lacksMap) }
    }

    private func endWaiting() {
        let late = mapWaiters.filter { $0.deadline <= context.now }
        guard !late.isEmpty else { return }
        mapWaiters.removeAll { $0.deadline <= context.now }
        for waiter in late { waiter.go(false) }
    }

    /// Sends what waits for a pair: its new shard's log has decided, and the map follows.
    func arrived(_ arrival: PairArrival, at shard: ShardID) {
        route {
            $0.assign(
                arrival.instrument,
                to: shard,
                generation: arrival.generation,
                effects: &$1
            )
        }
    }

    /// Lets the mirrors of other shards go on with pairs that have arrived there.
    func goOn(besides shard: ShardID) {
        for other in shards where other != shard { channels[other]?.goOn() }
    }

    private func add(_ shard: ShardID) -> ShardChannel {
        let channel = ShardChannel(context: context, router: self, shard: shard)
        channels[shard] = channel
        shards.append(shard)
        shards.sort()
        return channel
    }

    /// How long each primary has been silent: the coordinator's second opinion.
    private func observations() -> [Observation] {
        guard let map = link?.map else { return [] }
        var heard: [NodeID: UInt64] = [:]
        for assignment in map.shards {
            guard let node = assignment.primary, let channel = channels[assignment.shard] else {
                continue
            }
            heard[node] = max(heard[node] ?? 0, channel.lastHeard)
        }
        return heard.keys.sorted().map { node in
            let silence = (context.now - min(heard[node] ?? 0, context.now)) / 1_000_000
            return Observation(
                node: node,
                silenceMilliseconds: UInt32(clamping: silence)
            )
        }
    }

    // MARK: Outcomes

    /// Takes what a shard said; a request whose pair was not there goes on.
    func complete(_ token: UInt64, _ outcome: RequestOutcome) {
        guard routes.hasSent(token) else { return finish(token, outcome) }
        route { $0.completed(token, outcome, effects: &$1) }
    }

    func finish(_ token: UInt64, _ outcome: RequestOutcome) {
        waiting.removeValue(forKey: token)?(outcome)
    }

    func ready(_ token: UInt64, isCurrent: Bool) {
        waiting.removeValue(forKey: token)?(isCurrent ? .reply(.done) : .unavailable)
    }

    func park(_ completion: @escaping (RequestOutcome) -> Void) -> UInt64 {
        let token = nextToken
        nextToken += 1
        waiting[token] = completion
        return token
    }

    // MARK: HTTPHandlers

    func admission(_ request: HTTPRequest) -> StreamAdmission { .request }

    func handleStream(_ request: HTTPRequest, _ stream: HTTPStream) { stream.close() }

    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) {
        if let body = context.answer(request, health: health) {
            return exchange.respond(text: body)
        }
        if control.handle(request, exchange) { return }
        let arrival = context.now
        let wall = context.wall
        let client = clients.client(of: request)
        let call = APIRequest(request, from: client)
        let weight = gateway.weight(of: call)
        switch charge(client, weight: weight, now: wall) {
        case .refused(let error):
            let used = usedWeight(of: client, now: wall)
            respond(APIResponse(error), to: exchange, arrival, used: used)
        case .accepted(let used):
            let charged = ChargedClient(
                address: client,
                weight: weight,
                used: used,
                arrival: arrival,
                wall: wall
            )
            let operation = gateway.interpret(call, now: wall)
            settle(operation, for: charged) { [weak self] response, used in
                self?.respond(response, to: exchange, arrival, used: used)
            }
        }
    }

    private func respond(
        _ response: APIResponse,
        to exchange: HTTPExchange,
        _ arrival: UInt64,
        used: Int
    ) {
        metrics.answered(status: response.status, after: context.now - arrival)
        var headers = response.headers + Gateway.crossOriginHeaders
        if !response.body.isEmpty {
            headers.append((name: "content-type", value: "application/json"))
        }
        headers.append((name: "x-mbx-used-weight", value: "\(used)"))
        headers.append((name: "x-mbx-used-weight-1m", value: "\(used)"))
        exchange.respond(status: response.status, headers: headers, body: response.body)
    }

    private func health() -> [UInt8] {
        var lines = "ok router=\(context.endpoint.id) uptime_seconds=\(context.uptimeSeconds) "
        lines += "map_version=\(mapVersion)\n"
        for shard in shards {
            guard let channel = channels[shard] else { continue }
            lines += "shard=\(shard) session=\(channel.isOpen ? "open" : "down") "
            lines += "in_flight=\(channel.inFlightCount) "
            lines += "market_data=\(channel.isLoaded ? "loaded" : "missing")\n"
        }
        return Array(lines.utf8)
    }

    /// 22 random characters, as the venue makes for an order that came without an id.
    private static func makeClientOrderID() -> ClientOrderID {
        ClientOrderID(SecureRandom.alphanumeric(count: 22)) ?? .none
    }
}
