import Audit
import Foundation
import Replication
import Testing
import Trading
import Wire

/// Logs and snapshots of earlier versions are read by today's code, and mean what they meant.
///
/// A set is never changed once a version was given out. A layout that changes gets a new version
/// number and a set of its own, which this writes beside the others:
///
///     CASTLE_WRITE_GOLDEN=1 swift test --filter GoldenFormatTests
@Suite struct GoldenFormatTests {
    @Test func todaysLayoutsHaveTheirSet() throws {
        let written = try GoldenContent.written()
        if ProcessInfo.processInfo.environment["CASTLE_WRITE_GOLDEN"] != nil {
            try written.write(named: GoldenContent.name)
        }
        try #require(
            GoldenSet.names.contains(GoldenContent.name),
            "a layout has a new version: write its golden set, as told above"
        )
        let kept = try GoldenSet(named: GoldenContent.name)
        #expect(kept.shardLog == written.shardLog)
        #expect(kept.mapLog == written.mapLog)
        #expect(kept.shardSnapshot == written.shardSnapshot)
        #expect(kept.facts == written.facts)
        // The map's snapshot has texts for operators in it, which need not stay the same.
    }

    @Test(arguments: GoldenSet.names) func setHasSeveralEpochs(name: String) throws {
        let set = try GoldenSet(named: name)
        #expect(Set(set.shardLog.map(\.id.epoch)).count == 3)
        #expect(set.shardLog.contains { $0.id == .of(2, 16) }, "one entry was proposed again")
        #expect(set.shardLog.count > 30 && set.mapLog.count > 10)
        #expect(set.facts.count > 60)
    }

    /// The log from its first entry: chain, recorded digests, balances, then what it amounts to.
    @Test(arguments: GoldenSet.names) func logIsReplayed(name: String) throws {
        let set = try GoldenSet(named: name)
        var replay = try LogReplay<ShardState>(snapshot: nil)
        for record in set.shardLog { try replay.take(record) }
        let tail = try #require(set.shardLog.last)
        let report = try replay.finish(tail: tail.id, hash: tail.hash)
        #expect(report.appliedEntryCount == set.shardLog.count)
        #expect(report.digestsCompared > set.shardLog.count - 4)
        var map = try LogReplay<MapState>(snapshot: nil)
        for record in set.mapLog { try map.take(record) }
        let mapTail = try #require(set.mapLog.last)
        _ = try map.finish(tail: mapTail.id, hash: mapTail.hash)
        let facts =
            replay.withState { GoldenFacts.facts(of: $0) }
            + map.withState { GoldenFacts.facts(of: $0) }
        #expect(facts == set.facts)
    }

    /// A replica that begins with the snapshot holds the same as one that read the whole log.
    @Test(arguments: GoldenSet.names) func snapshotIsTakenUp(name: String) throws {
        let set = try GoldenSet(named: name)
        var shard = try GoldenReplay<ShardState>(set.shardSnapshot)
        try shard.take(set.shardLog)
        var map = try GoldenReplay<MapState>(set.mapSnapshot)
        try map.take(set.mapLog)
        #expect(GoldenFacts.facts(of: shard.state) + GoldenFacts.facts(of: map.state) == set.facts)
        // An earlier version may have kept less in a snapshot than is in the log.
        guard name == GoldenContent.name else { return }
        #expect(try shard.bytes == GoldenReplay<ShardState>.bytes(ofWhole: set.shardLog))
    }
}

/// A state out of a snapshot of any version, and the entries behind it.
private struct GoldenReplay<State: ReplayedState & ~Copyable>: ~Copyable {
    var state = State()
    private var sequence = SequenceNumber(0)
    private var time = Timestamp.zero

    private init() {}

    init(_ snapshot: LogSnapshot) throws {
        self.init()
        let bytes = snapshot.bytes
        #expect(SipHash.hash(bytes, in: 0..<bytes.count) == snapshot.manifest.stateHash)
        var reader = ByteReader(bytes)
        _ = try reader.read(UInt64.self)
        time = try reader.readTimestamp()
        state = try State(decoding: &reader)
        try reader.finish()
        sequence = snapshot.manifest.id.sequence
    }

    mutating func take(_ records: [LogRecord]) throws {
        for record in records where record.id.sequence > sequence {
            let entry = try LogEntry(decoding: record.bytes)
            time = max(time, entry.time)
            try state.apply(entry, at: time)
        }
    }

    /// As this build would write it.
    var bytes: [UInt8] {
        var writer = ByteWriter()
        state.encode(into: &writer)
        return writer.bytes
    }

    static func bytes(ofWhole log: [LogRecord]) throws -> [UInt8] {
        var replay = GoldenReplay()
        try replay.take(log)
        return replay.bytes
    }
}
