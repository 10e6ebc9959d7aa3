import Trading
import Wire

/// The recent public events of a shard, numbered, so that a follower can take up where it was.
public struct EventRing: Sendable {
    /// Events kept before the oldest are dropped.
    public static let countMax = 65_536

    private var events: ArraySlice<MarketEvent> = []
    /// Position of the newest event.
    public private(set) var last: SequenceNumber

    /// Starts empty after a position.
    ///
    /// - Parameter position: The newest event there was.
    public init(position: SequenceNumber) { last = position }

    /// Adds the next events.
    ///
    /// - Parameter next: In order.
    public mutating func append(_ next: [MarketEvent]) {
        events.append(contentsOf: next)
        last = SequenceNumber(last.rawValue + UInt64(next.count))
        // Dropped in large steps, so that an append costs no copy of the ring.
        if events.count > 2 * Self.countMax {
            events = ArraySlice(Array(events.suffix(Self.countMax)))
        }
    }

    /// The events after a position.
    ///
    /// - Parameter position: What the follower has.
    /// - Returns: `nil` when some of them are no longer kept, or the position is not ours.
    public func events(after position: SequenceNumber) -> [MarketEvent]? {
        guard position <= last else { return nil }
        let count = last.rawValue - position.rawValue
        guard count <= UInt64(events.count) else { return nil }
        return Array(events.suffix(Int(count)))
    }
}
