import Trading

/// Placing and cancelling.
extension Gateway {
    /// Terms this venue does not offer; taking them for an ordinary order would be worse than no.
    private static let refusedTerms: [StaticString] = [
        "stopPrice", "trailingDelta", "pegPriceType", "pegOffsetType", "pegOffsetValue",
    ]

    /// POST order.
    func placement(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let order = try placeOrder(call.parameters, key)
        let type = try call.parameters.term(
            "newOrderRespType",
            ResponseType.self,
            else: .invalid("newOrderRespType")
        )
        let kind = RenderPlan.Kind.placement(type ?? (order.type == .limitMaker ? .ack : .full))
        return .command(instrument: order.instrument, .place(order), call.plan(kind))
    }

    /// POST order/test.
    func test(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let order = try placeOrder(call.parameters, key)
        let showsRates = try call.parameters.flag("computeCommissionRates") ?? false
        let plan = call.plan(.test(commission: showsRates ? order.instrument : nil))
        return .query(instrument: order.instrument, .test(order), plan)
    }

    private func placeOrder(
        _ parameters: Parameters,
        _ key: APIKey
    ) throws(APIError) -> PlaceOrder {
        let instrument = try instrument(parameters)
        let sideText = try parameters.required("side")
        guard let side = Side(apiName: sideText) else { throw .invalidSide }
        let typeText = try parameters.required("type")
        guard let type = OrderType(apiName: typeText) else { throw .invalidOrderType }
        try refuseUnknownTerms(parameters)
        var order = PlaceOrder(
            account: key.account,
            instrument: instrument.id,
            side: side,
            type: type,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: try parameters.term(
                "selfTradePreventionMode",
                SelfTradePrevention.self,
                else: .invalid("selfTradePreventionMode")
            ),
            price: .none,
            quantity: .zero,
            quoteQuantity: .zero,
            clientOrderID: try parameters.clientOrderID("newClientOrderId") ?? makeClientOrderID()
        )
        switch type {
        case .limit, .limitMaker: try readLimit(parameters, instrument, into: &order)
        case .market: try readMarket(parameters, instrument, into: &order)
        case .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit: throw .invalidOrderType
        }
        return order
    }

    private func refuseUnknownTerms(_ parameters: Parameters) throws(APIError) {
        for name in Self.refusedTerms where parameters.has(name) { throw .notRequired(name) }
        guard !parameters.has("icebergQty") else { throw .icebergUnsupported }
        _ = try parameters.integer("strategyId")
        if let type = try parameters.integer("strategyType"), type < 1_000_000 {
            throw .badStrategyType
        }
    }

    private func readLimit(
        _ parameters: Parameters,
        _ instrument: Instrument,
        into order: inout PlaceOrder
    ) throws(APIError) {
        if order.type == .limit {
            let text = try parameters.required("timeInForce")
            guard let timeInForce = TimeInForce(apiName: text) else { throw .invalidTimeInForce }
            order.timeInForce = timeInForce
        } else if parameters.has("timeInForce") {
            throw .notRequired("timeInForce")
        }
        guard !parameters.has("quoteOrderQty") else { throw .notRequired("quoteOrderQty") }
        _ = try parameters.required("quantity")
        _ = try parameters.required("price")
        order.quantity = try quantity(parameters, instrument) ?? .zero
        let price = try parameters.decimal("price", overflow: .filter("PRICE_FILTER")) ?? 0
        guard price > 0, price % instrument.tickUnits == 0 else { throw .filter("PRICE_FILTER") }
        order.price = Price(ticks: price / instrument.tickUnits)
    }

    private func readMarket(
        _ parameters: Parameters,
        _ instrument: Instrument,
        into order: inout PlaceOrder
    ) throws(APIError) {
        guard !parameters.has("price") else { throw .notRequired("price") }
        guard !parameters.has("timeInForce") else { throw .notRequired("timeInForce") }
        let quote = try parameters.decimal("quoteOrderQty", overflow: .filter("NOTIONAL"))
        guard let quote else {
            guard let quantity = try quantity(parameters, instrument) else {
                throw .missing("quantity", or: "quoteOrderQty")
            }
            order.quantity = quantity
            return
        }
        guard !parameters.has("quantity") else { throw .badCombination }
        guard quote > 0 else { throw .filter("NOTIONAL") }
        order.quoteQuantity = Amount(units: quote)
    }

    private func quantity(
        _ parameters: Parameters,
        _ instrument: Instrument
    ) throws(APIError) -> Quantity? {
        let sent = try parameters.decimal("quantity", overflow: .filter("LOT_SIZE"))
        guard let units = sent else { return nil }
        guard units > 0, units % instrument.lotUnits == 0 else { throw .filter("LOT_SIZE") }
        return Quantity(lots: units / instrument.lotUnits)
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
