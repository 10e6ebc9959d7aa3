import Trading

/// The length of a candle, by its name at the API (case matters: `1m` is a minute, `1M` a month).
///
/// Intervals of each length are numbered, so that paging is integer arithmetic for months too.
public enum CandleInterval: String, CaseIterable, Sendable {
    case oneSecond = "1s"
    case oneMinute = "1m"
    case threeMinutes = "3m"
    case fiveMinutes = "5m"
    case fifteenMinutes = "15m"
    case thirtyMinutes = "30m"
    case oneHour = "1h"
    case twoHours = "2h"
    case fourHours = "4h"
    case sixHours = "6h"
    case eightHours = "8h"
    case twelveHours = "12h"
    case oneDay = "1d"
    case threeDays = "3d"
    case oneWeek = "1w"
    case oneMonth = "1M"

    private static let second: Int64 = 1_000_000
    private static let minute = 60 * second
    private static let hour = 60 * minute
    private static let day = 24 * hour
    /// 1970-01-01 was a Thursday: the week it lies in began three days before.
    private static let mondayOffset = 3 * day
    /// Times of clients are clamped to this range, about 36 000 years, so that nothing overflows.
    private static let timeMax: Int64 = 1 << 60

    /// Microseconds of one interval; `nil` for a month.
    var length: Int64? {
        switch self {
        case .oneSecond: Self.second
        case .oneMinute: Self.minute
        case .threeMinutes: 3 * Self.minute
        case .fiveMinutes: 5 * Self.minute
        case .fifteenMinutes: 15 * Self.minute
        case .thirtyMinutes: 30 * Self.minute
        case .oneHour: Self.hour
        case .twoHours: 2 * Self.hour
        case .fourHours: 4 * Self.hour
        case .sixHours: 6 * Self.hour
        case .eightHours: 8 * Self.hour
        case .twelveHours: 12 * Self.hour
        case .oneDay: Self.day
        case .threeDays: 3 * Self.day
        case .oneWeek: 7 * Self.day
        case .oneMonth: nil
        }
    }

    private var offset: Int64 { self == .oneWeek ? Self.mondayOffset : 0 }

    /// The number of the interval a moment lies in.
    ///
    /// - Parameter time: Clamped to the years from 1970 to far beyond any use.
    /// - Returns: Rises by one from interval to interval.
    public func index(of time: Timestamp) -> Int64 {
        let microseconds = min(max(time.microseconds, 0), Self.timeMax)
        guard let length else { return Civil.monthIndex(ofDay: microseconds / Self.day) }
        return (microseconds + offset) / length
    }

    /// The number of the first interval that opens at or after a moment.
    ///
    /// - Parameter time: As in `index(of:)`.
    /// - Returns: The number.
    public func indexOpening(atOrAfter time: Timestamp) -> Int64 {
        let index = index(of: time)
        return openTime(at: index) < time ? index + 1 : index
    }

    /// The first moment of an interval.
    ///
    /// - Parameter index: From `index(of:)`.
    /// - Returns: Inclusive.
    public func openTime(at index: Int64) -> Timestamp {
        guard let length else {
            return Timestamp(microseconds: Civil.day(ofMonthIndex: index) * Self.day)
        }
        return Timestamp(microseconds: index * length - offset)
    }

    /// The last microsecond of an interval; in milliseconds it is the API's `closeTime`.
    ///
    /// - Parameter index: From `index(of:)`.
    /// - Returns: One microsecond before the next interval opens.
    public func closeTime(at index: Int64) -> Timestamp {
        Timestamp(microseconds: openTime(at: index + 1).microseconds - 1)
    }

    /// The stored interval this one is folded from; a stored interval is its own.
    var stored: CandleInterval {
        switch self {
        case .oneSecond: .oneSecond
        case .oneMinute, .threeMinutes, .fiveMinutes, .fifteenMinutes, .thirtyMinutes: .oneMinute
        case .oneHour, .twoHours, .fourHours, .sixHours, .eightHours, .twelveHours: .oneHour
        case .oneDay, .threeDays, .oneWeek, .oneMonth: .oneDay
        }
    }
}

/// The Gregorian calendar in integers (Howard Hinnant, "chrono-Compatible Low-Level Date
/// Algorithms").
private enum Civil {
    static func monthIndex(ofDay day: Int64) -> Int64 {
        let shifted = day + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let leapDays = dayOfEra / 1460 - dayOfEra / 36_524 + dayOfEra / 146_096
        let yearOfEra = (dayOfEra - leapDays) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        // Years here begin in March, so that the leap day comes last.
        return (era * 400 + yearOfEra) * 12 + marchMonth + 2
    }

    static func day(ofMonthIndex index: Int64) -> Int64 {
        let fromMarch = index - 2
        let year = fromMarch / 12
        let marchMonth = fromMarch % 12
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * marchMonth + 2) / 5
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
