import Routing
import Testing
import Trading

/// Requests of a pair that moves: none is lost, none overtakes another.
@Suite struct PairRoutesTests {
    var routes = PairRoutes(count: 2)
    var effects: [RouteEffect] = []
    let pair = InstrumentID(1)
    static let moved = RequestOutcome.reply(.rejected(.pairMoved))

    init() { routes.assign(InstrumentID(1), to: ShardID(1), generation: 0, effects: &effects) }

    /// What was sent since the last look: token, shard and generation.
    private mutating func sent() -> [[UInt64]] {
        defer { effects = [] }
        return effects.compactMap { effect in
            guard case .send(_, let shard, let generation, let token, _) = effect else {
                return nil
            }
            return [token, UInt64(shard.rawValue), UInt64(generation)]
        }
    }

    private mutating func completed() -> [UInt64: RequestOutcome] {
        defer { effects = [] }
        var outcomes: [UInt64: RequestOutcome] = [:]
        for case .complete(let token, let outcome) in effects { outcomes[token] = outcome }
        return outcomes
    }

    private mutating func submit(_ token: UInt64, deadline: UInt64 = 100) {
        routes.submit(
            .command(.void),
            of: pair,
            token: token,
            deadline: deadline,
            effects: &effects
        )
    }

    private mutating func answer(_ token: UInt64, _ outcome: RequestOutcome) {
        routes.completed(token, outcome, effects: &effects)
    }

    @Test mutating func requestGoesToTheOwnerAndItsOutcomeToTheClient() {
        submit(1)
        #expect(sent() == [[1, 1, 0]])
        answer(1, .reply(.done))
        #expect(completed() == [1: .reply(.done)])
    }

    @Test mutating func pairWithoutAShardIsUnavailable() {
        routes.submit(
            .command(.void),
            of: InstrumentID(0),
            token: 1,
            deadline: 100,
            effects: &effects
        )
        #expect(completed() == [1: .unavailable])
    }

    @Test mutating func whatMetAMoveIsSentAgainInOrder() {
        for token in 1...3 as ClosedRange<UInt64> { submit(token) }
        #expect(sent() == [[1, 1, 0], [2, 1, 0], [3, 1, 0]])
        answer(1, Self.moved)
        submit(4)
        // The map comes before the other refusals: nothing may overtake those.
        routes.assign(pair, to: ShardID(2), generation: 1, effects: &effects)
        submit(5)
        answer(2, Self.moved)
        #expect(sent().isEmpty)
        answer(3, Self.moved)
        #expect(sent() == [[1, 2, 1], [2, 2, 1], [3, 2, 1], [4, 2, 1], [5, 2, 1]])
    }

    @Test mutating func newMapAloneHoldsWhatComesBehindWhatIsUnderWay() {
        submit(1)
        routes.assign(pair, to: ShardID(2), generation: 1, effects: &effects)
        submit(2)
        #expect(sent() == [[1, 1, 0]])
        answer(1, Self.moved)
        #expect(sent() == [[1, 2, 1], [2, 2, 1]])
    }

    @Test mutating func oldMapIsNotTakenForTheAnswer() {
        submit(1)
        effects = []
        answer(1, Self.moved)
        routes.assign(pair, to: ShardID(1), generation: 0, effects: &effects)
        #expect(sent().isEmpty)
        routes.assign(pair, to: ShardID(1), generation: 1, effects: &effects)
        #expect(sent() == [[1, 1, 1]], "given up: the source goes on")
    }

    @Test mutating func mapOlderThanTheWordOfTheShardIsNotFollowed() {
        submit(1)
        effects = []
        answer(1, Self.moved)
        routes.assign(pair, to: ShardID(2), generation: 1, effects: &effects)
        #expect(sent() == [[1, 2, 1]])
        routes.assign(pair, to: ShardID(1), generation: 0, effects: &effects)
        submit(2)
        #expect(sent() == [[2, 2, 1]])
    }

    @Test mutating func waitingEndsAtTheDeadlineWithoutAnEffect() {
        submit(1, deadline: 10)
        effects = []
        answer(1, .reply(.rejected(.unknownInstrument)))
        routes.tick(now: 9, effects: &effects)
        #expect(completed().isEmpty)
        routes.tick(now: 10, effects: &effects)
        #expect(completed() == [1: .unavailable])
        routes.assign(pair, to: ShardID(2), generation: 1, effects: &effects)
        #expect(sent().isEmpty)
    }

    @Test mutating func soManyMayWaitAndNoMore() {
        submit(0)
        answer(0, Self.moved)
        for token in 1...UInt64(PairRoutes.heldMax) { submit(token) }
        #expect(routes.heldCount == PairRoutes.heldMax)
        #expect(completed()[UInt64(PairRoutes.heldMax)] == .overloaded)
    }
}
