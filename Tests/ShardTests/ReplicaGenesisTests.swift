import Accounts
import Matching
import Replication
import Shard
import Testing
import Trading
import Wire

@Suite struct ReplicaGenesisTests {
    /// Free units of the first asset over all accounts.
    private func funds(_ rig: ReplicaRig) -> Int64 {
        rig.replica.withMachine { $0.engine.conservation().first?.deposits.units ?? 0 }
    }

    @Test func runsOnceOnAnEmptyLog() {
        let first = ReplicaRig.primary()
        let funds = funds(first)
        #expect(funds == 2 * 1_000_000 * 100_000_000)
        let second = ReplicaRig.primary(first.log, epoch: 2)
        #expect(second.replica.isServing)
        #expect(self.funds(second) == funds)
    }

    @Test(arguments: 0..<8) func theNextPrimaryCompletesAGenesisCutShort(batches: Int) {
        // One command in a batch and one batch in flight; the primary dies after some of them.
        var settings = ReplicaSettings()
        settings.batchCommandsMax = 1
        settings.batchesInFlightMax = 1
        let first = ReplicaRig(settings: settings)
        first.input { $0.assume(.primary(Epoch(1)), effects: &$1) }
        first.input { $0.acceptorReady(effects: &$1) }
        // Manifest, seal, seal again, open: then the batches.
        while first.log.records.count < 1 + batches {
            first.answerOne()
            first.flush()
        }
        let second = ReplicaRig.primary(first.log, epoch: 2)
        #expect(funds(second) == 2 * 1_000_000 * 100_000_000)
        second.hello(1)
        second.command(1, 1, Fixtures.place(2, .buy, price: 5, name: "a"))
        second.settle()
        guard case .reply(1, .placed) = second.sent(1).last else {
            Issue.record("\(second.sent(1))")
            return
        }
    }

    @Test func aLogWithClientCommandsIsNeverFundedAgain() {
        let first = ReplicaRig.primary()
        first.hello(1)
        first.command(1, 1)
        first.settle()
        let more =
            Fixtures.genesis + [
                .deposit(
                    account: AccountID(1),
                    asset: AssetID(0),
                    amount: Amount(units: 5),
                    reference: 9
                )
            ]
        let second = ReplicaRig(first.log, genesis: more)
        second.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        second.input { $0.acceptorReady(effects: &$1) }
        second.settle()
        #expect(second.replica.isServing)
        #expect(funds(second) == funds(first))
    }
}
