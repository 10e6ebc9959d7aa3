import Testing
import Trading

@testable import API

@Suite struct PlacementTests {
    private let gateway = Fixtures.gateway

    private func place(_ parameters: String, isBody: Bool = false) -> API.Operation {
        let request = Fixtures.signed("POST", "/api/v3/order", parameters, isBody: isBody)
        return gateway.interpret(request, now: Fixtures.now)
    }

    private func order(_ operation: API.Operation) -> PlaceOrder? {
        guard case .command(_, .place(let order), _) = operation else { return nil }
        return order
    }

    private static let limit = "symbol=BTCUSDT&side=SELL&type=LIMIT&timeInForce=IOC"

    @Test(arguments: [true, false])
    func limitOrderIsReadFromQueryAndBody(isBody: Bool) throws {
        let operation = place(
            Self.limit + "&quantity=0.01&price=30000&newClientOrderId=x-R4BD3S82.a:/_-1"
                + "&selfTradePreventionMode=EXPIRE_BOTH&newOrderRespType=RESULT&unknown=1",
            isBody: isBody
        )
        guard case .command(let instrument, .place(let order), let plan) = operation else {
            Issue.record("not a placement")
            return
        }
        #expect(instrument == InstrumentID(0))
        #expect(plan.kind == .placement(.result))
        #expect(
            order
                == PlaceOrder(
                    account: Fixtures.account,
                    instrument: InstrumentID(0),
                    side: .sell,
                    type: .limit,
                    timeInForce: .immediateOrCancel,
                    selfTradePrevention: .expireBoth,
                    price: Price(ticks: 3_000_000),
                    quantity: Quantity(lots: 1000),
                    quoteQuantity: .zero,
                    clientOrderID: try #require(ClientOrderID("x-R4BD3S82.a:/_-1"))
                )
        )
    }

    @Test func exponentsAreTaken() {
        let order = order(place(Self.limit + "&quantity=1e-05&price=3e4"))
        #expect(order?.quantity == Quantity(lots: 1))
        #expect(order?.price == Price(ticks: 3_000_000))
    }

    @Test func marketOrderTakesQuantityOrQuote() {
        let byQuantity = order(place("symbol=BTCUSDT&side=BUY&type=MARKET&quantity=1"))
        #expect(byQuantity?.quantity == Quantity(lots: 100_000))
        #expect(byQuantity?.quoteQuantity == .zero)
        #expect(byQuantity?.price == Price.none)
        let byQuote = order(place("symbol=BTCUSDT&side=BUY&type=MARKET&quoteOrderQty=12.34567891"))
        #expect(byQuote?.quantity == .zero)
        #expect(byQuote?.quoteQuantity == Amount(units: 1_234_567_891))
        #expect(byQuote?.selfTradePrevention == nil)
        #expect(byQuote?.clientOrderID.text == "generated0000000000001")
    }

    @Test(arguments: [
        ("STOP_LOSS_LIMIT&timeInForce=GTC&price=9", OrderType.stopLossLimit),
        ("TAKE_PROFIT_LIMIT&timeInForce=FOK&price=9", .takeProfitLimit),
        ("STOP_LOSS", .stopLoss), ("TAKE_PROFIT", .takeProfit),
    ])
    func conditionalOrderTakesStopPriceOrDelta(parameters: String, type: OrderType) {
        let base = "symbol=BTCUSDT&side=BUY&quantity=1&type=" + parameters
        let stop = order(place(base + "&stopPrice=12.5"))
        #expect(stop?.type == type)
        #expect(stop?.stopPrice == Price(ticks: 1250))
        #expect(stop?.trailingDelta == 0)
        let trailing = order(place(base + "&trailingDelta=100"))
        #expect(trailing?.stopPrice == Price.none)
        #expect(trailing?.trailingDelta == 100)
        let both = order(place(base + "&trailingDelta=100&stopPrice=12.5"))
        #expect(both?.stopPrice == Price(ticks: 1250))
        #expect(both?.trailingDelta == 100)
        #expect((both?.price == Price(ticks: 900)) == type.hasLimit)
    }

    @Test func icebergDateAndModeAreRead() {
        let order = order(
            place(
                "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTD&price=1&quantity=1"
                    + "&goodTillDate=1499827319560&icebergQty=0.1"
                    + "&selfTradePreventionMode=DECREMENT"
            )
        )
        #expect(order?.timeInForce == .goodTilDate)
        #expect(order?.expiresAt == Timestamp(microseconds: 1_499_827_319_560_000))
        #expect(order?.icebergQuantity == Quantity(lots: 10_000))
        #expect(order?.selfTradePrevention == .decrement)
    }

    @Test(arguments: [
        ("type=LIMIT&timeInForce=GTC&price=1", ResponseType.full),
        ("type=MARKET", .full), ("type=LIMIT_MAKER&price=1", .ack),
        ("type=STOP_LOSS&stopPrice=1", .ack),
        ("type=LIMIT_MAKER&price=1&newOrderRespType=FULL", .full),
        ("type=MARKET&newOrderRespType=ACK", .ack),
    ])
    func responseTypeDependsOnOrderType(parameters: String, expected: ResponseType) {
        let operation = place("symbol=BTCUSDT&side=BUY&quantity=1&" + parameters)
        guard case .command(_, _, let plan) = operation else {
            Issue.record("not a placement")
            return
        }
        #expect(plan.kind == .placement(expected))
    }

    @Test func testOrderIsAskedNotPlaced() {
        let request = Fixtures.signed(
            "POST",
            "/api/v3/order/test",
            Self.limit + "&quantity=1&price=1&computeCommissionRates=true"
        )
        guard
            case .query(InstrumentID(0), .test(let order), let plan) =
                gateway.interpret(request, now: Fixtures.now)
        else {
            Issue.record("not a test")
            return
        }
        #expect(order.quantity == Quantity(lots: 100_000))
        #expect(plan.kind == .test(commission: InstrumentID(0)))
    }

    /// `-` drops a parameter of a good limit order, anything else is put in its place.
    private func change(_ changes: String) -> String {
        var parameters = [
            ("symbol", "BTCUSDT"), ("side", "BUY"), ("type", "LIMIT"), ("timeInForce", "GTC"),
            ("quantity", "1"), ("price", "100"),
        ]
        for change in changes.split(separator: "&") {
            if change.hasPrefix("-") {
                parameters.removeAll { $0.0 == change.dropFirst() }
                continue
            }
            let parts = change.split(separator: "=", omittingEmptySubsequences: false)
            parameters.removeAll { $0.0 == parts[0] }
            parameters.append((String(parts[0]), String(parts[1])))
        }
        return parameters.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    @Test(
        arguments: [
            ("-symbol", -1102, mandatory("symbol")), ("symbol=", -1102, mandatory("symbol")),
            ("symbol=XXXUSDT", -1121, "Invalid symbol."),
            ("symbol=btcusdt", -1100, illegal("symbol", "^[A-Z0-9-_.]{1,20}$")),
            ("-side", -1102, mandatory("side")), ("side=buy", -1117, "Invalid side."),
            ("-type", -1102, mandatory("type")),
            ("type=limit", -1116, "Invalid orderType."),
            ("-timeInForce", -1102, mandatory("timeInForce")),
            ("timeInForce=GTX", -1115, "Invalid timeInForce."),
            ("-quantity", -1102, mandatory("quantity")),
            ("quantity=", -1102, mandatory("quantity")),
            ("-price", -1102, mandatory("price")),
            ("quantity=abc", -1100, illegal("quantity", DecimalText.legalRange)),
            ("quantity=-1", -1100, illegal("quantity", DecimalText.legalRange)),
            ("quantity=NaN", -1100, illegal("quantity", DecimalText.legalRange)),
            (
                "quantity=1234567890123456789012345678901234567890", -1100,
                illegal("quantity", DecimalText.legalRange)
            ),
            ("price=1%2C5", -1100, illegal("price", DecimalText.legalRange)),
            ("price=0.000000001", -1111, "Parameter 'price' has too much precision."),
            ("quantity=1e-9", -1111, "Parameter 'quantity' has too much precision."),
            ("quantity=0", -1013, "Filter failure: LOT_SIZE"),
            ("quantity=0.000001", -1013, "Filter failure: LOT_SIZE"),
            ("quantity=99999999999999999999", -1013, "Filter failure: LOT_SIZE"),
            ("price=0", -1013, "Filter failure: PRICE_FILTER"),
            ("price=0.001", -1013, "Filter failure: PRICE_FILTER"),
            ("price=99999999999999999999", -1013, "Filter failure: PRICE_FILTER"),
            ("quoteOrderQty=1", -1106, notRequired("quoteOrderQty")),
            ("stopPrice=1", -1106, notRequired("stopPrice")),
            ("trailingDelta=1", -1106, notRequired("trailingDelta")),
            ("pegPriceType=PRIMARY_PEG", -1106, notRequired("pegPriceType")),
            ("goodTillDate=1", -1106, notRequired("goodTillDate")),
            ("timeInForce=GTD", -1102, mandatory("goodTillDate")),
            (
                "timeInForce=GTD&goodTillDate=1499827319559", -1130,
                "Data sent for parameter 'goodTillDate' is not valid."
            ),
            ("timeInForce=IOC&icebergQty=1", -1106, notRequired("icebergQty")),
            ("icebergQty=0.000001", -1013, "Filter failure: LOT_SIZE"),
            ("type=MARKET&-price&-timeInForce&icebergQty=1", -1106, notRequired("icebergQty")),
            ("type=STOP_LOSS_LIMIT", -1102, eitherTrigger),
            ("type=TAKE_PROFIT&-price&-timeInForce", -1102, eitherTrigger),
            ("type=STOP_LOSS&stopPrice=1", -1106, notRequired("price")),
            ("type=STOP_LOSS&-price&stopPrice=1", -1106, notRequired("timeInForce")),
            ("type=TAKE_PROFIT_LIMIT&-price&stopPrice=1", -1102, mandatory("price")),
            ("type=TAKE_PROFIT_LIMIT&-timeInForce&stopPrice=1", -1102, mandatory("timeInForce")),
            (
                "type=STOP_LOSS&-price&-timeInForce&stopPrice=1&quoteOrderQty=1", -1106,
                notRequired("quoteOrderQty")
            ),
            ("type=STOP_LOSS_LIMIT&stopPrice=0", -1013, "Filter failure: PRICE_FILTER"),
            ("type=STOP_LOSS_LIMIT&trailingDelta=0", -1013, "Filter failure: TRAILING_DELTA"),
            (
                "type=STOP_LOSS_LIMIT&trailingDelta=4294967296", -1013,
                "Filter failure: TRAILING_DELTA"
            ),
            ("type=LIMIT_MAKER", -1106, notRequired("timeInForce")),
            ("type=MARKET", -1106, notRequired("price")),
            ("type=MARKET&-price", -1106, notRequired("timeInForce")),
            (
                "type=MARKET&-price&-timeInForce&-quantity", -1102,
                "Param 'quantity' or 'quoteOrderQty' must be sent, but both were empty/null!"
            ),
            (
                "type=MARKET&-price&-timeInForce&quoteOrderQty=1", -1128,
                "Combination of optional parameters invalid."
            ),
            (
                "type=MARKET&-price&-timeInForce&-quantity&quoteOrderQty=0", -1013,
                "Filter failure: NOTIONAL"
            ),
            ("newClientOrderId=", -1105, "Parameter 'newClientOrderId' was empty."),
            (
                "newClientOrderId=a%20b", -1100,
                illegal("newClientOrderId", "^[\\.A-Z\\:/a-z0-9_-]{1,36}$")
            ),
            (
                "newOrderRespType=full", -1130,
                "Data sent for parameter 'newOrderRespType' is not valid."
            ),
            (
                "selfTradePreventionMode=TRANSFER", -1130,
                "Data sent for parameter 'selfTradePreventionMode' is not valid."
            ),
            ("strategyId=x", -1100, illegal("strategyId", "^[0-9]{1,20}$")),
            ("strategyType=1", -1134, "`strategyType` was less than 1000000."),
        ] as [(String, Int, String)]
    )
    func badParametersAreNamed(changes: String, code: Int, message: String) {
        expect(place(change(changes)).response, code: code, message)
    }

    private static let eitherTrigger =
        "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"

    private static func mandatory(_ name: String) -> String {
        "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed."
    }

    private static func illegal(_ name: String, _ range: String) -> String {
        "Illegal characters found in parameter '\(name)'; legal range is '\(range)'."
    }

    private static func notRequired(_ name: String) -> String {
        "Parameter '\(name)' sent when not required."
    }
}
