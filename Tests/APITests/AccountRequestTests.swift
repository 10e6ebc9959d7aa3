import Testing
import Trading

@testable import API

@Suite struct AccountRequestTests {
    private let gateway = Fixtures.gateway

    private func interpret(
        _ method: String,
        _ path: String,
        _ parameters: String = ""
    ) -> API.Operation {
        let request = Fixtures.signed(method, "/api/v3/" + path, parameters)
        return gateway.interpret(request, now: Fixtures.now)
    }

    private func query(_ path: String, _ parameters: String) -> Query? {
        guard case .query(_, let query, _) = interpret("GET", path, parameters) else { return nil }
        return query
    }

    @Test func orderIsNamedByEitherID() throws {
        let account = Fixtures.account
        #expect(
            query("order", "symbol=LTCBTC&orderId=12&origClientOrderId=x")
                == .order(
                    account: account,
                    instrument: InstrumentID(1),
                    order: .id(OrderID(12))
                )
        )
        let name = try #require(ClientOrderID("mine"))
        #expect(
            query("order", "symbol=LTCBTC&origClientOrderId=mine")
                == .order(
                    account: account,
                    instrument: InstrumentID(1),
                    order: .clientOrderID(name)
                )
        )
    }

    @Test(arguments: ["GET", "DELETE"])
    func orderWithoutIDIsRefused(method: String) {
        expect(
            interpret(method, "order", "symbol=LTCBTC").response,
            code: -1102,
            "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!"
        )
    }

    @Test(arguments: [
        ("symbol=LTCBTC&orderId=5", "generated0000000000001"),
        ("symbol=LTCBTC&orderId=5&newClientOrderId=mine", "mine"),
    ])
    func cancelHasAnIDOfItsOwn(parameters: String, id: String) throws {
        guard
            case .command(let instrument, let command, let plan) =
                interpret("DELETE", "order", parameters)
        else {
            Issue.record("not a command")
            return
        }
        #expect(instrument == InstrumentID(1))
        let cancel = Command.cancel(
            account: Fixtures.account,
            instrument: InstrumentID(1),
            order: .id(OrderID(5))
        )
        #expect(command == cancel)
        let name = try #require(ClientOrderID(id))
        #expect(plan.kind == .cancellation(name, of: .id(OrderID(5))))
    }

    @Test(arguments: [
        ("ONLY_NEW", CancelRestriction.onlyNew), ("ONLY_PARTIALLY_FILLED", .onlyPartiallyFilled),
    ])
    func cancelMayBeRestricted(word: String, restriction: CancelRestriction) {
        let parameters = "symbol=LTCBTC&orderId=5&cancelRestrictions=" + word
        guard case .command(_, let command, _) = interpret("DELETE", "order", parameters) else {
            Issue.record("not a command")
            return
        }
        let cancel = Command.cancelIf(
            account: Fixtures.account,
            instrument: InstrumentID(1),
            order: .id(OrderID(5)),
            restriction
        )
        #expect(command == cancel)
    }

    @Test func unknownRestrictionIsRefused() {
        expect(
            interpret("DELETE", "order", "symbol=LTCBTC&orderId=5&cancelRestrictions=NEW")
                .response,
            code: -1145,
            "Invalid cancelRestrictions"
        )
    }

    @Test func cancelOfAllIsOneCommand() {
        guard case .command(_, let command, _) = interpret("DELETE", "openOrders", "symbol=LTCBTC")
        else {
            Issue.record("not a command")
            return
        }
        #expect(command == .cancelAll(account: Fixtures.account, instrument: InstrumentID(1)))
    }

    @Test func openOrdersWithoutSymbolAsksEveryShard() {
        guard case .queryAll(let query, _) = interpret("GET", "openOrders") else {
            Issue.record("not for every shard")
            return
        }
        #expect(query == .openOrders(account: Fixtures.account, instrument: nil))
        #expect(
            self.query("openOrders", "symbol=LTCBTC")
                == .openOrders(account: Fixtures.account, instrument: InstrumentID(1))
        )
    }

    @Test func historyWindowsAreRead() {
        let range = HistoryRange(
            fromID: 3,
            start: Timestamp(microseconds: 1_499_827_319_000_000),
            end: Timestamp(microseconds: 1_499_827_320_000_999),
            limit: 1000
        )
        #expect(
            query(
                "allOrders",
                "symbol=LTCBTC&orderId=3&startTime=1499827319000&endTime=1499827320000&limit=5000"
            )
                == .orders(account: Fixtures.account, instrument: InstrumentID(1), range)
        )
        let all = HistoryRange(fromID: nil, start: nil, end: nil, limit: 500)
        #expect(
            query("myTrades", "symbol=LTCBTC&orderId=9")
                == .fills(
                    account: Fixtures.account,
                    instrument: InstrumentID(1),
                    order: OrderID(9),
                    all
                )
        )
    }

    @Test(
        arguments: [
            ("startTime=1000&endTime=86401000", nil), ("startTime=1000&endTime=86401001", -1127),
            ("startTime=2000&endTime=1000", -1128), ("limit=0", -1130), ("limit=x", -1100),
            ("limit=", -1105), ("fromId=1&startTime=5", -1128), ("orderId=1&endTime=5", -1128),
            ("fromId=-1", -1100), ("fromId=9223372036854775808", -1100),
            ("startTime=1000000000000000&endTime=1000086400000000", nil),
        ] as [(String, Int?)]
    )
    func badWindowsAreRefused(parameters: String, code: Int?) {
        let response = interpret("GET", "myTrades", "symbol=LTCBTC&" + parameters).response
        guard let code else {
            #expect(response == nil)
            return
        }
        #expect(response?.text.hasPrefix("{\"code\":\(code),") == true)
        #expect(response?.status == 400)
    }

    @Test(arguments: [
        ("", false), ("omitZeroBalances=true", true), ("omitZeroBalances=FALSE", false),
    ])
    func accountAsksEveryShard(parameters: String, omits: Bool) {
        guard case .queryAll(let query, let plan) = interpret("GET", "account", parameters) else {
            Issue.record("not for every shard")
            return
        }
        #expect(query == .balances(account: Fixtures.account))
        #expect(plan.kind == .account(Fixtures.account, canTrade: true, omitsZeros: omits))
    }

    @Test func commissionAndWalletAnswersComeAtOnce() {
        expect(
            interpret("GET", "account/commission", "symbol=LTCBTC").response,
            """
            {"symbol":"LTCBTC","standardCommission":{"maker":"0.00100000","taker":"0.00150000",
            "buyer":"0.00000000","seller":"0.00000000"},
            "specialCommission":{"maker":"0.00000000","taker":"0.00000000",
            "buyer":"0.00000000","seller":"0.00000000"},
            "taxCommission":{"maker":"0.00000000","taker":"0.00000000",
            "buyer":"0.00000000","seller":"0.00000000"},
            "discount":{"enabledForAccount":false,"enabledForSymbol":false,"discountAsset":"",
            "discount":"0.00000000"}}
            """
        )
        let wallet = { (path: String, parameters: String) in
            gateway.interpret(
                Fixtures.signed("GET", "/sapi/v1/" + path, parameters),
                now: Fixtures.now
            ).response
        }
        expect(
            wallet("asset/tradeFee", "symbol=LTCBTC"),
            """
            [{"symbol":"LTCBTC","makerCommission":"0.00100000","takerCommission":"0.00150000"}]
            """
        )
        expect(
            wallet("asset/tradeFee", ""),
            """
            [{"symbol":"BTCUSDT","makerCommission":"0.00100000","takerCommission":"0.00150000"},
            {"symbol":"LTCBTC","makerCommission":"0.00100000","takerCommission":"0.00150000"}]
            """
        )
        expect(wallet("account/status", ""), "{\"data\":\"Normal\"}")
        #expect(
            wallet("account/apiRestrictions", "")?.text.contains(
                "\"enableSpotAndMarginTrading\":true"
            ) == true
        )
    }
}
