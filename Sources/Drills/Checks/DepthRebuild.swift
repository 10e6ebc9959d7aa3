import Workload

/// An event of `<symbol>@depth@100ms`.
public struct DepthUpdate: Decodable, Equatable, Sendable {
    private enum CodingKeys: String, CodingKey {
        case symbol = "s"
        case firstID = "U"
        case lastID = "u"
        case bids = "b"
        case asks = "a"
    }

    /// Name of the pair.
    public var symbol: String
    /// First update it covers.
    public var firstID: Int64
    /// Last update it covers.
    public var lastID: Int64
    /// Changed bids: price and absolute quantity.
    public var bids: [[Decimal]]
    /// Changed asks.
    public var asks: [[Decimal]]

    /// States every field.
    public init(
        symbol: String,
        firstID: Int64,
        lastID: Int64,
        bids: [[Decimal]],
        asks: [[Decimal]]
    ) {
        self.symbol = symbol
        self.firstID = firstID
        self.lastID = lastID
        self.bids = bids
        self.asks = asks
    }
}

/// The answer of `GET depth`.
public struct DepthSnapshot: Decodable, Equatable, Sendable {
    /// Last update it holds.
    public var lastUpdateId: Int64
    /// Price and quantity, best first.
    public var bids: [[Decimal]]
    /// Price and quantity, best first.
    public var asks: [[Decimal]]

    /// States every field.
    public init(lastUpdateId: Int64, bids: [[Decimal]], asks: [[Decimal]]) {
        self.lastUpdateId = lastUpdateId
        self.bids = bids
        self.asks = asks
    }
}

/// A book rebuilt by a client the way the venue documents it: buffer the stream, take a snapshot,
/// apply what is newer.
public struct DepthRebuild: Equatable, Sendable {
    private static let bufferMax = 10_000

    /// Price to quantity, in units of 10⁻⁸.
    public private(set) var bids: [Int64: Int64] = [:]
    /// Price to quantity, in units of 10⁻⁸.
    public private(set) var asks: [Int64: Int64] = [:]
    /// The last update that is in the book.
    public private(set) var lastUpdateID: Int64 = 0
    /// What broke the stream's promise so far.
    public private(set) var violations: [Violation] = []
    /// Name of the pair.
    public let symbol: String
    private var buffer: [DepthUpdate] = []
    private var hasSnapshot = false
    private var lastStreamID: Int64?

    /// A book of a pair, without anything yet.
    public init(symbol: String) { self.symbol = symbol }

    /// Takes an event of the stream.
    ///
    /// - Parameter update: The next event of this pair.
    public mutating func receive(_ update: DepthUpdate) {
        if let last = lastStreamID, update.firstID != last + 1 {
            note("U \(update.firstID) after u \(last)")
        }
        if update.lastID < update.firstID { note("u \(update.lastID) below U \(update.firstID)") }
        lastStreamID = update.lastID
        guard hasSnapshot else {
            if buffer.count < Self.bufferMax { buffer.append(update) } else { note("overflow") }
            return
        }
        apply(update)
    }

    /// Starts the book from a snapshot.
    ///
    /// - Parameter snapshot: Taken after the stream was opened.
    public mutating func begin(_ snapshot: DepthSnapshot) {
        hasSnapshot = true
        lastUpdateID = snapshot.lastUpdateId
        bids = Self.levels(snapshot.bids)
        asks = Self.levels(snapshot.asks)
        let held = buffer
        buffer.removeAll()
        for update in held { apply(update) }
    }

    /// Compares the book with a snapshot of the same update.
    ///
    /// - Parameter snapshot: Every level of the book.
    /// - Returns: What differs.
    public func differences(from snapshot: DepthSnapshot) -> [Violation] {
        guard snapshot.lastUpdateId == lastUpdateID else {
            return [
                Violation(
                    .depth,
                    "\(symbol): the stream stands at \(lastUpdateID), the book at"
                        + " \(snapshot.lastUpdateId)"
                )
            ]
        }
        let sides = [
            ("bids", bids, Self.levels(snapshot.bids)), ("asks", asks, Self.levels(snapshot.asks)),
        ]
        return sides.filter { $0.1 != $0.2 }.map { name, rebuilt, book in
            let prices = Set(rebuilt.keys).union(book.keys)
                .filter { rebuilt[$0] != book[$0] }.sorted()
            return Violation(
                .depth,
                "\(symbol): \(name) rebuilt from the stream differ at \(prices.count) prices,"
                    + " first \(prices.first ?? 0)"
            )
        }
    }

    private mutating func apply(_ update: DepthUpdate) {
        guard update.lastID > lastUpdateID else { return }
        if update.firstID > lastUpdateID + 1 {
            note("U \(update.firstID) after the book's \(lastUpdateID)")
        }
        lastUpdateID = update.lastID
        Self.apply(update.bids, to: &bids)
        Self.apply(update.asks, to: &asks)
    }

    private mutating func note(_ what: String) {
        violations.append(Violation(.depth, "\(symbol): \(what)"))
    }

    private static func apply(_ levels: [[Decimal]], to book: inout [Int64: Int64]) {
        for level in levels where level.count == 2 {
            book[level[0].units] = level[1].units == 0 ? nil : level[1].units
        }
    }

    private static func levels(_ levels: [[Decimal]]) -> [Int64: Int64] {
        var book: [Int64: Int64] = [:]
        apply(levels, to: &book)
        return book
    }
}
