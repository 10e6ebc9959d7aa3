import Trading

/// Placing and cancelling.
extension Gateway {
    /// POST order.
    func placement(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let order = try placeOrder(call, key)
        let kind = RenderPlan.Kind.placement(try responseType(call, of: order))
        return .command(instrument: order.instrument, .place(order), call.plan(kind))
    }

    /// How much the answer tells; without a word of the client it depends on the type.
    func responseType(_ call: Call, of order: PlaceOrder) throws(APIError) -> ResponseType {
        let type = try call.parameters.term(
            "newOrderRespType",
            ResponseType.self,
            else: .invalid("newOrderRespType")
        )
        let tellsAll = order.type == .limit || order.type == .market
        return type ?? (tellsAll ? .full : .ack)
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
        let restriction = try restriction(call.parameters)
        let id = try call.parameters.clientOrderID("newClientOrderId") ?? makeClientOrderID()
        let command: Command =
            if let restriction {
                .cancelIf(
                    account: key.account,
                    instrument: instrument.id,
                    order: order,
                    restriction
                )
            } else {
                .cancel(account: key.account, instrument: instrument.id, order: order)
            }
        return .command(
            instrument: instrument.id,
            command,
            call.plan(.cancellation(id, of: order))
        )
    }

    /// In which state alone an order is to be cancelled; `nil` in any.
    func restriction(_ parameters: Parameters) throws(APIError) -> CancelRestriction? {
        try parameters.term(
            "cancelRestrictions",
            CancelRestriction.self,
            else: .invalidCancelRestrictions
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

    /// The order that a number or a name tells; the number goes first.
    func orderReference(
        _ parameters: Parameters,
        id idName: StaticString = "orderId",
        name: StaticString = "origClientOrderId"
    ) throws(APIError) -> OrderReference {
        if let id = try parameters.integer(idName) { return .id(OrderID(id)) }
        if let id = try parameters.clientOrderID(name) { return .clientOrderID(id) }
        throw .missing(name, or: idName)
    }
}
