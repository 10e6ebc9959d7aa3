import Accounts
import Trading

/// One pair: its book, its counters and its recent history.
struct Market: ~Copyable {
    /// Closed orders kept for queries.
    static let closedMax = 20_000
    /// Fills kept for queries; every trade makes two.
    static let fillsMax = 40_000

    let instrument: Instrument
    let base: AssetColumn
    let quote: AssetColumn
    var book = OrderBook()
    var closed = AccountHistory<Order>(capacity: closedMax)
    var fills = AccountHistory<Fill>(capacity: fillsMax)
    var nextOrderID: Int64 = 1
    var nextTradeID: Int64 = 1
    /// Number of the last level change.
    var updateID: Int64 = 0
    /// Price of the last trade; `none` before the first.
    var lastPrice = Price.none
    var digest = StateDigest()
    /// Prices a command has touched; empty between commands, kept for its storage.
    var touched: ContiguousArray<Price> = []

    init(_ instrument: Instrument, base: AssetColumn, quote: AssetColumn) {
        self.instrument = instrument
        self.base = base
        self.quote = quote
        digest.add(UInt64(instrument.id.rawValue))
    }

    /// Adds the present state of an order to the digest.
    mutating func note(_ order: Order) {
        digest.add(UInt64(bitPattern: order.id.rawValue) | UInt64(order.status.rawValue) << 56)
        digest.add(order.remaining.lots)
    }

    /// Tells the market what now rests at a price.
    mutating func emitLevel(_ side: Side, _ price: Price, _ events: inout [MarketEvent]) {
        updateID += 1
        let change = LevelChange(
            instrument: instrument.id,
            side: side,
            price: price,
            quantity: book.quantity(side, at: price),
            updateID: updateID
        )
        events.append(.level(change))
    }

    /// What a resting order holds: quote at its price for a buy, base for a sell.
    func hold(of order: Order) -> (Amount, AssetColumn) {
        let amount =
            order.side == .buy
            ? instrument.notional(order.price, order.remaining)
            : instrument.baseAmount(order.remaining)
        // It fitted when the order was accepted, and has only become less.
        guard let amount else { fatalError("invariant broken: a hold fits 63 bits") }
        return (amount, order.side == .buy ? quote : base)
    }

    /// Ends an order that rests with something unfilled: frees its hold, closes it.
    ///
    /// - Parameters:
    ///   - slot: Its slot in the book.
    ///   - status: What ended it.
    ///   - shared: The money and the names.
    /// - Returns: The closed order.
    mutating func end(_ slot: Int32, _ status: OrderStatus, _ shared: inout SharedState) -> Order {
        let owner = book.nodes[Int(slot)].owner
        var order = book.remove(slot)
        let (amount, column) = hold(of: order)
        shared.ledger.release(amount, owner, column)
        order.status = status
        order.updatedAt = shared.now
        note(order)
        shared.openNames[OrderName(owner: owner, name: order.clientOrderID)] = nil
        archive(order, owner, &shared)
        return order
    }

    /// Puts a closed order into the history, and its terms into the retry window if it traded.
    mutating func archive(_ order: Order, _ owner: AccountSlot, _ shared: inout SharedState) {
        invariant(!order.status.isOpen, "only closed orders become history")
        closed.append(order, owner: owner)
        guard order.executed.lots > 0 else { return }
        shared.executions.insert(TermsFingerprint(order, owner: owner), at: shared.now)
    }
}

/// Gives a market, which cannot be copied, a place in an array.
final class MarketBox {
    var market: Market

    init(_ market: consuming Market) { self.market = market }
}
