import Trading

/// Reads one order out of the parameters of a request, under the names it has there.
struct OrderReader {
    let call: Call
    let names: OrderParameterNames
    let account: AccountID
    let instrument: Instrument
    let selfTradePrevention: SelfTradePrevention?

    private var parameters: Parameters { call.parameters }

    /// Reads an order.
    ///
    /// - Parameters:
    ///   - side: Its side.
    ///   - type: Its type, which says what else it must have and must not have.
    ///   - makeClientOrderID: Makes its name where none was sent in the parameter given.
    /// - Returns: The order.
    /// - Throws: What is missing, not wanted or malformed.
    func read(
        _ side: Side,
        _ type: OrderType,
        _ makeClientOrderID: (StaticString) -> ClientOrderID
    ) throws(APIError) -> PlaceOrder {
        try refuseUnknownTerms()
        var order = PlaceOrder(
            account: account,
            instrument: instrument.id,
            side: side,
            type: type,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: selfTradePrevention,
            price: .none,
            quantity: .zero,
            quoteQuantity: .zero,
            clientOrderID: try parameters.clientOrderID(names.clientOrderID)
                ?? makeClientOrderID(names.clientOrderID)
        )
        try readPrice(into: &order)
        try readTimeInForce(into: &order)
        try readQuantity(into: &order)
        try readTrigger(into: &order)
        try readIceberg(into: &order)
        return order
    }

    private func refuseUnknownTerms() throws(APIError) {
        for name in names.refused where parameters.has(name) { throw .notRequired(name) }
        _ = try parameters.integer(names.strategyID)
        if let type = try parameters.integer(names.strategyType), type < 1_000_000 {
            throw .badStrategyType
        }
    }

    /// Types with a limit price have one, except LIMIT_MAKER, which is GTC by nature.
    private func readTimeInForce(into order: inout PlaceOrder) throws(APIError) {
        guard order.type.hasLimit, order.type != .limitMaker else {
            for name in [names.timeInForce, "goodTillDate"]
            where parameters.has(name) { throw .notRequired(name) }
            return
        }
        let text = try parameters.required(names.timeInForce)
        guard let timeInForce = TimeInForce(apiName: text),
            names.isAlone || timeInForce != .goodTilDate
        else { throw .invalidTimeInForce }
        order.timeInForce = timeInForce
        guard timeInForce == .goodTilDate else {
            guard !parameters.has("goodTillDate") else { throw .notRequired("goodTillDate") }
            return
        }
        _ = try parameters.required("goodTillDate")
        order.expiresAt = try parameters.timestamp("goodTillDate") ?? .zero
        guard order.expiresAt > call.now else { throw .invalid("goodTillDate") }
    }

    private func readPrice(into order: inout PlaceOrder) throws(APIError) {
        guard order.type.hasLimit else {
            guard !parameters.has(names.price) else { throw .notRequired(names.price) }
            return
        }
        _ = try parameters.required(names.price)
        order.price = try parameters.price(names.price, of: instrument) ?? .none
    }

    private func readQuantity(into order: inout PlaceOrder) throws(APIError) {
        guard order.type == .market, names.isAlone else {
            guard !parameters.has("quoteOrderQty") else { throw .notRequired("quoteOrderQty") }
            _ = try parameters.required(names.quantity)
            order.quantity = try parameters.quantity(names.quantity, of: instrument) ?? .zero
            return
        }
        let quote = try parameters.decimal("quoteOrderQty", overflow: .filter("NOTIONAL"))
        guard let quote else {
            guard let quantity = try parameters.quantity(names.quantity, of: instrument) else {
                throw .missing(names.quantity, or: "quoteOrderQty")
            }
            order.quantity = quantity
            return
        }
        guard !parameters.has(names.quantity) else { throw .badCombination }
        guard quote > 0 else { throw .filter("NOTIONAL") }
        order.quoteQuantity = Amount(units: quote)
    }

    /// A conditional order waits for a price, follows it, or both: then the stop price says from
    /// where on it follows.
    private func readTrigger(into order: inout PlaceOrder) throws(APIError) {
        guard order.type.isConditional else {
            for name in [names.stopPrice, names.trailingDelta]
            where parameters.has(name) { throw .notRequired(name) }
            return
        }
        let stop = try parameters.price(names.stopPrice, of: instrument)
        let delta = try parameters.integer(names.trailingDelta)
        guard stop != nil || delta != nil else {
            throw .missing(names.stopPrice, or: names.trailingDelta)
        }
        order.stopPrice = stop ?? .none
        guard let delta else { return }
        // Ten thousand basis points would be a sell stop at zero.
        guard (1..<10_000).contains(delta) else { throw .filter("TRAILING_DELTA") }
        order.trailingDelta = Int32(truncatingIfNeeded: delta)
    }

    private func readIceberg(into order: inout PlaceOrder) throws(APIError) {
        guard parameters.has(names.icebergQuantity) else { return }
        // Only what can rest has a part to show.
        guard order.type.hasLimit, order.timeInForce.mayRest else {
            throw .notRequired(names.icebergQuantity)
        }
        guard instrument.icebergPartsMax > 0 else { throw .icebergUnsupported }
        order.icebergQuantity =
            try parameters.quantity(names.icebergQuantity, of: instrument) ?? .zero
    }
}

extension Parameters {
    /// A price in ticks, or `nil`.
    func price(_ name: StaticString, of instrument: Instrument) throws(APIError) -> Price? {
        try multiple(of: instrument.tickUnits, name, .filter("PRICE_FILTER"))
            .map { Price(ticks: $0) }
    }

    /// A quantity in lots, or `nil`.
    func quantity(_ name: StaticString, of instrument: Instrument) throws(APIError) -> Quantity? {
        try multiple(of: instrument.lotUnits, name, .filter("LOT_SIZE"))
            .map { Quantity(lots: $0) }
    }

    /// How many steps a decimal is; `nil` when it was not sent.
    private func multiple(
        of step: Int64,
        _ name: StaticString,
        _ refusal: APIError
    ) throws(APIError) -> Int64? {
        guard let units = try decimal(name, overflow: refusal) else { return nil }
        guard units > 0, units % step == 0 else { throw refusal }
        return units / step
    }
}
