import Replication
import Testing
import Trading
import Wire

@Suite struct QuorumTailTests {
    private var log = LogBuilder()

    @Test mutating func oneAcceptorIsEnoughOfOne() {
        let records = [log.next(), log.next()]
        var tail = QuorumTail(acceptorCount: 1, after: .zero)
        #expect(tail.received(records, from: 0) == records)
        #expect(tail.received([], from: 0) == [])
    }

    @Test mutating func twoOfThreeMakeItDurable() {
        let records = [log.next(), log.next(), log.next()]
        var tail = QuorumTail(acceptorCount: 3, after: .zero)
        #expect(tail.received(records, from: 2) == [])
        #expect(tail.received([records[0]], from: 0) == [records[0]])
        #expect(tail.received(Array(records[1...]), from: 0) == Array(records[1...]))
        #expect(tail.received(records, from: 1) == [], "the third brings nothing new")
    }

    @Test mutating func equalPlacesOfDifferentEpochsAreNoMajority() {
        let first = log.next()
        var other = log
        other.epoch = Epoch(2)
        let (old, new) = (log.next(), other.next())
        var tail = QuorumTail(acceptorCount: 3, after: .zero)
        _ = tail.received([first], from: 0)
        #expect(tail.received([first], from: 1) == [first])
        #expect(tail.received([old], from: 0) == [])
        #expect(tail.received([new], from: 1) == [])
        // The later term brings the first acceptor over to its own way.
        #expect(tail.received([new], from: 0) == [new])
        #expect(tail.received([new], from: 2) == [])
    }

    @Test mutating func aTailThatWasOpenedAgainGoesOnFromFurtherBack() throws {
        let records = [log.next(), log.next()]
        let again = try LogEntry(decoding: records[1].bytes).proposed(again: Epoch(2))
        log.epoch = Epoch(2)
        let marker = log.next(kind: .newEpoch, commands: 0)
        var tail = QuorumTail(acceptorCount: 3, after: .zero)
        _ = tail.received(records, from: 0)
        _ = tail.received([again, marker], from: 0)
        let new = tail.received([records[0], again, marker], from: 1)
        #expect(new == [records[0], again, marker])
        var cursor = LogCursor()
        for record in new { _ = try cursor.advance(to: record) }
        #expect(cursor.id == marker.id)
    }

    @Test mutating func aHolderWithAHoleIsTheLastChoice() {
        let records = [log.next(), log.next(), log.next()]
        var tail = QuorumTail(acceptorCount: 3, after: .zero)
        _ = tail.received([records[2]], from: 0)
        #expect(tail.received(records, from: 1) == records)
    }
}
