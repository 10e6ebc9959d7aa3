import Trading

/// Placing lists of orders.
///
/// In a list the stop goes before the order that takes profit, as the venue reports them.
extension Gateway {
    /// POST orderList/oco.
    func placeOCO(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        let instrument = try instrument(parameters)
        let side = try side(parameters, "side")
        let types = ListTypes(
            above: try orderType(parameters, "aboveType"),
            below: try orderType(parameters, "belowType")
        )
        try types.check(side)
        let readers = try readers(call, key, instrument, .above, .below)
        let pair = try types.read(side, readers.above, readers.below) {
            clientOrderID(call, for: $0)
        }
        return try place(.oneCancelsOther, pair, call)
    }

    /// POST order/oco, the old form: a limit order and a stop.
    func placeOldOCO(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        let instrument = try instrument(parameters)
        let side = try side(parameters, "side")
        let readers = try readers(call, key, instrument, .limitLeg, .stopLeg)
        let hasLimit = parameters.has("stopLimitPrice")
        let type = hasLimit ? OrderType.stopLossLimit : .stopLoss
        let limit = try readers.above.read(side, .limitMaker) { clientOrderID(call, for: $0) }
        let stop = try readers.below.read(side, type) { clientOrderID(call, for: $0) }
        return try place(.oneCancelsOther, [stop, limit], call)
    }

    /// POST orderList/oto.
    func placeOTO(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let instrument = try instrument(call.parameters)
        let working = try workingOrder(call, key, instrument)
        let side = try side(call.parameters, "pendingSide")
        let type = try orderType(call.parameters, "pendingType")
        let reader = try reader(call, key, instrument, .pending)
        let pending = try reader.read(side, type) { clientOrderID(call, for: $0) }
        return try place(.oneTriggersOther, [working, pending], call)
    }

    /// POST orderList/otoco.
    func placeOTOCO(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        let instrument = try instrument(parameters)
        let working = try workingOrder(call, key, instrument)
        let side = try side(parameters, "pendingSide")
        let types = ListTypes(
            above: try orderType(parameters, "pendingAboveType"),
            below: try orderType(parameters, "pendingBelowType")
        )
        try types.check(side)
        let readers = try readers(call, key, instrument, .pendingAbove, .pendingBelow)
        let pair = try types.read(side, readers.above, readers.below) {
            clientOrderID(call, for: $0)
        }
        return try place(.oneTriggersOneCancelsOther, [working] + pair, call)
    }

    private func workingOrder(
        _ call: Call,
        _ key: APIKey,
        _ instrument: Instrument
    ) throws(APIError) -> PlaceOrder {
        let side = try side(call.parameters, "workingSide")
        let type = try orderType(call.parameters, "workingType")
        guard type == .limit || type == .limitMaker else { throw .invalid("workingType") }
        return try reader(call, key, instrument, .working).read(side, type) {
            clientOrderID(call, for: $0)
        }
    }

    private func side(_ parameters: Parameters, _ name: StaticString) throws(APIError) -> Side {
        guard let side = Side(apiName: try parameters.required(name)) else { throw .invalidSide }
        return side
    }

    private func readers(
        _ call: Call,
        _ key: APIKey,
        _ instrument: Instrument,
        _ above: OrderParameterNames,
        _ below: OrderParameterNames
    ) throws(APIError) -> (above: OrderReader, below: OrderReader) {
        (
            above: try reader(call, key, instrument, above),
            below: try reader(call, key, instrument, below)
        )
    }

    private func reader(
        _ call: Call,
        _ key: APIKey,
        _ instrument: Instrument,
        _ names: OrderParameterNames
    ) throws(APIError) -> OrderReader {
        OrderReader(
            call: call,
            names: names,
            account: key.account,
            instrument: instrument,
            selfTradePrevention: try selfTradePrevention(call.parameters)
        )
    }

    private func place(
        _ contingency: ContingencyType,
        _ orders: [PlaceOrder],
        _ call: Call
    ) throws(APIError) -> Operation {
        let type = try call.parameters.term(
            "newOrderRespType",
            ResponseType.self,
            else: .invalid("newOrderRespType")
        )
        let list = PlaceOrderList(
            contingency: contingency,
            clientOrderID: try call.parameters.clientOrderID("listClientOrderId")
                ?? clientOrderID(call, for: "listClientOrderId"),
            orders: orders
        )
        return .command(
            instrument: orders[0].instrument,
            .placeList(list),
            call.plan(.listPlacement(type ?? .result))
        )
    }
}

/// The types of two orders of which one cancels the other: one above the last price, one below.
private struct ListTypes {
    let above: OrderType
    let below: OrderType

    /// Whether the order above is the stop, as it is for a buyer.
    private static func isStopAbove(_ side: Side) -> Bool { side == .buy }

    /// Refuses what cannot stand so around the last price.
    ///
    /// - Parameter side: Of both.
    /// - Throws: -1158, -1165, -1166, -1168, -1196, -1197, -1198 or -1199.
    func check(_ side: Side) throws(APIError) {
        for type in [above, below] where type == .limit || type == .market {
            throw .unsupportedInOCO
        }
        guard above != .limitMaker || below != .limitMaker else { throw .bothLimit }
        let (stop, profit) = Self.isStopAbove(side) ? (above, below) : (below, above)
        switch stop {
        case .limitMaker: throw side == .buy ? .buyLimitAbove : .sellLimitBelow
        case .takeProfit, .takeProfitLimit: throw side == .buy ? .buyProfitAbove : .sellProfitBelow
        default: break
        }
        guard profit == .stopLoss || profit == .stopLossLimit else { return }
        throw side == .buy ? .buyStopBelow : .sellStopAbove
    }

    /// Reads both orders, the stop first.
    func read(
        _ side: Side,
        _ aboveReader: OrderReader,
        _ belowReader: OrderReader,
        _ makeClientOrderID: (StaticString) -> ClientOrderID
    ) throws(APIError) -> [PlaceOrder] {
        let above = try aboveReader.read(side, above, makeClientOrderID)
        let below = try belowReader.read(side, below, makeClientOrderID)
        return Self.isStopAbove(side) ? [above, below] : [below, above]
    }
}

/// Source: the venue's error table.
extension APIError {
    fileprivate static let unsupportedInOCO = Self(-1158, "Order type not supported in OCO.")
    fileprivate static let buyLimitAbove = Self(
        -1165,
        "A limit order in a buy OCO must be below."
    )
    fileprivate static let sellLimitBelow = Self(
        -1166,
        "A limit order in a sell OCO must be above."
    )
    fileprivate static let bothLimit = Self(-1168, "At least one OCO order must be contingent.")
    fileprivate static let buyStopBelow = Self(
        -1196,
        "A stop loss order in a buy OCO must be above."
    )
    fileprivate static let sellStopAbove = Self(
        -1197,
        "A stop loss order in a sell OCO must be below."
    )
    fileprivate static let buyProfitAbove = Self(
        -1198,
        "A take profit order in a buy OCO must be below."
    )
    fileprivate static let sellProfitBelow = Self(
        -1199,
        "A take profit order in a sell OCO must be above."
    )
}
