import Testing
import Trading

@testable import API

@Suite struct CancelReplaceTests {
    private let gateway = Fixtures.gateway
    private static let order =
        "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=100"

    private func replace(_ parameters: String) -> API.Operation {
        gateway.interpret(
            Fixtures.signed("POST", "/api/v3/order/cancelReplace", parameters),
            now: Fixtures.now
        )
    }

    @Test(arguments: [
        ("cancelOrderId=28", OrderReference.id(OrderID(28))),
        ("cancelOrigClientOrderId=mine", .clientOrderID(ClientOrderID("mine") ?? .none)),
        ("cancelOrderId=28&cancelOrigClientOrderId=mine", .id(OrderID(28))),
    ])
    func bothHalvesAreRead(target: String, reference: OrderReference) {
        let operation = replace(
            Self.order + "&cancelReplaceMode=ALLOW_FAILURE&cancelNewClientOrderId=gone"
                + "&newClientOrderId=next&" + target
        )
        guard case .command(let instrument, .cancelReplace(let request), let plan) = operation
        else {
            Issue.record("not a cancel-replace: \(operation)")
            return
        }
        #expect(instrument == InstrumentID(0))
        #expect(request.cancel == reference)
        #expect(request.mode == .allowFailure)
        #expect(request.place.price == Price(ticks: 10_000))
        #expect(request.place.clientOrderID.text == "next")
        #expect(request.place.account == Fixtures.account)
        let id = ClientOrderID("gone") ?? .none
        #expect(plan.kind == .replacement(cancel: id, .full))
    }

    @Test(
        arguments: [
            (
                "cancelOrderId=1", -1102,
                "Mandatory parameter 'cancelReplaceMode' was not sent, was empty/null, or malformed."
            ),
            (
                "cancelReplaceMode=STOP&cancelOrderId=1", -1130,
                "Data sent for parameter 'cancelReplaceMode' is not valid."
            ),
            (
                "cancelReplaceMode=STOP_ON_FAILURE", -1102,
                "Param 'cancelOrigClientOrderId' or 'cancelOrderId' must be sent, but both were"
                    + " empty/null!"
            ),
            (
                "cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1&cancelRestrictions=NEW",
                -1145, "Invalid cancelRestrictions"
            ),
            (
                "cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1&orderRateLimitExceededMode=X",
                -1130, "Data sent for parameter 'orderRateLimitExceededMode' is not valid."
            ),
            (
                "cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1&stopPrice=1", -1106,
                "Parameter 'stopPrice' sent when not required."
            ),
        ] as [(String, Int, String)]
    )
    func badParametersAreNamed(parameters: String, code: Int, message: String) {
        expect(replace(Self.order + "&" + parameters).response, code: code, message)
    }

    @Test func keyThatMayNotTradeIsRefused() {
        let request = Fixtures.signed(
            "POST",
            "/api/v3/order/cancelReplace",
            Self.order + "&cancelReplaceMode=STOP_ON_FAILURE&cancelOrderId=1",
            key: "reader"
        )
        #expect(gateway.interpret(request, now: Fixtures.now).response?.status == 401)
    }

    // MARK: Answers

    private func order(_ id: Int64, _ status: OrderStatus) -> Order {
        Order(
            id: OrderID(id),
            instrument: InstrumentID(0),
            account: Fixtures.account,
            clientOrderID: ClientOrderID("order-\(id)") ?? .none,
            side: .buy,
            type: .limit,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: .none,
            price: Price(ticks: 10_000),
            quantity: Quantity(lots: 100_000),
            quoteQuantity: .zero,
            executed: .zero,
            cumulativeQuote: .zero,
            status: status,
            createdAt: Timestamp(microseconds: 1_507_725_176_595_000),
            updatedAt: Timestamp(microseconds: 1_507_725_176_596_000),
            workingAt: Timestamp(microseconds: 1_507_725_176_595_000)
        )
    }

    private func render(
        _ cancel: CancelReplaceOutcome.Step,
        _ place: CancelReplaceOutcome.Step
    ) -> APIResponse {
        let plan = RenderPlan(
            kind: .replacement(cancel: ClientOrderID("gone") ?? .none, .ack),
            unit: .milliseconds,
            now: Fixtures.now
        )
        return gateway.render(plan, .replaced(CancelReplaceOutcome(cancel: cancel, place: place)))
    }

    private static let cancelResponse = """
        {"symbol":"BTCUSDT","origClientOrderId":"order-1","orderId":1,"orderListId":-1,
        "clientOrderId":"gone","transactTime":1507725176596,"price":"100.00000000",
        "origQty":"1.00000000","executedQty":"0.00000000","origQuoteOrderQty":"0.00000000",
        "cummulativeQuoteQty":"0.00000000","status":"CANCELED","timeInForce":"GTC","type":"LIMIT",
        "side":"BUY","workingTime":1507725176595,"selfTradePreventionMode":"NONE"}
        """
    private static let newResponse = """
        {"symbol":"BTCUSDT","orderId":2,"orderListId":-1,"clientOrderId":"order-2",
        "transactTime":1507725176595}
        """

    @Test func successTellsBoth() {
        expect(
            render(.done(order(1, .canceled), fills: []), .done(order(2, .new), fills: [])),
            """
            {"cancelResult":"SUCCESS","newOrderResult":"SUCCESS",
            "cancelResponse":\(Self.cancelResponse),
            "newOrderResponse":\(Self.newResponse)}
            """
        )
    }

    @Test func newOrderThatFailsIsHalfAFailure() {
        expect(
            render(.done(order(1, .canceled), fills: []), .failed(.insufficientBalance)),
            """
            {"code":-2021,"msg":"Order cancel-replace partially failed.",
            "data":{"cancelResult":"SUCCESS","newOrderResult":"FAILURE",
            "cancelResponse":\(Self.cancelResponse),
            "newOrderResponse":{"code":-2010,
            "msg":"Account has insufficient balance for requested action."}}}
            """,
            status: 409
        )
    }

    @Test func cancelThatFailsMayBeHalfAFailure() {
        expect(
            render(.failed(.unknownOrder), .done(order(2, .new), fills: [])),
            """
            {"code":-2021,"msg":"Order cancel-replace partially failed.",
            "data":{"cancelResult":"FAILURE","newOrderResult":"SUCCESS",
            "cancelResponse":{"code":-2011,"msg":"Unknown order sent."},
            "newOrderResponse":\(Self.newResponse)}}
            """,
            status: 409
        )
    }

    @Test func nothingAttemptedIsAFailure() {
        expect(
            render(.failed(.unknownOrder), .notAttempted),
            """
            {"code":-2022,"msg":"Order cancel-replace failed.",
            "data":{"cancelResult":"FAILURE","newOrderResult":"NOT_ATTEMPTED",
            "cancelResponse":{"code":-2011,"msg":"Unknown order sent."},
            "newOrderResponse":null}}
            """,
            status: 400
        )
    }
}

/// `exchangeInfo` promises only what a path leads to.
@Suite struct PromiseTests {
    @Test(arguments: [
        ("ocoAllowed", "POST", "/api/v3/orderList/oco"),
        ("otoAllowed", "POST", "/api/v3/orderList/oto"),
        ("opoAllowed", "POST", "/api/v3/orderList/opo"),
        ("cancelReplaceAllowed", "POST", "/api/v3/order/cancelReplace"),
        ("amendAllowed", "PUT", "/api/v3/order/amend/keepPriority"),
    ])
    func flagsAreTrueExactlyWhereAPathLeads(flag: String, method: String, path: String) {
        let gateway = Fixtures.gateway
        let information = gateway.interpret(
            Fixtures.get("/api/v3/exchangeInfo"),
            now: Fixtures.now
        ).response
        let answer = gateway.interpret(Fixtures.signed(method, path), now: Fixtures.now).response
        let isServed = answer?.status != 404 && answer?.status != 405
        #expect(information?.text.contains("\"\(flag)\":\(isServed)") == true)
        #expect(information?.text.contains("\"\(flag)\":\(!isServed)") == false)
    }
}
