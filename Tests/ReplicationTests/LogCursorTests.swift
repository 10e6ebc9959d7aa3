import Replication
import Testing
import Trading
import Wire

@Suite struct LogCursorTests {
    private var log = LogBuilder()
    private var cursor = LogCursor()

    @Test mutating func advancesOverWhatFollows() throws {
        let marker = log.next(kind: .newEpoch, commands: 0)
        let batch = log.next(commands: 3)
        #expect(try cursor.advance(to: marker)?.kind == .newEpoch)
        #expect(try cursor.advance(to: batch)?.commandCount == 3)
        #expect(cursor.id == batch.id)
        #expect(cursor.hash == batch.hash)
        #expect(cursor.commandCount == 3)
        #expect(cursor.time == log.time)
    }

    @Test mutating func skipsWhatWasApplied() throws {
        let record = log.next()
        _ = try cursor.advance(to: record)
        let before = cursor
        #expect(try cursor.advance(to: record) == nil)
        #expect(cursor == before)
    }

    @Test mutating func whatWasAppliedComesAgainUnderALaterEpoch() throws {
        let records = [log.next(), log.next()]
        for record in records { _ = try cursor.advance(to: record) }
        let again = try records.map {
            try LogEntry(decoding: $0.bytes).proposed(again: Epoch(2))
        }
        #expect(again.map(\.hash) == records.map(\.hash))
        #expect(try cursor.advance(to: again[0]) == nil)
        #expect(cursor.place == again[0].id)
        #expect(cursor.id == records[1].id)
        #expect(try cursor.advance(to: again[1]) == nil)
        #expect(cursor.id == again[1].id)
        var other = LogBuilder()
        other.epoch = Epoch(3)
        _ = other.next()
        let foreign = other.next(commands: 2)
        #expect(throws: LogFault.chainBroken(at: foreign.id)) { try cursor.advance(to: foreign) }
    }

    @Test mutating func aHoleIsAGap() throws {
        _ = log.next()
        let second = log.next()
        let before = cursor
        #expect(throws: LogFault.gap(expected: SequenceNumber(1), found: SequenceNumber(2))) {
            try cursor.advance(to: second)
        }
        #expect(cursor == before)
    }

    @Test mutating func anotherHistoryBreaksTheChain() throws {
        _ = try cursor.advance(to: log.next())
        var other = LogBuilder()
        _ = other.next(commands: 2)
        let foreign = other.next()
        #expect(throws: LogFault.chainBroken(at: foreign.id)) { try cursor.advance(to: foreign) }
    }

    @Test mutating func commandNumbersMustGoOn() throws {
        _ = try cursor.advance(to: log.next())
        log.commandCount += 1
        let record = log.next()
        #expect(throws: LogFault.chainBroken(at: record.id)) { try cursor.advance(to: record) }
    }

    @Test mutating func anEntryUnderAnotherIDIsCorrupt() throws {
        var record = log.next()
        record.id.epoch = Epoch(9)
        #expect(throws: LogFault.corrupt(at: record.id, .badValue(field: "id", at: 8))) {
            try cursor.advance(to: record)
        }
    }

    @Test mutating func everyFlippedBitIsNoticed() throws {
        let record = log.next()
        for index in record.bytes.indices where index != 3 {
            var damaged = record
            damaged.bytes[index] ^= 0x10
            var copy = cursor
            #expect(throws: LogFault.self, "byte \(index)") { try copy.advance(to: damaged) }
            #expect(copy == cursor)
        }
    }

    @Test mutating func aDifferentStateIsNoticed() throws {
        _ = try cursor.advance(to: log.next())
        cursor.applied(digest: 11)
        let sound = log.next(committed: 1, digest: 11)
        _ = try cursor.advance(to: sound)
        cursor.applied(digest: 12)
        let bad = log.next(committed: 2, digest: 99)
        let fault = LogFault.digestMismatch(at: SequenceNumber(2), leader: 99, own: 12)
        #expect(throws: fault) { try cursor.advance(to: bad) }
        #expect(cursor.id == sound.id)
    }

    @Test mutating func digestsThatWereNotKeptAreNotCompared() throws {
        for _ in 0..<100 {
            _ = try cursor.advance(to: log.next())
            cursor.applied(digest: 5)
        }
        _ = try cursor.advance(to: log.next(committed: 1, digest: 6))
    }

    @Test mutating func goesOnFromASnapshot() throws {
        for _ in 0..<5 { _ = log.next(commands: 2) }
        cursor = LogCursor(
            id: log.id,
            hash: log.hash,
            commandCount: log.commandCount,
            time: log.time
        )
        #expect(try cursor.advance(to: log.next())?.firstCommand == 11)
    }

    @Test mutating func timeNeverGoesBack() throws {
        _ = try cursor.advance(to: log.next())
        let time = cursor.time
        log.time = Timestamp(microseconds: -100)
        _ = try cursor.advance(to: log.next())
        #expect(cursor.time == time)
    }
}
