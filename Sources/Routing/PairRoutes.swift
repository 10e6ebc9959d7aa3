import Trading

/// What a client wants of the shard that owns a pair.
public enum PairRequest: Equatable, Sendable {
    case command(Command)
    case query(Query)
}

/// What the routes want done.
public enum RouteEffect: Equatable, Sendable {
    /// Send to a shard; its outcome comes back through `PairRoutes.completed`.
    case send(PairRequest, to: ShardID, generation: UInt32, token: UInt64, deadline: UInt64)
    /// Answer the client that holds this token.
    case complete(token: UInt64, RequestOutcome)
}

/// The way of each pair's requests to the shard that owns it, also while the pair moves.
///
/// A request that met a pair on its way did nothing there. It waits here, in the order in which
/// clients sent it, until the map or the pair's new shard says where it trades; what comes later
/// waits behind it. So no cancel overtakes its order.
public struct PairRoutes: Sendable {
    /// The most requests of one pair that wait.
    public static let heldMax = 8192

    private struct Item: Sendable {
        /// Rises with each request of this router.
        var number: UInt64
        var request: PairRequest
        var token: UInt64
        var deadline: UInt64
        /// Of the pair, as it was sent.
        var generation: UInt32 = 0
    }

    private struct Route: Sendable {
        var shard: ShardID?
        var generation: UInt32 = 0
        /// Requests sent and not answered, all under one generation.
        var inFlight: Int = 0
        var sentGeneration: UInt32 = 0
        /// Waiting, by number.
        var held: ArraySlice<Item> = []
        /// The map that is waited for.
        var wanted: UInt32 = 0
    }

    private var routes: [Route]
    /// Requests sent and not answered, by token.
    private var sent: [UInt64: (index: Int, item: Item)] = [:]
    private var lastNumber: UInt64 = 0

    /// Makes routes that lead nowhere yet.
    ///
    /// - Parameter count: Number of pairs; their ids are below.
    public init(count: Int) { routes = Array(repeating: Route(), count: count) }

    /// The shard that owns a pair, as far as the map says.
    public func shard(of instrument: InstrumentID) -> ShardID? {
        let index = Int(instrument.rawValue)
        return index < routes.count ? routes[index].shard : nil
    }

    /// How often a pair has moved, as far as the map says.
    public func generation(of instrument: InstrumentID) -> UInt32 {
        let index = Int(instrument.rawValue)
        return index < routes.count ? routes[index].generation : 0
    }

    /// Whether a request was sent and has no answer yet.
    public func hasSent(_ token: UInt64) -> Bool { sent[token] != nil }

    /// Number of requests that wait for a pair to arrive.
    public var heldCount: Int { routes.reduce(0) { $0 + $1.held.count } }

    /// Follows the map, or the shard where the pair has arrived: whichever is heard of first.
    ///
    /// - Parameters:
    ///   - instrument: A pair.
    ///   - shard: Who owns it.
    ///   - generation: How often it has moved.
    ///   - effects: What to do is appended here.
    public mutating func assign(
        _ instrument: InstrumentID,
        to shard: ShardID,
        generation: UInt32,
        effects: inout [RouteEffect]
    ) {
        let index = Int(instrument.rawValue)
        // A map can be older than what the shard has said.
        guard index < routes.count, generation >= routes[index].generation else { return }
        routes[index].shard = shard
        routes[index].generation = generation
        goOn(index, &effects)
    }

    /// Takes a request.
    ///
    /// - Parameters:
    ///   - request: What is wanted.
    ///   - instrument: Of which pair.
    ///   - token: Comes back with the outcome.
    ///   - deadline: Monotonic nanoseconds after which the client is told.
    ///   - effects: What to do is appended here.
    public mutating func submit(
        _ request: PairRequest,
        of instrument: InstrumentID,
        token: UInt64,
        deadline: UInt64,
        effects: inout [RouteEffect]
    ) {
        let index = Int(instrument.rawValue)
        guard index < routes.count, routes[index].shard != nil else {
            return effects.append(.complete(token: token, .unavailable))
        }
        lastNumber += 1
        let item = Item(number: lastNumber, request: request, token: token, deadline: deadline)
        guard isHolding(index) else { return send(item, index, &effects) }
        guard routes[index].held.count < Self.heldMax else {
            return effects.append(.complete(token: token, .overloaded))
        }
        routes[index].held.append(item)
    }

    /// Takes the outcome of a request that was sent.
    ///
    /// - Parameters:
    ///   - token: Of the request.
    ///   - outcome: What the shard said.
    ///   - effects: What to do is appended here.
    public mutating func completed(
        _ token: UInt64,
        _ outcome: RequestOutcome,
        effects: inout [RouteEffect]
    ) {
        guard let (index, item) = sent.removeValue(forKey: token) else { return }
        routes[index].inFlight -= 1
        if outcome.isElsewhere {
            let place =
                routes[index].held.firstIndex { $0.number > item.number }
                ?? routes[index].held.endIndex
            routes[index].held.insert(item, at: place)
            routes[index].wanted = max(routes[index].wanted, item.generation + 1)
        } else {
            effects.append(.complete(token: token, outcome))
        }
        goOn(index, &effects)
    }

    /// Tells clients whose deadline has passed while they waited: nothing has happened.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func tick(now: UInt64, effects: inout [RouteEffect]) {
        for index in routes.indices where !routes[index].held.isEmpty {
            for item in routes[index].held where item.deadline <= now {
                effects.append(.complete(token: item.token, .unavailable))
            }
            routes[index].held.removeAll { $0.deadline <= now }
        }
    }

    /// Whether a request has to wait: others do, or those sent before may yet have to.
    private func isHolding(_ index: Int) -> Bool {
        let route = routes[index]
        return !route.held.isEmpty || route.generation < route.wanted
            || (route.inFlight > 0 && route.sentGeneration != route.generation)
    }

    /// Sends what waits once the map is there and everything sent before has its answer.
    private mutating func goOn(_ index: Int, _ effects: inout [RouteEffect]) {
        guard !routes[index].held.isEmpty, routes[index].inFlight == 0,
            routes[index].generation >= routes[index].wanted
        else { return }
        let items = routes[index].held
        routes[index].held = []
        for item in items { send(item, index, &effects) }
    }

    private mutating func send(_ item: Item, _ index: Int, _ effects: inout [RouteEffect]) {
        guard let shard = routes[index].shard else { return }
        var item = item
        item.generation = routes[index].generation
        routes[index].inFlight += 1
        routes[index].sentGeneration = item.generation
        sent[item.token] = (index, item)
        effects.append(
            .send(
                item.request,
                to: shard,
                generation: item.generation,
                token: item.token,
                deadline: item.deadline
            )
        )
    }
}

extension RequestOutcome {
    /// Whether the pair is not where it was asked for: nothing has happened.
    fileprivate var isElsewhere: Bool {
        switch self {
        case .reply(.rejected(.pairMoved)), .reply(.rejected(.unknownInstrument)): true
        default: false
        }
    }
}
