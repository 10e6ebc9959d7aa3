import Matching
import Testing
import Trading

/// OCO, OTO and OTOCO lists.
///
/// The last price is 100; the first order of account 1 has id 3.
@Suite struct OrderListTests {
    let exchange = Exchange()

    init() { exchange.trade(at: 100) }

    /// Ids 3 and 4: a sell of 5 at 110, and at 90 down to 85.
    func sellPair() -> Reply {
        exchange.list(
            .oneCancelsOther,
            exchange.maker(.sell, 5, at: 110),
            exchange.stop(.sell, 5, at: 90, limit: 85)
        )
    }

    func listStatus() -> OrderListStatus? {
        let query = Query.orderList(
            account: AccountID(1),
            instrument: InstrumentID(1),
            list: .id(OrderListID(1))
        )
        if case .orderLists(let lists, _) = exchange.ask(query) { return lists.first?.status }
        return nil
    }

    // MARK: OCO

    @Test func bothLegsAreOpenAndTheLargerNeedIsHeldOnce() {
        guard case .placedList(let list, let orders, let fills) = sellPair() else {
            Issue.record("refused")
            return
        }
        #expect(list.id == OrderListID(1))
        #expect(list.orders == [OrderID(3), OrderID(4)])
        #expect(list.status == .executing)
        #expect(orders.map(\.status) == [.new, .new])
        #expect(orders.map(\.isWorking) == [true, false])
        #expect(orders.allSatisfy { $0.list == list.id })
        #expect(fills.isEmpty)
        #expect(exchange.log == ["ask 110 = 5"])
        #expect(exchange.balance(1, 1) == [99_995, 5])
        let open = Query.openOrderLists(account: AccountID(1), instrument: nil)
        #expect(exchange.ask(open) == .orderLists([list], orders: orders))
    }

    @Test func buyPairHoldsTheDearerLeg() {
        let limited = exchange.stop(.buy, 5, at: 110, limit: 120)
        exchange.list(.oneCancelsOther, exchange.maker(.buy, 5, at: 90), limited)
        #expect(exchange.balance(1, 3) == [99_400, 600])
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 2))
        // The stop is gone, the rest of the other holds its own need.
        #expect(exchange.balance(1, 3) == [99_550, 360])
        #expect(exchange.status(4) == .expired)
    }

    @Test func tradeOfOneLegExpiresTheOther() {
        _ = sellPair()
        exchange.place(exchange.limit(.buy, 2, at: 110, by: 2))
        #expect(exchange.log == ["2 at 110", "ask 110 = 3"])
        #expect(exchange.status(3) == .partiallyFilled)
        #expect(exchange.status(4) == .expired)
        #expect(listStatus() == .executing)
        exchange.place(exchange.limit(.buy, 3, at: 110, by: 2))
        #expect(listStatus() == .allDone)
    }

    @Test func triggerOfOneLegExpiresTheOtherInTheSameStep() {
        _ = sellPair()
        exchange.place(exchange.limit(.buy, 9, at: 90, by: 3))
        exchange.place(exchange.limit(.sell, 1, at: 90, by: 2))
        #expect(exchange.log == ["1 at 90", "bid 90 = 8", "ask 110 = 0", "5 at 90", "bid 90 = 3"])
        #expect(exchange.status(3) == .expired)
        #expect(exchange.status(4) == .filled)
        #expect(exchange.balance(1, 1) == [99_995, 0])
    }

    @Test func cancelOfOneLegCancelsBoth() {
        _ = sellPair()
        guard case .canceled(let orders) = exchange.cancel(4) else {
            Issue.record("refused")
            return
        }
        #expect(orders.map(\.id.rawValue) == [3, 4])
        #expect(orders.allSatisfy { $0.status == .canceled })
        #expect(exchange.log == ["ask 110 = 0"])
        #expect(exchange.balance(1, 1) == [100_000, 0])
    }

    @Test func cancelListCancelsItOnce() {
        _ = sellPair()
        let command = Command.cancelList(
            account: AccountID(1),
            instrument: InstrumentID(1),
            list: .clientOrderID(ClientOrderID("list") ?? .none)
        )
        guard case .canceledList(let list, let orders) = exchange.apply(command) else {
            Issue.record("refused")
            return
        }
        #expect(list.status == .allDone)
        #expect(orders.map(\.status) == [.canceled, .canceled])
        #expect(exchange.apply(command) == .rejected(.unknownList))
    }

    @Test func cancelOfAllTellsOfListsApart() {
        _ = sellPair()
        exchange.place(exchange.limit(.sell, 1, at: 120, name: "alone"))
        let command = Command.cancelAll(account: AccountID(1), instrument: InstrumentID(1))
        guard case .canceledLists(let lists, let orders) = exchange.apply(command) else {
            Issue.record("refused")
            return
        }
        #expect(lists.map(\.status) == [.allDone])
        #expect(orders.map(\.id) == [OrderID(5), OrderID(3), OrderID(4)])
        #expect(orders.allSatisfy { $0.status == .canceled })
    }

    @Test func listsAreFoundByNameAndPagedByNumber() {
        for _ in 0..<3 {
            _ = sellPair()
            let list = Command.cancelList(
                account: AccountID(1),
                instrument: InstrumentID(1),
                list: .clientOrderID(ClientOrderID("list") ?? .none)
            )
            exchange.apply(list)
        }
        let ids = lists(HistoryRange(fromID: nil, start: nil, end: nil, limit: 2)).map(\.id)
        #expect(ids == [OrderListID(2), OrderListID(3)])
        let first = OrderListID(1).venueWide(in: InstrumentID(1))
        let range = HistoryRange(fromID: first, start: nil, end: nil, limit: 2)
        #expect(lists(range).map(\.id) == [OrderListID(1), OrderListID(2)])
        #expect(lists(range, named: "list").count == 2)
        #expect(lists(range, named: "other").isEmpty)
        let number = OrderListID.split(venueWide: first)
        #expect(number.list == OrderListID(1))
        #expect(number.instrument == InstrumentID(1))
    }

    private func lists(_ range: HistoryRange, named name: String = "") -> [OrderList] {
        let query = Query.orderLists(
            account: AccountID(1),
            named: ClientOrderID(name) ?? .none,
            range
        )
        guard case .orderLists(let lists, let orders) = exchange.ask(query) else { return [] }
        #expect(orders.count == lists.count * 2)
        return lists
    }

    @Test func expiryOfOneLegExpiresTheOther() {
        var stop = exchange.stop(.sell, 5, at: 90, limit: 85)
        stop.timeInForce = .goodTilDate
        stop.expiresAt.microseconds = exchange.time.microseconds + 10
        exchange.list(.oneCancelsOther, exchange.maker(.sell, 5, at: 110), stop)
        exchange.wait(10)
        exchange.apply(.void)
        #expect(exchange.log == ["ask 110 = 0"])
        #expect(exchange.status(3) == .expired)
        #expect(exchange.status(4) == .expired)
    }

    @Test func preventionOfOneLegExpiresTheOther() {
        _ = sellPair()
        var own = exchange.limit(.buy, 2, at: 110)
        own.selfTradePrevention = .expireMaker
        exchange.place(own)
        #expect(exchange.status(3) == .expiredInMatch)
        #expect(exchange.status(4) == .expired)
    }

    @Test func decrementOfOneLegExpiresTheOther() {
        _ = sellPair()
        var own = exchange.limit(.buy, 2, at: 110)
        own.selfTradePrevention = .decrement
        exchange.place(own)
        #expect(exchange.state(3)?.prevented.lots == 2)
        #expect(exchange.status(3) == .new)
        #expect(exchange.status(4) == .expired)
        #expect(exchange.balance(1, 1) == [99_997, 3])
    }

    @Test(
        arguments: [
            (.sell, 100, 90), (.sell, 110, 100), (.sell, 90, 110), (.buy, 100, 110),
            (.buy, 90, 100), (.buy, 110, 90),
        ] as [(Side, Int64, Int64)]
    )
    func pricesStandOnTheirSides(side: Side, upper: Int64, stop: Int64) {
        let reply = exchange.list(
            .oneCancelsOther,
            exchange.maker(side, 1, at: upper),
            exchange.stop(side, 1, at: stop)
        )
        #expect(reply == .rejected(.badPrices))
    }

    @Test func withoutALastPriceOnlyTheLegsCompare() {
        let fresh = Exchange()
        let place = { (upper: Int64, stop: Int64) in
            fresh.list(
                .oneCancelsOther,
                fresh.profit(.sell, 1, at: upper),
                fresh.stop(.sell, 1, at: stop)
            )
        }
        #expect(place(90, 90) == .rejected(.badPrices))
        guard case .placedList = place(91, 90) else {
            Issue.record("refused")
            return
        }
    }

    @Test func badPairsAreMalformed() {
        let upper = exchange.maker(.sell, 5, at: 110)
        let stop = exchange.stop(.sell, 5, at: 90)
        let malformed = Reply.rejected(.malformed)
        #expect(exchange.list(.oneCancelsOther, upper, upper) == malformed)
        #expect(exchange.list(.oneCancelsOther, stop, stop) == malformed)
        #expect(exchange.list(.oneCancelsOther, upper) == malformed)
        #expect(exchange.list(.oneCancelsOther, upper, stop, stop) == malformed)
        #expect(exchange.list(.oneCancelsOther, upper, stop, name: "") == malformed)
        for change: (inout PlaceOrder) -> Void in [
            { $0.quantity = Quantity(lots: 4) }, { $0.side = .buy },
            { $0.account = AccountID(2) }, { $0.instrument = InstrumentID(9) },
            { $0.trailingDelta = -1 },
        ] {
            var other = stop
            change(&other)
            #expect(exchange.list(.oneCancelsOther, upper, other) == malformed)
        }
        #expect(exchange.open().isEmpty)
        #expect(exchange.balance(1, 1) == [100_000, 0])
    }

    @Test func namesOfLegsAndListsAreUnique() {
        let duplicate = Reply.rejected(.duplicateOrder)
        let upper = exchange.maker(.sell, 5, at: 110)
        var stop = exchange.stop(.sell, 5, at: 90)
        stop.clientOrderID = upper.clientOrderID
        #expect(exchange.list(.oneCancelsOther, upper, stop) == duplicate)
        _ = sellPair()
        #expect(sellPair() == duplicate)
        exchange.cancel(3)
        guard case .placedList(let list, _, _) = sellPair() else {
            Issue.record("refused")
            return
        }
        #expect(list.id == OrderListID(2))
    }

    @Test func refusedLegPlacesNothing() {
        exchange.place(exchange.limit(.buy, 1, at: 98, by: 3))
        let reply = exchange.list(
            .oneCancelsOther,
            exchange.maker(.sell, 200_000, at: 110),
            exchange.stop(.sell, 200_000, at: 90)
        )
        #expect(reply == .rejected(.insufficientBalance))
        #expect(exchange.open().isEmpty)
        #expect(exchange.log.isEmpty)
    }

    @Test func filtersCountTheOrdersOfAListTogether() {
        let exchange = Exchange {
            $0.openOrdersMax = 3
            $0.algoOrdersMax = 1
        }
        exchange.trade(at: 100)
        let algo = exchange.list(
            .oneCancelsOther,
            exchange.profit(.sell, 1, at: 110),
            exchange.stop(.sell, 1, at: 90)
        )
        #expect(algo == .rejected(.filter(.openAlgoOrders)))
        exchange.place(exchange.limit(.buy, 1, at: 50))
        exchange.place(exchange.limit(.buy, 1, at: 50))
        let orders = exchange.list(
            .oneCancelsOther,
            exchange.maker(.sell, 1, at: 110),
            exchange.stop(.sell, 1, at: 90)
        )
        #expect(orders == .rejected(.filter(.openOrders)))
    }

    @Test func ordersOfAListCannotBeAmended() {
        _ = sellPair()
        #expect(exchange.amend(3, to: 4, keepingItsPlace: true) == .rejected(.malformed))
        #expect(exchange.amend(3, to: 4, at: 111) == .rejected(.malformed))
        #expect(exchange.amend(4, to: 4, keepingItsPlace: true) == .rejected(.malformed))
    }
}
