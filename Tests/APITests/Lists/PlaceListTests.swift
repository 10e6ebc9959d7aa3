import Testing
import Trading

@testable import API

@Suite struct PlaceListTests {
    private let gateway = Fixtures.gateway

    private func place(_ path: String, _ parameters: String) -> API.Operation {
        let request = Fixtures.signed("POST", "/api/v3/" + path, parameters)
        return gateway.interpret(request, now: Fixtures.now)
    }

    private func placed(_ path: String, _ parameters: String) -> PlaceOrderList? {
        guard case .command(InstrumentID(0), .placeList(let list), _) = place(path, parameters)
        else { return nil }
        return list
    }

    private static let sell = "symbol=BTCUSDT&side=SELL&quantity=1"

    @Test func pairHasTheStopFirst() throws {
        let parameters =
            Self.sell + "&aboveType=LIMIT_MAKER&abovePrice=110&aboveIcebergQty=0.5"
            + "&aboveClientOrderId=up&belowType=STOP_LOSS_LIMIT&belowPrice=85&belowStopPrice=90"
            + "&belowTimeInForce=GTC&belowClientOrderId=down&listClientOrderId=both"
            + "&selfTradePreventionMode=NONE&aboveStrategyId=1&belowStrategyType=1000000"
        let list = try #require(placed("orderList/oco", parameters))
        #expect(list.contingency == .oneCancelsOther)
        #expect(list.clientOrderID.text == "both")
        #expect(list.orders.map(\.type) == [.stopLossLimit, .limitMaker])
        #expect(list.orders.map(\.clientOrderID.text) == ["down", "up"])
        #expect(list.orders.map(\.price.ticks) == [8_500, 11_000])
        #expect(list.orders.map(\.stopPrice.ticks) == [9_000, 0])
        #expect(list.orders.map(\.icebergQuantity.lots) == [0, 50_000])
        #expect(list.orders.allSatisfy { $0.side == .sell && $0.quantity.lots == 100_000 })
        #expect(list.orders.allSatisfy { $0.selfTradePrevention == SelfTradePrevention.none })
    }

    @Test func buyersStopIsAbove() throws {
        let list = try #require(
            placed(
                "orderList/oco",
                "symbol=BTCUSDT&side=BUY&quantity=1&aboveType=STOP_LOSS&aboveTrailingDelta=100"
                    + "&belowType=TAKE_PROFIT&belowStopPrice=90"
            )
        )
        #expect(list.orders.map(\.type) == [.stopLoss, .takeProfit])
        #expect(list.orders.map(\.trailingDelta) == [100, 0])
    }

    @Test func oldFormIsAPairToo() throws {
        let base = Self.sell + "&price=110&stopPrice=90&limitClientOrderId=up"
        let market = try #require(placed("order/oco", base))
        #expect(market.orders.map(\.type) == [.stopLoss, .limitMaker])
        #expect(market.orders[1].clientOrderID.text == "up")
        let limit = try #require(
            placed("order/oco", base + "&stopLimitPrice=85&stopLimitTimeInForce=FOK")
        )
        #expect(limit.orders.map(\.type) == [.stopLossLimit, .limitMaker])
        #expect(limit.orders[0].price.ticks == 8_500)
        #expect(limit.orders[0].timeInForce == .fillOrKill)
    }

    private static let working = """
        symbol=BTCUSDT&workingType=LIMIT&workingSide=BUY&workingQuantity=1&workingPrice=100\
        &workingTimeInForce=GTC
        """

    @Test func workingOrderTriggersAMarketOrder() throws {
        let list = try #require(
            placed(
                "orderList/oto",
                Self.working + "&pendingType=MARKET&pendingSide=SELL&pendingQuantity=2"
            )
        )
        #expect(list.contingency == .oneTriggersOther)
        #expect(list.orders.map(\.type) == [.limit, .market])
        #expect(list.orders.map(\.side) == [.buy, .sell])
        #expect(list.orders.map(\.quantity.lots) == [100_000, 200_000])
    }

    private static let pair = """
        &pendingSide=SELL&pendingQuantity=1&pendingAboveType=TAKE_PROFIT_LIMIT\
        &pendingAbovePrice=120&pendingAboveStopPrice=119&pendingAboveTimeInForce=IOC\
        &pendingBelowType=STOP_LOSS&pendingBelowStopPrice=90
        """

    @Test func workingOrderTriggersAPair() throws {
        let list = try #require(placed("orderList/otoco", Self.working + Self.pair))
        #expect(list.contingency == .oneTriggersOneCancelsOther)
        #expect(list.orders.map(\.type) == [.limit, .stopLoss, .takeProfitLimit])
    }

    @Test(arguments: [(nil, ResponseType.result), ("ACK", .ack), ("FULL", .full)])
    func answerTellsResultsUnlessAsked(word: String?, type: ResponseType) {
        let parameters =
            Self.working + Self.pair + (word.map { "&newOrderRespType=" + $0 } ?? "")
        guard case .command(_, _, let plan) = place("orderList/otoco", parameters) else {
            Issue.record("refused")
            return
        }
        #expect(plan.kind == .listPlacement(type))
    }

    private static let oco = """
        symbol=BTCUSDT&side=SELL&quantity=1&aboveType=LIMIT_MAKER&abovePrice=110\
        &belowType=STOP_LOSS&belowStopPrice=90
        """

    /// A parameter given anew takes the place of the old one, `-` drops it.
    private func change(_ parameters: String, _ changes: String) -> String {
        var result = parameters.split(separator: "&").map(String.init)
        for change in changes.split(separator: "&").map(String.init) {
            let name = change.drop { $0 == "-" }.prefix { $0 != "=" }
            result.removeAll { $0.hasPrefix(name + "=") }
            if !change.hasPrefix("-") { result.append(change) }
        }
        return result.joined(separator: "&")
    }

    @Test(
        arguments: [
            ("-aboveType", -1102, mandatory("aboveType")),
            ("aboveType=X", -1116, "Invalid orderType."),
            ("aboveType=MARKET", -1158, "Order type not supported in OCO."),
            ("belowType=LIMIT", -1158, "Order type not supported in OCO."),
            (
                "belowType=LIMIT_MAKER&belowPrice=1&-belowStopPrice", -1168,
                "At least one OCO order must be contingent."
            ),
            ("aboveType=STOP_LOSS", -1197, "A stop loss order in a sell OCO must be below."),
            ("belowType=TAKE_PROFIT", -1199, "A take profit order in a sell OCO must be above."),
            (
                "aboveType=TAKE_PROFIT&belowType=LIMIT_MAKER", -1166,
                "A limit order in a sell OCO must be above."
            ),
            ("side=BUY", -1165, "A limit order in a buy OCO must be below."),
            (
                "side=BUY&aboveType=TAKE_PROFIT", -1198,
                "A take profit order in a buy OCO must be below."
            ),
            (
                "side=BUY&aboveType=STOP_LOSS", -1196,
                "A stop loss order in a buy OCO must be above."
            ),
            ("-abovePrice", -1102, mandatory("abovePrice")),
            ("abovePrice=1.005", -1013, "Filter failure: PRICE_FILTER"),
            ("abovePrice=NaN", -1100, illegal("abovePrice")),
            ("aboveStopPrice=1", -1106, notRequired("aboveStopPrice")),
            ("aboveTimeInForce=GTC", -1106, notRequired("aboveTimeInForce")),
            ("belowPrice=1", -1106, notRequired("belowPrice")),
            ("belowIcebergQty=1", -1106, notRequired("belowIcebergQty")),
            (
                "-belowStopPrice", -1102,
                "Param 'belowStopPrice' or 'belowTrailingDelta' must be sent, but both were"
                    + " empty/null!"
            ),
            ("belowTrailingDelta=10000", -1013, "Filter failure: TRAILING_DELTA"),
            ("belowType=STOP_LOSS_LIMIT", -1102, mandatory("belowPrice")),
            (
                "belowType=STOP_LOSS_LIMIT&belowPrice=1", -1102,
                mandatory("belowTimeInForce")
            ),
            (
                "belowType=STOP_LOSS_LIMIT&belowPrice=1&belowTimeInForce=GTD", -1115,
                "Invalid timeInForce."
            ),
            ("-quantity", -1102, mandatory("quantity")),
            ("quantity=0", -1013, "Filter failure: LOT_SIZE"),
            ("quoteOrderQty=1", -1106, notRequired("quoteOrderQty")),
            ("abovePegPriceType=X", -1106, notRequired("abovePegPriceType")),
            ("aboveStrategyType=1", -1134, "`strategyType` was less than 1000000."),
            ("listClientOrderId=", -1105, "Parameter 'listClientOrderId' was empty."),
        ] as [(String, Int, String)]
    )
    func badPairsAreRefused(changes: String, code: Int, message: String) {
        let parameters = change(Self.oco, changes)
        expect(place("orderList/oco", parameters).response, code: code, message)
    }

    @Test(
        arguments: [
            ("workingType=MARKET", -1130, "Data sent for parameter 'workingType' is not valid."),
            ("-workingTimeInForce", -1102, mandatory("workingTimeInForce")),
            ("-pendingSide", -1102, mandatory("pendingSide")),
            ("pendingSide=sell", -1117, "Invalid side."),
            ("-pendingQuantity", -1102, mandatory("pendingQuantity")),
            (
                "pendingAboveType=STOP_LOSS", -1197,
                "A stop loss order in a sell OCO must be below."
            ),
            ("-pendingAbovePrice", -1102, mandatory("pendingAbovePrice")),
            ("pendingBelowPrice=1", -1106, notRequired("pendingBelowPrice")),
        ] as [(String, Int, String)]
    )
    func badTriplesAreRefused(changes: String, code: Int, message: String) {
        let parameters = change(Self.working + Self.pair, changes)
        expect(place("orderList/otoco", parameters).response, code: code, message)
    }

    @Test(
        arguments: [
            ("-price", -1102, mandatory("price")),
            (
                "-stopPrice", -1102,
                "Param 'stopPrice' or 'trailingDelta' must be sent, but both were empty/null!"
            ),
            ("stopLimitTimeInForce=GTC", -1106, notRequired("stopLimitTimeInForce")),
            ("stopLimitPrice=1", -1102, mandatory("stopLimitTimeInForce")),
            ("stopIcebergQty=1", -1106, notRequired("stopIcebergQty")),
        ] as [(String, Int, String)]
    )
    func badOldPairsAreRefused(changes: String, code: Int, message: String) {
        let parameters = change(Self.sell + "&price=110&stopPrice=90", changes)
        expect(place("order/oco", parameters).response, code: code, message)
    }

    private static func mandatory(_ name: String) -> String {
        "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed."
    }

    private static func notRequired(_ name: String) -> String {
        "Parameter '\(name)' sent when not required."
    }

    private static func illegal(_ name: String) -> String {
        "Illegal characters found in parameter '\(name)'; legal range is"
            + " '\(DecimalText.legalRange)'."
    }
}
