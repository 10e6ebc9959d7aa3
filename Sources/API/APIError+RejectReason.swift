import Trading

/// Refusals of the exchange behind the API.
extension APIError {
    /// The engine did not answer in time; the request may or may not have been carried out.
    static let unknownOutcome = Self(
        status: 504,
        -1007,
        "Timeout waiting for response from backend server. Send status unknown;"
            + " execution status unknown."
    )

    /// Too busy; the request was certainly not carried out.
    static let overloaded = Self(
        status: 503,
        -1008,
        "Server is currently overloaded with other requests. Please try again in a few minutes.",
        headers: [Header(name: "retry-after", value: "1")]
    )

    /// No shard serves the pair just now; the request was certainly not carried out.
    static let unavailable = Self(
        status: 503,
        -1001,
        "Internal error; unable to process your request. Please try again.",
        headers: [Header(name: "retry-after", value: "1")]
    )

    static let insufficientBalance = Self(
        -2010,
        "Account has insufficient balance for requested action."
    )
    static let duplicateOrder = Self(-2010, "Duplicate order sent.")
    static let wouldTake = Self(-2010, "Order would immediately match and take.")
    static let marketClosed = Self(-2010, "Market is closed.")
    static let wouldTrigger = Self(-2010, "Order would trigger immediately.")
    static let badPrices = Self(
        -2010,
        "The relationship of the prices for the orders is not correct."
    )
    static let icebergTooLarge = Self(-2010, "IcebergQty exceeds QTY.")
    static let noChange = Self(
        -2038,
        "The requested action would change no state; rejecting."
    )
    static let quantityIncrease = Self(
        -2038,
        "Order amend (quantity increase) is not supported."
    )
    static let unknownOrder = Self(-2011, "Unknown order sent.")
    static let cancelRestricted = Self(
        -2011,
        "Order was not canceled due to cancel restrictions."
    )
    static let amendRefused = Self(
        -2038,
        "Order amend is not supported for this order or this quantity."
    )
    static let unknownList = Self(-2011, "Unknown order list sent.")
    static let noSuchList = Self(-2013, "Order list does not exist.")
    static let noSuchOrder = Self(-2013, "Order does not exist.")
    static let unsupportedCombination = Self(-1014, "Unsupported order combination.")

    /// Words a shard's refusal.
    ///
    /// - Parameter reason: What the shard said.
    init(_ reason: RejectReason) {
        switch reason {
        case .filter(let filter): self = .filter(filter.apiName)
        case .insufficientBalance: self = .insufficientBalance
        case .duplicateOrder: self = .duplicateOrder
        case .wouldTake: self = .wouldTake
        case .unknownOrder: self = .unknownOrder
        case .noSuchOrder: self = .noSuchOrder
        // The pair is moving: not carried out, and worth another try.
        case .unknownInstrument, .unknownAsset: self = .unavailable
        // It was carried out once, but how it ended is no longer known here.
        case .duplicateExpired: self = .unknownOutcome
        case .malformed: self = .unsupportedCombination
        case .overloaded: self = .overloaded
        case .marketClosed: self = .marketClosed
        case .wouldTrigger: self = .wouldTrigger
        case .badPrices: self = .badPrices
        case .icebergTooLarge: self = .icebergTooLarge
        case .noChange: self = .noChange
        case .quantityIncrease: self = .quantityIncrease
        case .unknownList: self = .unknownList
        case .noSuchList: self = .noSuchList
        case .cancelRestricted: self = .cancelRestricted
        // Only other shards and operators make requests that end so.
        case .transferGap, .recentlyCredited: self = .unavailable
        case .referenceTaken, .noSuchWithdrawal: self = .unsupportedCombination
        case .tooManyOrders(let interval): self = .tooManyOrders(interval)
        // The router waits for these and never shows them.
        case .pairMoved, .moveRefused, .moveAborted: self = .unknownOutcome
        }
    }
}
