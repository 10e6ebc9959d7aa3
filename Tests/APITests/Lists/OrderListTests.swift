import Testing
import Trading

@testable import API

@Suite struct OrderListTests {
    private let gateway = Fixtures.gateway

    private func interpret(
        _ method: String,
        _ path: String,
        _ parameters: String = ""
    ) -> API.Operation {
        let request = Fixtures.signed(method, "/api/v3/" + path, parameters)
        return gateway.interpret(request, now: Fixtures.now)
    }

    private func plan(_ kind: RenderPlan.Kind) -> RenderPlan {
        RenderPlan(kind: kind, unit: .milliseconds, now: Fixtures.now)
    }

    private func order(
        _ id: Int64,
        _ type: OrderType,
        _ name: String,
        _ status: OrderStatus = .new
    ) -> Order {
        var order = Order.blank
        order.id = OrderID(id)
        order.clientOrderID = ClientOrderID(name) ?? .none
        order.type = type
        order.side = .sell
        order.price = type.hasLimit ? Price(ticks: 11_000) : .none
        order.stopPrice = type.isConditional ? Price(ticks: 9_000) : .none
        order.quantity = Quantity(lots: 1000)
        order.status = status
        order.list = OrderListID(3)
        order.createdAt = Timestamp(microseconds: 1_000_000)
        order.updatedAt = Timestamp(microseconds: 2_000_000)
        order.workingAt = type.isConditional ? .zero : order.createdAt
        return order
    }

    private func list(_ id: Int64 = 3, status: OrderListStatus = .executing) -> OrderList {
        OrderList(
            id: OrderListID(id),
            instrument: InstrumentID(0),
            account: Fixtures.account,
            clientOrderID: ClientOrderID("both") ?? .none,
            contingency: .oneCancelsOther,
            status: status,
            orders: [OrderID(4), OrderID(5)],
            createdAt: Timestamp(microseconds: 1_000_000)
        )
    }

    private static let members = """
        "listClientOrderId":"both","transactionTime":1000,"symbol":"BTCUSDT",
        "orders":[{"symbol":"BTCUSDT","orderId":4,"clientOrderId":"down"},
        {"symbol":"BTCUSDT","orderId":5,"clientOrderId":"up"}]
        """
    private static let started = """
        {"orderListId":196608,"contingencyType":"OCO","listStatusType":"EXEC_STARTED",
        "listOrderStatus":"EXECUTING",
        """

    private static func report(_ id: Int, _ name: String) -> String {
        "{\"symbol\":\"BTCUSDT\",\"orderId\":\(id),\"orderListId\":196608,"
            + "\"clientOrderId\":\"\(name)\",\"transactTime\":1000"
    }

    @Test func placementReportsEachOrder() {
        let orders = [order(4, .stopLoss, "down"), order(5, .limitMaker, "up")]
        let reply = Reply.placedList(list(), orders: orders, fills: [])
        expect(
            gateway.render(plan(.listPlacement(.ack)), reply),
            Self.started + Self.members + ",\"orderReports\":[" + Self.report(4, "down") + "},"
                + Self.report(5, "up") + "}]}"
        )
        let text = gateway.render(plan(.listPlacement(.result)), reply).text
        #expect(text.contains("\"stopPrice\":\"90.00000000\""))
        #expect(text.contains("\"cummulativeQuoteQty\":\"0.00000000\",\"status\":\"NEW\""))
        #expect(!text.contains("fills"))
    }

    @Test func listThatTriggersAPairIsCalledOTO() {
        var triple = list()
        triple.contingency = .oneTriggersOneCancelsOther
        let text = gateway.render(plan(.orderList), .orderLists([triple], orders: [])).text
        #expect(text.contains("\"contingencyType\":\"OTO\""))
    }

    @Test func cancelReportsWhatItCancelled() {
        let orders = [
            order(4, .stopLoss, "down", .canceled), order(5, .limitMaker, "up", .filled),
        ]
        let reply = Reply.canceledList(list(status: .allDone), orders: orders)
        let text = gateway.render(plan(.listCancellation(.none)), reply).text
        let beginning = Self.started.replacing("EXEC_STARTED", with: "ALL_DONE")
            .replacing("EXECUTING", with: "ALL_DONE")
        let members = Self.members.replacing(":1000,", with: ":2000,")
        let flat = (beginning + members).split(separator: "\n").joined()
        #expect(text.hasPrefix(flat + ",\"orderReports\":[{"))
        #expect(text.contains("\"origClientOrderId\":\"down\""))
        #expect(!text.contains("\"origClientOrderId\":\"up\""))
    }

    @Test func cancelOfAllShowsListsBehindOrders() {
        var alone = order(2, .limit, "alone", .canceled)
        alone.list = .none
        let orders = [
            alone, order(4, .stopLoss, "down", .canceled),
            order(5, .limitMaker, "up", .canceled),
        ]
        let reply = Reply.canceledLists([list(status: .allDone)], orders: orders)
        let response = gateway.render(plan(.cancellations(.none)), reply)
        #expect(response.isJSON)
        #expect(
            response.text.hasPrefix("[{\"symbol\":\"BTCUSDT\",\"origClientOrderId\":\"alone\"")
        )
        #expect(response.text.contains("},{\"orderListId\":196608,"))
    }

    @Test func cancelOfOneShowsTheOneNamed() {
        let orders = [
            order(4, .stopLoss, "down", .canceled), order(5, .limitMaker, "up", .canceled),
        ]
        let kind = RenderPlan.Kind.cancellation(.none, of: .id(OrderID(5)))
        let text = gateway.render(plan(kind), .canceled(orders)).text
        #expect(text.hasPrefix("{\"symbol\":\"BTCUSDT\",\"origClientOrderId\":\"up\""))
    }

    @Test func numberOfAListSaysItsPair() throws {
        guard
            case .query(let pair, let query, _) = interpret("GET", "orderList", "orderListId=65537")
        else {
            Issue.record("not a query")
            return
        }
        #expect(pair == InstrumentID(1))
        let list = OrderListReference.id(OrderListID(1))
        #expect(query == .orderList(account: Fixtures.account, instrument: pair, list: list))
        expect(
            interpret("GET", "orderList", "orderListId=7").response,
            code: -2013,
            "Order list does not exist."
        )
    }

    @Test func listIsFoundByNameOnEveryShard() throws {
        let name = try #require(ClientOrderID("both"))
        guard
            case .queryAll(let query, let plan) =
                interpret("GET", "orderList", "origClientOrderId=both")
        else {
            Issue.record("not for every shard")
            return
        }
        let range = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1)
        #expect(query == .orderLists(account: Fixtures.account, named: name, range))
        let none = Reply.orderLists([], orders: [])
        expect(gateway.render(plan, none), code: -2013, "Order list does not exist.")
        var newer = list(9)
        newer.createdAt = Timestamp(microseconds: 5_000_000)
        let merged = Reply.merge([
            .orderLists([newer], orders: []), .orderLists([list()], orders: []),
        ])
        #expect(gateway.render(plan, merged).text.contains("\"orderListId\":589824,"))
    }

    @Test func listsOfAllShardsAreInOrderAndCut() {
        guard case .queryAll(_, let plan) = interpret("GET", "allOrderList", "limit=2") else {
            Issue.record("not for every shard")
            return
        }
        let lists = [3, 1, 2].map { number in
            var list = list(Int64(number))
            list.createdAt = Timestamp(microseconds: Int64(number))
            return list
        }
        let text = gateway.render(plan, .orderLists(lists, orders: [])).text
        #expect(!text.contains("\"orderListId\":65536,"))
        let parts = text.split(separator: "\"orderListId\":").dropFirst()
        #expect(parts.map { $0.prefix(6) } == ["131072", "196608"])
    }

    @Test func cancelNamesTheList() throws {
        guard
            case .command(let pair, let command, let plan) =
                interpret("DELETE", "orderList", "symbol=BTCUSDT&orderListId=196608")
        else {
            Issue.record("not a command")
            return
        }
        let reference = OrderListReference.id(OrderListID(3))
        let account = Fixtures.account
        #expect(command == .cancelList(account: account, instrument: pair, list: reference))
        let id = try #require(ClientOrderID("generated0000000000001"))
        #expect(plan.kind == .listCancellation(id))
    }

    @Test(arguments: [
        ("DELETE", "orderList", "symbol=BTCUSDT", -1102),
        ("DELETE", "orderList", "orderListId=1", -1102),
        ("DELETE", "orderList", "symbol=BTCUSDT&orderListId=65537", -2011),
        ("GET", "orderList", "", -1102), ("GET", "orderList", "orderListId=x", -1100),
        ("GET", "allOrderList", "fromId=1&startTime=2", -1128),
        ("GET", "allOrderList", "startTime=1&endTime=86400002", -1127),
        ("GET", "allOrderList", "limit=0", -1130),
    ])
    func badRequestsAreRefused(method: String, path: String, parameters: String, code: Int) {
        let response = interpret(method, path, parameters).response
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
    }
}
