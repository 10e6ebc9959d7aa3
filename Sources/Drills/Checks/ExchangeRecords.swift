import Workload

/// An order as `GET allOrders` shows it.
public struct OrderRecord: Decodable, Equatable, Sendable {
    /// Name of the pair.
    public var symbol: String
    /// The exchange's number.
    public var orderId: Int64
    /// The client's name.
    public var clientOrderId: String
    /// Limit price.
    public var price: Decimal
    /// Quantity asked for.
    public var origQty: Decimal
    /// Quantity filled.
    public var executedQty: Decimal
    /// Sum of price × quantity of the fills; the spelling is the venue's.
    public var cummulativeQuoteQty: Decimal
    /// A word such as FILLED.
    public var status: String
    /// BUY or SELL.
    public var side: String

    /// Whether it rests in the book.
    public var isOpen: Bool { status == "NEW" || status == "PARTIALLY_FILLED" }
}

/// A fill as `GET myTrades` shows it.
public struct TradeRecord: Decodable, Equatable, Sendable {
    /// Name of the pair.
    public var symbol: String
    /// Number of the trade, the same on both sides.
    public var id: Int64
    /// The order that was filled.
    public var orderId: Int64
    /// Price.
    public var price: Decimal
    /// Quantity.
    public var qty: Decimal
    /// Price × quantity.
    public var quoteQty: Decimal
    /// What this side paid.
    public var commission: Decimal
    /// In which asset.
    public var commissionAsset: String
    /// Whether this side bought.
    public var isBuyer: Bool
    /// Whether this side's order rested.
    public var isMaker: Bool
    /// When it happened, in milliseconds since 1970.
    public var time: Int64
}

/// Balances as `GET account` shows them.
public struct AccountRecord: Decodable, Equatable, Sendable {
    /// One asset's.
    public struct Balance: Decodable, Equatable, Sendable {
        /// Ticker.
        public var asset: String
        /// To be spent.
        public var free: Decimal
        /// Held by open orders.
        public var locked: Decimal
    }

    /// Every asset's.
    public var balances: [Balance]

    /// Free and locked together, by asset, in units of 10⁻⁸.
    public var totals: [String: Int64] {
        Dictionary(
            balances.map { ($0.asset, $0.free.units + $0.locked.units) },
            uniquingKeysWith: +
        )
    }
}

/// Everything one account can read of one run.
public struct AccountState: Equatable, Sendable {
    /// Its orders of the run.
    public var orders: [OrderRecord] = []
    /// Its fills of the run.
    public var trades: [TradeRecord] = []
    /// Totals by asset before the run, in units of 10⁻⁸.
    public var before: [String: Int64] = [:]
    /// Totals by asset after the run.
    public var after: [String: Int64] = [:]

    /// Nothing read yet.
    public init() {}
}

/// Everything that can be read of one run.
public struct ExchangeState: Equatable, Sendable {
    /// In the order of the cluster's accounts.
    public var accounts: [AccountState]
    /// The pairs that were traded.
    public var pairs: [PairRules]
    /// Last trade id of each pair before the run, by symbol.
    public var tradeIDsBefore: [String: Int64]
    /// Time of that trade, in milliseconds since 1970, by symbol.
    public var tradeTimesBefore: [String: Int64] = [:]

    /// States every field.
    public init(
        accounts: [AccountState],
        pairs: [PairRules],
        tradeIDsBefore: [String: Int64]
    ) {
        self.accounts = accounts
        self.pairs = pairs
        self.tradeIDsBefore = tradeIDsBefore
    }
}
