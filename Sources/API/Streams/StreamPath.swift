/// What the path of a WebSocket upgrade asks of the market streams.
public struct StreamPath: Equatable, Sendable {
    /// The streams one connection may hold.
    public static let streamsMax = 1024
    private static let sizeMax = 64 << 10

    /// Names to subscribe at once; some clients put numbers here, so unknown ones are no error.
    public var names: [String]
    /// Whether events come as `{"stream":…,"data":…}`.
    public var isWrapped: Bool
    /// The unit of the times in events.
    public var timeUnit: StreamTimeUnit

    /// Reads `/ws`, `/ws/<name>[/<name>…]`, `/stream`, `/stream?streams=a/b` or `/stream/ws/<n>`.
    ///
    /// It is `nil` when it is no path of market streams or names too many.
    ///
    /// - Parameter target: Path and query as received, percent-encoded.
    public init?(_ target: String) {
        guard target.utf8.count <= Self.sizeMax else { return nil }
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var segments = parts[0].split(separator: "/").map { Self.decoded($0) }
        isWrapped = false
        if segments.starts(with: ["stream", "ws"]) {
            segments.removeFirst(2)
        } else if segments.first == "ws" {
            segments.removeFirst()
        } else if segments == ["stream"] {
            segments = []
            isWrapped = true
        } else {
            return nil
        }
        names = segments
        timeUnit = .milliseconds
        if parts.count == 2 { read(query: parts[1]) }
        guard names.count <= Self.streamsMax else { return nil }
    }

    private mutating func read(query: Substring) {
        for pair in query.split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            guard sides.count == 2 else { continue }
            switch sides[0] {
            case "streams" where isWrapped:
                names += Self.decoded(sides[1]).split(separator: "/").map(String.init)
            case "timeUnit" where sides[1].uppercased() == "MICROSECOND":
                timeUnit = .microseconds
            default: break
            }
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        var result: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "%"), index + 2 < bytes.count,
                let high = Self.digit(bytes[index + 1]), let low = Self.digit(bytes[index + 2])
            {
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
