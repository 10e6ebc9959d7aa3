import Redis
import Replication
import Testing
import Trading
import Wire

@Suite(.serialized, .enabled(if: TestRedis.isInstalled), .timeLimit(.minutes(1)))
struct AcceptorLibraryClusterTests {
    private let e1 = Epoch(1)
    private let e2 = Epoch(2)

    @Test func withoutIncarnationNothingIsAnswered() throws {
        try AcceptorFixture.run { fixture in
            let manifest = SnapshotManifest(
                id: .of(1, 1),
                hash: .zero,
                stateHash: 0,
                size: 1,
                chunkCount: 1
            )
            let replies = try fixture.ask([
                .seal(e1, owner: 0), .open(e1, base: .zero, baseHash: .zero, records: []),
                .append(1, 1),
                .verify(e1), .trim(e1, before: .zero),
                .writeChunk(manifest, index: 0, bytes: [1]), .putManifest(e1, manifest),
            ])
            #expect(replies.allSatisfy { $0 == .noIncarnation })
            #expect(try fixture.command("DBSIZE") == .integer(0))
        }
    }

    @Test func createLeavesALogAlone() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 2)
            #expect(try fixture.ask(.create(incarnation: 8)) == .done)
            #expect(try fixture.records() == [.of(1, 1), .of(1, 2)])
            let incarnation = try fixture.command("HGET", "castle:{shard-1}:meta", "incarnation")
            #expect(incarnation.text == "7")
        }
    }

    @Test func sealFencesLowerEpochs() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            let replies = try fixture.ask([
                .seal(e2, owner: 0), .seal(e2, owner: 0), .seal(e1, owner: 0), .append(1, 2),
                .verify(e1),
                .open(e1, base: .zero, baseHash: .zero, records: []), .append(2, 2), .verify(e2),
            ])
            let sealed = AcceptorReply.sealed(tail: .of(1, 1), hash: LogRecord.of(1, 1).hash)
            let fenced = AcceptorReply.fenced(promised: e2, opened: e1)
            #expect(replies == [sealed, sealed] + Array(repeating: fenced, count: 6))
        }
    }

    @Test func epochsBeyondDoublesAreCompared() throws {
        try AcceptorFixture.run { fixture in
            let low = Epoch(9_007_199_254_740_992)
            let high = Epoch(9_007_199_254_740_993)
            let most = Epoch(.max)
            let replies = try fixture.ask([
                .create(incarnation: 7), .seal(high, owner: 0), .seal(low, owner: 0),
                .seal(most, owner: 0),
                .open(most, base: .zero, baseHash: .zero, records: [.of(.max, 1)]),
                .append(.max, 2),
            ])
            let sealed = AcceptorReply.sealed(tail: .zero, hash: .zero)
            let fenced = AcceptorReply.fenced(promised: high, opened: Epoch(0))
            #expect(replies == [.done, sealed, fenced, sealed, .done, .done])
            #expect(try fixture.records().last?.id == .of(.max, 2))
        }
    }

    @Test func openDropsWhatIsAfterTheBase() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 200)
            let base = LogRecord.of(1, 50)
            let replies = try fixture.ask([
                .seal(e2, owner: 0),
                .open(e2, base: base.id, baseHash: base.hash, records: [.of(2, 51), .of(2, 52)]),
                .append(2, 53), .seal(e2, owner: 0),
            ])
            let tail = LogRecord.of(2, 53)
            #expect(replies.dropFirst() == [.done, .done, .sealed(tail: tail.id, hash: tail.hash)])
            let wanted = (1...50).map { LogRecord.of(1, $0) } + (51...53).map { .of(2, $0) }
            #expect(try fixture.records() == wanted)
        }
    }

    @Test func openWithoutRecordsMakesTheBaseTheTail() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 3)
            let base = LogRecord.of(1, 1)
            let open = AcceptorRequest.open(e2, base: base.id, baseHash: base.hash, records: [])
            let replies = try fixture.ask([.seal(e2, owner: 0), open, open, .seal(e2, owner: 0)])
            #expect(replies.dropFirst() == [.done, .done, .sealed(tail: base.id, hash: base.hash)])
        }
    }

    @Test func openNeedsTheBase() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 3)
            let tail = LogRecord.of(1, 3)
            let replies = try fixture.ask([
                .seal(e2, owner: 0),
                .open(e2, base: tail.id, baseHash: .zero, records: []),
                .open(e2, base: .of(1, 2), baseHash: tail.hash, records: []),
                .open(e2, base: .of(1, 9), baseHash: tail.hash, records: []),
                .open(e2, base: .zero, baseHash: tail.hash, records: []),
            ])
            let mismatch = AcceptorReply.mismatch(tail: tail.id, hash: tail.hash)
            #expect(replies.dropFirst().allSatisfy { $0 == mismatch })
            #expect(try fixture.records().count == 3)
        }
    }

    @Test func openWithFallingIdsChangesNothing() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 3)
            let base = LogRecord.of(1, 1)
            let replies = try fixture.ask([
                .seal(e2, owner: 0),
                .open(e2, base: base.id, baseHash: base.hash, records: [.of(2, 3), .of(2, 2)]),
                .open(e2, base: base.id, baseHash: base.hash, records: [.of(1, 1)]),
            ])
            let failed = AcceptorReply.failed("the ids do not rise")
            #expect(replies.dropFirst() == [failed, failed])
            #expect(try fixture.records() == (1...3).map { .of(1, $0) })
        }
    }

    @Test func openBelowAnIdThatWasDroppedMakesTheStreamAnew() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            let base = LogRecord.of(1, 2)
            let new = [LogRecord.of(1, 3), .of(2, 4)]
            let replies = try fixture.ask([
                .seal(e2, owner: 0),
                .open(e2, base: base.id, baseHash: base.hash, records: new),
                .append(2, 5),
            ])
            #expect(replies.dropFirst() == [.done, .done])
            let kept = [LogRecord.of(1, 1), .of(1, 2)]
            #expect(try fixture.records() == kept + new + [.of(2, 5)])
        }
    }

    @Test func sealBelongsToItsOwner() throws {
        try AcceptorFixture.run { fixture in
            let replies = try fixture.ask([
                .create(incarnation: 7), .seal(e2, owner: 5), .seal(e2, owner: 6),
                .seal(e2, owner: 5),
            ])
            let sealed = AcceptorReply.sealed(tail: .zero, hash: .zero)
            let fenced = AcceptorReply.fenced(promised: e2, opened: Epoch(0))
            #expect(replies == [.done, sealed, fenced, sealed])
        }
    }

    @Test func learnerHasNoVoteUntilItIsAdmitted() throws {
        try AcceptorFixture.run { fixture in
            let records = [LogRecord.of(1, 1), .of(2, 2)]
            let admit = AcceptorRequest.admit(e2, base: .zero, baseHash: .zero, records: records)
            let manifest = SnapshotManifest(
                id: .of(1, 1),
                hash: .zero,
                stateHash: 0,
                size: 1,
                chunkCount: 1
            )
            let replies = try fixture.ask([
                admit, .prepare(incarnation: 7), .prepare(incarnation: 8), .seal(e2, owner: 0),
                .verify(e2), .append(2, 1), .writeChunk(manifest, index: 0, bytes: [1]), admit,
                .seal(e2, owner: 0), .append(2, 3), admit, .find(atMost: .of(2, 2)),
                .find(atMost: .zero),
            ])
            let no = AcceptorReply.noIncarnation
            #expect(replies.prefix(6) == [no, .done, .done, no, no, no])
            #expect(replies[6...7] == [.done, .done])
            let last = records[1]
            #expect(replies[8] == .sealed(tail: last.id, hash: last.hash))
            #expect(replies[9...] == [.done, .done, .records([last]), .records([])])
        }
    }

    @Test func openSentAgainIsDone() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 2)
            func open(_ records: [LogRecord]) -> AcceptorRequest {
                .open(e1, base: .zero, baseHash: .zero, records: records)
            }
            var other = LogRecord.of(1, 2)
            other.hash = .zero
            try fixture.storeSnapshot(at: 2)
            let replies = try fixture.ask([
                .append(1, 3), open([.of(1, 1), .of(1, 2)]), open([.of(1, 1), other]),
                open([.of(1, 1), .of(1, 9)]), .trim(e1, before: .of(1, 2)),
                open([.of(1, 1), .of(1, 2)]),
            ])
            let fenced = AcceptorReply.fenced(promised: e1, opened: e1)
            #expect(replies == [.done, .done, fenced, fenced, .done, .done])
            #expect(try fixture.records() == [.of(1, 2), .of(1, 3)])
        }
    }

    @Test func appendNeedsTheTail() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            let replies = try fixture.ask([
                .append(1, 3), .append(1, 2), .append(1, 2),
                .append(e1, previous: .of(1, 2), .of(2, 3)),
            ])
            #expect(replies.prefix(3) == [.gap(tail: .of(1, 1)), .done, .done])
            #expect(replies.last == .failed("2-3 is of another epoch"))
            #expect(try fixture.records() == [.of(1, 1), .of(1, 2)])
        }
    }

    @Test func appendsSentAgainAreDoneAndNeverReplaced() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            let appends = (2...5).map { AcceptorRequest.append(1, $0) }
            #expect(try fixture.ask(appends + appends).allSatisfy { $0 == .done })
            var other = LogRecord.of(1, 3)
            other.hash = .zero
            let replies = try fixture.ask([.append(e1, previous: .of(1, 2), other)])
            #expect(replies == [.failed("another content is stored under 1-3")])
            #expect(try fixture.records() == (1...5).map { .of(1, $0) })
        }
    }

    @Test func verifyTellsWhetherTheEpochIsOpen() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            let replies = try fixture.ask([
                .verify(e1), .verify(e2), .seal(e2, owner: 0), .verify(e1),
            ])
            #expect(replies[0] == .done)
            #expect(replies[1] == .fenced(promised: e1, opened: e1))
            #expect(replies[3] == .fenced(promised: e2, opened: e1))
        }
    }

    @Test func trimKeepsTheTail() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 9)
            #expect(try fixture.ask(.trim(e1, before: .of(1, 4))) == .done)
            #expect(try fixture.records().count == 9, "no snapshot holds them")
            try fixture.storeSnapshot(at: 9)
            #expect(try fixture.ask(.trim(e1, before: .of(1, 4))) == .done)
            #expect(try fixture.records() == (4...9).map { .of(1, $0) })
            #expect(
                try fixture.ask(.trim(e2, before: .of(1, 5))) == .fenced(promised: e1, opened: e1)
            )
            _ = try fixture.ask(.seal(e2, owner: 0))
            #expect(try fixture.ask(.trim(e1, before: .of(7, 7))) == .done)
            #expect(try fixture.records() == [.of(1, 9)])
        }
    }

    @Test func readIsExclusiveAndLimited() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 9)
            let replies = try fixture.ask([
                .read(after: .of(1, 3), limit: 2), .read(after: .of(1, 9), limit: 5),
            ])
            #expect(replies == [.records([.of(1, 4), .of(1, 5)]), .records([])])
        }
    }
}
