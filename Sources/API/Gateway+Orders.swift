import Trading

/// Placing and cancelling.
extension Gateway {
    /// POST order.
    func placement(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let order = try placeOrder(call, key)
        let type = try call.parameters.term(
            "newOrderRespType",
            ResponseType.self,
            else: .invalid("newOrderRespType")
        )
        let tellsAll = order.type == .limit || order.type == .market
        let kind = RenderPlan.Kind.placement(type ?? (tellsAll ? .full : .ack))
        return .command(instrument: order.instrument, .place(order), call.plan(kind))
    }

    /// POST order/test.
    func test(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let order = try placeOrder(call, key)
        let showsRates = try call.parameters.flag("computeCommissionRates") ?? false
        let plan = call.plan(.test(commission: showsRates ? order.instrument : nil))
        return .query(instrument: order.instrument, .test(order), plan)
    }

    /// DELETE order.
    func cancellation(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let instrument = try instrument(call.parameters)
        let order = try orderReference(call.parameters)
        // Cancelling in spite of a restriction would be worse than refusing.
        guard !call.parameters.has("cancelRestrictions") else {
            throw .notRequired("cancelRestrictions")
        }
        let id = try call.parameters.clientOrderID("newClientOrderId") ?? makeClientOrderID()
        return .command(
            instrument: instrument.id,
            .cancel(account: key.account, instrument: instrument.id, order: order),
            call.plan(.cancellation(id))
        )
    }

    /// DELETE openOrders.
    func cancellations(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let instrument = try instrument(call.parameters)
        return .command(
            instrument: instrument.id,
            .cancelAll(account: key.account, instrument: instrument.id),
            call.plan(.cancellations(makeClientOrderID()))
        )
    }

    /// The order that `orderId` or `origClientOrderId` names; the number goes first.
    func orderReference(_ parameters: Parameters) throws(APIError) -> OrderReference {
        if let id = try parameters.integer("orderId") { return .id(OrderID(id)) }
        if let id = try parameters.clientOrderID("origClientOrderId") { return .clientOrderID(id) }
        throw .missing("origClientOrderId", or: "orderId")
    }
}
