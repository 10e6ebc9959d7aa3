import MarketData

/// The name of a market stream, such as `btcusdt@depth@100ms`.
public struct StreamName: Hashable, Sendable {
    /// What a stream carries.
    public enum Kind: Hashable, Sendable {
        /// Each trade.
        case trade
        /// Trades of one taker at one price as one.
        case aggregateTrade
        /// Changed levels, each period.
        case depth(StreamSpeed)
        /// The best levels, each period.
        case partialDepth(levels: Int, StreamSpeed)
        /// The top of book whenever it changes.
        case bookTicker
        /// The day's statistics, short, each second.
        case miniTicker
        /// The day's statistics, each second.
        case ticker
        /// The five minute average price, each second.
        case averagePrice
        /// Candles as they grow.
        case kline(CandleInterval)
        /// The statistics of a rolling window, each second.
        case windowTicker(TickerWindow)
        /// `miniTicker` of all pairs that changed.
        case allMiniTickers
        /// `ticker` of all pairs that changed.
        case allTickers
        /// `windowTicker` of all pairs that changed.
        case allWindowTickers(TickerWindow)
        /// The events of an account, under a listen key.
        case user
    }

    /// The longest name looked at.
    static let sizeMax = 64

    /// The name as the client wrote it.
    public let text: String
    /// The pair in capitals, or `nil` for a stream of all pairs.
    public let symbol: String?
    /// What it carries.
    public let kind: Kind

    /// Reads a name; `nil` when it is malformed or names a stream that is not served.
    ///
    /// - Parameter text: `<symbol in lowercase>@<kind>` or `!<kind>@arr`; case matters.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.sizeMax else { return nil }
        self.text = text
        if let kind = Self.kindOfAll(text) {
            symbol = nil
            self.kind = kind
            return
        }
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 || parts.count == 3, Self.isSymbol(parts[0]) else { return nil }
        let speed = parts.count == 3 ? parts[2] : nil
        guard let kind = Self.kind(parts[1], speed: speed) else { return nil }
        symbol = parts[0].uppercased()
        self.kind = kind
    }

    /// Names the user stream of a listen key.
    init(listenKey: String) {
        text = listenKey
        symbol = nil
        kind = .user
    }

    private static func kindOfAll(_ text: String) -> Kind? {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 2, parts[1] == "arr", parts.count == 2 || parts[2...] == ["1000ms"]
        else { return nil }
        switch parts[0] {
        case "!miniTicker": return .allMiniTickers
        case "!ticker": return .allTickers
        default:
            guard parts.count == 2, parts[0].hasPrefix("!ticker_") else { return nil }
            return TickerWindow(rawValue: String(parts[0].dropFirst(8))).map(
                Kind.allWindowTickers
            )
        }
    }

    private static func isSymbol(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            }
    }

    private static func kind(_ text: String, speed: String?) -> Kind? {
        if text.hasPrefix("depth") {
            guard let speed = StreamSpeed(suffix: speed) else { return nil }
            return depthKind(String(text.dropFirst(5)), speed)
        }
        guard speed == nil else { return nil }
        switch text {
        case "trade": return .trade
        case "aggTrade": return .aggregateTrade
        case "bookTicker": return .bookTicker
        case "miniTicker": return .miniTicker
        case "ticker": return .ticker
        case "avgPrice": return .averagePrice
        default:
            if text.hasPrefix("ticker_") {
                return TickerWindow(rawValue: String(text.dropFirst(7))).map(Kind.windowTicker)
            }
            guard text.hasPrefix("kline_") else { return nil }
            return CandleInterval(rawValue: String(text.dropFirst(6))).map(Kind.kline)
        }
    }

    private static func depthKind(_ levels: String, _ speed: StreamSpeed) -> Kind? {
        switch levels {
        case "": .depth(speed)
        case "5": .partialDepth(levels: 5, speed)
        case "10": .partialDepth(levels: 10, speed)
        case "20": .partialDepth(levels: 20, speed)
        default: nil
        }
    }
}

/// How often a timed stream is sent.
public enum StreamSpeed: Hashable, Sendable, CaseIterable {
    /// Each second.
    case slow
    /// Each tenth of a second.
    case fast

    init?(suffix: String?) {
        switch suffix {
        case nil, "1000ms": self = .slow
        case "100ms": self = .fast
        default: return nil
        }
    }

    var periodMicroseconds: Int64 { self == .slow ? 1_000_000 : 100_000 }
}

/// The length of a rolling window that has a ticker stream.
public enum TickerWindow: String, Hashable, Sendable, CaseIterable {
    /// The last hour.
    case oneHour = "1h"
    /// The last four hours.
    case fourHours = "4h"
    /// The last 24 hours.
    case oneDay = "1d"

    var microseconds: Int64 {
        switch self {
        case .oneHour: 3_600_000_000
        case .fourHours: 4 * 3_600_000_000
        case .oneDay: 24 * 3_600_000_000
        }
    }
}
