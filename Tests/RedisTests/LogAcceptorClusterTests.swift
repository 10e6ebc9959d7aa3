import EventLoop
import Glibc
import Redis
import Replication
import Testing
import Trading
import Wire

@Suite(.serialized, .enabled(if: TestRedis.isInstalled), .timeLimit(.minutes(1)))
struct LogAcceptorClusterTests {
    @Test(arguments: [
        (["--appendfsync", "no"], "setting appendfsync is \"no\", wanted \"always\""),
        (["--appendonly", "no"], "setting appendonly is \"no\", wanted \"yes\""),
        (["--save", "60 1"], "setting save is \"60 1\", wanted \"\""),
        (
            ["--maxmemory-policy", "allkeys-lru"],
            "setting maxmemory-policy is \"allkeys-lru\", wanted \"noeviction\""
        ),
        (
            ["--no-appendfsync-on-rewrite", "yes"],
            "setting no-appendfsync-on-rewrite is \"yes\", wanted \"no\""
        ),
    ])
    func anUnfitRedisIsRefused(options: [String], text: String) throws {
        try AcceptorFixture.run(options: options) { fixture in
            try fixture.loop.run { fixture.losses.contains { $0.hasSuffix(text) } }
            #expect(!fixture.acceptor.isReady)
        }
    }

    @Test func everySecondIsTakenOnlyWhenChosen() throws {
        let options = ["--appendfsync", "everysec"]
        try AcceptorFixture.run(options: options, durability: .everySecond) { fixture in
            try fixture.openLog(count: 1)
        }
        try AcceptorFixture.run(options: options) { fixture in
            try fixture.loop.run { fixture.losses.contains { $0.contains("appendfsync") } }
        }
    }

    @Test func withoutAConnectionTheOutcomeIsUnknown() throws {
        try AcceptorFixture.run { fixture in
            var isAnswered = false
            fixture.acceptor.send(.readManifest) { reply in
                #expect(reply == nil)
                isAnswered = true
            }
            #expect(!isAnswered)
            try fixture.loop.run { isAnswered }
        }
    }

    @Test func acknowledgedAppendsSurviveACrash() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            var acknowledged: UInt64 = 1
            var lost = 0
            var next: UInt64 = 2
            func send() {
                let sequence = next
                next += 1
                fixture.acceptor.send(.append(1, sequence, size: 4096)) { reply in
                    guard reply == .done else {
                        lost += 1
                        return
                    }
                    acknowledged = sequence
                    send()
                }
            }
            for _ in 0..<4 { send() }
            try fixture.loop.run { acknowledged >= 200 }
            try fixture.redis.crash()
            try fixture.loop.run { lost == 4 }
            #expect(fixture.losses.count >= 1)

            try fixture.redis.start()
            let records = try fixture.records()
            let wanted = (1...UInt64(records.count)).map { LogRecord.of(1, $0, size: 4096) }
            #expect(records.count >= acknowledged)
            #expect(records.dropFirst() == wanted.dropFirst())
            // Those whose outcome is unknown are sent again and all are done.
            let again = (acknowledged + 1..<next).map {
                AcceptorRequest.append(1, $0, size: 4096)
            }
            #expect(try fixture.ask(again).allSatisfy { $0 == .done })
            #expect(try fixture.records().count == Int(next) - 1)
        }
    }

    @Test func aStoppedRedisTimesOutAndMayStillRunIt() throws {
        try AcceptorFixture.run(requestMilliseconds: 100) { fixture in
            try fixture.openLog(count: 1)
            fixture.redis.signal(SIGSTOP)
            #expect(try fixture.ask([.append(1, 2), .append(1, 3)]) == [nil, nil])
            #expect(!fixture.acceptor.isReady)
            #expect(fixture.losses.last?.hasSuffix("no answer in 100 ms") == true)
            fixture.redis.signal(SIGCONT)
            #expect(try fixture.ask([.append(1, 2), .append(1, 3)]) == [.done, .done])
            #expect(try fixture.records() == (1...3).map { .of(1, $0) })
        }
    }

    @Test func closingAnswersWhatIsPendingOnce() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            var replies: [AcceptorReply?] = []
            for _ in 0..<3 {
                fixture.acceptor.send(.seal(Epoch(9), owner: 0)) { replies.append($0) }
            }
            fixture.acceptor.close()
            #expect(replies == [nil, nil, nil])
            fixture.acceptor.send(.readManifest) { replies.append($0) }
            try fixture.loop.run { replies.count == 4 }
            #expect(replies[3] == nil)
        }
    }

    @Test func functionsOfAnotherBuildAreReplaced() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            var fitness = RedisFitness(durability: .always)
            fitness.libraryVersion = "another"
            fitness.librarySource = AcceptorLibrary.source(version: "another")
            let other = LogAcceptor(
                loop: fixture.loop,
                endpoint: fixture.redis.endpoint,
                shard: ShardID(1),
                fitness: fitness,
                timeouts: RedisTimeouts()
            )
            try fixture.loop.run { other.isReady }
            other.close()
            #expect(try fixture.command("FCALL_RO", "castle_version", "0").text == "another")

            try fixture.redis.crash()
            try fixture.loop.run { !fixture.acceptor.isReady }
            try fixture.redis.start()
            try fixture.waitUntilReady()
            let version = try fixture.command("FCALL_RO", "castle_version", "0").text
            #expect(version == AcceptorLibrary.version)
        }
    }

    @Test func flushedFunctionsComeBack() throws {
        try AcceptorFixture.run { fixture in
            try fixture.openLog(count: 1)
            _ = try fixture.command("FUNCTION", "FLUSH")
            #expect(try fixture.ask(.append(1, 2)) == .failed("ERR Function not found"))
            #expect(try fixture.ask(.append(1, 2)) == .done)
        }
    }
}
