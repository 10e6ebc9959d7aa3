import Replication
import Shard
import Testing
import Trading
import Wire

/// What is due by log time alone happens though no client speaks.
@Suite struct ReplicaDueTests {
    /// A machine that has something due at a time, until an entry of that time is applied.
    private final class Clockwork {
        var due: Timestamp?
    }

    private let clockwork = Clockwork()
    private let rig: ReplicaRig

    init() {
        rig = ReplicaRig.primary()
        let clockwork = clockwork
        rig.replica.due = { _ in clockwork.due }
    }

    private func set(_ microseconds: Int64) {
        clockwork.due = Timestamp(microseconds: microseconds)
    }

    private func appended() throws -> [LogEntry] {
        try rig.asked.compactMap { request -> LogEntry? in
            guard case .append(_, _, let record) = request else { return nil }
            return try LogEntry(decoding: record.bytes)
        }
    }

    @Test func aVoidCommandIsLoggedWhenTheTimeHasCome() throws {
        set(2_000_000)
        rig.wall = Timestamp(microseconds: 1_999_999)
        rig.flush()
        #expect(rig.asked.isEmpty)
        #expect(rig.replica.nextDue == Timestamp(microseconds: 2_000_000))
        rig.wall = Timestamp(microseconds: 2_000_000)
        rig.flush()
        let entry = try #require(try appended().first)
        let commands = try BatchPayload.commands(of: entry)
        #expect(entry.time == rig.wall)
        #expect(commands.map(\.command) == [.void])
        #expect(commands.first?.session == SessionID(rawValue: 0))
        #expect(commands.first?.sequence == UInt64(Fixtures.genesis.count) + 1)
    }

    @Test func onlyOneIsUnderWay() throws {
        set(2_000_000)
        rig.wall = Timestamp(microseconds: 3_000_000)
        for _ in 0..<5 { rig.flush() }
        #expect(rig.asked.count == 1)
        clockwork.due = nil
        rig.settle()
        let count = rig.log.records.count
        rig.settle()
        #expect(rig.log.records.count == count)
        #expect(rig.replica.nextDue == nil)
        // The next one goes on where the first ended.
        set(3_000_001)
        rig.wall = Timestamp(microseconds: 4_000_000)
        rig.flush()
        let entry = try #require(try appended().first)
        let commands = try BatchPayload.commands(of: entry)
        #expect(commands.first?.sequence == UInt64(Fixtures.genesis.count) + 2)
    }

    @Test func aClientsCommandCarriesTheTimeJustAsWell() throws {
        rig.hello(1)
        set(2_000_000)
        rig.wall = Timestamp(microseconds: 3_000_000)
        rig.command(1, 1)
        rig.flush()
        rig.flush()
        let commands = try appended().flatMap { try BatchPayload.commands(of: $0) }
        #expect(commands.map(\.session) == [SessionID(rawValue: 7)])
    }

    @Test func onlyAServingPrimaryLogsIt() {
        let standby = ReplicaRig.standby(rig.log)
        standby.replica.due = { _ in Timestamp(microseconds: 1) }
        standby.flush()
        #expect(standby.asked.isEmpty)
        #expect(standby.replica.nextDue == nil)
        set(1)
        rig.loseAcceptor()
        rig.flush()
        #expect(rig.asked.isEmpty)
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.flush()
        #expect(rig.asked.count == 1)
    }

    /// A primary whose wall clock stands before log time must not wait for it to come up.
    @Test func logTimeCountsWhereTheWallClockLagsBehind() {
        rig.hello(1)
        rig.wall = Timestamp(microseconds: 9_000_000)
        rig.command(1, 1)
        rig.settle()
        rig.wall = Timestamp(microseconds: 5_000_000)
        set(8_000_000)
        rig.flush()
        #expect(rig.asked.count == 1)
    }

    /// What is remembered by log time would be forgotten within a moment.
    @Test func aWallClockThatJumpsAheadIsFollowedAtTwiceItsPace() throws {
        rig.hello(1)
        rig.command(1, 1)
        rig.settle()
        let start = try #require(rig.log.records.last)
        let before = try LogEntry(decoding: start.bytes).time.microseconds
        rig.jump(to: before + 3_600_000_000)
        rig.now += 1_000_000_000
        rig.command(1, 2)
        rig.flush()
        let entry = try #require(try appended().first)
        #expect(entry.time.microseconds == before + 2_000_000)
        // What is due by the wall clock is not due yet.
        rig.settle()
        set(before + 60_000_000)
        rig.flush()
        #expect(rig.asked.isEmpty)
        rig.now += 30_000_000_000
        rig.flush()
        #expect(rig.asked.count == 1)
    }

    @Test func theNextPrimaryGoesOnWithTheSystemSession() throws {
        set(2_000_000)
        rig.wall = Timestamp(microseconds: 2_000_000)
        rig.flush()
        clockwork.due = nil
        rig.settle()
        let heir = ReplicaRig.primary(rig.log, epoch: 2)
        #expect(heir.replica.digest == rig.replica.digest)
        heir.replica.due = { _ in Timestamp(microseconds: 3_000_000) }
        heir.wall = Timestamp(microseconds: 3_000_000)
        heir.flush()
        heir.answerOne()
        #expect(!heir.isHalted)
        let last = try LogEntry(decoding: try #require(heir.log.records.last).bytes)
        let commands = try BatchPayload.commands(of: last)
        #expect(commands.first?.sequence == UInt64(Fixtures.genesis.count) + 2)
    }
}
