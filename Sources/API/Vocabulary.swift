import Trading

/// A term with a fixed word at the API.
protocol APINamed: CaseIterable {
    /// The word.
    var apiName: StaticString { get }
}

extension APINamed {
    /// Finds the term of a word; case matters.
    init?(apiName text: ArraySlice<UInt8>) {
        for term in Self.allCases where text.isEqual(to: term.apiName) {
            self = term
            return
        }
        return nil
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes are those of a word.
    func isEqual(to word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount else { return false }
        return word.withUTF8Buffer { elementsEqual($0) }
    }
}

extension Side: APINamed {
    var apiName: StaticString { self == .buy ? "BUY" : "SELL" }
}

extension OrderType: APINamed {
    var apiName: StaticString {
        switch self {
        case .limit: "LIMIT"
        case .market: "MARKET"
        case .limitMaker: "LIMIT_MAKER"
        case .stopLoss: "STOP_LOSS"
        case .stopLossLimit: "STOP_LOSS_LIMIT"
        case .takeProfit: "TAKE_PROFIT"
        case .takeProfitLimit: "TAKE_PROFIT_LIMIT"
        }
    }
}

extension TimeInForce: APINamed {
    var apiName: StaticString {
        switch self {
        case .goodTilCancelled: "GTC"
        case .immediateOrCancel: "IOC"
        case .fillOrKill: "FOK"
        case .goodTilDate: "GTD"
        }
    }
}

extension SelfTradePrevention: APINamed {
    var apiName: StaticString {
        switch self {
        case .none: "NONE"
        case .expireTaker: "EXPIRE_TAKER"
        case .expireMaker: "EXPIRE_MAKER"
        case .expireBoth: "EXPIRE_BOTH"
        case .decrement: "DECREMENT"
        }
    }
}

extension OrderStatus: APINamed {
    var apiName: StaticString {
        switch self {
        case .new: "NEW"
        case .partiallyFilled: "PARTIALLY_FILLED"
        case .filled: "FILLED"
        case .canceled: "CANCELED"
        case .expired: "EXPIRED"
        case .expiredInMatch: "EXPIRED_IN_MATCH"
        case .pendingNew: "PENDING_NEW"
        case .rejected: "REJECTED"
        }
    }
}

/// The status of a pair; `BREAK` takes orders that rest until the auction.
extension TradingPhase: APINamed {
    var apiName: StaticString {
        switch self {
        case .continuous: "TRADING"
        case .preOpen: "BREAK"
        case .cancelOnly: "CANCEL_ONLY"
        case .halted: "HALT"
        }
    }
}

extension Filter: APINamed {
    var apiName: StaticString {
        switch self {
        case .price: "PRICE_FILTER"
        case .percentPriceBySide: "PERCENT_PRICE_BY_SIDE"
        case .lotSize: "LOT_SIZE"
        case .marketLotSize: "MARKET_LOT_SIZE"
        case .notional: "NOTIONAL"
        case .openOrders: "MAX_NUM_ORDERS"
        case .icebergParts: "ICEBERG_PARTS"
        case .openAlgoOrders: "MAX_NUM_ALGO_ORDERS"
        case .maxPosition: "MAX_POSITION"
        case .trailingDelta: "TRAILING_DELTA"
        }
    }
}

extension CancelReplaceMode: APINamed {
    var apiName: StaticString {
        switch self {
        case .stopOnFailure: "STOP_ON_FAILURE"
        case .allowFailure: "ALLOW_FAILURE"
        }
    }
}

extension CancelRestriction: APINamed {
    var apiName: StaticString {
        switch self {
        case .onlyNew: "ONLY_NEW"
        case .onlyPartiallyFilled: "ONLY_PARTIALLY_FILLED"
        }
    }
}

/// What a cancel-replace does when the account may place no more orders for now.
enum RateLimitExceededMode: CaseIterable, APINamed {
    case doNothing
    case cancelOnly

    var apiName: StaticString { self == .doNothing ? "DO_NOTHING" : "CANCEL_ONLY" }
}

/// How much an answer to a placement tells.
public enum ResponseType: Sendable, CaseIterable {
    case ack
    case result
    case full
}

extension ResponseType: APINamed {
    var apiName: StaticString {
        switch self {
        case .ack: "ACK"
        case .result: "RESULT"
        case .full: "FULL"
        }
    }
}
