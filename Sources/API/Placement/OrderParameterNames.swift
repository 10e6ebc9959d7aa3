/// What the parameters of an order are called: of one alone, or of one in a list.
struct OrderParameterNames {
    let quantity: StaticString
    let clientOrderID: StaticString
    let price: StaticString
    let stopPrice: StaticString
    let trailingDelta: StaticString
    let icebergQuantity: StaticString
    let timeInForce: StaticString
    let strategyID: StaticString
    let strategyType: StaticString
    /// Terms this venue does not offer; taking them for an ordinary order would be worse than no.
    let refused: [StaticString]
    /// In a list neither a quote amount nor an end in time is offered.
    var isAlone = false

    static let alone = Self(
        quantity: "quantity",
        clientOrderID: "newClientOrderId",
        price: "price",
        stopPrice: "stopPrice",
        trailingDelta: "trailingDelta",
        icebergQuantity: "icebergQty",
        timeInForce: "timeInForce",
        strategyID: "strategyId",
        strategyType: "strategyType",
        refused: ["pegPriceType", "pegOffsetType", "pegOffsetValue"],
        isAlone: true
    )

    // MARK: Two of which one cancels the other

    static let above = Self(
        quantity: "quantity",
        clientOrderID: "aboveClientOrderId",
        price: "abovePrice",
        stopPrice: "aboveStopPrice",
        trailingDelta: "aboveTrailingDelta",
        icebergQuantity: "aboveIcebergQty",
        timeInForce: "aboveTimeInForce",
        strategyID: "aboveStrategyId",
        strategyType: "aboveStrategyType",
        refused: ["abovePegPriceType", "abovePegOffsetType", "abovePegOffsetValue"]
    )
    static let below = Self(
        quantity: "quantity",
        clientOrderID: "belowClientOrderId",
        price: "belowPrice",
        stopPrice: "belowStopPrice",
        trailingDelta: "belowTrailingDelta",
        icebergQuantity: "belowIcebergQty",
        timeInForce: "belowTimeInForce",
        strategyID: "belowStrategyId",
        strategyType: "belowStrategyType",
        refused: ["belowPegPriceType", "belowPegOffsetType", "belowPegOffsetValue"]
    )

    /// The limit order of the old form.
    static let limitLeg = Self(
        quantity: "quantity",
        clientOrderID: "limitClientOrderId",
        price: "price",
        stopPrice: "",
        trailingDelta: "",
        icebergQuantity: "limitIcebergQty",
        timeInForce: "",
        strategyID: "limitStrategyId",
        strategyType: "limitStrategyType",
        refused: []
    )
    /// The stop order of the old form.
    static let stopLeg = Self(
        quantity: "quantity",
        clientOrderID: "stopClientOrderId",
        price: "stopLimitPrice",
        stopPrice: "stopPrice",
        trailingDelta: "trailingDelta",
        icebergQuantity: "stopIcebergQty",
        timeInForce: "stopLimitTimeInForce",
        strategyID: "stopStrategyId",
        strategyType: "stopStrategyType",
        refused: []
    )

    // MARK: One that triggers others

    static let working = Self(
        quantity: "workingQuantity",
        clientOrderID: "workingClientOrderId",
        price: "workingPrice",
        stopPrice: "",
        trailingDelta: "",
        icebergQuantity: "workingIcebergQty",
        timeInForce: "workingTimeInForce",
        strategyID: "workingStrategyId",
        strategyType: "workingStrategyType",
        refused: ["workingPegPriceType", "workingPegOffsetType", "workingPegOffsetValue"]
    )
    static let pending = Self(
        quantity: "pendingQuantity",
        clientOrderID: "pendingClientOrderId",
        price: "pendingPrice",
        stopPrice: "pendingStopPrice",
        trailingDelta: "pendingTrailingDelta",
        icebergQuantity: "pendingIcebergQty",
        timeInForce: "pendingTimeInForce",
        strategyID: "pendingStrategyId",
        strategyType: "pendingStrategyType",
        refused: ["pendingPegPriceType", "pendingPegOffsetType", "pendingPegOffsetValue"]
    )
    static let pendingAbove = Self(
        quantity: "pendingQuantity",
        clientOrderID: "pendingAboveClientOrderId",
        price: "pendingAbovePrice",
        stopPrice: "pendingAboveStopPrice",
        trailingDelta: "pendingAboveTrailingDelta",
        icebergQuantity: "pendingAboveIcebergQty",
        timeInForce: "pendingAboveTimeInForce",
        strategyID: "pendingAboveStrategyId",
        strategyType: "pendingAboveStrategyType",
        refused: [
            "pendingAbovePegPriceType", "pendingAbovePegOffsetType", "pendingAbovePegOffsetValue",
        ]
    )
    static let pendingBelow = Self(
        quantity: "pendingQuantity",
        clientOrderID: "pendingBelowClientOrderId",
        price: "pendingBelowPrice",
        stopPrice: "pendingBelowStopPrice",
        trailingDelta: "pendingBelowTrailingDelta",
        icebergQuantity: "pendingBelowIcebergQty",
        timeInForce: "pendingBelowTimeInForce",
        strategyID: "pendingBelowStrategyId",
        strategyType: "pendingBelowStrategyType",
        refused: [
            "pendingBelowPegPriceType", "pendingBelowPegOffsetType", "pendingBelowPegOffsetValue",
        ]
    )
}
