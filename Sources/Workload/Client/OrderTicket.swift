import Trading

/// A limit order as a client states it.
public struct OrderTicket: Equatable, Sendable {
    /// Name of the pair.
    public var symbol: String
    /// Buy or sell.
    public var side: Side
    /// How long its unfilled part lives.
    public var timeInForce: TimeInForce
    /// Limit price in units of 10⁻⁸.
    public var price: Int64
    /// Quantity in units of 10⁻⁸.
    public var quantity: Int64
    /// The client's own name of the order.
    public var clientOrderID: String

    /// States every field.
    public init(
        symbol: String,
        side: Side,
        timeInForce: TimeInForce,
        price: Int64,
        quantity: Int64,
        clientOrderID: String
    ) {
        self.symbol = symbol
        self.side = side
        self.timeInForce = timeInForce
        self.price = price
        self.quantity = quantity
        self.clientOrderID = clientOrderID
    }

    /// Writes the parameters of its placement.
    func write(to query: inout RequestQuery) {
        query.add("symbol", symbol)
        query.add("side", side == .buy ? "BUY" : "SELL")
        query.add("type", "LIMIT")
        switch timeInForce {
        case .goodTilCancelled: query.add("timeInForce", "GTC")
        case .immediateOrCancel: query.add("timeInForce", "IOC")
        case .fillOrKill: query.add("timeInForce", "FOK")
        // Refused without its date, which a ticket does not have.
        case .goodTilDate: query.add("timeInForce", "GTD")
        }
        query.add("price", decimal: price)
        query.add("quantity", decimal: quantity)
        query.add("newClientOrderId", clientOrderID)
        query.add("selfTradePreventionMode", "NONE")
    }
}
