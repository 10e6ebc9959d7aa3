import Trading

/// The parameters of a placement, by the type of the order.
extension Gateway {
    /// Reads what every order has, then what its type needs; what its type must not have is
    /// refused with -1106.
    func placeOrder(_ call: Call, _ key: APIKey) throws(APIError) -> PlaceOrder {
        let parameters = call.parameters
        let instrument = try instrument(parameters)
        let sideText = try parameters.required("side")
        guard let side = Side(apiName: sideText) else { throw .invalidSide }
        let type = try orderType(parameters, "type")
        let reader = OrderReader(
            call: call,
            names: .alone,
            account: key.account,
            instrument: instrument,
            selfTradePrevention: try selfTradePrevention(parameters)
        )
        return try reader.read(side, type) { clientOrderID(call, for: $0) }
    }

    /// The type that a parameter names.
    func orderType(_ parameters: Parameters, _ name: StaticString) throws(APIError) -> OrderType {
        let text = try parameters.required(name)
        guard let type = OrderType(apiName: text) else { throw .invalidOrderType }
        return type
    }

    /// The mode of self-trade prevention; `nil` leaves it to the pair.
    func selfTradePrevention(
        _ parameters: Parameters
    ) throws(APIError) -> SelfTradePrevention? {
        try parameters.term(
            "selfTradePreventionMode",
            SelfTradePrevention.self,
            else: .invalid("selfTradePreventionMode")
        )
    }
}
