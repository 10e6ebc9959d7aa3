import Trading

/// Orders out of requests, and back.
extension NaiveExchange {
    mutating func newOrder(_ request: PlaceOrder) -> Order {
        markets[request.instrument]?.orderCount += 1
        var order = newOrder(unnumbered: request)
        order.id = OrderID(market(request.instrument).orderCount)
        return order
    }

    func newOrder(unnumbered request: PlaceOrder) -> Order {
        let mode = find(request.instrument)?.defaultSelfTradePrevention
        return Order(
            id: OrderID(0),
            instrument: request.instrument,
            account: request.account,
            clientOrderID: request.clientOrderID,
            side: request.side,
            type: request.type,
            timeInForce: request.timeInForce,
            selfTradePrevention: request.selfTradePrevention ?? mode ?? .none,
            price: request.price,
            quantity: request.quantity,
            quoteQuantity: request.quoteQuantity,
            executed: .zero,
            cumulativeQuote: .zero,
            status: .new,
            createdAt: now,
            updatedAt: now,
            stopPrice: request.stopPrice,
            trailingDelta: request.trailingDelta,
            icebergQuantity: request.icebergQuantity,
            expiresAt: request.expiresAt
        )
    }

    func request(of order: Order) -> PlaceOrder {
        PlaceOrder(
            account: order.account,
            instrument: order.instrument,
            side: order.side,
            type: order.type,
            timeInForce: order.timeInForce,
            selfTradePrevention: order.selfTradePrevention,
            price: order.price,
            quantity: order.quantity,
            quoteQuantity: order.quoteQuantity,
            clientOrderID: order.clientOrderID,
            stopPrice: order.stopPrice,
            trailingDelta: order.trailingDelta,
            icebergQuantity: order.icebergQuantity,
            expiresAt: order.expiresAt
        )
    }
}
