import Configuration
import EventLoop
import Workload

/// Runs one drill again and again against one cluster.
final class DrillRun {
    private static let warmUpMilliseconds: UInt64 = 700
    private static let coolDownMilliseconds: UInt64 = 400
    private static let gapMilliseconds: UInt64 = 30_000
    private static let quietMilliseconds: UInt64 = 60_000
    private static let violationsShown = 10

    private let options: DrillOptions
    private let waiter: LoopWaiter
    private let cluster: ClusterUnderTest
    private let chooser: FaultChooser
    private let injector: FaultInjector
    private let keys: [TradingKey]
    private let lanes: [ClientLane]
    private let reader: StateReader
    private let watch: DepthWatch
    private let pairs: [PairRules]
    private let prefix: String
    private var random: SplitMix
    private var lastStruck: UInt64?

    init(_ options: DrillOptions, _ cluster: ClusterUnderTest) throws(LoadError) {
        self.options = options
        self.cluster = cluster
        waiter = cluster.waiter
        random = SplitMix(seed: options.seed)
        let routers = cluster.routers
        chooser = FaultChooser(kind: options.kind, plan: cluster.plan, file: cluster.initial)
        injector = FaultInjector(chooser, cluster)
        keys = cluster.initial.accounts.prefix(2).map {
            TradingKey(apiKey: $0.apiKey, secret: $0.secret)
        }
        guard keys.count == 2 else { throw LoadError("the cluster needs two accounts") }
        var urls = routers.map(\.url)
        if options.kind == .killEdge { urls.append(cluster.initial.rest) }
        let endpoints = urls.compactMap(Endpoint.init(url:))
        guard let first = endpoints.first else { throw LoadError("the cluster has no router") }
        let loop = waiter.loop
        lanes = (endpoints + endpoints).map { ClientLane(endpoint: $0, loop: loop) }
        let own = ClientLane(endpoint: first, loop: loop)
        waiter.wait(timeoutMilliseconds: 10_000) { [lanes] in
            own.isOpen && lanes.allSatisfy(\.isOpen)
        }
        guard let client = own.client, lanes.allSatisfy(\.isOpen) else {
            throw LoadError("cannot connect to \(urls.joined(separator: ", "))")
        }
        _ = try cluster.waitUntilHealthy()
        reader = StateReader(lane: own, keys: keys, waiter: waiter)
        pairs = try reader.pairs()
        watch = try DepthWatch(pairs, client: client, waiter: waiter)
        prefix = "drill-\(String(loop.wallClockMilliseconds, radix: 36))-"
    }

    /// Ends the connections.
    func stop() {
        injector.resume()
        watch.stop()
        for lane in lanes { lane.stop() }
    }

    /// One run: load, fault, recovery, checks.
    func run(_ number: Int) throws(LoadError) -> RunReport {
        rest()
        let status = try injector.prepare()
        let before = try reader.totals()
        let lossesBefore = lanes.map(\.lossCount)
        let driver = LoadDriver(
            pairs: pairs,
            lanes: lanes,
            keys: keys,
            rate: options.rate,
            seed: random.next(),
            prefix: "\(prefix)\(number)-",
            loop: waiter.loop
        )
        driver.start()
        waiter.pause(milliseconds: Self.warmUpMilliseconds + random.next() % 200)
        let leader = cluster.leader
        let fault = try injector.choose(status, &random)
        let struck = waiter.loop.nowNanoseconds
        lastStruck = struck
        try injector.strike(fault)
        let gaps = waitForShards(fault, driver, since: struck)
        waiter.pause(milliseconds: Self.coolDownMilliseconds)
        let healed = try injector.waitUntilHealed(fault)
        driver.stop()
        waiter.wait(timeoutMilliseconds: Self.quietMilliseconds) {
            driver.journal.pendingCount == 0
        }
        guard !waiter.isInterrupted else { throw LoadError("interrupted") }
        var seen = observation(fault, status, healed, driver)
        seen.leaderBefore = leader
        seen.leaderAfter = cluster.leader
        seen.deadEndpoints = endpointsThatStayDead()
        seen.silentShards = fault.choice.shards.map(\.id).filter { gaps[$0] == nil }
        for (lane, losses) in zip(lanes, lossesBefore) {
            seen.losses[lane.endpoint, default: 0] += lane.lossCount - losses
        }
        let broken = ExpectationCheck.violations(options.kind, seen)
        let violations = try check(driver.journal, since: before) + broken
        for violation in violations.prefix(Self.violationsShown) { Terminal.note("  \(violation)") }
        return RunReport(
            run: number,
            runs: options.runs,
            fault: fault.text,
            gapNanoseconds: gaps.values.max() ?? 0,
            longestNanoseconds: driver.latencies.max() ?? 0,
            orders: driver.journal.entries.count,
            acknowledged: driver.journal.acknowledgedCount,
            retried: driver.journal.retriedCount,
            violations: violations
        )
    }

    private func rest() {
        guard let lastStruck else { return }
        let passed = (waiter.loop.nowNanoseconds - lastStruck) / 1_000_000
        let wanted = options.kind.restMilliseconds
        if passed < wanted { waiter.pause(milliseconds: wanted - passed) }
    }

    /// Waits until each shard that was hit has acknowledged an order sent after the fault.
    ///
    /// - Returns: The time from the fault to that acknowledgement, by shard.
    private func waitForShards(
        _ fault: Fault,
        _ driver: LoadDriver,
        since struck: UInt64
    ) -> [Int: UInt64] {
        var gaps: [Int: UInt64] = [:]
        var looked = driver.acknowledged.count
        var shardOf: [String: Int] = [:]
        for shard in fault.choice.shards {
            for pair in shard.pairs { shardOf[pair] = shard.id }
        }
        waiter.wait(timeoutMilliseconds: Self.gapMilliseconds) {
            while looked < driver.acknowledged.count {
                let answer = driver.acknowledged[looked]
                looked += 1
                guard answer.sentNanoseconds > struck, let shard = shardOf[answer.symbol],
                    gaps[shard] == nil
                else { continue }
                gaps[shard] = answer.nanoseconds - struck
            }
            return gaps.count == fault.choice.shards.count
        }
        return gaps
    }

    private func endpointsThatStayDead() -> Set<Endpoint> {
        waiter.wait(timeoutMilliseconds: 10_000) { self.lanes.allSatisfy(\.isOpen) }
        return Set(lanes.filter { !$0.isOpen }.map(\.endpoint))
    }

    private func observation(
        _ fault: Fault,
        _ before: ClusterStatus,
        _ after: ClusterStatus,
        _ driver: LoadDriver
    ) -> FaultObservation {
        var seen = FaultObservation()
        seen.deposed = fault.choice.deposed
        seen.coordinatorCount = cluster.plan.coordinators.count
        seen.keepsQuorum = chooser.keepsQuorum(
            without: fault.targets.count {
                if case .redis = $0.member { true } else { false }
            }
        )
        seen.epochsBefore = before.epochs
        seen.epochsAfter = after.epochs
        seen.failures = driver.failures
        seen.excused = fault.choice.excused ?? []
        seen.excusesAll = fault.choice.excused == nil
        if options.isVerbose {
            for (endpoint, reason) in driver.firstFailure {
                Terminal.note("  \(endpoint): \(driver.failures[endpoint] ?? 0) × e.g. \(reason)")
            }
        }
        return seen
    }

    /// Compares everything with everything, then leaves an empty book for the next run.
    private func check(
        _ journal: OrderJournal,
        since before: [[String: Int64]]
    ) throws(LoadError) -> [Violation] {
        let (depth, snapshots) = try watch.check()
        let state = try reader.state(of: pairs, since: before)
        var found = OrderCheck.violations(journal, state)
        found += TradeCheck.violations(state)
        found += BalanceCheck.violations(state)
        found += depth
        for (symbol, snapshot) in snapshots.sorted(by: { $0.key < $1.key }) {
            found += DepthCheck.violations(snapshot, symbol: symbol, state)
        }
        if options.isVerbose {
            // A check of nothing would pass as well: say how much was compared.
            let orders = state.accounts.reduce(0) { $0 + $1.orders.count }
            let fills = state.accounts.reduce(0) { $0 + $1.trades.count }
            let levels = snapshots.values.reduce(0) { $0 + $1.bids.count + $1.asks.count }
            Terminal.note("  compared \(orders) orders, \(fills) fills, \(levels) levels")
        }
        try reader.cancelAll(pairs)
        return found
    }
}
