import Audit
import Replication
import Testing
import Trading
import Wire

/// A sound log passes; each single thing that may be wrong with one is found and named.
@Suite struct LogReplayTests {
    @Test func wholeLogIsReplayedFromGenesis() throws {
        let writer = LogWriter.traded()
        writer.takeSnapshot()
        for number in 60..<70 { writer.batch(Market.orders(number)) }
        let report = try writer.replay()
        #expect(report.start == .genesis)
        #expect(report.entryCount == 74)
        #expect(report.commandTotal == 7 + 70 * 3)
        #expect(report.appliedCommandCount == report.commandTotal)
        #expect(report.last == .of(4, 74))
        #expect(report.snapshot?.isCompared == true)
        #expect(report.digestsCompared == 71)
        #expect(report.balancesChecked > 0)
    }

    @Test func epochsAreToldWithTheirMarkers() throws {
        let epochs = try LogWriter.traded().replay().epochs
        #expect(epochs.map(\.epoch) == [Epoch(1), Epoch(2), Epoch(4)])
        #expect(epochs.map(\.marker) == [.of(1, 1), .of(2, 23), .of(4, 44)])
        #expect(epochs.map(\.entryCount) == [22, 21, 21])
    }

    @Test(arguments: [1, 20, 44, 64])
    func trimmedLogGoesOnFromItsSnapshot(first: UInt64) throws {
        let writer = LogWriter.traded()
        writer.takeSnapshot()
        let at = writer.tail
        for number in 60..<70 { writer.batch(Market.orders(number)) }
        let whole = try writer.replay()
        writer.trim(before: first)
        let report = try writer.replay()
        #expect(report.start == (first == 1 ? .genesis : .snapshot(at)))
        #expect(report.stateHash == whole.stateHash)
        #expect(report.commandTotal == whole.commandTotal)
    }

    @Test func logBehindItsSnapshotAloneIsReplayed() throws {
        let writer = LogWriter.traded()
        writer.takeSnapshot()
        for number in 60..<63 { writer.batch(Market.orders(number)) }
        let whole = try writer.replay()
        writer.trim(before: 65)
        #expect(try writer.replay().stateHash == whole.stateHash)
    }

    @Test func emptyLogIsItsSnapshot() throws {
        let writer = LogWriter.traded()
        writer.takeSnapshot()
        var replay = try LogReplay<ShardState>(snapshot: writer.snapshot)
        let report = try replay.finish(tail: writer.tail, hash: writer.hash)
        #expect(report.stateHash == writer.snapshot?.manifest.stateHash)
    }

    // MARK: Entries

    @Test func everyFlippedBitOfAnEntryIsFound() {
        let record = LogWriter.traded().records[30]
        for bit in 0..<record.bytes.count * 8 {
            var changed = record
            changed.bytes[bit / 8] ^= 1 << (bit % 8)
            var walk = LogWalk()
            do throws(LogDefect) {
                _ = try walk.take(changed)
                Issue.record("bit \(bit) is not found")
            } catch {
                guard case .corrupt(.of(2, 31), _) = error else {
                    Issue.record("bit \(bit): \(error)")
                    continue
                }
            }
        }
    }

    @Test func flippedBitIsNamedByTheReplay() {
        let defect = LogWriter.traded().defect { $0[30].bytes[100] ^= 4 }
        #expect(defect == .corrupt(.of(2, 31), .badChecksum))
    }

    @Test func missingEntryIsNamed() {
        let defect = LogWriter.traded().defect { $0.remove(at: 30) }
        #expect(defect == .missing(from: SequenceNumber(31), through: SequenceNumber(31)))
    }

    @Test func missingBeginningIsNamed() {
        let defect = LogWriter.traded().defect { $0.removeFirst(10) }
        #expect(defect == .missing(from: SequenceNumber(1), through: SequenceNumber(10)))
    }

    @Test func missingEndIsNamed() {
        let writer = LogWriter.traded()
        let last = writer.records[62]
        #expect(
            writer.defect { $0.removeLast() }
                == .tailDiffers(
                    recorded: writer.tail,
                    hash: writer.hash,
                    found: last.id,
                    foundHash: last.hash
                )
        )
    }

    @Test func swappedEntriesAreNamed() {
        let defect = LogWriter.traded().defect { $0.swapAt(30, 31) }
        #expect(defect == .missing(from: SequenceNumber(31), through: SequenceNumber(31)))
    }

    @Test func repeatedEntryIsNamed() {
        let defect = LogWriter.traded().defect { $0.insert($0[30], at: 31) }
        #expect(defect == .disordered(.of(2, 31), after: .of(2, 31)))
    }

    @Test func entryUnderAnotherIdIsNamed() {
        let defect = LogWriter.traded().defect { $0[30].id = .of(3, 31) }
        #expect(defect == .misplaced(.of(3, 31), inside: .of(2, 31)))
    }

    @Test func exchangedContentBreaksTheChain() {
        let writer = LogWriter.traded()
        let defect = writer.defect { records in
            records[30] = records[30].changing { $0.time.microseconds += 1 }
        }
        guard case .chainBroken(let id, _, let carried) = defect else {
            Issue.record("found \(String(describing: defect))")
            return
        }
        #expect(id == .of(2, 32))
        #expect(carried == writer.records[30].hash)
    }

    @Test func hashBesideTheEntryMustBeItsOwn() {
        let writer = LogWriter.traded()
        let forged = ChainHash(rawValue: 7)
        #expect(
            writer.defect { $0[30].hash = forged }
                == .wrongHash(.of(2, 31), stored: forged, computed: writer.records[30].hash)
        )
    }

    @Test func wrongCommandNumberIsNamed() {
        let defect = LogWriter.traded().defect { records in
            records[63] = records[63].changing { $0.firstCommand += 1 }
        }
        #expect(defect?.rule == "command numbers")
    }

    @Test func commandsThatAreNotAsManyAsItSaysAreNamed() {
        let writer = LogWriter.traded()
        let changed = writer.records[63].changing { $0.commandCount += 1 }
        #expect(writer.defect { $0[63] = changed }?.rule == "commands")
    }

    @Test func entryCannotCallItselfCommitted() {
        let changed = LogWriter.traded().records[63].changing { $0.committed = $0.id.sequence }
        let defect = LogWriter.traded().defect { $0[63] = changed }
        #expect(defect == .committedAhead(changed.id, committed: changed.id.sequence))
    }

    @Test func epochWithoutItsMarkerIsNamed() {
        let writer = LogWriter()
        writer.marker(epoch: 1)
        writer.batch(Market.genesis)
        // The next entry is of an epoch that nobody opened.
        let last = writer.records[1].changing { $0.id.epoch = Epoch(2) }
        let defect = writer.defect { $0[1] = last }
        #expect(defect?.rule == "I2")
        var walk = LogWalk()
        #expect(throws: LogDefect.unmarked(Epoch(2))) {
            _ = try walk.take(writer.records[0])
            _ = try walk.take(last)
            try walk.finish(tail: last.id, hash: last.hash)
        }
    }

    // MARK: State

    @Test func recordedDigestThatDiffersIsNamed() {
        let writer = LogWriter.traded()
        writer.forgedDigest = 99
        writer.batch(Market.orders(60))
        writer.forgedDigest = nil
        guard case .stateDiffers(_, let id, 99, _) = writer.defect({ _ in }) else {
            Issue.record("the forged digest is not found")
            return
        }
        #expect(id == .of(4, 65))
    }

    @Test func snapshotOfAnotherStateIsNamed() {
        let (writer, other) = (LogWriter.traded(), LogWriter.traded())
        writer.takeSnapshot()
        other.batch(Market.orders(99))
        // Sound in itself, and not of the entry it says.
        var forged = other.makeSnapshot { _ in }
        forged.manifest.id = writer.tail
        forged.manifest.hash = writer.hash
        #expect(throws: LogDefect.self) { _ = try writer.replay(with: forged) }
        do throws(LogDefect) {
            _ = try writer.replay(with: forged)
        } catch {
            #expect(error.rule == "I3")
        }
    }

    @Test func flippedBitOfASnapshotIsNamed() {
        let writer = LogWriter.traded()
        var snapshot = writer.makeSnapshot { _ in }
        for place in stride(from: 0, to: snapshot.bytes.count, by: 97) {
            snapshot.bytes[place] ^= 4
            do throws(LogDefect) {
                _ = try writer.replay(with: snapshot)
                Issue.record("byte \(place)")
            } catch {
                #expect(error.rule == "snapshot")
            }
            snapshot.bytes[place] ^= 4
        }
    }

    /// A snapshot with another balance and a hash to match it must not add up.
    @Test func wrongBalanceInASnapshotIsNamed() throws {
        let writer = LogWriter.traded()
        var places: [Int] = []
        let sound = writer.makeSnapshot { _ in }
        // Deposits of an asset are twice what one account got.
        let total = (0..<8).map {
            UInt8(truncatingIfNeeded: (2 * Market.deposit.units) >> ($0 * 8))
        }
        for place in 0..<sound.bytes.count - 8 where sound.bytes[place...].starts(with: total) {
            places.append(place)
        }
        try #require(places.count == 2)
        for place in places {
            let forged = writer.makeSnapshot { $0[place] ^= 1 }
            do throws(LogDefect) {
                _ = try writer.replay(with: forged)
                Issue.record("a unit was made at \(place)")
            } catch {
                #expect(error.rule == "snapshot")
                #expect("\(error)".contains("Ledger.totals"))
            }
        }
    }
}

extension LogWriter {
    fileprivate func replay(with snapshot: LogSnapshot) throws(LogDefect) -> LogReport {
        var replay = try LogReplay<ShardState>(snapshot: snapshot)
        for record in records { try replay.take(record) }
        return try replay.finish(tail: tail, hash: hash)
    }
}
