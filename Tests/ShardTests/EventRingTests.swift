import Shard
import Testing
import Trading
import Wire

@Suite struct EventRingTests {
    private func events(_ ids: Range<Int64>) -> [MarketEvent] {
        ids.map { id in
            .level(
                LevelChange(
                    instrument: InstrumentID(0),
                    side: .buy,
                    price: Price(ticks: 1),
                    quantity: Quantity(lots: 1),
                    updateID: id
                )
            )
        }
    }

    @Test func givesExactlyWhatIsMissing() {
        var ring = EventRing(position: SequenceNumber(100))
        ring.append(events(0..<10))
        #expect(ring.last == SequenceNumber(110))
        #expect(ring.events(after: SequenceNumber(110)) == [])
        #expect(ring.events(after: SequenceNumber(107)) == events(7..<10))
        #expect(ring.events(after: SequenceNumber(100)) == events(0..<10))
    }

    @Test func hasNothingBeforeItsStartNorBeyondItsEnd() {
        var ring = EventRing(position: SequenceNumber(100))
        ring.append(events(0..<10))
        #expect(ring.events(after: SequenceNumber(99)) == nil)
        #expect(ring.events(after: SequenceNumber(0)) == nil)
        #expect(ring.events(after: SequenceNumber(111)) == nil)
        #expect(ring.events(after: SequenceNumber(.max)) == nil)
    }

    @Test func dropsTheOldest() {
        var ring = EventRing(position: SequenceNumber(0))
        let step = Int64(EventRing.countMax / 2)
        for index in 0..<5 { ring.append(events(Int64(index) * step..<Int64(index + 1) * step)) }
        let last = ring.last.rawValue
        #expect(last == UInt64(5 * step))
        #expect(ring.events(after: SequenceNumber(0)) == nil)
        let kept = ring.events(after: SequenceNumber(last - UInt64(EventRing.countMax)))
        #expect(kept?.count == EventRing.countMax)
        #expect(kept?.last == events(5 * step - 1..<5 * step).first)
    }
}
