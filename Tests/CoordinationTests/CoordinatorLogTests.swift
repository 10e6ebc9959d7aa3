import Coordination
import Membership
import Replication
import Testing
import Trading
import Wire

/// A coordinator's log over a list of records in memory.
private final class Shard0 {
    var promised = Epoch(0)
    var opened = Epoch(0)
    var records: [LogRecord] = []
    var manifest: SnapshotManifest?
    var chunk: [UInt8]?
    var isRefusing = false
    var tail: LogRecord? { records.last }

    func answer(_ request: AcceptorRequest) -> AcceptorReply {
        if isRefusing { return .failed("LOADING") }
        switch request {
        case .seal(let epoch, _):
            guard epoch >= promised else { return fenced }
            promised = epoch
            return .sealed(tail: tail?.id ?? .zero, hash: tail?.hash ?? .zero)
        case .open(let epoch, let base, _, let new):
            guard promised == epoch else { return fenced }
            if opened == epoch { return records.contains(new[0]) ? .done : fenced }
            guard
                base == .zero || base == manifest?.id || records.contains(where: { $0.id == base })
            else { return .mismatch(tail: base, hash: .zero) }
            opened = epoch
            records.removeAll { $0.id > base }
            records += new
            return .done
        case .append(let epoch, let previous, let record):
            guard promised == epoch, opened == epoch else { return fenced }
            if records.contains(record) { return .done }
            guard previous == tail?.id else { return .gap(tail: tail?.id ?? .zero) }
            records.append(record)
            return .done
        case .read(let after, let limit):
            return .records(Array(records.filter { $0.id > after }.prefix(limit)))
        case .verify(let epoch): return promised == epoch && opened == epoch ? .done : fenced
        case .readManifest: return .manifest(manifest)
        case .readChunk: return .chunk(chunk)
        case .writeChunk(_, _, let bytes):
            chunk = bytes
            return .done
        case .putManifest(_, let next):
            manifest = next
            return .done
        case .trim(_, let before):
            records.removeAll { $0.id < before }
            return .done
        default: return .done
        }
    }

    private var fenced: AcceptorReply { .fenced(promised: promised, opened: opened) }
}

/// A process around the log under test.
private struct LogRig {
    let shard: Shard0
    var log: CoordinatorLog
    /// Monotonic milliseconds.
    var now: UInt64 = 1000
    var wall = Timestamp(microseconds: 1_000_000)
    var asked: [AcceptorRequest] = []
    var led: ClusterState?
    var committed: [CoordinationCommand] = []
    var lost: String?

    init(_ shard: Shard0, name: String = "c1") {
        self.shard = shard
        log = CoordinatorLog(name: name)
    }

    static func leading(_ shard: Shard0 = Shard0(), name: String = "c1") -> LogRig {
        var rig = LogRig(shard, name: name)
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        return rig
    }

    mutating func input(_ body: (inout CoordinatorLog, inout [CoordinatorLogEffect]) -> Void) {
        var effects: [CoordinatorLogEffect] = []
        body(&log, &effects)
        for effect in effects {
            switch effect {
            case .ask(let request): asked.append(request)
            case .lead(let state): led = state
            case .committed(let commands, _): committed += commands
            case .lost(let reason): lost = lost ?? reason
            case .note: break
            }
        }
    }

    mutating func answerOne() {
        guard !asked.isEmpty else { return }
        let request = asked.removeFirst()
        let reply = shard.answer(request)
        input { $0.received(reply, to: request, effects: &$1) }
    }

    mutating func flush() {
        let (wall, now) = (wall, now)
        input { $0.flush(wall: wall, now: now, effects: &$1) }
    }

    mutating func settle() {
        flush()
        var turns = 0
        while !asked.isEmpty, lost == nil, turns < 10_000 {
            answerOne()
            flush()
            turns += 1
        }
    }
}

@Suite struct CoordinatorLogTests {
    private let bootstrap = CoordinationCommand.bootstrap(Rig.plan)

    private func register(_ name: String, instance: UInt64 = 1) -> CoordinationCommand {
        .register(ClusterStateTests.member(name, instance: instance))
    }

    @Test func aCandidateTakesTheEpochAfterTheHighest() {
        let shard = Shard0()
        #expect(LogRig.leading(shard).log.epoch == Epoch(1))
        shard.promised = Epoch(7)
        let second = LogRig.leading(shard)
        #expect(second.log.epoch == Epoch(8))
        #expect(second.log.isLeading)
    }

    @Test func aRestartedCoordinatorTakesTheNextEpoch() {
        // The first epoch of all is the one a candidate begins with: it was sealed and opened.
        let shard = Shard0()
        for epoch in 1...4 as ClosedRange<UInt64> {
            let rig = LogRig.leading(shard, name: "c\(epoch)")
            #expect(rig.lost == nil)
            #expect(rig.log.isLeading)
            #expect(rig.log.epoch == Epoch(epoch))
        }
    }

    @Test func whatIsProposedComesBackCommittedAndIsReplayed() {
        var rig = LogRig.leading()
        rig.log.propose(bootstrap)
        rig.log.propose(register("n1"))
        rig.settle()
        rig.log.propose(register("n2"))
        rig.settle()
        #expect(rig.committed == [bootstrap, register("n1"), register("n2")])
        let second = LogRig.leading(rig.shard, name: "c2")
        #expect(second.led?.map.members.map(\.id.rawValue) == ["n1", "n2"])
        #expect(second.led?.isBootstrapped == true)
        // The first one learns at its next proposal that it leads no more.
        rig.log.propose(register("n3"))
        rig.settle()
        #expect(rig.lost == "another coordinator holds epoch 2")
        #expect(rig.committed.count == 3)
    }

    @Test func aBrokenConnectionSendsTheSameBytesAgain() {
        var rig = LogRig.leading()
        rig.log.propose(bootstrap)
        rig.flush()
        let asked = rig.asked
        #expect(asked.count == 1)
        // It had arrived; the answer had not.
        _ = rig.shard.answer(asked[0])
        rig.asked = []
        rig.log.acceptorLost()
        rig.input { $0.acceptorReady(effects: &$1) }
        #expect(rig.asked == asked)
        rig.settle()
        #expect(rig.committed == [bootstrap])
        #expect(rig.shard.records.count == 2)
    }

    @Test func nothingIsProposedWithoutAnAcceptor() {
        var rig = LogRig.leading()
        rig.log.acceptorLost()
        rig.log.propose(bootstrap)
        rig.settle()
        #expect(rig.asked.isEmpty && rig.committed.isEmpty)
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        #expect(rig.committed == [bootstrap])
    }

    @Test(arguments: 0..<6) func aRefusalIsAskedAgain(step: Int) {
        var rig = LogRig(Shard0())
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.log.propose(bootstrap)
        for _ in 0..<step {
            rig.answerOne()
            rig.flush()
        }
        rig.shard.isRefusing = true
        rig.settle()
        rig.shard.isRefusing = false
        for _ in 0..<3 {
            rig.now += 50
            rig.settle()
        }
        #expect(rig.log.isLeading)
        #expect(rig.committed == [bootstrap])
        #expect(rig.lost == nil)
    }

    @Test func twoCandidatesOfOneEpochNeverBothLead() {
        let shard = Shard0()
        // In step, at the same moment, with the same clock.
        var rigs = [LogRig(shard, name: "c1"), LogRig(shard, name: "c2")]
        for index in rigs.indices { rigs[index].input { $0.acceptorReady(effects: &$1) } }
        for _ in 0..<20 {
            for index in rigs.indices where rigs[index].lost == nil { rigs[index].answerOne() }
        }
        #expect(rigs.map { $0.log.epoch } == [Epoch(1), Epoch(1)])
        #expect(rigs[0].log.isLeading)
        #expect(!rigs[1].log.isLeading)
        #expect(rigs[1].lost != nil)
    }

    @Test func aLeaderThatSleptLearnsThatAnotherLeads() {
        var rig = LogRig.leading()
        #expect(rig.log.isConfirmed(now: rig.now))
        let second = LogRig.leading(rig.shard, name: "c2")
        rig.now += 1000
        #expect(!rig.log.isConfirmed(now: rig.now), "nothing is known of a second of sleep")
        rig.settle()
        #expect(rig.lost == "another coordinator holds epoch \(second.log.epoch)")
    }

    @Test func aWallClockThatJumpsMovesNoDeadline() {
        var rig = LogRig.leading()
        for jump: Int64 in [3_600_000_000, -7_200_000_000] {
            rig.wall = Timestamp(microseconds: rig.wall.microseconds + jump)
            #expect(rig.log.isConfirmed(now: rig.now))
            rig.now += 150
            rig.settle()
            #expect(rig.log.isConfirmed(now: rig.now + 400))
        }
    }

    @Test func anIdleLeaderStaysConfirmed() {
        var rig = LogRig.leading()
        for _ in 0..<20 {
            rig.now += 400
            rig.settle()
            #expect(rig.log.isConfirmed(now: rig.now))
        }
        #expect(rig.lost == nil)
    }

    @Test func theStateIsStoredAndTheLogTrimmed() {
        var rig = LogRig.leading()
        rig.log.propose(bootstrap)
        for index in 0..<CoordinatorLog.snapshotEntries + 10 {
            rig.log.propose(register("n1", instance: index))
            rig.settle()
        }
        #expect(rig.shard.manifest != nil)
        #expect(rig.shard.records.count < 20)
        let second = LogRig.leading(rig.shard, name: "c2")
        #expect(second.led?.map.members.first?.instance == CoordinatorLog.snapshotEntries + 9)
        #expect(second.led?.map.version == CoordinatorLog.snapshotEntries + 11)
        #expect(second.log.position == SequenceNumber(rig.log.position.rawValue + 1))
    }

    @Test func aDamagedSnapshotOrLogIsNotLedFrom() {
        var rig = LogRig.leading()
        for index in 0...CoordinatorLog.snapshotEntries {
            rig.log.propose(register("n1", instance: index))
            rig.settle()
        }
        let shard = rig.shard
        let records = shard.records
        shard.records.removeLast()
        shard.records[shard.records.count - 1].bytes[80] ^= 1
        #expect(LogRig.leading(shard, name: "c2").lost != nil)
        shard.records = records
        shard.chunk?[30] ^= 1
        let third = LogRig.leading(shard, name: "c3")
        #expect(third.lost?.contains("damaged") == true)
        #expect(third.led == nil)
    }

    @Test func aTailThatCannotBeReadIsLost() {
        let shard = Shard0()
        _ = LogRig.leading(shard)
        var rig = LogRig(shard, name: "c2")
        rig.input { $0.acceptorReady(effects: &$1) }
        for _ in 0..<10 where shard.promised != Epoch(2) { rig.answerOne() }
        shard.records = []
        rig.settle()
        #expect(rig.lost != nil)
        #expect(rig.led == nil)
    }
}
