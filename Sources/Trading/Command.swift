/// A command: the unit of the replicated log.
public enum Command: Equatable, Sendable {
    case place(PlaceOrder)
    case placeList(PlaceOrderList)
    case amend(AmendOrder)
    case cancelReplace(CancelReplace)
    case cancel(account: AccountID, instrument: InstrumentID, order: OrderReference)
    /// Cancels only an order that is in the state the restriction names.
    case cancelIf(
        account: AccountID,
        instrument: InstrumentID,
        order: OrderReference,
        CancelRestriction
    )
    case cancelAll(account: AccountID, instrument: InstrumentID)
    case cancelList(account: AccountID, instrument: InstrumentID, list: OrderListReference)
    /// Adds funds once per reference; the reference is the caller's and unique per shard.
    ///
    /// The same reference with other funds is refused, `referenceTaken`.
    case deposit(account: AccountID, asset: AssetID, amount: Amount, reference: UInt64)
    /// Sends free funds to another shard, once per reference of late; answered `transferred`.
    case transfer(Funds, to: ShardID, reference: UInt64)
    /// Takes in the funds of the next transfer of another shard; one that came before changes nothing.
    case credit(Funds, from: ShardID, sequence: UInt64)
    /// Forgets the transfers to another shard that it has taken in.
    case settle(to: ShardID, through: UInt64)
    /// Sets free funds aside to be paid out, once per reference.
    case withdraw(Funds, reference: UInt64)
    /// Ends a withdrawal: paid out, or given back.
    case endWithdrawal(reference: UInt64, isPaid: Bool)
    case addAsset(Asset)
    case addInstrument(Instrument)
    case setPhase(instrument: InstrumentID, TradingPhase)
    case setAccountTerms(AccountTerms)
    case setFeeSchedule(FeeSchedule)
    /// A step of the pair's move to another shard, under the generation of that attempt.
    case movePair(instrument: InstrumentID, generation: UInt32, PairMoveStep)
    /// Sets this shard's share of how many orders an account may place.
    case setOrderLimits(OrderLimits)
    /// Gives up the right to so many orders, or as many as are free; answered `lent`.
    case lendOrders(OrderLoan)
    /// Takes the right to so many orders that another shard has given up.
    case borrowOrders(OrderLoan)
    /// Does nothing: takes the place of a request whose client was told "unknown".
    case void
}

extension Command {
    /// The pair whose shard has to run it; `nil` for what concerns a shard as a whole.
    public var instrument: InstrumentID? {
        switch self {
        case .place(let request): request.instrument
        case .placeList(let request): request.orders.first?.instrument
        case .amend(let request): request.instrument
        case .cancelReplace(let request): request.place.instrument
        case .cancel(_, let instrument, _), .cancelIf(_, let instrument, _, _),
            .cancelAll(_, let instrument), .cancelList(_, let instrument, _),
            .setPhase(let instrument, _):
            instrument
        case .deposit, .transfer, .credit, .settle, .withdraw, .endWithdrawal, .addAsset,
            .addInstrument, .setAccountTerms, .setFeeSchedule, .movePair, .setOrderLimits,
            .lendOrders, .borrowOrders, .void:
            nil
        }
    }
}

extension Command {
    /// Whose orders a command places; `nil` for any other.
    public var orderOwner: AccountID? {
        switch self {
        case .place(let request): request.account
        case .placeList(let request): request.orders.first?.account
        case .cancelReplace(let request): request.place.account
        default: nil
        }
    }
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
    /// Lists of all pairs, open and done, by the id that is one of the venue; `named` none asks for
    /// any name.
    case orderLists(account: AccountID, named: ClientOrderID, HistoryRange)
    /// What changed an order in its place; ids are those of executions.
    case amendments(account: AccountID, instrument: InstrumentID, order: OrderID, HistoryRange)
    /// Meetings of the account with itself; ids are their own.
    case preventedMatches(
        account: AccountID,
        instrument: InstrumentID,
        order: OrderID?,
        HistoryRange
    )
    /// Every check that `place` would make, without effect.
    case test(PlaceOrder)
    /// The next part of a copy of a pair for a generation; part 0 begins one, and the primary keeps
    /// what it needs to tell later what changed.
    case pairPart(instrument: InstrumentID, generation: UInt32, part: UInt32)
    /// What changed since the copy; asked of a frozen pair.
    case pairDelta(instrument: InstrumentID, generation: UInt32)
    /// What the shard has of a pair.
    case pairStanding(instrument: InstrumentID)
    /// The feed position that holds everything acknowledged before this question.
    case position
    /// What the account lacks for an order, a list, an amendment or a withdrawal.
    case shortfall(Command)
    /// Answered `done` once a transfer of another shard has been taken in.
    case credited(from: ShardID, sequence: UInt64)
    /// How many orders an account has placed of late, and how many more it may.
    case orderUsage(account: AccountID)
    /// What changed an account other than trades, as far as it is kept; ids are those of movements.
    case statement(account: AccountID, asset: AssetID?, HistoryRange)
}

extension Query {
    /// The pair that has to trade on the shard that answers; `nil` for all pairs there, or none.
    public var instrument: InstrumentID? {
        switch self {
        case .order(_, let instrument, _), .orders(_, let instrument, _),
            .fills(_, let instrument, _, _), .orderList(_, let instrument, _),
            .amendments(_, let instrument, _, _), .preventedMatches(_, let instrument, _, _):
            instrument
        case .openOrders(_, let instrument), .openOrderLists(_, let instrument): instrument
        case .test(let request): request.instrument
        case .shortfall(let command): command.instrument
        case .balances, .positions, .orderLists, .statement, .credited, .pairPart, .pairDelta,
            .pairStanding, .position, .orderUsage:
            nil
        }
    }
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
