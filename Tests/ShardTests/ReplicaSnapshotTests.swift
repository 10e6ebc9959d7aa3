import Replication
import Shard
import Testing
import Trading
import Wire

@Suite struct ReplicaSnapshotTests {
    private var settings: ReplicaSettings {
        var settings = ReplicaSettings()
        settings.snapshotEntries = 5
        return settings
    }

    /// A primary and the standby that writes the snapshots, some orders on.
    private func pair(orders: UInt64) -> (primary: ReplicaRig, standby: ReplicaRig) {
        let primary = ReplicaRig.primary()
        let standby = ReplicaRig.standby(primary.log, writesSnapshots: true, settings: settings)
        primary.hello(1)
        advance(primary, standby, 1...orders)
        return (primary, standby)
    }

    private func advance(
        _ primary: ReplicaRig,
        _ standby: ReplicaRig,
        _ orders: ClosedRange<UInt64>
    ) {
        for sequence in orders {
            let side: Side = sequence % 2 == 0 ? .buy : .sell
            let account = UInt32(sequence % 2 + 1)
            let order = Fixtures.place(account, side, price: 10, name: "o\(sequence)")
            primary.command(1, sequence, order)
            primary.settle()
            standby.tail()
            standby.settle()
        }
    }

    @Test func theStandbyWritesAndTheLogIsTrimmedToTheOneBefore() throws {
        let (primary, standby) = pair(orders: 4)
        let first = try #require(primary.log.manifest)
        #expect(primary.log.records.first?.id.sequence == SequenceNumber(1))
        advance(primary, standby, 5...10)
        let second = try #require(primary.log.manifest)
        #expect(second.id > first.id)
        #expect(primary.log.records.first?.id == first.id)
        #expect(!standby.isHalted)
    }

    @Test func aNewReplicaStartsFromTheSnapshot() {
        let (primary, _) = pair(orders: 12)
        #expect(primary.log.records.first?.id.sequence != SequenceNumber(1))
        let third = ReplicaRig.standby(primary.log)
        #expect(third.replica.position == primary.replica.position)
        #expect(third.replica.digest == primary.replica.digest)
        #expect(third.replica.feedPosition == primary.replica.feedPosition)
        // And leads: the sessions were in the snapshot.
        third.input { $0.assume(.primary(Epoch(2)), effects: &$1) }
        third.settle()
        third.hello(5)
        #expect(third.sent(5) == [.welcome(epoch: Epoch(2), sequence: 12)])
    }

    @Test func aFollowerLeftBehindTheTrimTakesTheSnapshot() {
        let (primary, standby) = pair(orders: 1)
        let slow = ReplicaRig.standby(primary.log)
        slow.input { $0.feedOpened(StreamID(rawValue: 9), after: nil, effects: &$1) }
        advance(primary, standby, 2...14)
        #expect(primary.log.records.first.map { $0.id.sequence > slow.replica.position } == true)
        slow.tail()
        slow.settle()
        #expect(slow.replica.position == primary.replica.position)
        #expect(slow.replica.digest == primary.replica.digest)
        // The feed cannot go on over the jump.
        #expect(slow.isClosed(9))
        #expect(!slow.isHalted)
    }

    @Test func aDamagedSnapshotHalts() throws {
        let (primary, _) = pair(orders: 12)
        let manifest = try #require(primary.log.manifest)
        primary.log.chunks[manifest.id]?[0]?[40] ^= 1
        let third = ReplicaRig.standby(primary.log)
        #expect(third.isHalted)
        #expect(third.replica.position == SequenceNumber(0))
    }

    @Test func aSnapshotThatReadsBackDamagedIsNotNamed() {
        let primary = ReplicaRig.primary()
        let standby = ReplicaRig.standby(primary.log, writesSnapshots: true, settings: settings)
        primary.hello(1)
        for sequence in 1...5 as ClosedRange<UInt64> {
            primary.command(1, sequence)
            primary.settle()
        }
        standby.tail()
        // The chunk is stored; the disk turns a bit before it is read back.
        for _ in 0..<10 where primary.log.chunks.isEmpty { standby.answerOne() }
        for id in Array(primary.log.chunks.keys) { primary.log.chunks[id]?[0]?[9] ^= 4 }
        standby.settle()
        #expect(primary.log.manifest == nil)
        #expect(primary.log.records.first?.id.sequence == SequenceNumber(1))
        #expect(!standby.isHalted)
    }

    @Test func aPrimaryAloneWritesMoreSeldom() {
        let rig = ReplicaRig.primary(settings: settings)
        rig.hello(1)
        var written: UInt64 = 0
        for sequence in 1...40 as ClosedRange<UInt64> where written == 0 {
            rig.command(1, sequence)
            rig.settle()
            if rig.log.manifest != nil { written = rig.replica.position.rawValue }
        }
        #expect(written >= 20)
        #expect(rig.replica.isServing)
    }

    @Test func aStandbyThatIsNotNamedWritesNone() {
        let primary = ReplicaRig.primary()
        let standby = ReplicaRig.standby(primary.log, settings: settings)
        primary.hello(1)
        advance(primary, standby, 1...12)
        #expect(primary.log.manifest == nil)
    }
}
