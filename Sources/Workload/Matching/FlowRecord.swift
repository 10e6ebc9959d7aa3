/// One message of an order flow, laid out as in an `.oflw` file: 32 bytes without padding.
public struct FlowRecord: Equatable, Sendable {
    /// Size in bytes of a record in a file.
    public static let size = 32

    /// What a message asks for; the raw value is the byte in the file.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// A limit order that rests until cancelled.
        case add = 0
        /// A limit order whose rest is dropped.
        case immediate = 1
        /// An order without a price whose rest is dropped.
        case market = 2
        /// Takes a resting order off; about one in 200 aims at one that is gone.
        case cancel = 3
        /// A new price and remaining quantity under the same id, behind all others.
        case replace = 4
        /// Takes quantity off in place.
        case reduce = 5
    }

    /// `Kind` as its byte.
    var code: UInt8
    /// 0 buys, 1 sells; of the target where there is one.
    var sideCode: UInt8
    /// The pair, from 0.
    public var symbol: UInt16
    /// The sender, from 1; not the owner of the target.
    public var account: UInt32
    /// The order, dense from 1 in the order of first use.
    public var id: UInt64
    /// Limit price in ticks; 0 where there is none.
    public var price: Int64
    /// In lots; what to take off for `reduce`, 0 for `cancel`.
    public var quantity: Int64

    /// Makes a message of all its fields.
    public init(
        _ kind: Kind,
        sideCode: UInt8,
        symbol: UInt16,
        account: UInt32,
        id: UInt64,
        price: Int64,
        quantity: Int64
    ) {
        code = kind.rawValue
        self.sideCode = sideCode
        self.symbol = symbol
        self.account = account
        self.id = id
        self.price = price
        self.quantity = quantity
    }

    /// What the message asks for; `nil` for a byte that stands for nothing, which no reader lets in.
    public var kind: Kind? { Kind(rawValue: code) }
}

/// What a flow comes to in any engine with strict price-time priority.
public struct FlowTotals: Codable, Equatable, Sendable {
    /// Number of trades.
    public var trades: UInt64 = 0
    /// Lots traded.
    public var quantity: UInt64 = 0
    /// Sum of price × quantity over the trades, modulo 2^64.
    public var notional: UInt64 = 0
    /// Orders that rest in the end.
    public var restingOrders: UInt64 = 0
    /// Lots that rest in the end.
    public var restingQuantity: UInt64 = 0
    /// Sum of maker id × quantity over the trades, modulo 2^64; 0 where it is not known.
    public var makerSum: UInt64 = 0

    /// Starts with nothing traded.
    public init() {}

    /// Counts a trade.
    @inline(__always)
    mutating func add(maker: UInt64, price: Int64, quantity lots: Int64) {
        let lots = UInt64(bitPattern: lots)
        trades &+= 1
        quantity &+= lots
        notional &+= UInt64(bitPattern: price) &* lots
        makerSum &+= maker &* lots
    }

    /// What differs from these totals, one line each; empty when nothing does.
    ///
    /// - Parameter actual: What an engine came to.
    /// - Returns: Such as `trades: 5, expected 6`.
    public func differences(from actual: FlowTotals) -> [String] {
        let pairs: [(String, UInt64, UInt64)] = [
            ("trades", trades, actual.trades), ("quantity", quantity, actual.quantity),
            ("notional", notional, actual.notional),
            ("resting orders", restingOrders, actual.restingOrders),
            ("resting quantity", restingQuantity, actual.restingQuantity),
            ("maker sum", makerSum, actual.makerSum),
        ]
        return pairs.filter { name, expected, found in
            expected != found && !(name == "maker sum" && expected == 0)
        }.map { name, expected, found in "\(name): \(found), expected \(expected)" }
    }
}

/// What stands before the records of an `.oflw` file.
public struct FlowHeader: Equatable, Sendable {
    /// Size in bytes of a header in a file.
    public static let size = 128

    /// Seed of the generator.
    public var seed: UInt64
    /// The first so many records build the book and never trade.
    public var prefillCount: UInt64
    /// Number of all records.
    public var recordCount: UInt64
    /// Highest order id.
    public var orderIDMax: UInt64
    /// Lowest limit price in ticks.
    public var priceMin: Int64
    /// Highest limit price in ticks.
    public var priceMax: Int64
    /// Number of pairs.
    public var symbolCount: UInt32
    /// Number of accounts.
    public var accountCount: UInt32
    /// What the flow must come to; a file does not tell the maker sum.
    public var totals: FlowTotals
}

/// A whole flow in memory.
public struct MatchingFlow: Sendable {
    /// For reports: a name of `FlowPlan`, or a file.
    public var name: String
    /// Counts, bounds and expected totals.
    public var header: FlowHeader
    /// All records; the first `header.prefillCount` build the book.
    public var records: ContiguousArray<FlowRecord>

    /// Number of records that build the book.
    public var prefillCount: Int { Int(header.prefillCount) }
}
