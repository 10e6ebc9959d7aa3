/// A level of a captured book: price in ticks, absolute quantity in lots of the capture.
public struct CapturedLevel: Equatable, Sendable {
    /// Price in ticks.
    public var price: Int64
    /// Lots that rest there; 0 removes the level.
    public var lots: Int64

    /// Makes a level.
    public init(price: Int64, lots: Int64) {
        self.price = price
        self.lots = lots
    }
}

/// One message of a captured market.
public struct CapturedMessage: Equatable, Sendable {
    /// What it tells.
    public enum Kind: Equatable, Sendable {
        /// The book as it was at an update, its best levels only.
        case snapshot(update: Int64, bids: [CapturedLevel], asks: [CapturedLevel])
        /// New absolute quantities after the updates of a range.
        case levels(updates: ClosedRange<Int64>, bids: [CapturedLevel], asks: [CapturedLevel])
        /// The best level of each side after an update.
        case top(update: Int64, bid: CapturedLevel, ask: CapturedLevel)
        /// One fill; ids are consecutive.
        case trade(id: Int64, isSell: Bool, price: Int64, lots: Int64)
    }

    /// Local receive time.
    public var microseconds: UInt64
    /// What it tells.
    public var kind: Kind
}

/// Why bytes are no capture.
public enum MarketCaptureError: Error, Equatable, CustomStringConvertible {
    /// They do not begin as a capture does.
    case wrongMagic
    /// They end within a message.
    case truncated(message: Int)
    /// A message that cannot be, by its index from 0.
    case malformed(message: Int, what: String)
    /// Bytes follow the last message.
    case trailing(count: Int)

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .wrongMagic: "no capture of a market: it does not begin with CASTCAP1"
        case .truncated(let message): "the capture ends within message \(message)"
        case .malformed(let message, let what): "message \(message) of the capture: \(what)"
        case .trailing(let count): "\(count) bytes follow the last message of the capture"
        }
    }
}

/// A recorded market, whole and in the order of arrival; `Tests/Recordings` has the layout.
public struct MarketCapture: Equatable, Sendable {
    /// The first bytes of a capture.
    public static let magic = Array("CASTCAP1".utf8)

    /// How names of files with captures end.
    public static let fileSuffix = ".capture"

    /// A tick is 10 to minus this of the quote asset.
    public let priceDecimals: Int
    /// A lot is 10 to minus this of the base asset.
    public let quantityDecimals: Int
    /// In order of arrival.
    public var messages: [CapturedMessage] = []

    /// Reads a capture.
    ///
    /// - Parameter bytes: All of it.
    /// - Throws: `MarketCaptureError`.
    public init(_ bytes: [UInt8]) throws(MarketCaptureError) {
        guard bytes.starts(with: Self.magic) else { throw .wrongMagic }
        var reader = CaptureReader(bytes, from: Self.magic.count)
        priceDecimals = try reader.integer(0...8)
        quantityDecimals = try reader.integer(0...8)
        // A message has two bytes at least.
        let count = try reader.integer(0...bytes.count / 2)
        messages.reserveCapacity(count)
        for index in 0..<count {
            reader.message = index
            messages.append(try reader.next())
        }
        guard reader.left == 0 else { throw .trailing(count: reader.left) }
    }
}

/// Reads messages; each is told as the difference from one before it.
private struct CaptureReader {
    /// For complaints.
    var message = 0
    private let bytes: [UInt8]
    private var position: Int
    private var time: Int64 = 0
    private var update: Int64 = 0
    private var trade: Int64 = 0
    private var tradePrice: Int64 = 0
    private var bid: Int64 = 0
    private var ask: Int64 = 0

    init(_ bytes: [UInt8], from position: Int) {
        self.bytes = bytes
        self.position = position
    }

    var left: Int { bytes.count - position }

    mutating func integer(_ range: ClosedRange<Int>) throws(MarketCaptureError) -> Int {
        let value = Int(try unsigned())
        guard range.contains(value) else { throw fault("\(value) is not in \(range)") }
        return value
    }

    mutating func next() throws(MarketCaptureError) -> CapturedMessage {
        let head = try unsigned()
        time = try sum(time, head >> 2)
        let kind: CapturedMessage.Kind
        switch head & 3 {
        case 0:
            let update = try updates().upperBound
            kind = .snapshot(update: update, bids: try levels(), asks: try levels())
        case 1:
            let updates = try updates()
            kind = .levels(updates: updates, bids: try levels(), asks: try levels())
        case 2: kind = try top()
        default: kind = try fill()
        }
        return CapturedMessage(microseconds: UInt64(time), kind: kind)
    }

    private mutating func updates() throws(MarketCaptureError) -> ClosedRange<Int64> {
        let first = try sum(update, signed())
        update = try sum(first, unsigned())
        return first...update
    }

    private mutating func levels() throws(MarketCaptureError) -> [CapturedLevel] {
        // A level has two bytes at least.
        let count = try integer(0...left / 2)
        var levels: [CapturedLevel] = []
        levels.reserveCapacity(count)
        var price: Int64 = 0
        for _ in 0..<count {
            price = try self.price(after: price)
            levels.append(CapturedLevel(price: price, lots: try unsigned()))
        }
        return levels
    }

    private mutating func top() throws(MarketCaptureError) -> CapturedMessage.Kind {
        let update = try sum(update, signed())
        bid = try price(after: bid)
        let bidLots = try unsigned()
        ask = try price(after: ask)
        let askLots = try unsigned()
        guard bid < ask else { throw fault("the top is crossed") }
        return .top(
            update: update,
            bid: CapturedLevel(price: bid, lots: bidLots),
            ask: CapturedLevel(price: ask, lots: askLots)
        )
    }

    private mutating func fill() throws(MarketCaptureError) -> CapturedMessage.Kind {
        trade = try sum(trade, signed())
        tradePrice = try price(after: tradePrice)
        let value = try unsigned()
        guard value > 1 else { throw fault("a trade of nothing") }
        return .trade(id: trade, isSell: value & 1 == 1, price: tradePrice, lots: value >> 1)
    }

    private mutating func price(after price: Int64) throws(MarketCaptureError) -> Int64 {
        let price = try sum(price, signed())
        guard price > 0 else { throw fault("a price of \(price)") }
        return price
    }

    private func sum(_ one: Int64, _ other: Int64) throws(MarketCaptureError) -> Int64 {
        let (sum, overflows) = one.addingReportingOverflow(other)
        guard !overflows else { throw fault("a number is too large") }
        return sum
    }

    /// Seven bits a byte, lowest first; the last byte has its high bit clear.
    private mutating func unsigned() throws(MarketCaptureError) -> Int64 {
        var value: Int64 = 0
        for shift in stride(from: 0, to: 63, by: 7) {
            guard position < bytes.count else { throw .truncated(message: message) }
            let byte = bytes[position]
            position += 1
            value |= Int64(byte & 0x7F) << Int64(shift)
            if byte < 0x80 { return value }
        }
        throw fault("a number is too large")
    }

    /// Zigzag: 0, −1, 1, −2 stand as 0, 1, 2, 3.
    private mutating func signed() throws(MarketCaptureError) -> Int64 {
        let value = try unsigned()
        return value & 1 == 0 ? value >> 1 : -(value >> 1) - 1
    }

    private func fault(_ what: String) -> MarketCaptureError {
        .malformed(message: message, what: what)
    }
}
