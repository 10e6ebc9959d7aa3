import Redis
import Replication
import Testing
import Trading
import Wire

@Suite(.serialized, .enabled(if: TestRedis.isInstalled), .timeLimit(.minutes(1)))
struct SnapshotClusterTests {
    private let e1 = Epoch(1)

    private func manifest(_ sequence: UInt64, chunkCount: Int = 2) -> SnapshotManifest {
        SnapshotManifest(
            id: .of(1, sequence),
            hash: LogRecord.of(1, sequence).hash,
            stateHash: .max,
            size: 6,
            chunkCount: chunkCount
        )
    }

    /// The requests that store a snapshot of two chunks.
    private func store(_ sequence: UInt64) -> [AcceptorRequest] {
        let manifest = manifest(sequence)
        return [
            .writeChunk(manifest, index: 0, bytes: [0, 13, 10]),
            .writeChunk(manifest, index: 1, bytes: [255, 0, UInt8(sequence)]),
            .putManifest(e1, manifest),
        ]
    }

    @Test func aSnapshotIsReadAsItWasWritten() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            #expect(try fixture.ask([.readManifest]) == [.manifest(nil)])
            #expect(try fixture.ask(store(3)).allSatisfy { $0 == .done })
            let replies = try fixture.ask([
                .readManifest, .readChunk(manifest(3), index: 0),
                .readChunk(manifest(3), index: 1), .readChunk(manifest(3), index: 2),
            ])
            #expect(
                replies == [
                    .manifest(manifest(3)), .chunk([0, 13, 10]), .chunk([255, 0, 3]), .chunk(nil),
                ]
            )
        }
    }

    @Test func aManifestNeedsItsChunksAndItsEpoch() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            let large = [UInt8](repeating: 1, count: SnapshotManifest.chunkSizeMax + 1)
            let replies = try fixture.ask([
                .writeChunk(manifest(3), index: 0, bytes: large),
                .writeChunk(manifest(3), index: 0, bytes: large.dropLast()),
                .putManifest(e1, manifest(3)), .writeChunk(manifest(3), index: 2, bytes: [1]),
                .putManifest(e1, manifest(3)), .putManifest(Epoch(2), manifest(3)), .readManifest,
            ])
            let missing = AcceptorReply.failed("chunks are missing")
            #expect(
                replies == [
                    .failed("the chunk is too large"), .done, missing, .done, missing,
                    .fenced(promised: e1, opened: e1), .manifest(nil),
                ]
            )
        }
    }

    @Test func theNewestSnapshotStaysAlone() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            let requests = store(3) + store(4) + store(2) + [.readManifest]
            let replies = try fixture.ask(requests)
            #expect(replies.dropLast().allSatisfy { $0 == .done })
            #expect(replies.last == .manifest(manifest(4)))
            let keys = try fixture.command("KEYS", "*snapshot*")
            #expect(keys == .array([.bulk(Array("castle:{shard-1}:snapshot:1-4".utf8))]))
        }
    }

    @Test func chunksOfADeadWriterGo() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            _ = try fixture.ask(.writeChunk(manifest(2), index: 0, bytes: [1]))
            #expect(try fixture.ask(store(4)).allSatisfy { $0 == .done })
            #expect(try fixture.command("EXISTS", "castle:{shard-1}:snapshot:1-2") == .integer(0))
        }
    }

    @Test func aDeadWriterKeepsNobodyOut() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            let replies = try fixture.ask(
                [.writeChunk(manifest(4), index: 0, bytes: [1])] + store(3)
                    + [.putManifest(e1, manifest(4)), .readManifest]
            )
            #expect(replies.prefix(4) == [.done, .done, .done, .done])
            #expect(replies[4...] == [.failed("chunks are missing"), .manifest(manifest(3))])
        }
    }

    @Test func trimLeavesWhatItsSnapshotDoesNotHold() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 5)
            _ = try fixture.ask(
                store(3) + [.trim(e1, before: .of(1, 4)), .seal(Epoch(2), owner: 0)]
            )
            let open = AcceptorRequest.open(
                Epoch(2),
                base: .of(1, 3),
                baseHash: manifest(3).hash,
                records: [.of(2, 4)]
            )
            #expect(try fixture.ask(open) == .done)
            #expect(try fixture.records() == [.of(1, 3), .of(2, 4)])
        }
    }

    @Test(arguments: [false, true])
    func aLogFarBehindJumpsToTheSnapshot(inItsOwnEpoch: Bool) throws {
        try AcceptorFixture.run { fixture in
            let start: [AcceptorRequest] =
                inItsOwnEpoch
                ? [.open(e1, base: .zero, baseHash: .zero, records: [.of(1, 1)])] : []
            _ = try fixture.ask([.create(incarnation: 7), .seal(e1, owner: 0)] + start)
            let open = AcceptorRequest.open(
                e1,
                base: .of(1, 90),
                baseHash: manifest(90).hash,
                records: [.of(1, 91)]
            )
            let replies = try fixture.ask(store(90) + [open, open, .append(1, 92)])
            #expect(replies.allSatisfy { $0 == .done })
            #expect(try fixture.records() == [.of(1, 91), .of(1, 92)])
        }
    }
}
