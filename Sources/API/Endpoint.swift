/// What a path and a method ask for.
enum Endpoint: Equatable, Sendable {
    case open(OpenEndpoint)
    case market(MarketEndpoint)
    case signed(SignedEndpoint)
    case keyed(KeyedEndpoint)
}

/// Endpoints answered at once, without a key.
enum OpenEndpoint: Equatable, Sendable {
    case ping
    case time
    case exchangeInformation
    case systemStatus
    /// A list of something this venue does not have.
    case emptyList
    /// The description of this API.
    case description
}

/// Endpoints answered from the router's mirror of the market.
enum MarketEndpoint: Equatable, Sendable {
    case depth
    case trades
    case historicalTrades
    case aggregateTrades
    case candles
    case averagePrice
    case ticker24Hours
    case tickerPrice
    case tickerBook
    case rollingTicker
    case tradingDayTicker
}

/// Endpoints that need a key but no signature.
enum KeyedEndpoint: Equatable {
    case openListenKey
    case extendListenKey
    case closeListenKey
}

/// Endpoints that need a key and a signature.
enum SignedEndpoint: Equatable, Sendable {
    case placeOrder
    case testOrder
    case cancelOrder
    case cancelReplace
    case cancelOpenOrders
    case amendOrder
    case placeOCO
    case placeOldOCO
    case placeOTO
    case placeOTOCO
    case cancelOrderList
    case orderList
    case openOrderLists
    case orderLists
    case order
    case openOrders
    case orders
    case fills
    case amendments
    case preventedMatches
    case allocations
    case account
    case commission
    case tradeFee
    case coins
    case accountStatus
    case keyRestrictions
    case orderLimits

    /// Whether the key must be allowed to trade.
    var trades: Bool {
        switch self {
        case .placeOrder, .testOrder, .cancelOrder, .cancelReplace, .cancelOpenOrders,
            .amendOrder, .placeOCO, .placeOldOCO, .placeOTO, .placeOTOCO, .cancelOrderList:
            true
        default: false
        }
    }
}
