import Replication
import Shard
import Testing
import Trading
import Wire

@Suite struct ReplicaLeadingTests {
    @Test func servesOnlyAfterItsMarkerIsDurable() {
        let rig = ReplicaRig()
        rig.input { $0.assume(.primary(Epoch(1)), effects: &$1) }
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.hello(1)
        for _ in 0..<20 where rig.log.records.isEmpty {
            #expect(!rig.replica.isServing)
            #expect(rig.sent(1).isEmpty)
            rig.answerOne()
        }
        // The stream that came while the term was being opened waited for it.
        #expect(rig.replica.isServing)
        #expect(rig.sent(1) == [.welcome(epoch: Epoch(1), sequence: 0)])
    }

    @Test func noReplyLeavesBeforeItsCommit() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.command(1, 1)
        rig.flush()
        #expect(rig.replies(1).isEmpty)
        let position = rig.replica.position
        rig.answerOne()
        #expect(rig.replies(1) == [1])
        #expect(rig.replica.position > position)
    }

    @Test func aBatchHoldsWhatCameInMeanwhile() throws {
        var settings = ReplicaSettings()
        settings.batchesInFlightMax = 2
        settings.batchCommandsMax = 3
        let rig = ReplicaRig.primary(settings: settings)
        rig.hello(1)
        for sequence in 1...10 as ClosedRange<UInt64> { rig.command(1, sequence) }
        rig.flush()
        // Two in flight at most, three commands in each.
        #expect(rig.asked.count == 2)
        let first = rig.log.records.count
        rig.settle()
        #expect(rig.replies(1) == Array(1...10))
        let counts = try rig.log.records[first...].map {
            try LogEntry(decoding: $0.bytes).commandCount
        }
        #expect(counts == [3, 3, 3, 1])
    }

    @Test func aBatchEndsAtItsBytes() throws {
        var settings = ReplicaSettings()
        settings.batchBytesMax = 100
        let rig = ReplicaRig.primary(settings: settings)
        rig.hello(1)
        let first = rig.log.records.count
        for sequence in 1...8 as ClosedRange<UInt64> { rig.command(1, sequence) }
        rig.settle()
        // A void command takes 29 bytes: four reach the limit.
        let counts = try rig.log.records[first...].map {
            try LogEntry(decoding: $0.bytes).commandCount
        }
        #expect(counts == [4, 4])
    }

    @Test func aBrokenConnectionLosesAndDoublesNothing() {
        for isExecuted in [false, true] {
            let rig = ReplicaRig.primary()
            rig.hello(1)
            for sequence in 1...3 as ClosedRange<UInt64> {
                rig.command(1, sequence)
                rig.flush()
            }
            let count = rig.log.records.count
            rig.loseAcceptor(executing: isExecuted)
            #expect(rig.replies(1).isEmpty)
            rig.input { $0.acceptorReady(effects: &$1) }
            rig.settle()
            #expect(rig.replies(1) == [1, 2, 3])
            #expect(rig.log.records.count == count + 3)
        }
    }

    @Test func nothingIsProposedWithoutAnAcceptor() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.loseAcceptor()
        rig.command(1, 1)
        rig.flush()
        #expect(rig.asked.isEmpty)
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        #expect(rig.replies(1) == [1])
    }

    @Test func aSecondCopyGetsTheFirstReply() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.command(1, 1, Fixtures.place(1, .sell, price: 10, name: "a"))
        rig.settle()
        rig.hello(2)
        rig.command(2, 1, .void)
        rig.settle()
        let reply = rig.sent(1).last
        #expect(
            rig.sent(2) == [.welcome(epoch: Epoch(1), sequence: 1)] + (reply.map { [$0] } ?? [])
        )
    }

    @Test func theSuccessorAnswersWhatTheDeposedOneCommitted() {
        let first = ReplicaRig.primary()
        first.hello(1)
        first.command(1, 1, Fixtures.place(1, .sell, price: 10, name: "a"))
        first.flush()
        // Durable, and the primary dies before it hears of it.
        for request in first.asked { _ = first.log.answer(request) }
        let second = ReplicaRig.primary(first.log, epoch: 2)
        second.hello(4)
        second.command(4, 1, Fixtures.place(1, .sell, price: 10, name: "a"))
        second.settle()
        guard case .reply(1, .placed(let order, _)) = second.sent(4).last else {
            Issue.record("\(second.sent(4))")
            return
        }
        #expect(order.id == OrderID(1))
        second.command(4, 2, Fixtures.place(1, .sell, price: 10, name: "b"))
        second.settle()
        guard case .reply(2, .placed(let next, _)) = second.sent(4).last else { return }
        #expect(next.id == OrderID(2))
    }

    @Test func aFencedPrimaryDropsItsStreamsAndFollows() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.hello(2, session: 8)
        let other = ReplicaRig.primary(rig.log, epoch: 2)
        rig.command(1, 1)
        rig.settle()
        for stream in [1, 2] as [UInt64] {
            #expect(rig.sent(stream).last == .refused(.notPrimary))
            #expect(rig.isClosed(stream))
            #expect(rig.replies(stream).isEmpty)
        }
        #expect(!rig.replica.isServing)
        #expect(rig.replica.position == other.replica.position)
        #expect(rig.replica.digest == other.replica.digest)
        #expect(rig.effects.contains(.follow(after: rig.log.tail)))
        rig.hello(3)
        #expect(rig.sent(3) == [.refused(.notPrimary)])
    }

    @Test func theMapTakesTheDutyAway() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.command(1, 1)
        rig.flush()
        rig.input { $0.assume(.standby(writesSnapshots: false), effects: &$1) }
        #expect(rig.sent(1).last == .refused(.notPrimary))
        // The answer to what was in flight comes to a standby: it reads the entry like any other.
        rig.settle()
        #expect(rig.replies(1).isEmpty)
        #expect(rig.replica.position == rig.log.tail.sequence)
    }

    // MARK: Reads

    @Test func questionsWaitForTheTermToBeVerified() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.query(1, 4, .balances(account: AccountID(1)))
        rig.flush()
        #expect(rig.asked == [.verify(Epoch(1))])
        #expect(rig.sent(1).count == 1)
        rig.answerOne()
        guard case .answer(4, .balances(let balances)) = rig.sent(1).last else {
            Issue.record("\(rig.sent(1))")
            return
        }
        #expect(balances.count == 2)
    }

    @Test func oneVerificationServesManyAndNoneThatCameLater() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        for id in 1...3 as ClosedRange<UInt64> { rig.query(1, id, .position) }
        rig.flush()
        rig.query(1, 4, .position)
        rig.flush()
        #expect(rig.asked.count == 1)
        rig.answerOne()
        #expect(rig.sent(1).count == 4)
        rig.settle()
        #expect(rig.sent(1).count == 5)
    }

    @Test func aDeposedPrimaryAnswersNoQuestion() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        _ = ReplicaRig.primary(rig.log, epoch: 2)
        rig.query(1, 4, .position)
        rig.settle()
        #expect(rig.sent(1) == [.welcome(epoch: Epoch(1), sequence: 0), .refused(.notPrimary)])
    }

    @Test func questionsSurviveABrokenConnection() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.query(1, 4, .position)
        rig.flush()
        rig.loseAcceptor()
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        #expect(rig.sent(1).count == 2)
    }

    // MARK: Streams

    @Test func aStreamMustBeginWithHello() {
        let rig = ReplicaRig.primary()
        rig.command(1, 1)
        rig.query(2, 1, .position)
        #expect(rig.sent(1) == [.refused(.malformed)])
        #expect(rig.sent(2) == [.refused(.malformed)])
        rig.hello(3)
        rig.hello(3)
        #expect(rig.sent(3).last == .refused(.malformed))
    }

    @Test func aGapIsRefused() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.command(1, 2)
        rig.settle()
        #expect(rig.sent(1).last == .refused(.gap))
    }

    @Test func tooMuchInFlightIsRefused() {
        var settings = ReplicaSettings()
        settings.pendingMax = 2
        let rig = ReplicaRig.primary(settings: settings)
        rig.hello(1)
        for sequence in 1...3 as ClosedRange<UInt64> { rig.command(1, sequence) }
        #expect(rig.sent(1).last == .refused(.overloaded))
        for id in 1...3 as ClosedRange<UInt64> {
            rig.hello(2, session: 8)
            rig.query(2, id, .position)
        }
    }

    @Test func commandsOfAClosedStreamStillRun() {
        let rig = ReplicaRig.primary()
        rig.hello(1)
        rig.command(1, 1)
        rig.replica.closed(StreamID(rawValue: 1))
        rig.settle()
        #expect(rig.replies(1).isEmpty)
        rig.hello(2)
        #expect(rig.sent(2) == [.welcome(epoch: Epoch(1), sequence: 1)])
    }
}
