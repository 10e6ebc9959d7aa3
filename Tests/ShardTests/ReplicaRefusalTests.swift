import Replication
import Shard
import Testing
import Trading
import Wire

/// An acceptor that answers "no" for a while, as Redis does on a full disk.
@Suite struct ReplicaRefusalTests {
    private let pause = ReplicaSettings().retryNanoseconds

    @Test func appendsAreSentAgainAndAnswered() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.log.isRefusing = true
        for sequence in 1...3 as ClosedRange<UInt64> {
            rig.command(1, sequence)
            rig.flush()
        }
        // The first is refused; the next ones no longer follow the tail.
        rig.answerOne()
        rig.log.isRefusing = false
        rig.answerOne()
        rig.settle()
        #expect(rig.replies(1).isEmpty)
        #expect(rig.replica.isServing)
        rig.now += pause
        rig.settle()
        rig.now += pause
        rig.settle()
        #expect(rig.replies(1) == [1, 2, 3])
        #expect(!rig.isHalted)
    }

    @Test(arguments: 0..<6) func takingATermSurvivesARefusalAtEachStep(step: Int) {
        let first = ReplicaRig.primary()
        let rig = ReplicaRig(first.log)
        rig.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        rig.input { $0.acceptorReady(effects: &$1) }
        for _ in 0..<step { rig.answerOne() }
        rig.log.isRefusing = true
        rig.settle()
        rig.log.isRefusing = false
        for _ in 0..<3 {
            rig.now += pause
            rig.settle()
        }
        #expect(rig.replica.isServing)
        #expect(!rig.isHalted)
    }

    @Test func questionsAreAnsweredAfterARefusal() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.query(1, 5, .position)
        rig.log.isRefusing = true
        rig.settle()
        rig.log.isRefusing = false
        rig.settle()
        rig.now += pause
        rig.settle()
        let answers = rig.sent(1).filter { if case .answer(5, _) = $0 { true } else { false } }
        #expect(answers.count == 1)
    }

    @Test func aStandbyFollowsAfterARefusal() {
        let log = ReplicaRig.primary().log
        log.isRefusing = true
        let rig = ReplicaRig.standby(log)
        #expect(!rig.replica.hasCaughtUp)
        log.isRefusing = false
        rig.now += pause
        rig.settle()
        #expect(rig.replica.hasCaughtUp)
        #expect(rig.effects.contains(.follow(after: log.tail)))
    }
}
