import Trading

/// The parameters of a placement, by the type of the order.
extension Gateway {
    /// Terms this venue does not offer; taking them for an ordinary order would be worse than no.
    private static let refusedTerms: [StaticString] = [
        "pegPriceType", "pegOffsetType", "pegOffsetValue",
    ]

    /// Reads what every order has, then what its type needs; what its type must not have is
    /// refused with -1106.
    func placeOrder(_ call: Call, _ key: APIKey) throws(APIError) -> PlaceOrder {
        let parameters = call.parameters
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
            clientOrderID: try parameters.clientOrderID("newClientOrderId")
                ?? clientOrderID(call)
        )
        try readPrice(parameters, instrument, into: &order)
        try readTimeInForce(call, into: &order)
        try readQuantity(parameters, instrument, into: &order)
        try readTrigger(parameters, instrument, into: &order)
        try readIceberg(parameters, instrument, into: &order)
        return order
    }

    private func refuseUnknownTerms(_ parameters: Parameters) throws(APIError) {
        for name in Self.refusedTerms where parameters.has(name) { throw .notRequired(name) }
        _ = try parameters.integer("strategyId")
        if let type = try parameters.integer("strategyType"), type < 1_000_000 {
            throw .badStrategyType
        }
    }

    /// Types with a limit price have one, except LIMIT_MAKER, which is GTC by nature.
    private func readTimeInForce(_ call: Call, into order: inout PlaceOrder) throws(APIError) {
        let parameters = call.parameters
        guard order.type.hasLimit, order.type != .limitMaker else {
            for name in ["timeInForce", "goodTillDate"] as [StaticString]
            where parameters.has(name) { throw .notRequired(name) }
            return
        }
        let text = try parameters.required("timeInForce")
        guard let timeInForce = TimeInForce(apiName: text) else { throw .invalidTimeInForce }
        order.timeInForce = timeInForce
        guard timeInForce == .goodTilDate else {
            guard !parameters.has("goodTillDate") else { throw .notRequired("goodTillDate") }
            return
        }
        _ = try parameters.required("goodTillDate")
        order.expiresAt = try parameters.timestamp("goodTillDate") ?? .zero
        guard order.expiresAt > call.now else { throw .invalid("goodTillDate") }
    }

    private func readPrice(
        _ parameters: Parameters,
        _ instrument: Instrument,
        into order: inout PlaceOrder
    ) throws(APIError) {
        guard order.type.hasLimit else {
            guard !parameters.has("price") else { throw .notRequired("price") }
            return
        }
        _ = try parameters.required("price")
        order.price = try price("price", parameters, instrument) ?? .none
    }

    private func readQuantity(
        _ parameters: Parameters,
        _ instrument: Instrument,
        into order: inout PlaceOrder
    ) throws(APIError) {
        guard order.type == .market else {
            guard !parameters.has("quoteOrderQty") else { throw .notRequired("quoteOrderQty") }
            _ = try parameters.required("quantity")
            order.quantity = try quantity("quantity", parameters, instrument) ?? .zero
            return
        }
        let quote = try parameters.decimal("quoteOrderQty", overflow: .filter("NOTIONAL"))
        guard let quote else {
            guard let quantity = try quantity("quantity", parameters, instrument) else {
                throw .missing("quantity", or: "quoteOrderQty")
            }
            order.quantity = quantity
            return
        }
        guard !parameters.has("quantity") else { throw .badCombination }
        guard quote > 0 else { throw .filter("NOTIONAL") }
        order.quoteQuantity = Amount(units: quote)
    }

    /// A conditional order waits for a price, follows it, or both: then the stop price says from
    /// where on it follows.
    private func readTrigger(
        _ parameters: Parameters,
        _ instrument: Instrument,
        into order: inout PlaceOrder
    ) throws(APIError) {
        guard order.type.isConditional else {
            for name in ["stopPrice", "trailingDelta"] as [StaticString]
            where parameters.has(name) { throw .notRequired(name) }
            return
        }
        let stop = try price("stopPrice", parameters, instrument)
        let delta = try parameters.integer("trailingDelta")
        guard stop != nil || delta != nil else {
            throw .missing("stopPrice", or: "trailingDelta")
        }
        order.stopPrice = stop ?? .none
        guard let delta else { return }
        guard let points = Int32(exactly: delta), points > 0 else {
            throw .filter("TRAILING_DELTA")
        }
        order.trailingDelta = points
    }

    private func readIceberg(
        _ parameters: Parameters,
        _ instrument: Instrument,
        into order: inout PlaceOrder
    ) throws(APIError) {
        guard parameters.has("icebergQty") else { return }
        // Only what can rest has a part to show.
        guard order.type.hasLimit, order.timeInForce.mayRest else {
            throw .notRequired("icebergQty")
        }
        guard instrument.icebergPartsMax > 0 else { throw .icebergUnsupported }
        order.icebergQuantity = try quantity("icebergQty", parameters, instrument) ?? .zero
    }

    private func price(
        _ name: StaticString,
        _ parameters: Parameters,
        _ instrument: Instrument
    ) throws(APIError) -> Price? {
        try multiple(of: instrument.tickUnits, name, parameters, .filter("PRICE_FILTER"))
            .map { Price(ticks: $0) }
    }

    private func quantity(
        _ name: StaticString,
        _ parameters: Parameters,
        _ instrument: Instrument
    ) throws(APIError) -> Quantity? {
        try multiple(of: instrument.lotUnits, name, parameters, .filter("LOT_SIZE"))
            .map { Quantity(lots: $0) }
    }

    /// How many steps a decimal is; `nil` when it was not sent.
    private func multiple(
        of step: Int64,
        _ name: StaticString,
        _ parameters: Parameters,
        _ refusal: APIError
    ) throws(APIError) -> Int64? {
        guard let units = try parameters.decimal(name, overflow: refusal) else { return nil }
        guard units > 0, units % step == 0 else { throw refusal }
        return units / step
    }
}
