import Testing
import Trading

@testable import API

@Suite struct RenderTests {
    private let gateway = Fixtures.gateway

    private func plan(_ kind: RenderPlan.Kind, _ unit: TimeUnit = .milliseconds) -> RenderPlan {
        RenderPlan(kind: kind, unit: unit, now: Fixtures.now)
    }

    private func order(
        type: OrderType = .limit,
        status: OrderStatus = .partiallyFilled
    ) -> Order {
        Order(
            id: OrderID(28),
            instrument: InstrumentID(0),
            account: Fixtures.account,
            clientOrderID: ClientOrderID("mine") ?? .none,
            side: .sell,
            type: type,
            timeInForce: .immediateOrCancel,
            selfTradePrevention: .expireMaker,
            price: type == .market ? .none : Price(ticks: 3_000_050),
            quantity: Quantity(lots: 1000),
            quoteQuantity: .zero,
            executed: Quantity(lots: 400),
            cumulativeQuote: Amount(units: 12_000_200_000),
            status: status,
            createdAt: Timestamp(microseconds: 1_507_725_176_595_123),
            updatedAt: Timestamp(microseconds: 1_507_725_177_000_456),
            workingAt: Timestamp(microseconds: 1_507_725_176_595_123)
        )
    }

    private var fill: Fill {
        Fill(
            trade: Trade(
                instrument: InstrumentID(0),
                id: TradeID(56),
                price: Price(ticks: 3_000_050),
                quantity: Quantity(lots: 400),
                quoteAmount: Amount(units: 12_000_200_000),
                time: Timestamp(microseconds: 1_507_725_176_595_123),
                isBuyerMaker: true
            ),
            account: Fixtures.account,
            order: OrderID(28),
            isBuyer: false,
            commission: Amount(units: 18_000_300),
            commissionAsset: AssetID(1)
        )
    }

    private static let result = """
        "price":"30000.50000000","origQty":"0.01000000","executedQty":"0.00400000",
        "origQuoteOrderQty":"0.00000000","cummulativeQuoteQty":"120.00200000",
        "status":"PARTIALLY_FILLED","timeInForce":"IOC","type":"LIMIT","side":"SELL",
        "workingTime":1507725176595,"selfTradePreventionMode":"EXPIRE_MAKER"
        """

    @Test func placementInThreeSizes() {
        let reply = Reply.placed(order(), fills: [fill])
        let ack = """
            {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine",
            "transactTime":1507725176595
            """
        expect(gateway.render(plan(.placement(.ack)), reply), ack + "}")
        expect(gateway.render(plan(.placement(.result)), reply), ack + "," + Self.result + "}")
        expect(
            gateway.render(plan(.placement(.full)), reply),
            ack + "," + Self.result + """
                ,"fills":[{"price":"30000.50000000","qty":"0.00400000","commission":"0.18000300",
                "commissionAsset":"USDT","tradeId":56}]}
                """
        )
    }

    @Test func restingOrderHasNoFills() {
        let text = gateway.render(plan(.placement(.full)), .placed(order(), fills: [])).text
        #expect(text.hasSuffix(",\"fills\":[]}"))
    }

    @Test func marketOrderShowsNoPriceAndGTC() {
        let reply = Reply.placed(order(type: .market), fills: [])
        let text = gateway.render(plan(.placement(.result)), reply).text
        #expect(text.contains("\"price\":\"0.00000000\","))
        #expect(text.contains("\"timeInForce\":\"GTC\",\"type\":\"MARKET\""))
    }

    @Test func timesFollowTheUnit() {
        let reply = Reply.placed(order(), fills: [])
        let text = gateway.render(plan(.placement(.result), .microseconds), reply).text
        #expect(text.contains("\"transactTime\":1507725176595123,"))
        #expect(text.contains("\"workingTime\":1507725176595123,"))
    }

    @Test func waitingStopShowsItsTerms() {
        var stop = order(type: .stopLossLimit, status: .new)
        stop.stopPrice = Price(ticks: 2_900_000)
        stop.trailingDelta = 150
        stop.icebergQuantity = Quantity(lots: 100)
        stop.expiresAt = Timestamp(microseconds: 1_600_000_000_000_000)
        stop.prevented = Quantity(lots: 5)
        stop.list = OrderListID(9)
        stop.workingAt = .zero
        let terms = """
            "stopPrice":"29000.00000000","trailingDelta":150,"icebergQty":"0.00100000",
            "goodTillDate":1600000000000,"preventedQuantity":"0.00005000"
            """.replacing("\n", with: "")
        let placed = gateway.render(plan(.placement(.result)), .placed(stop, fills: [])).text
        #expect(placed.contains("\"orderListId\":589824,"))
        #expect(placed.contains("\"workingTime\":-1,"))
        #expect(placed.hasSuffix(terms + "}"))
        let status = gateway.render(plan(.order), .orders([stop])).text
        #expect(status.contains(terms))
        #expect(status.hasSuffix("\"isWorking\":false}"))
    }

    @Test(arguments: [
        (OrderType.limit, TimeInForce.immediateOrCancel, "UNFILLED_IOC_QUANTITY_EXPIRED"),
        (.limit, .fillOrKill, "UNFILLED_FOK_ORDER_EXPIRED"),
        (.market, .goodTilCancelled, "INSUFFICIENT_LIQUIDITY"),
    ])
    func expiredOrderSaysWhy(type: OrderType, timeInForce: TimeInForce, reason: String) {
        var order = order(type: type, status: .expired)
        order.timeInForce = timeInForce
        let text = gateway.render(plan(.order), .orders([order])).text
        #expect(text.contains("\"expiryReason\":\"\(reason)\""))
        order.status = .filled
        #expect(!gateway.render(plan(.order), .orders([order])).text.contains("expiryReason"))
    }

    @Test func orderOfAListSaysOnlyWhatIsKnown() {
        var leg = order(type: .limitMaker, status: .expired)
        leg.timeInForce = .goodTilCancelled
        leg.list = OrderListID(1)
        let text = gateway.render(plan(.order), .orders([leg])).text
        #expect(text.contains("\"expiryReason\":\"OCO_TRIGGER\""))
        leg.workingAt = .zero
        #expect(!gateway.render(plan(.order), .orders([leg])).text.contains("expiryReason"))
    }

    @Test func orderEndedInMatchShowsWhatWasPrevented() {
        let text = gateway.render(plan(.order), .orders([order(status: .expiredInMatch)])).text
        #expect(text.contains("\"preventedQuantity\":\"0.00600000\""))
    }

    @Test func trailingStopWithoutAStopPriceIsActiveFromTheStart() {
        var stop = order(type: .stopLossLimit, status: .new)
        stop.trailingDelta = 150
        let text = gateway.render(plan(.order), .orders([stop])).text
        #expect(text.contains("\"trailingDelta\":150,\"trailingTime\":1507725176595"))
    }

    @Test func cancelShowsBothIDs() throws {
        let id = try #require(ClientOrderID("cancelMyOrder1"))
        let json = """
            {"symbol":"BTCUSDT","origClientOrderId":"mine","orderId":28,"orderListId":-1,
            "clientOrderId":"cancelMyOrder1","transactTime":1507725177000,
            """
        let body = json + Self.result.replacing("PARTIALLY_FILLED", with: "CANCELED") + "}"
        let reply = Reply.canceled([order(status: .canceled)])
        expect(gateway.render(plan(.cancellation(id, of: .id(OrderID(28)))), reply), body)
        expect(gateway.render(plan(.cancellations(id)), reply), "[" + body + "]")
    }

    @Test func cancelOfNothingIsUnknown() {
        for kind in [
            RenderPlan.Kind.cancellation(.none, of: .id(OrderID(1))), .cancellations(.none),
        ] {
            expect(
                gateway.render(plan(kind), .canceled([])),
                code: -2011,
                "Unknown order sent."
            )
        }
    }

    @Test func statusShowsTheWholeOrder() {
        let body =
            """
            {"symbol":"BTCUSDT","orderId":28,"orderListId":-1,"clientOrderId":"mine",
            """ + Self.result + """
                ,"stopPrice":"0.00000000","icebergQty":"0.00000000","time":1507725176595,
                "updateTime":1507725177000,"isWorking":true}
                """
        expect(gateway.render(plan(.order), .orders([order()])), body)
        expect(gateway.render(plan(.orders), .orders([order(), order()])), "[\(body),\(body)]")
        expect(gateway.render(plan(.orders), .orders([])), "[]")
        expect(
            gateway.render(plan(.order), .orders([])),
            code: -2013,
            "Order does not exist."
        )
    }

    @Test func fillsShowBothSides() {
        expect(
            gateway.render(plan(.fills), .fills([fill])),
            """
            [{"symbol":"BTCUSDT","id":56,"orderId":28,"orderListId":-1,"price":"30000.50000000",
            "qty":"0.00400000","quoteQty":"120.00200000","commission":"0.18000300",
            "commissionAsset":"USDT","time":1507725176595,"isBuyer":false,"isMaker":false,
            "isBestMatch":true}]
            """
        )
    }

    @Test func testOrderAnswersNothingOrRates() {
        expect(gateway.render(plan(.test(commission: nil)), .done), "{}")
        let text = gateway.render(plan(.test(commission: InstrumentID(0))), .done).text
        #expect(
            text.hasPrefix(
                "{\"standardCommissionForOrder\":{\"maker\":\"0.00100000\",\"taker\":\"0.00150000\""
            )
        )
        #expect(text.contains("\"taxCommissionForOrder\":"))
    }

    private static let usdt = Balance(
        asset: AssetID(1),
        free: Amount(units: 472_200_000_002),
        locked: Amount(units: 100_000_000)
    )

    @Test func accountShowsEveryAsset() {
        let kind = RenderPlan.Kind.account(AccountID(7), canTrade: true, omitsZeros: false)
        expect(
            gateway.render(plan(kind), .balances([Self.usdt])),
            """
            {"makerCommission":10,"takerCommission":15,"buyerCommission":0,"sellerCommission":0,
            "commissionRates":{"maker":"0.00100000","taker":"0.00150000","buyer":"0.00000000",
            "seller":"0.00000000"},"canTrade":true,"canWithdraw":false,"canDeposit":false,
            "brokered":false,"requireSelfTradePrevention":false,"preventSor":false,
            "updateTime":1499827319559,"accountType":"SPOT","balances":[
            {"asset":"BTC","free":"0.00000000","locked":"0.00000000"},
            {"asset":"USDT","free":"4722.00000002","locked":"1.00000000"},
            {"asset":"LTC","free":"0.00000000","locked":"0.00000000"}],
            "permissions":["SPOT"],"uid":7}
            """
        )
        let some = RenderPlan.Kind.account(AccountID(7), canTrade: true, omitsZeros: true)
        let text = gateway.render(plan(some), .balances([Self.usdt])).text
        #expect(text.contains("\"balances\":[{\"asset\":\"USDT\","))
        #expect(!text.contains("LTC"))
    }

    /// What moves between shards or waits to be paid out is locked, and nothing is counted twice.
    @Test func fundsUnderWayAreShownAsLocked() {
        func shown(_ shards: [Balance]) -> [Int64] {
            let merged = Reply.merge(shards.map { .balances([$0]) })
            guard case .balances(let balances) = merged else { return [] }
            return balances.flatMap { [$0.shownFree.units, $0.shownLocked.units] }
        }
        func balance(_ free: Int64, _ locked: Int64, _ sent: Int64, _ out: Int64 = 0) -> Balance {
            Balance(
                asset: AssetID(1),
                free: Amount(units: free),
                locked: Amount(units: locked),
                sent: Amount(units: sent),
                withdrawing: Amount(units: out)
            )
        }
        #expect(shown([balance(70, 5, 30), balance(10, 0, 0)]) == [80, 35])
        #expect(shown([balance(70, 5, 30), balance(40, 0, -30)]) == [110, 5])
        #expect(shown([balance(70, 0, 30, 7), balance(40, 0, -30)]) == [110, 7])
        // The source was read before it sent, the destination after.
        #expect(shown([balance(100, 5, 0), balance(40, 0, -30)]) == [110, 5])
        // And what came was held at once.
        #expect(shown([balance(30, 0, 0), balance(0, 30, -30)]) == [0, 30])
    }

    @Test func coinsListEveryAsset() {
        let response = gateway.render(plan(.coins), .balances([Self.usdt]))
        #expect(response.isJSON)
        #expect(
            response.text.contains(
                "{\"coin\":\"USDT\",\"name\":\"USDT\",\"free\":\"4722.00000002\","
                    + "\"locked\":\"1.00000000\","
            )
        )
        #expect(response.text.hasSuffix("\"networkList\":[]}]"))
    }

    @Test(
        arguments: [
            (.filter(.price), 400, -1013, "Filter failure: PRICE_FILTER"),
            (.filter(.percentPriceBySide), 400, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
            (.filter(.lotSize), 400, -1013, "Filter failure: LOT_SIZE"),
            (.filter(.marketLotSize), 400, -1013, "Filter failure: MARKET_LOT_SIZE"),
            (.filter(.notional), 400, -1013, "Filter failure: NOTIONAL"),
            (.filter(.openOrders), 400, -1013, "Filter failure: MAX_NUM_ORDERS"),
            (
                .insufficientBalance, 400, -2010,
                "Account has insufficient balance for requested action."
            ),
            (.duplicateOrder, 400, -2010, "Duplicate order sent."),
            (.wouldTake, 400, -2010, "Order would immediately match and take."),
            (.filter(.icebergParts), 400, -1013, "Filter failure: ICEBERG_PARTS"),
            (.filter(.openAlgoOrders), 400, -1013, "Filter failure: MAX_NUM_ALGO_ORDERS"),
            (.filter(.maxPosition), 400, -1013, "Filter failure: MAX_POSITION"),
            (.filter(.trailingDelta), 400, -1013, "Filter failure: TRAILING_DELTA"),
            (.marketClosed, 400, -2010, "Market is closed."),
            (.wouldTrigger, 400, -2010, "Order would trigger immediately."),
            (
                .badPrices, 400, -2010,
                "The relationship of the prices for the orders is not correct."
            ),
            (.icebergTooLarge, 400, -2010, "IcebergQty exceeds QTY."),
            (
                .noChange, 400, -2038,
                "The requested action would change no state; rejecting."
            ),
            (
                .quantityIncrease, 400, -2038,
                "Order amend (quantity increase) is not supported."
            ),
            (.unknownList, 400, -2011, "Unknown order list sent."),
            (.noSuchList, 400, -2013, "Order list does not exist."),
            (.unknownOrder, 400, -2011, "Unknown order sent."),
            (.noSuchOrder, 400, -2013, "Order does not exist."),
            (
                .unknownInstrument, 503, -1001,
                "Internal error; unable to process your request. Please try again."
            ),
            (
                .duplicateExpired, 504, -1007,
                "Timeout waiting for response from backend server."
                    + " Send status unknown; execution status unknown."
            ),
            (.malformed, 400, -1014, "Unsupported order combination."),
            (
                .overloaded, 503, -1008,
                "Server is currently overloaded with other requests."
                    + " Please try again in a few minutes."
            ),
        ] as [(RejectReason, Int, Int, String)]
    )
    func refusalsAreWorded(reason: RejectReason, status: Int, code: Int, message: String) {
        let response = gateway.render(plan(.placement(.full)), .rejected(reason))
        expect(response, code: code, message, status: status)
    }

    @Test func replyOfAnotherKindIsUnknown() {
        #expect(gateway.render(plan(.placement(.full)), .balances([])).status == 504)
        #expect(gateway.render(plan(.order), .done).status == 504)
    }

    @Test func failuresOfTheRouterAreWorded() {
        #expect(gateway.renderUnknown().text.hasPrefix("{\"code\":-1007,"))
        #expect(gateway.renderOverloaded().headers.first?.name == "retry-after")
        #expect(gateway.renderUnavailable().status == 503)
    }
}

@Suite struct ReplyMergeTests {
    private func balance(_ asset: UInt16, _ free: Int64, _ locked: Int64) -> Balance {
        Balance(
            asset: AssetID(asset),
            free: Amount(units: free),
            locked: Amount(units: locked)
        )
    }

    @Test func balancesAddUp() {
        let replies: [Reply] = [
            .balances([balance(1, 5, 1), balance(0, 2, 0)]), .balances([]),
            .balances([balance(0, 3, 4)]),
        ]
        #expect(Reply.merge(replies) == .balances([balance(0, 5, 4), balance(1, 5, 1)]))
    }

    @Test func refusalOfOneShardRefusesAll() {
        #expect(Reply.merge([.balances([]), .rejected(.overloaded)]) == .rejected(.overloaded))
        #expect(Reply.merge([]) == .rejected(.overloaded))
    }

    @Test func ordersAreSortedByTimeThenID() {
        func order(_ id: Int64, _ time: Int64) -> Order {
            Order(
                id: OrderID(id),
                instrument: InstrumentID(0),
                account: Fixtures.account,
                clientOrderID: .none,
                side: .buy,
                type: .limit,
                timeInForce: .goodTilCancelled,
                selfTradePrevention: .none,
                price: Price(ticks: 1),
                quantity: Quantity(lots: 1),
                quoteQuantity: .zero,
                executed: .zero,
                cumulativeQuote: .zero,
                status: .new,
                createdAt: Timestamp(microseconds: time),
                updatedAt: Timestamp(microseconds: time)
            )
        }
        let merged = Reply.merge([.orders([order(9, 1), order(2, 5)]), .orders([order(1, 5)])])
        #expect(merged == .orders([order(9, 1), order(1, 5), order(2, 5)]))
    }
}
