import Replication
import Shard
import Testing
import Trading
import Wire

@Suite struct ReplicaFaultTests {
    /// A log of some batches; each is one entry.
    private func log(batches: Int) -> TestLog {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        for sequence in 0..<UInt64(batches) {
            let name = "o\(sequence)"
            rig.command(1, sequence + 1, Fixtures.place(1, .sell, price: 10, name: name))
            rig.settle()
        }
        return rig.log
    }

    @Test func aHaltedReplicaIsNoCandidateAndTakesNoDuty() {
        let log = log(batches: 3)
        let rig = ReplicaRig.standby(log)
        #expect(rig.replica.hasCaughtUp)
        log.records[2].bytes[80] ^= 1
        let other = ReplicaRig.standby(log)
        #expect(other.isHalted)
        #expect(!other.replica.hasCaughtUp)
        other.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        other.settle()
        #expect(!other.replica.isServing)
        other.hello(4)
        #expect(other.sent(4) == [.refused(.notPrimary)])
        #expect(rig.replica.hasCaughtUp)
    }

    @Test func aHoleWithoutASnapshotHalts() {
        let log = log(batches: 4)
        log.records.remove(at: 2)
        let rig = ReplicaRig.standby(log)
        #expect(rig.isHalted)
        #expect(rig.asked.isEmpty)
    }

    @Test func aSealedTailThatCannotBeReadHalts() {
        let log = log(batches: 4)
        log.records.removeLast()
        let rig = ReplicaRig(log)
        rig.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        #expect(rig.isHalted)
        #expect(rig.asked.isEmpty)
    }

    @Test func aLogShorterThanWhatWasAppliedHalts() {
        let log = log(batches: 4)
        let rig = ReplicaRig.standby(log)
        let short = self.log(batches: 2)
        let other = rig.replica.position
        log.records = short.records
        log.add(short.records[short.records.count - 1])
        rig.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        rig.settle()
        #expect(rig.isHalted)
        #expect(rig.replica.position == other)
    }

    @Test func anotherHistoryStartsOverAndNumbersItsFeedAnew() {
        let rig = ReplicaRig.standby(log(batches: 2))
        rig.input { $0.feedOpened(StreamID(rawValue: 9), after: nil, effects: &$1) }
        // Another log behind the same address, a little longer.
        let other = ReplicaRig.primary(epoch: 5)
        other.hello(1)
        for sequence in 1...4 as ClosedRange<UInt64> {
            other.command(1, sequence, Fixtures.place(2, .buy, price: 3, name: "x\(sequence)"))
            other.settle()
        }
        rig.log.records = other.log.records
        rig.tail()
        rig.settle()
        #expect(!rig.isHalted)
        #expect(rig.isClosed(9))
        #expect(rig.replica.position == other.replica.position)
        #expect(rig.replica.digest == other.replica.digest)
        rig.input { $0.feedOpened(StreamID(rawValue: 10), after: SequenceNumber(0), effects: &$1) }
        guard case .feed(.events(SequenceNumber(1), let events), _) = rig.effects.last else {
            Issue.record("\(String(describing: rig.effects.last))")
            return
        }
        #expect(UInt64(events.count) == rig.replica.feedPosition.rawValue)
    }

    @Test func aDifferentStateHaltsBeforeItIsServed() {
        let log = log(batches: 2)
        // A standby whose state was led astray: it has one command the log does not have.
        let rig = ReplicaRig.standby(log)
        let strayed = log.records[log.records.count - 1]
        let entry = LogEntry(
            id: EntryID(
                epoch: strayed.id.epoch,
                sequence: SequenceNumber(strayed.id.sequence.rawValue + 1)
            ),
            kind: .batch,
            previousHash: strayed.hash,
            firstCommand: Fixtures.commandCount + 3,
            commandCount: 0,
            time: .zero,
            committed: strayed.id.sequence,
            committedDigest: 12345,
            payload: []
        )
        rig.input { $0.tailed([entry.encoded()], effects: &$1) }
        #expect(rig.isHalted)
        #expect(rig.replica.position == strayed.id.sequence)
    }

    @Test func aTermOvertakenWhileItCatchesUpIsLeftInPeace() {
        let rig = ReplicaRig(log(batches: 3))
        rig.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        rig.input { $0.acceptorReady(effects: &$1) }
        // Sealed, and then slow: another node takes epoch 3 and goes on.
        for _ in 0..<10 where rig.log.promised < Epoch(2) { rig.answerOne() }
        #expect(rig.log.promised == Epoch(2))
        let other = ReplicaRig.primary(rig.log, epoch: 3)
        other.hello(1, session: 8)
        other.command(1, 1, Fixtures.place(2, .buy, price: 9, name: "d"))
        other.settle()
        rig.settle()
        #expect(!rig.isHalted)
        #expect(rig.replica.position == other.replica.position)
        #expect(rig.effects.contains(.follow(after: rig.log.tail)))
    }

    @Test func anAcceptorThatLostItsDiskIsNotServed() {
        let rig = ReplicaRig.standby(log(batches: 2))
        rig.log.hasIncarnation = false
        rig.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        rig.settle()
        #expect(rig.isHalted)
        #expect(!rig.replica.isServing)
    }
}

extension Fixtures {
    static var commandCount: UInt64 { UInt64(genesis.count) }
}
