import Accounts
import Trading

/// An order on its way through the book, and what bounds it.
struct IncomingOrder: ~Copyable {
    var order: Order
    let name: OrderName
    /// Its slot when it was open before: a conditional order that fired, an amended one, one of a
    /// list.
    ///
    /// `none` for a new order, which gets a slot when it rests.
    let slot: OrderSlot
    /// Its trade group; 0 for none.
    let group: UInt32
    var bounds: TakerBounds
    /// What a market order by quantity, or a sell by amount, can still come to pay at most: set
    /// where a fee may be taken from the same balance.
    var estimate = Amount.zero
    /// The level an amended order has left.
    var left: TouchedLevel?
    /// Whether the command's answer tells of its fills; not so where a command only set it off.
    let isAnswered: Bool
    /// Self-trade prevention ended it.
    var isExpiredInMatch = false
    /// It got all it may get.
    var isComplete = false
    /// Number of the report of its last trade.
    var lastReport: UInt32?

    @inline(__always)
    init(
        _ order: Order,
        _ name: OrderName,
        slot: OrderSlot = .none,
        _ bounds: TakerBounds,
        isAnswered: Bool,
        _ shared: borrowing SharedState
    ) {
        self.order = order
        self.name = name
        self.slot = slot
        self.bounds = bounds
        self.isAnswered = isAnswered
        group = shared.ledger.terms(of: name.owner).tradeGroup
    }

    /// Whether an order of this account is one it must not trade with.
    @inline(__always)
    func isKept(from owner: AccountSlot, _ shared: borrowing SharedState) -> Bool {
        guard order.selfTradePrevention != .none else { return false }
        if owner == name.owner { return true }
        return group != 0 && shared.ledger.terms(of: owner).tradeGroup == group
    }

    /// What it may still have to pay after a trade that its bounds already know of.
    @inline(__always)
    func needLeft(after trade: Trade, _ notionalUnits: Int64, _ lotUnits: Int64) -> Amount {
        switch order.side {
        case .buy:
            if bounds.quote != .max { return Amount(units: bounds.quote) }
            guard order.type.hasLimit else {
                return estimate - order.cumulativeQuote - trade.quoteAmount
            }
            return Amount(units: order.price.ticks * bounds.lots * notionalUnits)
        case .sell:
            if bounds.lots != .max { return Amount(units: bounds.lots * lotUnits) }
            let gone = order.executed + order.prevented + trade.quantity
            return estimate - Amount(units: gone.lots * lotUnits)
        }
    }

    /// Books lots that self-trade prevention takes off at a price.
    mutating func decrement(_ lots: Int64, cost: Int64) {
        order.prevented.lots += lots
        if !order.type.hasLimit, order.side == .buy, bounds.quote == .max { estimate.units -= cost }
        bounds.decrement(lots, value: cost)
    }
}

/// How far an incoming order may go into the book.
struct TakerBounds {
    /// The worst price it may trade at; `none` lets it not trade at all.
    var limit: Price
    /// Lots it still wants; `Int64.max` for an order by quote amount.
    var lots: Int64
    /// Quote units it may still move; `Int64.max` without such a bound.
    var quote = Int64.max

    /// Whether a price is not worse than the limit.
    func allows(_ price: Price, _ side: Side) -> Bool {
        guard limit != .none else { return false }
        return side == .buy ? price <= limit : price >= limit
    }

    /// The lots it may trade at a price.
    ///
    /// The price is that of a resting order, so price × unit is known to fit.
    func capacity(at price: Price, _ notionalUnits: Int64) -> Int64 {
        guard quote != .max else { return lots }
        return min(lots, quote / (price.ticks * notionalUnits))
    }

    /// Books lots taken off without a trade: an amount loses their value, what was held does not.
    mutating func decrement(_ gone: Int64, value: Int64) {
        take(gone, cost: lots == .max ? value : 0)
    }

    /// Books what was taken.
    mutating func take(_ taken: Int64, cost: Int64) {
        if quote != .max { quote -= cost }
        if lots != .max { lots -= taken }
    }
}
