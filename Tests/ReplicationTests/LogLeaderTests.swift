import Replication
import Testing
import Trading
import Wire

@Suite struct LogLeaderTests {
    @Test func sealsFirstAndAgainAfterALostConnection() {
        var leader = LogLeader(epoch: Epoch(3))
        #expect(leader.resume() == [.seal(Epoch(3), owner: 0)])
        #expect(leader.resume() == [.seal(Epoch(3), owner: 0)])
        #expect(leader.phase == .sealing)
    }

    @Test func catchesUpToTheSealedTail() {
        var leader = LogLeader(epoch: Epoch(3))
        let tail = entryID(2, 9)
        let outcome = leader.received(
            .sealed(tail: tail, hash: .zero),
            to: .seal(Epoch(3), owner: 0)
        )
        #expect(outcome == .sealed(tail: tail))
        #expect(leader.phase == .catchingUp(tail: tail))
        // A second answer to a seal sent twice changes nothing.
        let late = leader.received(.sealed(tail: .zero, hash: .zero), to: .seal(Epoch(3), owner: 0))
        #expect(late == .nothing)
        #expect(leader.phase == .catchingUp(tail: tail))
        // What was read may have been on an acceptor that is gone: from the start again.
        #expect(leader.resume() == [.seal(Epoch(3), owner: 0)])
        #expect(leader.phase == .sealing)
    }

    @Test func opensWithAMarkerAndSendsTheSameBytesAgain() throws {
        var leader = LogLeader(epoch: Epoch(3))
        _ = leader.received(.sealed(tail: .zero, hash: .zero), to: .seal(Epoch(3), owner: 0))
        let time = Timestamp(microseconds: 5)
        let request = try leader.open(cursor: LogCursor(), time: time, digest: 8, payload: [1])
        #expect(leader.phase == .opening)
        #expect(leader.resume() == [request])
        let marker = try #require(request.record)
        let entry = try LogEntry(decoding: marker.bytes)
        #expect(entry.kind == .newEpoch)
        #expect(entry.id == entryID(3, 1))
        #expect(entry.commandCount == 0)
        #expect(entry.committedDigest == 8)
        #expect(leader.received(.done, to: request) == .opened([marker]))
        #expect(leader.phase == .leading)
        #expect(leader.received(.done, to: request) == .nothing)
        #expect(leader.resume().isEmpty)
    }

    @Test func markerTimeNeverGoesBack() throws {
        var leader = LogLeader(epoch: Epoch(3))
        let tail = entryID(2, 9)
        _ = leader.received(.sealed(tail: tail, hash: .zero), to: .seal(Epoch(3), owner: 0))
        let cursor = LogCursor(
            id: tail,
            hash: .zero,
            commandCount: 4,
            time: Timestamp(microseconds: 70)
        )
        let early = Timestamp(microseconds: 60)
        let request = try leader.open(cursor: cursor, time: early, digest: 0, payload: [])
        let entry = try LogEntry(decoding: try #require(request.record).bytes)
        #expect(entry.time == cursor.time)
        #expect(entry.firstCommand == 5)
        #expect(entry.committed == tail.sequence)
    }

    @Test func whatMayNotBeCommittedIsHeldAndProposedAgain() throws {
        var builder = LogBuilder()
        let records = [builder.next(), builder.next(), builder.next(committed: 1)]
        var leader = LogLeader(epoch: Epoch(3), owner: 9)
        _ = leader.received(
            .sealed(tail: records[2].id, hash: records[2].hash),
            to: .seal(Epoch(3), owner: 9)
        )
        var cursor = LogCursor()
        #expect(leader.read(records, at: cursor) == [records[0]])
        #expect(leader.read(records, at: cursor) == [], "the same again")
        #expect(leader.held == Array(records[1...]))
        _ = try cursor.advance(to: records[0])
        let request = try leader.open(cursor: cursor, time: .zero, digest: 0, payload: [])
        guard case .open(_, records[0].id, records[0].hash, let again) = request else {
            Issue.record("\(request)")
            return
        }
        #expect(again.map(\.id) == [entryID(3, 2), entryID(3, 3), entryID(3, 4)])
        #expect(again.dropLast().map(\.hash) == records[1...].map(\.hash))
        #expect(leader.received(.done, to: request) == .opened(again))
        for record in again { _ = try cursor.advance(to: record) }
        #expect(cursor.id == entryID(3, 4))
    }

    @Test func aBaseUnderAnotherIDIsOpenedUnderTheOneOfTheLog() throws {
        var builder = LogBuilder()
        let record = builder.next()
        var cursor = LogCursor()
        // Applied under an id that a primary gave which never had a majority.
        let again = try LogEntry(decoding: record.bytes).proposed(again: Epoch(2))
        _ = try cursor.advance(to: again)
        var leader = LogLeader(epoch: Epoch(3))
        let seal = AcceptorRequest.seal(Epoch(3), owner: 0)
        _ = leader.received(.sealed(tail: record.id, hash: record.hash), to: seal)
        #expect(!leader.knowsBase(at: cursor))
        let rewinds = cursor.rewind()
        #expect(rewinds)
        #expect(leader.read([record], at: cursor) == [record])
        _ = try cursor.advance(to: record)
        #expect(leader.knowsBase(at: cursor))
        let request = try leader.open(cursor: cursor, time: .zero, digest: 0, payload: [])
        guard case .open(_, record.id, record.hash, let records) = request else {
            Issue.record("\(request)")
            return
        }
        #expect(records.map(\.id) == [entryID(3, 2)])
    }

    @Test func whatDoesNotHangTogetherIsNotOpened() throws {
        var builder = LogBuilder()
        let first = builder.next()
        _ = builder.next()
        let third = builder.next()
        var leader = LogLeader(epoch: Epoch(3))
        let seal = AcceptorRequest.seal(Epoch(3), owner: 0)
        _ = leader.received(.sealed(tail: third.id, hash: third.hash), to: seal)
        _ = leader.read([first, third], at: LogCursor())
        #expect(throws: LogFault.self) {
            try leader.open(cursor: LogCursor(), time: .zero, digest: 0, payload: [])
        }
    }

    @Test func commitsInOrder() throws {
        var leader = LogLeader.leading()
        let first = leader.propose(1)
        let second = leader.propose(2)
        let records = [try #require(first.record), try #require(second.record)]
        #expect(first.previous == entryID(3, 1))
        #expect(second.previous == entryID(3, 2))
        #expect(try LogEntry(decoding: records[1].bytes).previousHash == records[0].hash)
        #expect(leader.inFlight == records)
        #expect(leader.received(.done, to: first) == .committed(records[0]))
        #expect(leader.received(.done, to: second) == .committed(records[1]))
        #expect(leader.inFlight.isEmpty)
    }

    @Test func resendsTheIdenticalRequests() throws {
        var leader = LogLeader.leading()
        let requests = [leader.propose(1), leader.propose(2), leader.propose(3)]
        #expect(leader.resume() == requests)
        _ = leader.received(.done, to: requests[0])
        #expect(leader.resume() == Array(requests.dropFirst()))
    }

    @Test func secondAnswersAreOldNews() throws {
        var leader = LogLeader.leading()
        let first = leader.propose(1)
        let second = leader.propose(2)
        _ = leader.received(.done, to: first)
        #expect(leader.received(.done, to: first) == .nothing)
        // Out of turn: never commits ahead of an older one.
        var other = LogLeader.leading()
        _ = other.propose(1)
        #expect(other.received(.done, to: second) == .nothing)
    }

    @Test func aGapAtOrPastTheRecordProvesThatItArrived() throws {
        var leader = LogLeader.leading()
        let request = leader.propose(1)
        let record = try #require(request.record)
        #expect(leader.received(.gap(tail: entryID(3, 4)), to: request) == .committed(record))
    }

    @Test func aMissingAcknowledgedEntryIsALoss() throws {
        var leader = LogLeader.leading()
        let first = leader.propose(1)
        _ = leader.received(.done, to: first)
        let second = leader.propose(2)
        let outcome = leader.received(.gap(tail: entryID(3, 1)), to: second)
        guard case .lost = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func aRefusalIsTriedAgainAndIsNoLoss() throws {
        var leader = LogLeader.leading()
        let first = leader.propose(1)
        let second = leader.propose(2)
        // The disk is full for the first; the second then does not follow the tail.
        #expect(leader.received(.failed("full"), to: first) == .refused("full"))
        let outcome = leader.received(.gap(tail: entryID(3, 1)), to: second)
        guard case .refused = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(leader.phase == .leading)
        #expect(leader.resume() == [first, second])
        #expect(leader.received(.done, to: first) == .committed(try #require(first.record)))
        #expect(leader.received(.done, to: second) == .committed(try #require(second.record)))
    }

    @Test(arguments: 0..<4) func fencingEndsTheTermInEveryPhase(phase: Int) throws {
        var leader = LogLeader(epoch: Epoch(3))
        var request = AcceptorRequest.seal(Epoch(3), owner: 0)
        if phase > 0 { _ = leader.received(.sealed(tail: .zero, hash: .zero), to: request) }
        if phase > 1 {
            request = try leader.open(cursor: LogCursor(), time: .zero, digest: 0, payload: [])
        }
        if phase > 2 {
            _ = leader.received(.done, to: request)
            request = leader.propose(1)
        }
        let fenced = AcceptorReply.fenced(promised: Epoch(5), opened: Epoch(2))
        #expect(leader.received(fenced, to: request) == .fenced(promised: Epoch(5)))
        #expect(leader.phase == .over)
        #expect(leader.resume().isEmpty)
        #expect(leader.received(fenced, to: request) == .nothing)
        #expect(leader.received(.failed("late"), to: request) == .nothing)
    }

    @Test func anAcceptorWithoutIncarnationIsLost() {
        var leader = LogLeader(epoch: Epoch(3))
        let outcome = leader.received(.noIncarnation, to: .seal(Epoch(3), owner: 0))
        #expect(outcome == .lost("the acceptor has no incarnation"))
    }

    @Test func aBaseThatIsNotThereIsLost() throws {
        var leader = LogLeader(epoch: Epoch(3))
        _ = leader.received(.sealed(tail: .zero, hash: .zero), to: .seal(Epoch(3), owner: 0))
        let request = try leader.open(cursor: LogCursor(), time: .zero, digest: 0, payload: [])
        let outcome = leader.received(.mismatch(tail: entryID(2, 2), hash: .zero), to: request)
        guard case .lost = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func answersOfAnotherTermMeanNothing() {
        var leader = LogLeader.leading()
        let request = AcceptorRequest.append(Epoch(2), previous: .zero, LogBuilder.record)
        #expect(leader.received(.done, to: request) == .nothing)
        let seal = AcceptorRequest.seal(Epoch(2), owner: 0)
        #expect(leader.received(.sealed(tail: .zero, hash: .zero), to: seal) == .nothing)
    }
}

extension LogBuilder {
    fileprivate static var record: LogRecord {
        var builder = LogBuilder()
        return builder.next()
    }
}
