import Matching
import Replication
import Shard
import Testing
import Trading
import Wire

@Suite struct AccountFeedTests {
    private func open(_ rig: ReplicaRig, _ stream: UInt64) {
        rig.input { $0.accountsOpened(StreamID(rawValue: stream), effects: &$1) }
    }

    private func watch(_ rig: ReplicaRig, _ stream: UInt64, _ account: UInt32, after: UInt64? = nil)
    {
        let request = AccountFeedRequest.watch(
            AccountID(account),
            after: after.map { SequenceNumber($0) }
        )
        rig.input { $0.received(request, on: StreamID(rawValue: stream), effects: &$1) }
    }

    private func messages(_ rig: ReplicaRig, _ stream: UInt64) -> [AccountFeedMessage] {
        rig.effects.compactMap { effect in
            guard case .accounts(let message, let streams) = effect,
                streams.contains(StreamID(rawValue: stream))
            else { return nil }
            return message
        }
    }

    /// The order reports in messages, in short.
    private func told(_ messages: [AccountFeedMessage]) -> [String] {
        messages.flatMap { message -> [String] in
            guard case .events(_, _, let events, _) = message else { return [] }
            return events.compactMap { event in
                guard case .order(let report) = event else { return nil }
                return "\(report.order.id) \(report.kind)"
            }
        }
    }

    private func primary() -> ReplicaRig {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        return rig
    }

    private func trade(_ rig: ReplicaRig, _ sequence: UInt64, _ name: String) {
        rig.command(
            1,
            sequence,
            Fixtures.place(1, .sell, price: 10, quantity: 5, name: "s\(name)")
        )
        rig.command(
            1,
            sequence + 1,
            Fixtures.place(2, .buy, price: 10, quantity: 5, name: "b\(name)")
        )
        rig.settle()
    }

    @Test func aWatcherIsToldOfItsAccountOnly() {
        let rig = primary()
        open(rig, 9)
        watch(rig, 9, 1)
        trade(rig, 1, "1")
        let messages = messages(rig, 9)
        guard case .began(AccountID(1), _, false, let balances) = messages.first else {
            Issue.record("\(messages)")
            return
        }
        #expect(balances.count == 2)
        #expect(told(messages) == ["1 new", "1 trade"])
    }

    @Test func balancesAreThoseAfterTheEvents() {
        let rig = primary()
        open(rig, 9)
        watch(rig, 9, 2)
        trade(rig, 1, "1")
        guard case .events(_, _, _, let balances) = messages(rig, 9).last else {
            Issue.record("nothing told")
            return
        }
        let now = rig.replica.withMachine { machine -> [Balance] in
            guard case .balances(let all) = machine.engine.answer(.balances(account: AccountID(2)))
            else { return [] }
            return all
        }
        #expect(balances == now)
    }

    @Test func aRouterGoesOnAtAnotherReplica() {
        let rig = primary()
        trade(rig, 1, "1")
        let position = rig.replica.position
        trade(rig, 3, "2")
        let standby = ReplicaRig.standby(rig.log)
        for replica in [rig, standby] {
            open(replica, 9)
            watch(replica, 9, 1, after: position.rawValue)
        }
        guard case .began(_, _, true, _) = messages(standby, 9).first else {
            Issue.record("\(messages(standby, 9))")
            return
        }
        #expect(told(messages(standby, 9)) == ["3 new", "3 trade"])
        #expect(messages(standby, 9) == messages(rig, 9))
    }

    @Test func aReplicaThatIsBehindEndsTheStream() {
        let rig = primary()
        open(rig, 9)
        watch(rig, 9, 1, after: rig.replica.position.rawValue + 1)
        #expect(rig.isClosed(9))
        trade(rig, 1, "1")
        #expect(messages(rig, 9).isEmpty)
    }

    @Test func whatIsNoLongerKeptIsSaid() {
        let rig = primary()
        trade(rig, 1, "1")
        let position = rig.replica.position
        // A replica that restored a snapshot knows nothing of the time before.
        rig.input { replica, _ in replica.dropAccountEvents() }
        trade(rig, 3, "2")
        open(rig, 9)
        watch(rig, 9, 1, after: position.rawValue - 1)
        guard case .began(_, _, let isContinued, _) = messages(rig, 9).first else {
            Issue.record("nothing told")
            return
        }
        #expect(!isContinued)
    }

    @Test func nothingIsToldAfterUnwatch() {
        let rig = primary()
        open(rig, 9)
        watch(rig, 9, 1)
        rig.input {
            $0.received(.unwatch(AccountID(1)), on: StreamID(rawValue: 9), effects: &$1)
        }
        trade(rig, 1, "1")
        #expect(told(messages(rig, 9)).isEmpty)
    }

    @Test func aRepeatedCommandIsNotToldAgain() {
        let rig = primary()
        open(rig, 9)
        watch(rig, 9, 1)
        let place = Fixtures.place(1, .sell, price: 10, quantity: 5, name: "s")
        rig.command(1, 1, place)
        rig.settle()
        rig.command(1, 1, place)
        rig.settle()
        #expect(told(messages(rig, 9)) == ["1 new"])
    }
}
