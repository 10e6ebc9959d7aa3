import Accounts
import Trading

/// An order on its way through the book, and what bounds it.
struct IncomingOrder {
    var order: Order
    let owner: AccountSlot
    var bounds: TakerBounds
    var fills: [Fill] = []
    /// Self-trade prevention ended it.
    var isExpiredInMatch = false
    /// It got all it may get.
    var isComplete = false
}

/// How far an incoming order may go into the book.
struct TakerBounds {
    /// The worst price it may trade at; `none` lets it not trade at all.
    var limit: Price
    /// Lots it still wants; `Int64.max` for an order by quote amount.
    var lots: Int64
    /// Quote units it may still move; `nil` for an order by quantity.
    var quote: Int64?

    /// Whether a price is not worse than the limit.
    func allows(_ price: Price, _ side: Side) -> Bool {
        guard limit != .none else { return false }
        return side == .buy ? price <= limit : price >= limit
    }

    /// The lots it may trade at a price.
    ///
    /// The price is that of a resting order, so price × unit is known to fit.
    func capacity(at price: Price, notionalUnits: Int64) -> Int64 {
        guard let quote else { return lots }
        return quote / (price.ticks * notionalUnits)
    }
}

/// What an incoming order would get, found without touching anything.
struct Reach: Equatable {
    var lots: Int64 = 0
    /// `nil` when it leaves 63 bits, which no balance can pay.
    var cost: Amount? = .zero
}
