import Audit
import Replication
import Testing
import Trading
import Wire

/// Logs of one shard on several acceptors.
@Suite struct AcceptorComparisonTests {
    private static func log(
        _ name: String,
        _ records: [LogRecord],
        trimmedBefore: Int = 0
    ) throws -> AcceptorLog {
        var walk = LogWalk(keepsSummaries: true)
        for record in records.dropFirst(trimmedBefore) { _ = try walk.take(record) }
        let state = AcceptorState(
            incarnation: 7,
            isLearner: false,
            promised: Epoch(9),
            opened: Epoch(9),
            tail: records.last?.id ?? .zero,
            hash: records.last?.hash ?? .zero,
            manifest: nil
        )
        return AcceptorLog(name: name, state: state, entries: walk.summaries)
    }

    private static func compare(_ logs: [AcceptorLog]) throws(LogDefect) -> AcceptorComparison {
        try AcceptorComparison(logs, acceptorCount: 3)
    }

    @Test func equalLogsAgree() throws {
        let records = LogWriter.traded().records
        let comparison = try Self.compare([
            Self.log("a", records), Self.log("b", records, trimmedBefore: 10),
            Self.log("c", Array(records.dropLast(3))),
        ])
        #expect(comparison.durable == records.last?.id)
        #expect(comparison.contentsCompared == 54 + 61 + 51)
        #expect(comparison.abandoned.isEmpty)
    }

    @Test func oneAcceptorAloneMakesNothingDurable() throws {
        let records = LogWriter.traded().records
        let comparison = try Self.compare([
            Self.log("a", records), Self.log("b", Array(records.prefix(50))),
            Self.log("c", Array(records.prefix(50))),
        ])
        #expect(comparison.durable == records[49].id)
        #expect(comparison.reference == "a")
    }

    @Test func twoContentsUnderOneIdAreNamed() throws {
        let records = LogWriter.traded().records
        var other = records
        other[63] = other[63].changing { $0.time.microseconds += 1 }
        let logs = [try Self.log("a", records), try Self.log("b", other)]
        #expect(throws: LogDefect.contentsDiffer(records[63].id, "a", "b")) {
            _ = try Self.compare(logs)
        }
    }

    /// Two of three have what a later log lacks.
    @Test func lostAcknowledgedEntryIsNamed() throws {
        let writer = LogWriter.traded()
        let other = LogWriter()
        other.marker(epoch: 1)
        other.marker(epoch: 8)
        let logs = [
            try Self.log("a", writer.records), try Self.log("b", writer.records),
            try Self.log("c", other.records),
        ]
        #expect(
            throws: LogDefect.acknowledgedLost(
                SequenceNumber(3),
                known: "a",
                missingIn: "c"
            )
        ) { _ = try Self.compare(logs) }
    }

    /// Entries of a primary that never had a majority are no fault, and are told.
    @Test func entriesWithoutAMajorityMayBeAbandoned() throws {
        let base = LogWriter.traded()
        let common = base.records
        let last = try #require(common.last)
        var next = try LogEntry(decoding: last.bytes)
        next.previousHash = last.hash
        next.firstCommand += UInt64(next.commandCount)
        next.committed = SequenceNumber(60)
        next.id = .of(4, 65)
        let alone = next.encoded()
        next.id = .of(5, 65)
        next.kind = .newEpoch
        next.commandCount = 0
        next.payload = []
        let marker = next.encoded()
        let comparison = try Self.compare([
            Self.log("a", common + [alone]), Self.log("b", common + [marker]),
            Self.log("c", common + [marker]),
        ])
        #expect(comparison.durable == .of(5, 65))
        #expect(comparison.abandoned.map(\.name) == ["a"])
        #expect(comparison.abandoned.map(\.count) == [1])
    }
}

/// What an acceptor says of itself.
@Suite struct AcceptorStateTests {
    private static let sound = AcceptorState(
        incarnation: 7,
        isLearner: false,
        promised: Epoch(3),
        opened: Epoch(3),
        tail: .of(3, 9),
        hash: .zero,
        manifest: nil
    )

    @Test func soundOnePasses() throws { try Self.sound.check("a", incarnation: 7) }

    @Test func otherClustersIncarnationIsNamed() {
        #expect(throws: LogDefect.wrongIncarnation("a", found: 7, expected: 8)) {
            try Self.sound.check("a", incarnation: 8)
        }
    }

    @Test func voteOfALearnerIsNamed() {
        var state = Self.sound
        state.incarnation = nil
        state.isLearner = true
        #expect(throws: LogDefect.self) { try state.check("a", incarnation: 7) }
    }

    @Test func openedAboveThePromiseIsNamed() {
        var state = Self.sound
        state.promised = Epoch(2)
        #expect(throws: LogDefect.self) { try state.check("a", incarnation: 7) }
    }

    @Test func tailAboveTheOpenedEpochIsNamed() {
        var state = Self.sound
        state.tail = .of(4, 9)
        #expect(throws: LogDefect.self) { try state.check("a", incarnation: 7) }
    }
}
