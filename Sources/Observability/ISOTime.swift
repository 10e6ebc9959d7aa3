/// UTC time as `2026-01-31T12:34:56.789Z`, by integer arithmetic alone.
public enum ISOTime {
    /// Appends a moment.
    ///
    /// - Parameters:
    ///   - microseconds: Since 1970-01-01 UTC; moments before then are written as that one.
    ///   - output: Where the 24 ASCII bytes go.
    public static func write(microseconds: Int64, to output: inout [UInt8]) {
        let milliseconds = max(microseconds, 0) / 1000
        let (days, rest) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let date = civil(days: days)
        append(date.year, width: 4, to: &output)
        output.append(UInt8(ascii: "-"))
        append(date.month, width: 2, to: &output)
        output.append(UInt8(ascii: "-"))
        append(date.day, width: 2, to: &output)
        output.append(UInt8(ascii: "T"))
        append(rest / 3_600_000, width: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        append(rest / 60_000 % 60, width: 2, to: &output)
        output.append(UInt8(ascii: ":"))
        append(rest / 1000 % 60, width: 2, to: &output)
        output.append(UInt8(ascii: "."))
        append(rest % 1000, width: 3, to: &output)
        output.append(UInt8(ascii: "Z"))
    }

    /// A moment as text.
    ///
    /// - Parameter microseconds: Since 1970-01-01 UTC.
    /// - Returns: 24 characters.
    public static func text(microseconds: Int64) -> String {
        var bytes: [UInt8] = []
        write(microseconds: microseconds, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Days since 1970 to a date of the Gregorian calendar.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`:
    /// years begin in March, so that the leap day is the last of its year.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func append(_ value: Int64, width: Int, to output: inout [UInt8]) {
        let start = output.count
        var rest = value
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        while output.count - start < width { output.append(UInt8(ascii: "0")) }
        output[start...].reverse()
    }
}
