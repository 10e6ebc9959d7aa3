import Coordination
import Membership
import Routing
import Trading

// Pairs that move between shards: the movers of the coordinator that leads, as `MoveDesk`, and who
// asks for moves.

extension SimulatedCluster {
    /// A request without an answer for so long is asked again, or given up.
    private static let moveDeadline = 2000 * millisecond

    /// Whether funds and pairs move at all.
    var hasMoves: Bool { plan.hasMoves && shards.count > 1 }

    /// The committed state of a coordinator that leads is another.
    func followMoves(_ process: Int, areNew: Bool) {
        let state = coordinators[place(of: process)].coordinator.state
        followLines(state.map, of: process)
        let now = now
        performMoves(process) {
            $0.follow(state.moves, areNew: areNew, now: now, effects: &$1)
        }
    }

    func tickMoves(_ process: Int) {
        tickLines(of: process)
        let now = now
        performMoves(process) { $0.tick(now: now, effects: &$1) }
    }

    func movesAnswered(_ process: Int, _ reply: Reply?, to token: UInt64) {
        let now = now
        performMoves(process) { $0.received(reply, to: token, now: now, effects: &$1) }
    }

    private func performMoves(
        _ process: Int,
        _ body: (inout PairMovers, inout [MoverEffect]) -> Void
    ) {
        guard processes[process].isUp else { return }
        var effects: [MoverEffect] = []
        body(&coordinators[place(of: process)].movers, &effects)
        for effect in effects {
            switch effect {
            case .submit(let command, let shard, let token):
                submit(command, to: shard, token, of: process)
            case .ask(let query, let shard, let token):
                let deadline = now + Self.moveDeadline
                perform(line(of: process, to: shard)) {
                    $0.ask(query, token: token, deadline: deadline, effects: &$1)
                }
            case .propose(let command):
                coordinators[place(of: process)].log.propose(planted(command))
                flushSoon(process)
            case .log: break
            }
        }
    }

    /// Another attempt would clean up what the one without an abort has left.
    private func planted(_ command: CoordinationCommand) -> CoordinationCommand {
        guard plan.planted == .unfreezesWithoutAbort,
            case .failMove(let symbol, let generation, _, let why) = command
        else { return command }
        return .failMove(symbol: symbol, generation: generation, isLast: true, why: why)
    }

    private func submit(
        _ command: Command,
        to shard: ShardID,
        _ token: UInt64,
        of process: Int
    ) {
        guard case .movePair(let instrument, let generation, let step) = command else { return }
        note("move step", step.number, UInt64(instrument.rawValue), UInt64(generation))
        if plan.planted == .unfreezesWithoutAbort, step == .abort {
            return movesAnswered(process, .done, to: token)
        }
        let deadline = now + Self.moveDeadline
        perform(line(of: process, to: shard)) {
            $0.submit(command, token: token, deadline: deadline, effects: &$1)
        }
        guard plan.planted == .releasesBeforeDecision, case .activate = step else { return }
        let moves = coordinators[place(of: process)].coordinator.state.moves
        guard let source = moves.first(where: { $0.instrument == instrument })?.source else {
            return
        }
        let release = Command.movePair(
            instrument: instrument,
            generation: generation,
            .release
        )
        // No mover knows this token.
        perform(line(of: process, to: source)) {
            $0.submit(release, token: 0, deadline: deadline, effects: &$1)
        }
    }

    private func line(of process: Int, to shard: ShardID) -> LineRoute {
        let route = LineRoute(process: process, source: nil, shard: layout.place(of: shard))
        openLine(route, coordinators[place(of: process)].coordinator.state.map)
        return route
    }

    // MARK: Who asks

    /// An operator lets a pair move, or a link that only moves and transfers need is cut.
    ///
    /// Counts as a fault.
    func moveSomething() {
        if isHealing { return }
        var dice = RandomSource(seed: moving.next())
        queue.add(.move, at: now + dice.pick(5000...50_000) * faultPace * 1000)
        faultCount += 1
        guard plan.faults?.contains(faultCount) ?? true else { return }
        trace.begin(fault: faultCount)
        defer { trace.endFault() }
        if dice.isOne(in: 4) { cutBetweenNodes(&dice) } else { movePair(&dice) }
    }

    private func movePair(_ dice: inout RandomSource) {
        let pair = layout.pairs[dice.index(below: layout.pairs.count)]
        let shard = shards[dice.index(below: shards.count)].id
        guard let leader else { return }
        let now = milliseconds
        var isTaken = false
        perform(leader) { coordinator, effects in
            do throws(OperationRefusal) {
                try coordinator.move(
                    pair.symbol,
                    to: shard,
                    why: "an operator",
                    now: now,
                    &effects
                )
                isTaken = true
            } catch {}
        }
        if isTaken { note("move pair", pair.id.rawValue, UInt64(shard.rawValue)) }
    }
}

extension PairMoveStep {
    /// A number for the trace.
    fileprivate var number: Int {
        switch self {
        case .freeze: 1
        case .unfreeze: 2
        case .release: 3
        case .stage: 4
        case .activate: 5
        case .abort: 6
        }
    }
}
