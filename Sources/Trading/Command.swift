/// A command: the unit of the replicated log.
public enum Command: Equatable, Sendable {
    case place(PlaceOrder)
    case placeList(PlaceOrderList)
    case amend(AmendOrder)
    case cancelReplace(CancelReplace)
    case cancel(account: AccountID, instrument: InstrumentID, order: OrderReference)
    case cancelAll(account: AccountID, instrument: InstrumentID)
    case cancelList(account: AccountID, instrument: InstrumentID, list: OrderListReference)
    /// Adds funds once per reference; the reference is the caller's and unique per shard.
    case deposit(account: AccountID, asset: AssetID, amount: Amount, reference: UInt64)
    case addAsset(Asset)
    case addInstrument(Instrument)
    case setPhase(instrument: InstrumentID, TradingPhase)
    case setAccountTerms(AccountTerms)
    case setFeeSchedule(FeeSchedule)
    /// Does nothing: takes the place of a request whose client was told "unknown".
    case void
}

/// A question about the state, answered by the primary and never logged.
public enum Query: Equatable, Sendable {
    case order(account: AccountID, instrument: InstrumentID, order: OrderReference)
    case openOrders(account: AccountID, instrument: InstrumentID?)
    case orders(account: AccountID, instrument: InstrumentID, HistoryRange)
    case fills(account: AccountID, instrument: InstrumentID, order: OrderID?, HistoryRange)
    case balances(account: AccountID)
    case positions(account: AccountID)
    case orderList(account: AccountID, instrument: InstrumentID, list: OrderListReference)
    case openOrderLists(account: AccountID, instrument: InstrumentID?)
    /// Every check that `place` would make, without effect.
    case test(PlaceOrder)
    /// The feed position that holds everything acknowledged before this question.
    case position
}

/// A window of an account's history.
public struct HistoryRange: Equatable, Sendable {
    /// Only ids from here upwards (order ids for orders, trade ids for fills).
    public var fromID: Int64?
    /// Only from this log time on.
    public var start: Timestamp?
    /// Only up to this log time, inclusive.
    public var end: Timestamp?
    /// At most so many.
    ///
    /// Range: `1...1000`.
    public var limit: Int

    /// Makes a window.
    public init(fromID: Int64?, start: Timestamp?, end: Timestamp?, limit: Int) {
        self.fromID = fromID
        self.start = start
        self.end = end
        self.limit = limit
    }
}
