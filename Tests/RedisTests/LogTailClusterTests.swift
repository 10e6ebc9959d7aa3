import EventLoop
import Redis
import Replication
import Testing
import Trading
import Wire

@Suite(.serialized, .enabled(if: TestRedis.isInstalled), .timeLimit(.minutes(1)))
struct LogTailClusterTests {
    /// What a tail delivered.
    private final class Follower {
        let tail: LogTail
        var records: [LogRecord] = []
        var sizes: [Int] = []
        var losses: [String] = []

        init(_ fixture: AcceptorFixture) {
            tail = LogTail(
                loop: fixture.loop,
                endpoint: fixture.redis.endpoint,
                shard: ShardID(1)
            )
            tail.onRecords = { [unowned self] in
                records += $0
                sizes.append($0.count)
            }
            tail.onLost = { [unowned self] in losses.append($0) }
        }
    }

    private func run(_ body: (AcceptorFixture, Follower) throws -> Void) throws {
        try AcceptorFixture.run { fixture in
            let follower = Follower(fixture)
            defer { follower.tail.stop() }
            try body(fixture, follower)
        }
    }

    @Test func theTailSeesAppendsAtOnce() throws {
        try run { fixture, follower in
            follower.tail.start(after: .zero)
            try fixture.openLog(count: 2)
            try fixture.loop.run { follower.records.count == 2 }
            var delays: [UInt64] = []
            for sequence in UInt64(3)...50 {
                #expect(try fixture.ask(.append(1, sequence)) == .done)
                let start = fixture.loop.nowNanoseconds
                try fixture.loop.run { follower.records.count == sequence }
                delays.append(fixture.loop.nowNanoseconds - start)
            }
            #expect(follower.records == (1...50).map { .of(1, $0) })
            // Far below the time that an XREAD is held: it is woken, not polled.
            #expect(delays.sorted()[24] < 100_000_000)
        }
    }

    @Test func aLongLogComesInPages() throws {
        try run { fixture, follower in
            try fixture.openLog(count: 1000)
            follower.tail.start(after: .of(1, 100))
            try fixture.loop.run { follower.records.count == 900 }
            #expect(follower.records == (101...1000).map { .of(1, $0) })
            #expect(follower.sizes == [16, 32, 64, 128, 256, 256, 148])
            #expect(follower.tail.position == .of(1, 1000))
        }
    }

    @Test func largeRecordsComeFewAtATime() throws {
        try run { fixture, follower in
            try fixture.openLog(count: 1)
            let appends = (2...40).map { AcceptorRequest.append(1, $0, size: 1 << 20) }
            #expect(try fixture.ask(appends).allSatisfy { $0 == .done })
            follower.tail.start(after: .of(1, 39))
            try fixture.loop.run { follower.records.count == 1 }
            follower.tail.start(after: .zero)
            try fixture.loop.run { follower.records.count == 41 }
            #expect(follower.records.last == .of(1, 40, size: 1 << 20))
            #expect(follower.sizes.prefix(5) == [1, 16, 8, 4, 2])
        }
    }

    @Test func theTailGoesOnAfterARestart() throws {
        try run { fixture, follower in
            try fixture.openLog(count: 3)
            follower.tail.start(after: .zero)
            try fixture.loop.run { follower.records.count == 3 }
            try fixture.redis.crash()
            try fixture.loop.run { !follower.losses.isEmpty && !fixture.acceptor.isReady }
            try fixture.redis.start()
            #expect(try fixture.ask(.append(1, 4)) == .done)
            try fixture.loop.run { follower.records.count == 4 }
            #expect(follower.records == (1...4).map { .of(1, $0) })
        }
    }

    @Test func aPausedTailHoldsBack() throws {
        try run { fixture, follower in
            try fixture.openLog(count: 1)
            follower.tail.start(after: .zero)
            try fixture.loop.run { follower.records.count == 1 }
            follower.tail.pause()
            #expect(try fixture.ask((2...600).map { .append(1, $0) }).allSatisfy { $0 == .done })
            #expect(try fixture.ask(.verify(Epoch(1))) == .done)
            #expect(follower.records.count == 1)
            follower.tail.resume()
            try fixture.loop.run { follower.records.count == 600 }
            #expect(follower.records == (1...600).map { .of(1, $0) })
        }
    }

    @Test func theConsumerMayPauseAndMoveFromWithin() throws {
        try run { fixture, follower in
            try fixture.openLog(count: 600)
            follower.tail.onRecords = { records in
                follower.records += records
                follower.tail.pause()
                if records.last?.id == .of(1, 16) { follower.tail.start(after: .of(1, 599)) }
                follower.tail.resume()
            }
            follower.tail.start(after: .zero)
            try fixture.loop.run { follower.records.count == 17 }
            #expect(follower.records.last == .of(1, 600))
        }
    }

    @Test func droppedRecordsAreFollowedByThoseOfTheNewEpoch() throws {
        try run { fixture, follower in
            try fixture.openLog(count: 3)
            follower.tail.start(after: .zero)
            try fixture.loop.run { follower.records.count == 3 }
            let base = LogRecord.of(1, 1)
            _ = try fixture.ask([
                .seal(Epoch(2), owner: 0),
                .open(Epoch(2), base: base.id, baseHash: base.hash, records: [.of(2, 2)]),
            ])
            try fixture.loop.run { follower.records.count == 4 }
            #expect(follower.records.last == .of(2, 2))
        }
    }
}
