import Coordination
import Membership
import Testing
import Trading

/// The steps of a move, with every answer a shard can give.
@Suite struct PairMoverTests {
    static let move = PairMove(
        symbol: "BTCUSDT",
        instrument: InstrumentID(0),
        source: ShardID(1),
        destination: ShardID(2),
        generation: 3
    )
    static let delta = PairDelta(records: [1], trades: [2], digest: 3)

    /// A mover with what it wants and has not got.
    final class Rig {
        var movers = PairMovers()
        var effects: [MoverEffect] = []
        var state = move

        init(_ change: (inout PairMove) -> Void = { _ in }, isNew: Bool = true) {
            change(&state)
            movers.follow([state], areNew: isNew, now: 0, effects: &effects)
        }

        /// The next thing wanted: where, and what in a word.
        func next() -> (word: String, token: UInt64)? {
            while !effects.isEmpty {
                switch effects.removeFirst() {
                case .submit(.movePair(_, _, let step), let shard, let token):
                    return ("\(Self.word(step)) \(shard)", token)
                case .ask(.pairPart(_, _, let part), let shard, let token):
                    return ("part \(part) of \(shard)", token)
                case .ask(.pairDelta, let shard, let token): return ("delta of \(shard)", token)
                case .ask(.pairStanding, let shard, let token):
                    return ("standing of \(shard)", token)
                case .propose(.settleMove(_, _, let isDone)):
                    return (isDone ? "settle" : "unexpected", 0)
                case .propose(.failMove(_, _, let isLast, _)):
                    return (isLast ? "give up" : "try again", 0)
                case .propose(.endMove): return ("end", 0)
                case .submit, .ask, .propose: return ("unexpected", 0)
                case .log: continue
                }
            }
            return nil
        }

        private static func word(_ step: PairMoveStep) -> String {
            switch step {
            case .freeze: "freeze"
            case .unfreeze: "unfreeze"
            case .release: "release"
            case .stage(let part, _): "stage \(part) on"
            case .activate: "activate on"
            case .abort: "abort on"
            }
        }

        /// Expects a wish and answers it.
        func expect(_ word: String, _ reply: Reply?) {
            let wish = next()
            #expect(wish?.word == word)
            movers.received(reply, to: wish?.token ?? 0, now: 1000, effects: &effects)
        }

        /// Everything up to the freeze.
        func copy() {
            expect("part 0 of 1", .pairPart(.records([0]), isLast: false))
            expect("stage 0 on 2", .done)
            expect("part 1 of 1", .pairPart(.history([1]), isLast: true))
            expect("stage 1 on 2", .done)
        }

        func isQuiet() -> Bool { next() == nil }
    }

    @Test func moveGoesThroughAllSteps() {
        let rig = Rig()
        rig.copy()
        rig.expect("freeze 1", .done)
        rig.expect("delta of 1", .pairDelta(Self.delta))
        rig.expect("activate on 2", .done)
        #expect(rig.next()?.word == "settle")
        rig.state.isSettled = true
        rig.movers.follow([rig.state], areNew: true, now: 2, effects: &rig.effects)
        rig.expect("release 1", .done)
        #expect(rig.next()?.word == "end")
        rig.movers.follow([], areNew: true, now: 3, effects: &rig.effects)
        #expect(rig.movers.count == 0)
    }

    /// Whatever fails before the decision, the destination decides before the source goes on.
    @Test(arguments: ["copy", "stage", "freeze", "delta", "activate", "unknown"])
    func failureIsGivenUp(at step: String) {
        let rig = Rig()
        let refused = Reply.rejected(.moveRefused)
        if step == "copy" {
            rig.expect("part 0 of 1", refused)
        } else if step == "stage" {
            rig.expect("part 0 of 1", .pairPart(.records([0]), isLast: true))
            rig.expect("stage 0 on 2", .rejected(.moveAborted))
        } else {
            rig.copy()
            rig.expect("freeze 1", step == "freeze" ? nil : .done)
            if step != "freeze" {
                rig.expect("delta of 1", step == "delta" ? refused : .pairDelta(Self.delta))
            }
            if step == "activate" { rig.expect("activate on 2", .rejected(.moveAborted)) }
            if step == "unknown" { rig.expect("activate on 2", nil) }
        }
        rig.expect("abort on 2", nil)
        rig.expect("abort on 2", .done)
        rig.expect("unfreeze 1", nil)
        rig.expect("unfreeze 1", .done)
        #expect(rig.next()?.word == "try again")
        #expect(rig.isQuiet())
    }

    /// The next attempt rests, waits for both shards, and copies anew.
    @Test func nextAttemptWaitsForBothShards() {
        let rig = Rig({ $0.attempt = 3 })
        #expect(rig.isQuiet())
        let rest = 2 * PairMover.restNanoseconds
        rig.movers.tick(now: rest - 1, effects: &rig.effects)
        #expect(rig.isQuiet())
        rig.movers.tick(now: rest, effects: &rig.effects)
        let standing = Reply.pairStanding(PairStanding(state: .absent, generation: 2))
        rig.expect("standing of 2", nil)
        rig.expect("standing of 2", standing)
        rig.expect("standing of 1", nil)
        rig.expect("standing of 1", standing)
        rig.copy()
        rig.expect("freeze 1", .done)
    }

    @Test func shardThatNeverAnswersEndsTheAttempt() {
        let rig = Rig({ $0.attempt = 2 })
        rig.movers.tick(now: PairMover.restNanoseconds, effects: &rig.effects)
        rig.expect("standing of 2", nil)
        #expect(rig.next()?.word == "standing of 2")
        let end = PairMover.restNanoseconds + PairMover.copyNanoseconds
        rig.movers.tick(now: end, effects: &rig.effects)
        #expect(rig.next()?.word == "abort on 2")
    }

    @Test func lastAttemptIsFollowedByNone() {
        let rig = Rig({ $0.attempt = PairMover.attemptsMax }, isNew: false)
        rig.expect(
            "standing of 2",
            .pairStanding(PairStanding(state: .absent, generation: 2))
        )
        rig.expect("abort on 2", .done)
        rig.expect("unfreeze 1", .done)
        #expect(rig.next()?.word == "give up")
    }

    /// The same movers go on with the attempt that the state names.
    @Test func failedAttemptIsReplacedByTheNext() {
        let rig = Rig()
        rig.expect("part 0 of 1", nil)
        rig.expect("abort on 2", .done)
        rig.expect("unfreeze 1", .done)
        #expect(rig.next()?.word == "try again")
        rig.state.generation += 1
        rig.state.attempt += 1
        rig.movers.follow([rig.state], areNew: true, now: 5, effects: &rig.effects)
        #expect(rig.movers.count == 1)
        rig.movers.tick(now: 5 + PairMover.restNanoseconds, effects: &rig.effects)
        #expect(rig.next()?.word == "standing of 2")
    }

    /// An activation of which nobody knows may have happened: then it stands.
    @Test func abortThatComesTooLateIsNone() {
        let rig = Rig()
        rig.copy()
        rig.expect("freeze 1", .done)
        rig.expect("delta of 1", .pairDelta(Self.delta))
        rig.expect("activate on 2", nil)
        rig.expect("abort on 2", .rejected(.moveRefused))
        let standing = PairStanding(state: .active, generation: 3)
        rig.expect("standing of 2", .pairStanding(standing))
        #expect(rig.next()?.word == "settle")
    }

    @Test(arguments: PairStanding.State.allCases)
    func anotherCoordinatorsMoveIsDecidedByTheDestination(state: PairStanding.State) {
        let rig = Rig(isNew: false)
        rig.expect("standing of 2", .pairStanding(PairStanding(state: state, generation: 3)))
        #expect(rig.next()?.word == (state == .active ? "settle" : "abort on 2"))
    }

    @Test func settledMoveIsEndedByWhoeverLeads() {
        let rig = Rig({ $0.isSettled = true }, isNew: false)
        rig.expect("release 1", nil)
        rig.expect("release 1", .done)
        #expect(rig.next()?.word == "end")
    }

    @Test func copyAndFreezeMayNotTakeForEver() {
        let slow = Rig()
        slow.effects = []
        slow.movers.tick(now: PairMover.copyNanoseconds, effects: &slow.effects)
        #expect(slow.next()?.word == "abort on 2")
        let frozen = Rig()
        frozen.copy()
        frozen.expect("freeze 1", .done)
        frozen.effects = []
        frozen.movers.tick(now: PairMover.freezeNanoseconds, effects: &frozen.effects)
        #expect(frozen.isQuiet())
        frozen.movers.tick(now: 1000 + PairMover.freezeNanoseconds, effects: &frozen.effects)
        #expect(frozen.next()?.word == "abort on 2")
    }

    @Test func onlySoManyPartsAreUnderWay() {
        let rig = Rig()
        var stages: [UInt64] = []
        for part in 0..<2 {
            rig.expect("part \(part) of 1", .pairPart(.records([0]), isLast: false))
            let stage = rig.next()
            #expect(stage?.word == "stage \(part) on 2")
            stages.append(stage?.token ?? 0)
        }
        #expect(rig.isQuiet())
        rig.movers.received(.done, to: stages[0], now: 0, effects: &rig.effects)
        #expect(rig.next()?.word == "part 2 of 1")
    }
}
