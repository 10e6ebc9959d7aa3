import Configuration
import EventLoop
import Workload

/// Runs one drill again and again against one cluster.
final class DrillRun {
    /// Long enough that orders rest, trade and are on their way on every shard.
    private static let warmUpMilliseconds: ClosedRange<UInt64> = 300...500
    private static let coolDownMilliseconds: UInt64 = 200
    private static let gapMilliseconds: UInt64 = 30_000
    private static let quietMilliseconds: UInt64 = 60_000
    private static let violationsShown = 10

    private let options: DrillOptions
    private let waiter: LoopWaiter
    private let cluster: ClusterUnderTest
    private let chooser: FaultChooser
    private let mixture: FaultMixture
    private let injector: FaultInjector
    private let client: DrillClient
    private let prefix: String
    private var random: SplitMix
    /// When the coordinator may last have failed over on suspicion.
    private var lastSuspicion: UInt64?

    init(_ options: DrillOptions, _ cluster: ClusterUnderTest) throws(LoadError) {
        self.options = options
        self.cluster = cluster
        waiter = cluster.waiter
        random = SplitMix(seed: options.seed)
        chooser = FaultChooser(
            plan: cluster.plan,
            file: cluster.initial,
            partitions: options.partition.map { [$0] } ?? Partition.all
        )
        mixture = try FaultMixture(options.kind, chooser)
        injector = FaultInjector(chooser, cluster, noiseSeconds: options.seconds)
        client = try DrillClient(cluster, throughEdge: options.kind.usesEdge)
        prefix = "drill-\(String(waiter.loop.wallClockMilliseconds, radix: 36))-"
        // The first router carries the depth streams.
        let first = cluster.routers.first.map { Member.node($0.id) }
        injector.willRestart = { [client] in if $0 == first { client.closeWatch() } }
        injector.didRestart = { [client] (member) throws(LoadError) in
            if member == first { try client.openWatch() }
        }
    }

    /// Ends the connections.
    func stop() {
        injector.resume()
        client.stop()
    }

    /// One run: load, fault, recovery, checks.
    func run(_ number: Int) throws(LoadError) -> (RunReport, RunTimeline) {
        try cluster.waitForAcceptors()
        let healthy = try cluster.waitUntilHealthy()
        let kind = mixture.next(healthy, &random)
        rest(before: kind)
        let status = try injector.prepare(kind, healthy)
        let before = try client.reader.totals()
        let lossesBefore = client.lanes.map(\.lossCount)
        let crowd =
            kind == .autoRebalance ? try chooser.crowd(number, status).action?.crowd : nil
        let driver = makeDriver(number, copies: kind.copies, crowd: crowd)
        driver.start()
        // A driver that still waits would keep the loop busy under whatever comes next.
        defer { driver.stop() }
        waiter.pause(milliseconds: .random(in: Self.warmUpMilliseconds, using: &random))
        let leader = cluster.leader
        let fault = try injector.choose(kind, status, number: number, &random)
        let struckAt = waiter.loop.wallClockMilliseconds
        let strikes = try injector.strike(fault)
        var gaps = waitForShards(fault, driver, since: strikes)
        if kind.raisesSuspicion { lastSuspicion = waiter.loop.nowNanoseconds }
        waiter.pause(milliseconds: Self.coolDownMilliseconds)
        let healed = try injector.waitUntilHealed(fault)
        // What is cut in one direction, or again and again, may be suspected at its end as well.
        if kind == .partition { lastSuspicion = waiter.loop.nowNanoseconds }
        var move: MoveKillOutcome?
        if case .killAtStep(let kill) = fault.action, let strike = strikes.first {
            move = injector.outcome(of: kill, since: strike, driver)
        }
        let evening = try crowd.map { (crowd) throws(LoadError) in
            try injector.evenOut(crowd, status, driver)
        }
        driver.stop()
        gaps.longest = max(gaps.longest, silence(fault, driver, since: strikes))
        if fault.action.isPlanned, let strike = strikes.first {
            gaps.longest = GapMeasure(fault.choice.shards, since: strike)
                .longestWait(in: driver.acknowledged)
        }
        let timeline = timeline(fault, strikes, driver)
        waiter.wait(timeoutMilliseconds: Self.quietMilliseconds) {
            driver.journal.pendingCount == 0
        }
        guard !waiter.isInterrupted else { throw LoadError("interrupted") }
        var seen = observation(fault, status, healed, driver)
        seen.leaderBefore = leader
        seen.leaderAfter = cluster.leader
        seen.deadEndpoints = client.endpointsThatStayDead()
        seen.silentShards = gaps.silentShards
        seen.problems = (move?.problems ?? []) + (evening?.problems ?? [])
        for (lane, losses) in zip(client.lanes, lossesBefore) {
            seen.losses[lane.endpoint, default: 0] += lane.lossCount - losses
        }
        let broken = ExpectationCheck.violations(kind, seen)
        let newest = fault.action.jump?.newestTrade(
            since: struckAt,
            until: waiter.loop.wallClockMilliseconds
        )
        let violations = try check(driver.journal, since: before, newest: newest) + broken
        for violation in violations.prefix(Self.violationsShown) { Terminal.note("  \(violation)") }
        let report = RunReport(
            run: number,
            runs: options.runs,
            kind: kind,
            fault: fault.text + gaps.place + (move.map { ": \($0.text)" } ?? "")
                + (evening.map { ": \($0.text)" } ?? ""),
            gapNanoseconds: kind.leavesGap ? gaps.longest : 0,
            longestNanoseconds: driver.latencies.max() ?? 0,
            orders: driver.journal.entries.count,
            acknowledged: driver.journal.acknowledgedCount,
            retried: driver.journal.retriedCount,
            violations: violations,
            move: move
        )
        return (report, timeline)
    }

    private func makeDriver(
        _ number: Int,
        copies: ClosedRange<Int>,
        crowd: Crowd?
    ) -> LoadDriver {
        LoadDriver(
            pairs: client.pairs.filter { crowd?.symbols.contains($0.symbol) ?? true },
            lanes: client.lanes,
            keys: client.keys,
            rate: crowd?.rate ?? options.rate,
            seed: random.next(),
            prefix: "\(prefix)\(number)-",
            copies: copies,
            loop: waiter.loop
        )
    }

    private func timeline(
        _ fault: Fault,
        _ strikes: [Strike],
        _ driver: LoadDriver
    ) -> RunTimeline {
        let zero = strikes.first?.nanoseconds ?? driver.startNanoseconds
        func microseconds(_ moment: UInt64) -> Int64 { (Int64(moment) - Int64(zero)) / 1000 }
        var marks = strikes.map {
            RunTimeline.Mark(microseconds: microseconds($0.nanoseconds), text: $0.what)
        }
        if let milliseconds = fault.action.lastsMilliseconds {
            marks.append(.init(microseconds: Int64(milliseconds) * 1000, text: "over"))
        }
        return RunTimeline(
            title: "\(fault.kind.rawValue): \(fault.text)",
            startMicroseconds: microseconds(driver.startNanoseconds),
            endMicroseconds: microseconds(waiter.loop.nowNanoseconds),
            acknowledgedMicroseconds: driver.acknowledged.map { microseconds($0.nanoseconds) },
            marks: marks
        )
    }

    private func rest(before kind: DrillKind) {
        guard let lastSuspicion else { return }
        let passed = (waiter.loop.nowNanoseconds - lastSuspicion) / 1_000_000
        let wanted = kind.restMilliseconds
        if passed < wanted { waiter.pause(milliseconds: wanted - passed) }
    }

    /// The gaps of all faults of a run.
    private struct Gaps {
        var longest: UInt64 = 0
        var silentShards: [Int] = []
        /// For the report: where the longest was, if there was more than one fault.
        var place = ""
    }

    /// Waits until each shard that was hit has acknowledged an order sent after the last fault.
    private func waitForShards(
        _ fault: Fault,
        _ driver: LoadDriver,
        since strikes: [Strike]
    ) -> Gaps {
        var result = Gaps()
        for strike in strikes {
            var measure = GapMeasure(fault.choice.shards, since: strike)
            waiter.wait(timeoutMilliseconds: Self.gapMilliseconds) {
                measure.look(at: driver.acknowledged)
            }
            for shard in fault.choice.shards where measure.gaps[shard.id] == nil {
                result.silentShards.append(shard.id)
            }
            let gap = measure.gaps.values.max() ?? 0
            if gap > result.longest {
                result.longest = gap
                result.place = fault.action == .restart ? ", longest gap at \(strike.what)" : ""
            }
        }
        return result
    }

    /// The longest time in which a shard acknowledged nothing under a fault that lasts, and may not
    /// strike at once.
    private func silence(
        _ fault: Fault,
        _ driver: LoadDriver,
        since strikes: [Strike]
    ) -> UInt64 {
        if fault.action.isPlanned { return 0 }
        guard fault.choice.action != nil || fault.kind == .fillDisk, let strike = strikes.first
        else { return 0 }
        return GapMeasure(fault.choice.shards, since: strike)
            .longestSilence(in: driver.acknowledged, until: waiter.loop.nowNanoseconds)
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
        seen.keepsQuorum = chooser.keepsQuorum(without: fault.redisCount)
        seen.epochsBefore = before.epochs
        seen.epochsAfter = after.epochs
        seen.failures = driver.failures
        seen.firstFailure = driver.firstFailure
        seen.untimelyCount = driver.untimelyCount
        seen.hasWrongRouter = fault.action.jump?.isOutsideOfWindow ?? false
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
        since before: [[String: Int64]],
        newest: ClosedRange<Int64>?
    ) throws(LoadError) -> [Violation] {
        let (depth, snapshots) = try client.checkDepth()
        let state = try client.reader.state(of: client.pairs, since: before)
        var found = OrderCheck.violations(journal, state)
        found += TradeCheck.violations(state)
        found += TimeCheck.violations(state, newest: newest)
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
        try client.reader.cancelAll(client.pairs)
        return found
    }
}
