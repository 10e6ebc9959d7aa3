import Replication
import Testing
import Trading
import Wire

@testable import Shard

/// How a standby comes to the end of its log.
@Suite struct ReplicaFollowingTests {
    /// A standby of several acceptors is not shown the end of an answer that is not known to be
    /// committed, so none is full: it must not take that for the end of the log.
    @Test func hiddenEntriesAreNotTheEndOfTheLog() {
        let log = TestLog()
        let primary = ReplicaRig.primary(log)
        primary.hello(1)
        for number in UInt64(1)...200 {
            primary.command(1, number, .void)
            primary.settle()
        }
        var settings = ReplicaSettings()
        settings.readLimit = 16
        let standby = ReplicaRig(log, settings: settings)
        standby.input { $0.assume(.standby(writesSnapshots: false), effects: &$1) }
        standby.input { $0.acceptorReady(effects: &$1) }
        var reads = 0
        while !standby.asked.isEmpty {
            let request = standby.asked.removeFirst()
            var reply = log.answer(request)
            if case .records(let records) = reply {
                reply = .records(Array(records.dropLast(3)))
                reads += 1
                let isNearTheEnd = standby.replica.position.rawValue + 16 > log.records.count
                #expect(!standby.replica.hasCaughtUp || isNearTheEnd)
            }
            standby.input { $0.received(reply, to: request, effects: &$1) }
        }
        #expect(reads > log.records.count / 16)
        #expect(standby.replica.hasCaughtUp)
        #expect(Int(standby.replica.position.rawValue) > log.records.count - 16)
    }
}
