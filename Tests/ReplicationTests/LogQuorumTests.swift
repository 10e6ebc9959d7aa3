import Replication
import Simulation
import Testing
import Trading
import Wire

@Suite struct LogQuorumTests {
    private var log = LogBuilder()

    @Test(arguments: [1, 3, 5]) mutating func aTermOpensAndAppends(count: Int) {
        var rig = QuorumRig.up(count)
        #expect(rig.isUp)
        #expect(rig.lead(&log, appends: 3) == .done)
        #expect(rig.ask(.verify(log.epoch)) == .done)
        #expect(rig.logs.allSatisfy { $0.tail == log.id })
        #expect(rig.quorum.followingCount == count)
    }

    @Test mutating func aMajorityIsEnoughAndAMinorityIsNot() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 1)
        rig.silent = [2]
        #expect(rig.append(&log) == .done)
        rig.silent = [1, 2]
        #expect(rig.append(&log) == nil)
        rig.silent = []
        rig.settle()
        #expect(rig.answers.last?.reply == .done)
        #expect(rig.logs.allSatisfy { $0.tail == log.id })
    }

    @Test func itIsUpWithAMajorityOnly() {
        var rig = QuorumRig(3)
        rig.reconnect(0)
        #expect(!rig.isUp)
        rig.reconnect(2)
        #expect(rig.isUp)
        rig.lose(0)
        #expect(!rig.isUp)
    }

    @Test mutating func theLogThatEndsLastIsTakenOver() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 1)
        rig.silent = [0, 1]
        _ = rig.append(&log)
        rig.asked = [[], [], []]
        rig.silent = [0]
        let seal = AcceptorRequest.seal(Epoch(2), owner: 1)
        #expect(rig.ask(seal) == .sealed(tail: log.id, hash: log.hash))
        // Asked of its holder, whoever else could be.
        let read = rig.ask(.read(after: .zero, limit: 10))
        guard case .records(let records) = read else {
            Issue.record("\(String(describing: read))")
            return
        }
        #expect(records.last?.id == log.id)
    }

    @Test mutating func oneHigherPromiseEndsTheTerm() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 1)
        _ = rig.logs[1].answer(.seal(Epoch(4), owner: 2))
        rig.silent = [0, 2]
        #expect(rig.append(&log) == .fenced(promised: Epoch(4), opened: Epoch(1)))
        rig.silent = []
        #expect(rig.append(&log) == nil, "nothing more is asked in its name")
    }

    @Test mutating func twoOwnersCannotSealOneEpoch() {
        var first = QuorumRig.up(3)
        #expect(first.ask(.seal(Epoch(1), owner: 1)) == .sealed(tail: .zero, hash: .zero))
        var second = QuorumRig.up(3)
        second.logs = first.logs
        let reply = second.ask(.seal(Epoch(1), owner: 2))
        #expect(reply == .fenced(promised: Epoch(1), opened: Epoch(0)))
    }

    @Test mutating func aMinorityThatRefusesIsNotedAndComesBack() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 1)
        rig.refusing = [0]
        #expect(rig.append(&log) == .done)
        #expect(rig.notes == ["acceptor 1 refused: disk full"])
        rig.refusing = []
        rig.tick()
        #expect(rig.logs[0].tail == log.id)
        rig.refusing = [0, 1]
        #expect(rig.append(&log) == .failed("disk full"))
    }

    // MARK: Coming back

    @Test mutating func anAcceptorThatWasAwayGetsWhatItMissed() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 1)
        rig.lose(2)
        for _ in 0..<5 { #expect(rig.append(&log) == .done) }
        #expect(rig.logs[2].tail.sequence == SequenceNumber(2))
        rig.reconnect(2)
        #expect(rig.logs[2].records == rig.logs[0].records)
    }

    @Test mutating func anAcceptorFarBehindIsFilledFromAnother() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 1)
        rig.lose(2)
        for _ in 0..<2000 { _ = rig.append(&log) }
        rig.reconnect(2)
        #expect(rig.logs[2].records == rig.logs[0].records)
        #expect(rig.append(&log) == .done)
        #expect(rig.logs[2].tail == log.id)
    }

    @Test mutating func anAcceptorThatMissedATermIsOpenedFromTheLastCommonEntry() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 3)
        let common = log
        // Entries that only the third has, of a term that nobody else opened.
        log.epoch = Epoch(2)
        let stray = log.next(kind: .newEpoch, commands: 0)
        _ = rig.logs[2].answer(.seal(Epoch(2), owner: 1))
        _ = rig.logs[2].answer(
            .open(Epoch(2), base: common.id, baseHash: common.hash, records: [stray])
        )
        rig.lose(2)
        rig.quorum.resign()
        log = common
        log.epoch = Epoch(3)
        #expect(rig.lead(&log, appends: 2) == .done)
        rig.reconnect(2)
        #expect(rig.logs[2].records == rig.logs[0].records)
        #expect(rig.logs[2].opened == Epoch(3))
    }

    @Test mutating func aSnapshotBridgesWhatWasTrimmed() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 2)
        rig.lose(2)
        for _ in 0..<1500 { _ = rig.append(&log) }
        let manifest = SnapshotManifest(
            id: log.id,
            hash: log.hash,
            stateHash: 5,
            size: 3,
            chunkCount: 2
        )
        for index in 0..<2 {
            let bytes = [UInt8(index)]
            #expect(rig.ask(.writeChunk(manifest, index: index, bytes: bytes)) == .done)
        }
        #expect(rig.ask(.putManifest(log.epoch, manifest)) == .done)
        #expect(rig.ask(.trim(log.epoch, before: log.id)) == .done)
        for _ in 0..<1500 { _ = rig.append(&log) }
        rig.reconnect(2)
        rig.tick()
        #expect(rig.logs[2].tail == log.id)
        #expect(rig.logs[2].answer(.readManifest) == .manifest(manifest))
        #expect(rig.logs[2].answer(.readChunk(manifest, index: 1)) == .chunk([1]))
    }

    @Test mutating func aLostDiskIsFilledAndVotesOnlyThen() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 3)
        rig.lose(2)
        rig.logs[2] = ModelAcceptor()
        rig.silent = [1]
        rig.reconnect(2)
        #expect(!rig.logs[2].hasVote, "one acceptor's word is not enough")
        rig.silent = []
        rig.settle()
        rig.tick()
        #expect(rig.logs[2].hasVote)
        #expect(rig.logs[2].records == rig.logs[0].records)
        rig.lose(1)
        #expect(rig.append(&log) == .done)
    }

    @Test mutating func aStaleTermFillsNobody() {
        var rig = QuorumRig.up(3)
        _ = rig.lead(&log, appends: 3)
        rig.lose(2)
        rig.logs[2] = ModelAcceptor()
        _ = rig.logs[1].answer(.seal(Epoch(9), owner: 1))
        rig.reconnect(2)
        rig.tick()
        #expect(!rig.logs[2].hasVote)
        #expect(rig.logs[2].tail == .zero)
    }

    @Test mutating func theOnlyDiskLostIsALoss() {
        var rig = QuorumRig.up(1)
        _ = rig.lead(&log, appends: 1)
        rig.lose(0)
        rig.logs[0] = ModelAcceptor()
        rig.reconnect(0)
        #expect(rig.append(&log) == .noIncarnation)
    }

    @Test mutating func anAcceptorThatLacksWhatItAcknowledgedIsALoss() {
        var rig = QuorumRig.up(1)
        _ = rig.lead(&log, appends: 1)
        let earlier = rig.logs[0]
        _ = rig.append(&log)
        rig.lose(0)
        rig.logs[0] = earlier
        rig.reconnect(0)
        #expect(rig.append(&log) == .gap(tail: earlier.tail))
    }

    // MARK: Following

    @Test mutating func aFollowerReadsOnlyWhatIsCommitted() {
        var rig = QuorumRig.up(3)
        _ = rig.ask(.seal(Epoch(1), owner: 1))
        let marker = log.next(kind: .newEpoch, commands: 0)
        _ = rig.ask(.open(Epoch(1), base: .zero, baseHash: .zero, records: [marker]))
        let second = log.next(committed: 1)
        _ = rig.ask(.append(Epoch(1), previous: marker.id, second))
        var follower = QuorumRig.up(3)
        follower.logs = rig.logs
        follower.logs[0] = ModelAcceptor()
        let read = follower.ask(.read(after: .zero, limit: 10))
        #expect(read == .records([marker]))
    }
}
