import Configuration
import EventLoop
import Glibc
import Workload

// Somebody dies at a step of a move.

extension FaultInjector {
    private static let stepMilliseconds: UInt64 = 20_000
    /// From the kill: five attempts, each of which may wait for a shard.
    private static let endMilliseconds: UInt64 = 30_000
    private static let tradeMilliseconds: UInt64 = 10_000

    /// Asks for the move, and kills as soon as the step is in the log.
    func strike(_ kill: MoveKill, _ fault: Fault) throws(LoadError) -> [Strike] {
        let watch = try watch(kill)
        moveWatch = watch
        guard let target = fault.targets.first else { throw LoadError("nobody is to be killed") }
        let loop = cluster.waiter.loop
        var strike: Strike?
        var failure: LoadError?
        watch.onStep = { [cluster, weak watch] step in
            guard step == kill.step, strike == nil else { return }
            strike = Strike(nanoseconds: loop.nowNanoseconds, what: "\(target.member)")
            watch?.struckAt = loop.wallClockMicroseconds
            do throws(LoadError) {
                try cluster.send(SIGKILL, to: target.pid)
            } catch {
                failure = error
            }
        }
        watch.begin(at: loop.wallClockMilliseconds)
        try cluster.askForMove(kill.symbol, to: kill.destination) { answer in
            // Whoever was to answer may be the one that was killed.
            guard strike == nil, let text = answer.refusal else { return }
            failure = LoadError("the move of \(kill.symbol) was refused: \(text)")
        }
        cluster.waiter.wait(timeoutMilliseconds: Self.stepMilliseconds) {
            strike != nil || failure != nil
        }
        if let failure { throw failure }
        guard let strike else {
            throw LoadError(watch.problem ?? "the move did not come to \(kill.step.rawValue)")
        }
        return [strike]
    }

    /// Waits until the move has ended and the pair trades, and says what became of it.
    ///
    /// - Parameters:
    ///   - kill: Who was killed when.
    ///   - strike: When that was on the clock of the loop.
    ///   - driver: Still sends orders.
    /// - Returns: The outcome, with what is wrong.
    func outcome(of kill: MoveKill, since strike: Strike, _ driver: LoadDriver) -> MoveKillOutcome {
        var outcome = MoveKillOutcome(step: kill.step, victim: kill.victim)
        let loop = cluster.waiter.loop
        defer {
            moveWatch?.stop()
            moveWatch = nil
        }
        var status: ClusterStatus?
        let deadline = strike.nanoseconds + Self.endMilliseconds * 1_000_000
        repeat {
            status = cluster.status()
            if status?.moves?.isEmpty ?? false { break }
            cluster.waiter.pause(milliseconds: 10)
        } while loop.nowNanoseconds < deadline && !cluster.waiter.isInterrupted
        if let moveWatch {
            outcome.attempts = moveWatch.attempts
            outcome.step = moveWatch.newest(before: moveWatch.struckAt) ?? kill.step
            let end = max(moveWatch.lastNanoseconds, strike.nanoseconds)
            outcome.milliseconds = (end - strike.nanoseconds) / 1_000_000
        }
        guard let status, status.moves?.isEmpty ?? false else {
            outcome.problems.append("the move of \(kill.symbol) has not ended")
            return outcome
        }
        let owners = status.shards.filter { $0.pairs.contains(kill.symbol) }.map(\.id)
        outcome.isDone = owners == [kill.destination]
        if !outcome.isDone, owners != [kill.source] {
            outcome.problems.append("\(kill.symbol) is on shards \(owners)")
        }
        // Orders for the pair, from its owner, sent after the end.
        let pairs = status.shards.compactMap { shard -> ClusterStatus.Shard? in
            var shard = shard
            shard.pairs = shard.pairs.filter { $0 == kill.symbol }
            return shard.pairs.isEmpty ? nil : shard
        }
        var measure = GapMeasure(pairs, since: Strike(nanoseconds: loop.nowNanoseconds, what: ""))
        let trades = cluster.waiter.wait(timeoutMilliseconds: Self.tradeMilliseconds) {
            measure.look(at: driver.acknowledged)
        }
        if !trades { outcome.problems.append("\(kill.symbol) takes no orders after its move") }
        if let problem = moveWatch?.problem { outcome.problems.append(problem) }
        return outcome
    }

    private func watch(_ kill: MoveKill) throws(LoadError) -> MoveWatch {
        guard let redis = cluster.initial.redis.first, let endpoint = Endpoint(url: redis.url),
            let status = cluster.status()
        else { throw LoadError("no coordinator answers") }
        let shards = status.shards.filter { [kill.source, kill.destination].contains($0.id) }
        let watch = MoveWatch(endpoint, shards, loop: cluster.waiter.loop)
        cluster.waiter.wait(timeoutMilliseconds: Self.stepMilliseconds) { watch.isReady }
        guard watch.isReady else { throw LoadError("the logs cannot be followed") }
        return watch
    }
}
