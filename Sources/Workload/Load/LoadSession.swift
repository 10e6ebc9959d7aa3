import Configuration
import EventLoop

/// One load against one cluster, from the connections to the report.
struct LoadSession {
    private static let connectMilliseconds: UInt64 = 5000

    let options: LoadOptions
    let cluster: ClusterFile
    let waiter: LoopWaiter

    /// Reads the cluster's description.
    init(_ options: LoadOptions, waiter: LoopWaiter) throws(LoadError) {
        self.options = options
        self.waiter = waiter
        do throws(ConfigurationError) {
            cluster = try ClusterFile.load("\(options.directory)/cluster.json")
        } catch {
            throw LoadError("\(error); is the cluster up?")
        }
    }

    /// Connects, runs the load, and cleans up after it.
    ///
    /// - Parameter onProgress: Told once a second how things stand.
    /// - Returns: What was measured.
    /// - Throws: `LoadError` when the load cannot begin.
    func run(onProgress: @escaping (LoadProgress) -> Void) throws(LoadError) -> LoadReport {
        let keys = cluster.accounts.prefix(2).map {
            TradingKey(apiKey: $0.apiKey, secret: $0.secret)
        }
        guard keys.count == 2 else { throw LoadError("the cluster needs two accounts") }
        let lanes = try connect()
        defer { for lane in lanes { lane.stop() } }
        let pairs = try readPairs(lanes)
        let schedule = LoadSchedule(
            pace: options.pace,
            durationNanoseconds: UInt64(options.durationSeconds) * 1_000_000_000
        )
        let run = LoadRun(
            try makeFlow(pairs),
            schedule,
            lanes: lanes,
            keys: keys,
            inFlightMax: options.connections * options.streams,
            waiter: waiter
        )
        waiter.loop.onSignal(2) { run.interrupt() }
        let seedErrors = run.seed()
        guard seedErrors == 0 else {
            throw LoadError("\(seedErrors) of the orders that seed the book were not taken")
        }
        let probe = cluster.redis.first.flatMap { Endpoint(url: $0.url) }.map {
            RedisProbe($0, loop: waiter.loop)
        }
        let (statistics, nanoseconds) = run.run { onProgress($0) }
        let lost = lanes.reduce(0) { $0 + $1.lossCount }
        var report = LoadReport(
            statistics,
            nanoseconds: nanoseconds,
            flow: flowText,
            pace: options.paceText,
            connections: lanes.count,
            lostConnections: lost
        )
        report.redisAppend = probe?.summary
        report.redisFailure = probe?.failure ?? "the cluster has none"
        probe?.stop()
        run.cleanUp()
        return report
    }

    private var flowText: String {
        switch options.flow {
        case .synthetic: "synthetic, seed \(options.seed)"
        case .recording(let path): path
        }
    }

    private func connect() throws(LoadError) -> [ClientLane] {
        var urls = options.url.map { [$0] } ?? []
        if urls.isEmpty, options.route == .edge { urls = [cluster.rest] }
        if urls.isEmpty { urls = cluster.nodes.filter { $0.role == "router" }.map(\.url) }
        if urls.isEmpty { urls = [cluster.h2] }
        var endpoints: [Endpoint] = []
        for url in urls {
            guard let endpoint = Endpoint(url: url) else {
                throw LoadError("\(url) is no http:// or https:// URL with a port")
            }
            endpoints.append(endpoint)
        }
        let lanes = (0..<options.connections).map {
            ClientLane(endpoint: endpoints[$0 % endpoints.count], loop: waiter.loop)
        }
        let isUp = waiter.wait(timeoutMilliseconds: Self.connectMilliseconds) {
            lanes.allSatisfy(\.isOpen)
        }
        guard isUp else {
            let failure = lanes.first { !$0.isOpen }?.lastFailure ?? ""
            throw LoadError("cannot connect: \(failure)")
        }
        return lanes
    }

    private func readPairs(_ lanes: [ClientLane]) throws(LoadError) -> [PairRules] {
        let answer = waiter.result { completion in
            lanes.first?.client?.read(
                ExchangePairs.self,
                "/api/v3/exchangeInfo",
                completion: completion
            )
        }
        do throws(ReadError) {
            let pairs = try (answer ?? .failure(.timedOut)).get().pairs
            guard !pairs.isEmpty else { throw .malformed("no pair trades") }
            return pairs
        } catch {
            throw LoadError("exchangeInfo: \(error)")
        }
    }

    private func makeFlow(_ pairs: [PairRules]) throws(LoadError) -> OrderFlow {
        switch options.flow {
        case .synthetic:
            return .synthetic(SyntheticFlow(pairs: pairs, seed: UInt64(options.seed)))
        case .recording(let path):
            let recording = try RecordingFile.load(path, waiter)
            guard let pair = pairs.first(where: { $0.symbol == recording.symbol }) else {
                throw LoadError("the exchange has no pair \(recording.symbol)")
            }
            return .recorded(RecordedFlow(recording, pair: pair))
        }
    }
}
