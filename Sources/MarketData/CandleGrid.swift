import Trading

/// Candles of an interval in a time zone: where each begins and ends.
///
/// A day begins at midnight of the zone; so do weeks and months.
public struct CandleGrid: Equatable, Sendable {
    private static let minute: Int64 = 60_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour

    /// Their length.
    public let interval: CandleInterval
    /// How far the zone is ahead of UTC.
    ///
    /// Unit: microseconds, whole minutes.
    public let offset: Int64

    /// Makes a grid.
    ///
    /// - Parameters:
    ///   - interval: The length of the candles.
    ///   - offset: How far the zone is ahead of UTC, in microseconds; rounded down to the minute.
    public init(_ interval: CandleInterval, offset: Int64 = 0) {
        self.interval = interval
        self.offset = offset - ((offset % Self.minute) + Self.minute) % Self.minute
    }

    /// The stored interval these are folded from: the longest that fits into the zone.
    var stored: CandleInterval {
        let stored = interval.stored
        if stored == .oneDay, offset % Self.day != 0 {
            return offset % Self.hour == 0 ? .oneHour : .oneMinute
        }
        return stored == .oneHour && offset % Self.hour != 0 ? .oneMinute : stored
    }

    /// The number of the candle a moment lies in; rises by one from candle to candle.
    func index(of time: Timestamp) -> Int64 { interval.index(of: shifted(time)) }

    /// The number of the first candle that opens at or after a moment.
    func indexOpening(atOrAfter time: Timestamp) -> Int64 {
        interval.indexOpening(atOrAfter: shifted(time))
    }

    /// The first moment of a candle.
    func openTime(at index: Int64) -> Timestamp {
        Timestamp(microseconds: interval.openTime(at: index).microseconds - offset)
    }

    /// The last microsecond of a candle.
    func closeTime(at index: Int64) -> Timestamp {
        Timestamp(microseconds: interval.closeTime(at: index).microseconds - offset)
    }

    private func shifted(_ time: Timestamp) -> Timestamp {
        let (sum, overflows) = time.microseconds.addingReportingOverflow(offset)
        return overflows ? time : Timestamp(microseconds: sum)
    }
}
