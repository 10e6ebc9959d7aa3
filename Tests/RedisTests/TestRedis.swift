import EventLoop
import Foundation
import Redis
import Replication
import Testing
import Trading
import Wire

struct TestTimeout: Error {}

extension EventLoop {
    /// Runs until the condition holds.
    func run(seconds: UInt64 = 10, until condition: @escaping () -> Bool) throws {
        var isLate = false
        let deadline = schedule(afterMilliseconds: seconds * 1000) {
            isLate = true
            self.stop()
        }
        let check = schedule(afterMilliseconds: 0, repeatingMilliseconds: 1) {
            if condition() { self.stop() }
        }
        run()
        deadline.cancel()
        check.cancel()
        if isLate { throw TestTimeout() }
    }
}

/// A Redis of our configuration on a free port, in a directory of its own.
final class TestRedis {
    static let program = "/usr/bin/redis-server"
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    let endpoint: RedisEndpoint
    private let loop: EventLoop
    private let directory: URL
    private let options: [String]
    private var child: ChildProcess?

    init(loop: EventLoop, options: [String] = []) throws {
        self.loop = loop
        self.options = options
        let listener = try loop.listen(host: "127.0.0.1", port: 0) { _ in }
        endpoint = RedisEndpoint(host: "127.0.0.1", port: listener.port)
        listener.close()
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("castle-redis-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        try start()
    }

    func start() throws {
        let repository = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let configuration = repository.appendingPathComponent("Cluster/redis/redis.conf").path
        let process = ProcessOptions(
            path: Self.program,
            arguments: [configuration, "--port", "\(endpoint.port)", "--dir", directory.path]
                + options,
            standardOutputPath: directory.appendingPathComponent("output").path
        )
        child = try loop.spawn(process) { [weak self] _, _ in self?.child = nil }
    }

    func signal(_ number: Int32) { child?.kill(number) }

    /// Ends it as a crash would, and waits until it is gone.
    func crash() throws {
        child?.kill(SIGKILL)
        try loop.run { self.child == nil }
    }

    func remove() {
        do {
            try crash()
            try FileManager.default.removeItem(at: directory)
        } catch {
            Issue.record("the test Redis stays behind: \(error)")
        }
    }
}

/// A loop, a Redis and an acceptor on it, for the time of one test.
final class AcceptorFixture {
    let loop = EventLoop()
    let redis: TestRedis
    let acceptor: LogAcceptor
    private(set) var losses: [String] = []

    /// Runs the body, then takes everything away.
    static func run(
        options: [String] = [],
        durability: RedisDurability = .always,
        requestMilliseconds: UInt64 = 2000,
        _ body: (AcceptorFixture) throws -> Void
    ) throws {
        let fixture = try AcceptorFixture(options, durability, requestMilliseconds)
        defer { fixture.remove() }
        try body(fixture)
    }

    private init(
        _ options: [String],
        _ durability: RedisDurability,
        _ requestMilliseconds: UInt64
    ) throws {
        redis = try TestRedis(loop: loop, options: options)
        acceptor = LogAcceptor(
            loop: loop,
            endpoint: redis.endpoint,
            shard: ShardID(1),
            durability: durability,
            timeouts: RedisTimeouts(requestMilliseconds: requestMilliseconds)
        )
        acceptor.onLost = { [weak self] in self?.losses.append($0) }
    }

    private func remove() {
        acceptor.close()
        redis.remove()
        loop.close()
    }

    func waitUntilReady() throws { try loop.run { self.acceptor.isReady } }

    /// The answer to one request; nil when the connection was lost.
    func ask(_ request: AcceptorRequest) throws -> AcceptorReply? {
        try ask([request]).first ?? nil
    }

    /// The answers to requests that are sent at once.
    func ask(_ requests: [AcceptorRequest]) throws -> [AcceptorReply?] {
        if !acceptor.isReady { try waitUntilReady() }
        var replies: [AcceptorReply?] = []
        for request in requests { acceptor.send(request) { replies.append($0) } }
        try loop.run { replies.count == requests.count }
        return replies
    }

    /// The answer to a command that is no request of ours.
    func command(_ words: String...) throws -> RedisReply {
        var answer: RedisReply?
        var connection: RedisConnection?
        RedisConnection.connect(to: redis.endpoint, on: loop) { result in
            guard case .success(let connected) = result else {
                answer = .disconnected("\(result)")
                return
            }
            connection = connected
            connected.send(words.map { Array($0.utf8) }) { answer = $0 }
        }
        try loop.run { answer != nil }
        connection?.close()
        return try #require(answer)
    }

    /// Makes a log that has epoch 1 open with the records 1-1 up to the count.
    func openLog(count: UInt64) throws {
        let requests: [AcceptorRequest] = [
            .create(incarnation: 7), .seal(Epoch(1), owner: 0),
            .open(Epoch(1), base: .zero, baseHash: .zero, records: (1...count).map { .of(1, $0) }),
        ]
        try #require(
            try ask(requests) == [.done, .sealed(tail: .zero, hash: .zero), .done]
        )
    }

    /// Stores a snapshot of one chunk at an entry of the first epoch.
    func storeSnapshot(at sequence: UInt64) throws {
        let record = LogRecord.of(1, sequence)
        let manifest = SnapshotManifest(
            id: record.id,
            hash: record.hash,
            stateHash: 0,
            size: 1,
            chunkCount: 1
        )
        let requests: [AcceptorRequest] = [
            .writeChunk(manifest, index: 0, bytes: [0]), .putManifest(Epoch(1), manifest),
        ]
        try #require(try ask(requests) == [.done, .done])
    }

    func records() throws -> [LogRecord] {
        guard case .records(let records)? = try ask(.read(after: .zero, limit: 100_000)) else {
            throw TestTimeout()
        }
        return records
    }
}

extension EntryID {
    static func of(_ epoch: UInt64, _ sequence: UInt64) -> Self {
        Self(epoch: Epoch(epoch), sequence: SequenceNumber(sequence))
    }
}

extension LogRecord {
    /// A record whose hash and bytes follow from its place, with bytes that a text would spoil.
    static func of(_ epoch: UInt64, _ sequence: UInt64, size: Int = 8) -> Self {
        Self(
            id: .of(epoch, sequence),
            hash: ChainHash(rawValue: sequence << 8 | epoch),
            bytes: [0, 13, 10, 255] + [UInt8](repeating: UInt8(sequence & 255), count: size)
        )
    }
}

extension AcceptorRequest {
    /// Appends the record of the place after the one before it in the same epoch.
    static func append(_ epoch: UInt64, _ sequence: UInt64, size: Int = 8) -> Self {
        .append(
            Epoch(epoch),
            previous: .of(epoch, sequence - 1),
            .of(epoch, sequence, size: size)
        )
    }
}
