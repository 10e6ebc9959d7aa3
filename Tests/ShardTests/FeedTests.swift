import Replication
import Shard
import Testing
import Trading
import Wire

@Suite struct FeedTests {
    /// A primary whose feed stands at some events.
    private func traded() -> ReplicaRig {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.command(1, 1, Fixtures.place(1, .sell, price: 10, quantity: 5, name: "s"))
        rig.command(1, 2, Fixtures.place(2, .buy, price: 10, quantity: 2, name: "b"))
        rig.settle()
        return rig
    }

    private func open(_ rig: ReplicaRig, _ stream: UInt64, after position: UInt64?) {
        let position = position.map { SequenceNumber($0) }
        rig.input { $0.feedOpened(StreamID(rawValue: stream), after: position, effects: &$1) }
    }

    private func messages(_ rig: ReplicaRig, _ stream: UInt64) -> [FeedMessage] {
        rig.effects.compactMap { effect in
            guard case .feed(let message, let streams) = effect,
                streams.contains(StreamID(rawValue: stream))
            else { return nil }
            return message
        }
    }

    @Test func aNewFollowerGetsASnapshotThenEvents() {
        let rig = traded()
        let position = rig.replica.feedPosition
        #expect(position.rawValue >= 2)
        open(rig, 9, after: nil)
        rig.command(1, 3, Fixtures.place(2, .buy, price: 10, quantity: 1, name: "c"))
        rig.settle()
        let messages = messages(rig, 9)
        guard messages.count == 2, case .snapshot(position, let pairs) = messages[0],
            case .events(let first, _) = messages[1]
        else {
            Issue.record("\(messages)")
            return
        }
        #expect(
            pairs.first?.asks == [PriceLevel(price: Price(ticks: 10), quantity: Quantity(lots: 3))]
        )
        #expect(first.rawValue == position.rawValue + 1)
    }

    @Test func aFollowerTakesUpOnAnyReplica() {
        let primary = traded()
        let standby = ReplicaRig.standby(primary.log)
        #expect(standby.replica.feedPosition == primary.replica.feedPosition)
        open(primary, 9, after: 0)
        open(standby, 9, after: 0)
        #expect(messages(primary, 9) == messages(standby, 9))
        guard case .events(SequenceNumber(1), _) = messages(standby, 9).first else {
            Issue.record("\(messages(standby, 9))")
            return
        }
    }

    @Test func aFollowerAheadIsNotTakenBack() {
        let primary = traded()
        let position = primary.replica.feedPosition.rawValue
        let standby = ReplicaRig.standby(TestLog())
        open(standby, 9, after: position)
        #expect(messages(standby, 9).isEmpty)
        #expect(standby.isClosed(9))
        // A primary that was deposed while it was paused still believes that it serves.
        let successor = ReplicaRig.primary(primary.log, epoch: 2)
        successor.hello(1, session: 8)
        successor.command(1, 1, Fixtures.place(2, .buy, price: 9, name: "d"))
        successor.settle()
        #expect(primary.replica.isServing)
        open(primary, 9, after: successor.replica.feedPosition.rawValue)
        #expect(messages(primary, 9).isEmpty)
        #expect(primary.isClosed(9))
    }

    @Test func heartbeatsTellThePosition() {
        let rig = traded()
        open(rig, 9, after: nil)
        rig.input { $0.feedHeartbeat(effects: &$1) }
        #expect(messages(rig, 9).last == .heartbeat(position: rig.replica.feedPosition))
        rig.replica.closed(StreamID(rawValue: 9))
        let count = messages(rig, 9).count
        rig.input { $0.feedHeartbeat(effects: &$1) }
        #expect(messages(rig, 9).count == count)
    }

    @Test func noEventLeavesBeforeItsCommit() {
        let rig = traded()
        open(rig, 9, after: nil)
        let count = messages(rig, 9).count
        rig.command(1, 3, Fixtures.place(2, .buy, price: 10, quantity: 1, name: "c"))
        rig.flush()
        #expect(messages(rig, 9).count == count)
        #expect(rig.replies(1) == [1, 2])
        rig.settle()
        #expect(messages(rig, 9).count == count + 1)
    }
}
