import EventLoop
import Redis
import Replication
import Shard
import Testing
import Trading
import Wire
import Workload

@testable import Inspection

/// Logs in real Redis instances, sound or with one thing changed, as `castle replay` reads them.
@Suite(.serialized, .timeLimit(.minutes(2)))
struct TamperedLogClusterTests {
    /// Acceptors with one shard's log, written by plain commands.
    private final class Rig {
        let waiter = LoopWaiter(loop: EventLoop())
        let directory: OwnDirectory
        private(set) var servers: [OwnRedis] = []
        private var connections: [RedisConnection] = []

        init(acceptorCount: Int) throws {
            directory = try OwnDirectory(waiter: waiter)
            for number in 0..<acceptorCount {
                let folder = try directory.folder("\(number)")
                servers.append(try OwnRedis(waiter: waiter, directory: folder, writes: .never))
            }
            for server in servers { connections.append(try connect(server)) }
        }

        private func connect(_ server: OwnRedis) throws -> RedisConnection {
            let endpoint = RedisEndpoint(host: server.host, port: server.port)
            // It was started a moment ago.
            for _ in 0..<500 {
                let result = waiter.result { completion in
                    RedisConnection.connect(
                        to: endpoint,
                        on: waiter.loop,
                        completion: completion
                    )
                }
                if case .success(let connection)? = result { return connection }
                waiter.pause(milliseconds: 10)
            }
            throw LoadError("no Redis at \(endpoint)")
        }

        @discardableResult
        func send(_ words: [String], to index: Int) throws -> RedisReply {
            let command = words.map { Array($0.utf8) }
            let reply = waiter.result { connections[index].send(command, completion: $0) }
            return try #require(reply)
        }

        /// Writes a log as the functions leave it.
        func write(_ records: [LogRecord], tail: LogRecord? = nil, to index: Int) throws {
            for record in records {
                var command = ["XADD", "castle:{shard-1}:log", "\(record.id)", "b"].map {
                    Array($0.utf8)
                }
                command += [record.bytes, Array("h".utf8), Array("\(record.hash)".utf8)]
                let reply = waiter.result { connections[index].send(command, completion: $0) }
                try #require(reply?.text == "\(record.id)")
            }
            let last = try #require(tail ?? records.last)
            let epoch = "\(last.id.epoch)"
            try send(
                [
                    "HSET", "castle:{shard-1}:meta", "incarnation", "7", "prom", epoch, "open",
                    epoch, "tail", "\(last.id)", "hash", "\(last.hash)",
                ],
                to: index
            )
        }

        var words: [String] { servers.map { "redis://\($0.host):\($0.port)" } }

        /// What `castle replay` says is wrong; nil for nothing.
        func fault(_ words: [String]? = nil) throws -> String? {
            do throws(InspectionError) {
                let source = try LogSource.named(words ?? self.words, waiter)
                defer { source.close() }
                let shards = try source.shards()
                for shard in shards {
                    _ = try Verification(source: source, waiter: waiter).run(shard)
                }
                return shards == [ShardID(1)] ? nil : "shards \(shards)"
            } catch {
                return "\(error)"
            }
        }

        func remove() {
            for connection in connections { connection.close() }
            for server in servers { server.kill() }
            directory.remove()
        }
    }

    private func run(acceptors: Int = 1, _ body: (Rig) throws -> Void) throws {
        let rig = try Rig(acceptorCount: acceptors)
        defer { rig.remove() }
        try body(rig)
    }

    /// A marker and batches of voids, with the digests of the machine that ran them.
    private static func log(_ count: UInt64, time: Int64 = 1) -> [LogRecord] {
        var machine = ShardMachine()
        var cursor = LogCursor()
        var records: [LogRecord] = []
        var events: [MarketEvent] = []
        for sequence in 1...count {
            var payload = ByteWriter()
            let command = SessionCommand(
                session: SessionID(rawValue: 3),
                sequence: sequence,
                acknowledged: 0,
                command: .void
            )
            if sequence > 1 { BatchPayload.append(command, to: &payload) }
            let record = LogEntry(
                id: EntryID(epoch: Epoch(1), sequence: SequenceNumber(sequence)),
                kind: sequence == 1 ? .newEpoch : .batch,
                previousHash: cursor.hash,
                firstCommand: cursor.commandCount + 1,
                commandCount: sequence == 1 ? 0 : 1,
                time: Timestamp(microseconds: Int64(sequence) * time),
                committed: cursor.id.sequence,
                committedDigest: machine.digest,
                payload: payload.bytes
            ).encoded()
            records.append(record)
            _ = try? cursor.advance(to: record)
            if sequence > 1 {
                _ = machine.apply(command, at: cursor.time, events: &events)
            }
        }
        return records
    }

    @Test func soundLogHolds() throws {
        try run(acceptors: 3) { rig in
            for index in 0..<3 { try rig.write(Self.log(100), to: index) }
            #expect(try rig.fault() == nil)
            #expect(ReplayCommand.run(rig.words) == 0)
        }
    }

    @Test func filesOfAStoppedRedisAreReplayedAndLeftAlone() throws {
        try run { rig in
            try rig.write(Self.log(100), to: 0)
            let folder = rig.servers[0].directory
            // Its files would change under the copy.
            #expect(try rig.fault([folder])?.contains("a Redis runs on") == true)
            rig.servers[0].kill()
            #expect(try rig.fault([folder]) == nil)
        }
    }

    @Test func missingEntryIsNamed() throws {
        try run { rig in
            try rig.write(Self.log(100), to: 0)
            try rig.send(["XDEL", "castle:{shard-1}:log", "1-50"], to: 0)
            #expect(try rig.fault()?.contains("entry 50 is missing") == true)
            #expect(ReplayCommand.run(rig.words) == 1)
        }
    }

    @Test func flippedByteIsNamed() throws {
        try run { rig in
            var records = Self.log(100)
            records[49].bytes[80] ^= 1
            try rig.write(records, to: 0)
            #expect(try rig.fault()?.contains("entry 1-50 is damaged") == true)
        }
    }

    @Test func acknowledgedTailThatIsGoneIsNamed() throws {
        try run { rig in
            let records = Self.log(100)
            try rig.write(Array(records.dropLast()), tail: records[99], to: 0)
            #expect(try rig.fault()?.contains("the acceptor acknowledged 1-100") == true)
        }
    }

    @Test func contentsThatDifferBetweenAcceptorsAreNamed() throws {
        try run(acceptors: 2) { rig in
            try rig.write(Self.log(100), to: 0)
            try rig.write(Self.log(100, time: 2), to: 1)
            let fault = try rig.fault()
            #expect(fault?.contains("I1") == true)
            #expect(fault?.contains("different contents under 1-1") == true)
        }
    }

    @Test func voteWithoutAnIncarnationIsNamed() throws {
        try run { rig in
            try rig.write(Self.log(10), to: 0)
            try rig.send(["HDEL", "castle:{shard-1}:meta", "incarnation"], to: 0)
            try rig.send(["HSET", "castle:{shard-1}:meta", "prepared", "7"], to: 0)
            #expect(try rig.fault()?.contains("I6") == true)
        }
    }

    @Test func nothingIsWrittenWhileLooking() throws {
        try run { rig in
            try rig.write(Self.log(100), to: 0)
            let before = try rig.send(["INFO", "commandstats"], to: 0).text ?? ""
            #expect(InspectCommand.run(["log", "--verify"] + rig.words) == 0)
            let after = try rig.send(["INFO", "commandstats"], to: 0).text ?? ""
            let names = { (text: String) in
                Set(
                    text.split(whereSeparator: \.isNewline).compactMap {
                        $0.split(separator: ":").first
                    }
                )
            }
            let new = names(after).subtracting(names(before)).map(String.init).sorted()
            let allowed = [
                "cmdstat_hget", "cmdstat_hmget", "cmdstat_info", "cmdstat_ping", "cmdstat_scan",
                "cmdstat_xrange",
            ]
            #expect(Set(new).isSubset(of: allowed), "\(new)")
        }
    }
}
