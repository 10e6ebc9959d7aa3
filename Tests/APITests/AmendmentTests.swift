import Testing
import Trading

@testable import API

@Suite struct AmendmentTests {
    private let gateway = Fixtures.gateway

    private func interpret(
        _ method: String,
        _ path: String,
        _ parameters: String
    ) -> API.Operation {
        let request = Fixtures.signed(method, "/api/v3/" + path, parameters)
        return gateway.interpret(request, now: Fixtures.now)
    }

    private func plan(_ kind: RenderPlan.Kind) -> RenderPlan {
        RenderPlan(kind: kind, unit: .milliseconds, now: Fixtures.now)
    }

    private var amendment: Amendment {
        Amendment(
            instrument: InstrumentID(0),
            account: Fixtures.account,
            order: OrderID(33),
            previousName: ClientOrderID("old") ?? .none,
            name: ClientOrderID("new") ?? .none,
            previousQuantity: Quantity(lots: 700_000),
            quantity: Quantity(lots: 500_000),
            time: Timestamp(microseconds: 1_741_926_410_255_123)
        )
    }

    @Test func amendmentKeepsThePlaceAndMakesAName() throws {
        let path = "order/amend/keepPriority"
        guard
            case .command(let pair, .amend(let request), let plan) =
                interpret("PUT", path, "symbol=BTCUSDT&orderId=33&newQty=5")
        else {
            Issue.record("not an amendment")
            return
        }
        #expect(pair == InstrumentID(0))
        #expect(request.order == .id(OrderID(33)))
        #expect(request.keepsPriority)
        #expect(request.price == .none)
        #expect(request.quantity.lots == 500_000)
        #expect(request.clientOrderID.text == "generated0000000000001")
        #expect(plan.kind == .amendment)
    }

    @Test(arguments: [
        ("symbol=BTCUSDT&newQty=5", -1102), ("symbol=BTCUSDT&orderId=1", -1102),
        ("symbol=BTCUSDT&orderId=1&newQty=0", -1013),
        ("symbol=BTCUSDT&orderId=1&newQty=0.000001", -1013),
        ("symbol=BTCUSDT&orderId=1&newQty=x", -1100),
    ])
    func badAmendmentsAreRefused(parameters: String, code: Int) {
        let response = interpret("PUT", "order/amend/keepPriority", parameters).response
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
    }

    @Test func answerSpellsItsQuantitiesInItsOwnWay() {
        var order = Order.blank
        order.id = OrderID(33)
        order.clientOrderID = amendment.name
        order.side = .sell
        order.price = Price(ticks: 600)
        order.quantity = amendment.quantity
        order.updatedAt = amendment.time
        order.createdAt = Timestamp(microseconds: 1_741_926_410_242_000)
        order.workingAt = order.createdAt
        expect(
            gateway.render(plan(.amendment), .amendedInPlace(order, amendment)),
            """
            {"transactTime":1741926410255,"executionId":1741926410255123,"amendedOrder":{
            "symbol":"BTCUSDT","orderId":33,"orderListId":-1,"origClientOrderId":"old",
            "clientOrderId":"new","price":"6.00000000","qty":"5.00000000",
            "executedQty":"0.00000000","preventedQty":"0.00000000","quoteOrderQty":"0.00000000",
            "cumulativeQuoteQty":"0.00000000","status":"NEW","timeInForce":"GTC","type":"LIMIT",
            "side":"SELL","workingTime":1741926410242,"selfTradePreventionMode":"NONE"}}
            """
        )
    }

    @Test(arguments: [
        (RejectReason.noChange, "The requested action would change no state; rejecting."),
        (.quantityIncrease, "Order amend (quantity increase) is not supported."),
        (.malformed, "Order amend is not supported for this order or this quantity."),
    ])
    func refusalsAreWorded(reason: RejectReason, message: String) {
        expect(gateway.render(plan(.amendment), .rejected(reason)), code: -2038, message)
    }

    @Test func amendmentsAreAskedByExecution() {
        let parameters = "symbol=BTCUSDT&orderId=33&fromExecutionId=5&limit=2"
        guard
            case .query(_, let query, let plan) = interpret("GET", "order/amendments", parameters)
        else {
            Issue.record("not a query")
            return
        }
        let range = HistoryRange(fromID: 5, start: nil, end: nil, limit: 2)
        let account = Fixtures.account
        let pair = InstrumentID(0)
        #expect(
            query == .amendments(account: account, instrument: pair, order: OrderID(33), range)
        )
        expect(
            gateway.render(plan, .amendments([amendment])),
            """
            [{"symbol":"BTCUSDT","orderId":33,"executionId":1741926410255123,
            "origClientOrderId":"old","newClientOrderId":"new","origQty":"7.00000000",
            "newQty":"5.00000000","time":1741926410255}]
            """
        )
    }

    @Test func preventedMatchIsAskedByNumberOrByOrder() {
        let match = PreventedMatch(
            instrument: InstrumentID(0),
            id: 7,
            account: Fixtures.account,
            taker: OrderID(5),
            maker: OrderID(3),
            tradeGroup: 0,
            mode: .expireMaker,
            price: Price(ticks: 110),
            makerQuantity: Quantity(lots: 130_000),
            takerQuantity: .zero,
            time: Timestamp(microseconds: 1_669_101_687_094_000)
        )
        guard
            case .query(_, let query, let plan) =
                interpret("GET", "myPreventedMatches", "symbol=BTCUSDT&preventedMatchId=7")
        else {
            Issue.record("not a query")
            return
        }
        let range = HistoryRange(fromID: 7, start: nil, end: nil, limit: 1)
        let account = Fixtures.account
        let pair = InstrumentID(0)
        #expect(
            query == .preventedMatches(account: account, instrument: pair, order: nil, range)
        )
        expect(
            gateway.render(plan, .preventedMatches([match])),
            """
            [{"symbol":"BTCUSDT","preventedMatchId":7,"takerOrderId":5,"makerSymbol":"BTCUSDT",
            "makerOrderId":3,"tradeGroupId":-1,"selfTradePreventionMode":"EXPIRE_MAKER",
            "price":"1.10000000","makerPreventedQuantity":"1.30000000",
            "transactTime":1669101687094}]
            """
        )
        var later = match
        later.id = 8
        expect(gateway.render(plan, .preventedMatches([later])), "[]")
    }

    @Test(arguments: [
        ("order/amendments", "symbol=BTCUSDT", -1102),
        ("myPreventedMatches", "symbol=BTCUSDT", -1102),
        ("myPreventedMatches", "symbol=BTCUSDT&preventedMatchId=1&orderId=2", -1128),
        ("myAllocations", "", -1102), ("myAllocations", "symbol=BTCUSDT&limit=0", -1130),
        ("myAllocations", "symbol=BTCUSDT&fromAllocationId=1&endTime=2", -1128),
    ])
    func badQueriesAreRefused(path: String, parameters: String, code: Int) {
        let response = interpret("GET", path, parameters).response
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
    }

    @Test func thereAreNoAllocations() {
        expect(interpret("GET", "myAllocations", "symbol=BTCUSDT").response, "[]")
    }
}
