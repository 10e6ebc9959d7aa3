import Coordination
import Membership
import Testing
import Trading

/// What an operator may ask to be moved, and what the coordinator makes of it.
@Suite(.timeLimit(.minutes(1))) struct PairMoveOrderTests {
    /// A running cluster, a pair of shard 1, and the number it is known by.
    private static func running() throws -> (rig: Rig, pair: String) {
        var rig = Rig.running()
        let pair = try #require(rig.coordinator.state.map.shards[0].pairs.first)
        rig.coordinator.instruments = [pair: InstrumentID(7)]
        return (rig, pair)
    }

    private static func refusal(
        _ rig: inout Rig,
        _ pair: String,
        to shard: UInt16
    ) -> String? {
        var effects: [CoordinatorEffect] = []
        do throws(OperationRefusal) {
            try rig.coordinator.move(
                pair,
                to: ShardID(shard),
                why: "test",
                now: rig.now,
                &effects
            )
            return nil
        } catch {
            return effects.isEmpty ? error.code : "refused with effects"
        }
    }

    @Test func moveIsProposedOnceAndShownAtOnce() throws {
        var (rig, pair) = try Self.running()
        var effects: [CoordinatorEffect] = []
        let source = try rig.coordinator.move(
            pair,
            to: ShardID(2),
            why: "test",
            now: rig.now,
            &effects
        )
        #expect(source == ShardID(1))
        let command = CoordinationCommand.beginMove(
            symbol: pair,
            instrument: InstrumentID(7),
            source: ShardID(1),
            destination: ShardID(2),
            why: "test"
        )
        #expect(effects == [.propose(command)])
        #expect(rig.coordinator.clusterView(now: rig.now).moves.map(\.symbol) == [pair])
        #expect(Self.refusal(&rig, pair, to: 2) == "IS_MOVING")
        rig.coordinator.committed([command], time: .zero, now: rig.now, &effects)
        #expect(rig.coordinator.clusterView(now: rig.now).moves.map(\.generation) == [1])
        #expect(Self.refusal(&rig, pair, to: 2) == "IS_MOVING")
    }

    @Test func dryRunChangesNothing() throws {
        var (rig, pair) = try Self.running()
        var effects: [CoordinatorEffect] = []
        try rig.coordinator.move(
            pair,
            to: ShardID(2),
            why: "test",
            isDryRun: true,
            now: rig.now,
            &effects
        )
        #expect(effects.isEmpty)
        #expect(rig.coordinator.clusterView(now: rig.now).moves.isEmpty)
    }

    @Test func whatCannotMoveIsRefusedWithTheReason() throws {
        var (rig, pair) = try Self.running()
        #expect(Self.refusal(&rig, "NOSUCH", to: 2) == "NO_SUCH_PAIR")
        #expect(Self.refusal(&rig, pair, to: 9) == "NO_SUCH_SHARD")
        #expect(Self.refusal(&rig, pair, to: 1) == "IS_THERE")
        rig.edit("n1") { $0.isIdle = true }
        rig.advance(40)
        #expect(Self.refusal(&rig, pair, to: 2) == "NOT_SERVING")
    }
}
