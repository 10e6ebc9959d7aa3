import Testing
import Trading

@testable import API

@Suite struct UserEventJSONTests {
    private let json = UserEventJSON(
        venue: Fixtures.venue,
        unit: .milliseconds,
        now: Timestamp(microseconds: 1_600_000_000_000_000)
    )

    private let created = Timestamp(microseconds: 1_507_725_176_595_123)

    private func order(_ status: OrderStatus, executed: Int64 = 0) -> Order {
        var order = Order.blank
        order.id = OrderID(28)
        order.account = Fixtures.account
        order.clientOrderID = ClientOrderID("mine") ?? .none
        order.price = Price(ticks: 3_000_050)
        order.quantity = Quantity(lots: 1000)
        order.executed = Quantity(lots: executed)
        order.cumulativeQuote = Amount(units: executed * 30_000_500)
        order.status = status
        order.createdAt = created
        order.updatedAt = created
        order.workingAt = created
        return order
    }

    private func text(_ events: [AccountEvent], changed: [Balance] = []) -> [String] {
        json.render(events, changed: changed, all: changed).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    @Test func aTradeHasEveryField() {
        let fill = Fill(
            trade: Trade(
                instrument: InstrumentID(0),
                id: TradeID(56),
                price: Price(ticks: 3_000_050),
                quantity: Quantity(lots: 400),
                quoteAmount: Amount(units: 12_000_200_000),
                time: created,
                isBuyerMaker: true
            ),
            account: Fixtures.account,
            order: OrderID(28),
            isBuyer: true,
            commission: Amount(units: 400),
            commissionAsset: AssetID(0)
        )
        let report = OrderReport(
            order: order(.partiallyFilled, executed: 400),
            kind: .trade,
            executionID: 9,
            fill: fill
        )
        #expect(
            text([.order(report)]) == [
                #"{"e":"executionReport","E":1600000000000,"s":"BTCUSDT","c":"mine","S":"BUY","#
                    + #""o":"LIMIT","f":"GTC","q":"0.01000000","p":"30000.50000000","#
                    + #""P":"0.00000000","F":"0.00000000","g":-1,"C":"","x":"TRADE","#
                    + #""X":"PARTIALLY_FILLED","r":"NONE","i":28,"l":"0.00400000","#
                    + #""z":"0.00400000","L":"30000.50000000","n":"0.00000400","N":"BTC","#
                    + #""T":1507725176595,"t":56,"I":9,"w":true,"m":true,"M":true,"#
                    + #""O":1507725176595,"Z":"120.00200000","Y":"120.00200000","#
                    + #""Q":"0.00000000","W":1507725176595,"V":"NONE"}"#
            ]
        )
    }

    @Test func aNewOrderHasNoTrade() {
        let report = OrderReport(order: order(.new), kind: .new, executionID: 1)
        let text = text([.order(report)])[0]
        for part in [
            #""x":"NEW""#, #""t":-1"#, #""N":null"#, #""L":"0.00000000""#, #""m":false"#,
        ] { #expect(text.contains(part), "\(part) in \(text)") }
    }

    @Test func aCancelTellsTheOriginalName() {
        let report = OrderReport(order: order(.canceled), kind: .canceled, executionID: 1)
        let text = text([.order(report)])[0]
        #expect(text.contains(#""C":"mine","x":"CANCELED","X":"CANCELED""#))
        #expect(text.contains(#""w":false"#))
    }

    @Test func balancesComeLastAndHoldThePairsAssets() {
        let balances = [
            Balance(asset: AssetID(0), free: Amount(units: 5), locked: Amount(units: 7)),
            Balance(asset: AssetID(1), free: Amount(units: 1), locked: .zero),
            Balance(asset: AssetID(2), free: Amount(units: 9), locked: .zero),
        ]
        let report = OrderReport(order: order(.new), kind: .new, executionID: 1)
        let texts = json.render([.order(report)], changed: [balances[0]], all: balances).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(texts.count == 2)
        #expect(
            texts.last
                == #"{"e":"outboundAccountPosition","E":1600000000000,"u":1507725176595,"B":["#
                + #"{"a":"BTC","f":"0.00000005","l":"0.00000007"},"#
                + #"{"a":"USDT","f":"0.00000001","l":"0.00000000"}]}"#
        )
    }

    private func movement(_ kind: Movement.Kind) -> AccountEvent {
        .moved(
            Movement(
                number: 1,
                time: created,
                kind: kind,
                funds: Funds(
                    account: Fixtures.account,
                    asset: AssetID(1),
                    amount: Amount(units: 250_000_000)
                ),
                shard: ShardID(0),
                sequence: 0,
                reference: 1
            )
        )
    }

    @Test(
        arguments: [
            (.deposited, "2.50000000"), (.reserved, "-2.50000000"), (.released, "2.50000000"),
            (.withdrawn, nil), (.sent, nil), (.received, nil),
        ] as [(Movement.Kind, String?)]
    )
    func whatComesAndGoesIsABalanceUpdate(kind: Movement.Kind, delta: String?) {
        let expected = delta.map {
            #"{"e":"balanceUpdate","E":1600000000000,"a":"USDT","d":"\#($0)","T":1507725176595}"#
        }
        #expect(text([movement(kind)]) == [expected].compactMap { $0 })
    }

    @Test func aListNamesItsOrders() {
        let list = OrderList(
            id: OrderListID(3),
            instrument: InstrumentID(0),
            account: Fixtures.account,
            clientOrderID: ClientOrderID("pair") ?? .none,
            contingency: .oneCancelsOther,
            status: .executing,
            orders: [OrderID(4), OrderID(5)],
            createdAt: created
        )
        let legs = [(4, "a"), (5, "b")].map {
            OrderListReport.Leg(
                id: OrderID(Int64($0.0)),
                clientOrderID: ClientOrderID($0.1) ?? .none
            )
        }
        #expect(
            text([.list(OrderListReport(list, at: created, legs: legs))]) == [
                #"{"e":"listStatus","E":1600000000000,"s":"BTCUSDT","g":196608,"c":"OCO","#
                    + #""l":"EXEC_STARTED","L":"EXECUTING","r":"NONE","C":"pair","#
                    + #""T":1507725176595,"O":[{"s":"BTCUSDT","i":4,"c":"a"},"#
                    + #"{"s":"BTCUSDT","i":5,"c":"b"}]}"#
            ]
        )
    }
}
