import Trading

/// The parameters that many endpoints share.
extension ParameterSpec {
    static let symbol = Self(
        name: "symbol",
        kind: .text(SymbolKey.legalRange),
        isRequired: true,
        note: "The pair."
    )
    static let optionalSymbol = Self(
        name: "symbol",
        kind: .text(SymbolKey.legalRange),
        note: "One pair; without it all."
    )
    static let symbols = Self(
        name: "symbols",
        kind: .text("^\\[.*\\]$"),
        note: "A JSON list of pairs, instead of symbol."
    )
    static let symbolStatus = Self(
        name: "symbolStatus",
        kind: .word(["TRADING", "HALT", "BREAK", "END_OF_DAY", "CANCEL_ONLY"]),
        note: "Only pairs of this status."
    )
    static let listenKey = Self(
        name: "listenKey",
        kind: .text("^[A-Za-z0-9]{1,64}$"),
        isRequired: true,
        note: "As POST answered it."
    )
    static let tickerType = Self(
        name: "type",
        kind: .word(["FULL", "MINI"]),
        standard: "FULL",
        note: "How much is told."
    )
    static let startTime = Self(name: "startTime", kind: .time, note: "From this moment on.")
    static let endTime = Self(name: "endTime", kind: .time, note: "Up to this moment.")
    static let timeZone = Self(
        name: "timeZone",
        kind: .text("^[+-]?[0-9]{1,2}(:[0-9]{2})?$"),
        standard: "0",
        note: "Where days begin: -12:00 to 14:00."
    )
    static let orderID = id("orderId", "The order; it or origClientOrderId.")
    static let origClientOrderID = clientID(
        "origClientOrderId",
        "The order by its name; it or orderId."
    )
    static let newClientOrderID = clientID("newClientOrderId", "A name; else one is made.")
    static let responseType = Self(
        name: "newOrderRespType",
        kind: .word(ResponseType.allCases.map(\.apiName)),
        note: "How much the answer tells."
    )
    static let selfTradePrevention = Self(
        name: "selfTradePreventionMode",
        kind: .word(SelfTradePrevention.allCases.map(\.apiName)),
        note: "Without it that of the pair."
    )
    static let cancelRestrictions = Self(
        name: "cancelRestrictions",
        kind: .word(CancelRestriction.allCases.map(\.apiName)),
        note: "Cancels only an order in this state."
    )
    static let side = word("side", Side.allCases.map(\.apiName), isRequired: true)

    /// What every signed endpoint takes.
    static let signature = [
        Self(
            name: "recvWindow",
            kind: .decimal,
            standard: "5000",
            note: "Milliseconds for which the request is good; at most 60000."
        ),
        Self(name: "timestamp", kind: .time, isRequired: true, note: "When it was made."),
        Self(
            name: "signature",
            kind: .text(".+"),
            isRequired: true,
            note: "Over the query and the body as sent; see the description of the API."
        ),
    ]

    static func limit(_ standard: Int, _ most: Int64) -> Self {
        Self(
            name: "limit",
            kind: .integer(1...most),
            standard: "\(standard)",
            note: "How many; more than the most means the most."
        )
    }

    static func id(_ name: StaticString, _ note: StaticString, isRequired: Bool = false) -> Self {
        Self(name: name, kind: .integer(0...Int64.max), isRequired: isRequired, note: note)
    }

    static func clientID(_ name: StaticString, _ note: StaticString) -> Self {
        Self(name: name, kind: .text("^[\\.A-Z\\:/a-z0-9_-]{1,36}$"), note: note)
    }

    static func word(
        _ name: StaticString,
        _ words: [StaticString],
        isRequired: Bool = false
    ) -> Self {
        Self(name: name, kind: .word(words), isRequired: isRequired)
    }

    static func decimal(
        _ name: StaticString,
        _ note: StaticString = "",
        isRequired: Bool = false
    ) -> Self {
        Self(name: name, kind: .decimal, isRequired: isRequired, note: note)
    }
}
