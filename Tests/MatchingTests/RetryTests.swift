import Matching
import Testing
import Trading

/// Names of orders: unique while open, reusable when closed, and safe for a client's retry.
@Suite struct RetryTests {
    let exchange = Exchange()
    let duplicate = Reply.rejected(.duplicateOrder)

    func cancel(_ name: String) -> Reply {
        exchange.apply(
            .cancel(
                account: AccountID(1),
                instrument: InstrumentID(1),
                order: .clientOrderID(ClientOrderID(name) ?? .none)
            )
        )
    }

    @Test func nameOfAnOpenOrderIsTaken() {
        exchange.place(exchange.limit(.buy, 1, at: 10, name: "a"))
        #expect(exchange.place(exchange.limit(.sell, 2, at: 20, name: "a")) == duplicate)
        #expect(exchange.order(exchange.limit(.sell, 2, at: 20, by: 2, name: "a")) != nil)
    }

    @Test func nameIsTakenInItsPairOnly() {
        exchange.apply(.addInstrument(.plain(2, "XYZ", base: 2, quote: 3)))
        exchange.place(exchange.limit(.buy, 1, at: 10, name: "a"))
        var other = exchange.limit(.buy, 1, at: 10, name: "a")
        other.instrument = InstrumentID(2)
        #expect(exchange.order(other) != nil)
        #expect(exchange.place(other) == duplicate)
        _ = cancel("a")
        #expect(exchange.place(other) == duplicate)
    }

    @Test func cancelledUntradedOrderMayBeSentAgain() {
        exchange.place(exchange.limit(.buy, 1, at: 10, name: "a"))
        _ = cancel("a")
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10, name: "a"))?.id == OrderID(2))
    }

    @Test func equalOrderThatTradedIsRefusedForAMinute() {
        exchange.place(exchange.limit(.sell, 9, at: 10, by: 2))
        let request = exchange.limit(.buy, 1, at: 10, name: "a")
        #expect(exchange.order(request)?.status == .filled)
        #expect(exchange.place(request) == duplicate)
        exchange.time.microseconds += 60_000_000
        #expect(exchange.ask(.test(request)) == duplicate)
        #expect(exchange.place(request) == duplicate)
        exchange.time.microseconds += 1
        #expect(exchange.order(request)?.status == .filled)
    }

    @Test func oldOrdersAreForgottenAtOnceHoweverMany() {
        let count = 3 * 64
        exchange.place(exchange.limit(.sell, 900, at: 10, by: 2))
        let requests = (0..<count).map { exchange.limit(.buy, 1, at: 10, name: "n\($0)") }
        for request in requests { exchange.place(request) }
        exchange.time.microseconds += 60_000_001
        // The last of them, which no command has come to yet.
        #expect(exchange.order(requests[count - 1])?.status == .filled)
        #expect(exchange.place(requests[count - 1]) == duplicate)
        for request in requests.dropLast() {
            #expect(exchange.order(request)?.status == .filled)
        }
    }

    @Test(arguments: [false, true]) func timeBetweenTwoLeadersDoesNotCount(isRestored: Bool) throws
    {
        exchange.place(exchange.limit(.sell, 9, at: 10, by: 2))
        let request = exchange.limit(.buy, 1, at: 10, name: "a")
        exchange.place(request)
        exchange.time.microseconds += 3_600_000_000
        exchange.engine.beginTerm(at: exchange.time)
        if isRestored { try exchange.restore(exchange.snapshot) }
        #expect(exchange.place(request) == duplicate)
        exchange.time.microseconds += 60_000_000
        #expect(exchange.place(request) == duplicate)
        exchange.time.microseconds += 1
        #expect(exchange.order(request)?.status == .filled)
    }

    @Test func minuteBeginsWithTheLastUpdate() {
        let request = exchange.limit(.buy, 5, at: 10, name: "a")
        exchange.place(request)
        exchange.place(exchange.limit(.sell, 1, at: 10, by: 2))
        exchange.time.microseconds += 300_000_000
        _ = cancel("a")
        exchange.time.microseconds += 59_000_000
        #expect(exchange.place(request) == duplicate)
    }

    @Test func otherTermsUnderTheSameNameAreANewOrder() {
        exchange.place(exchange.limit(.sell, 90, at: 10, by: 2))
        let request = exchange.limit(.buy, 1, at: 10, name: "a")
        exchange.place(request)
        let changes: [(inout PlaceOrder) -> Void] = [
            { $0.quantity = Quantity(lots: 2) }, { $0.price = Price(ticks: 11) },
            { $0.timeInForce = .immediateOrCancel },
            {
                $0.type = .market
                $0.price = .none
            },
            {
                $0.type = .market
                $0.price = .none
                $0.quantity = .zero
                $0.quoteQuantity = Amount(units: 25)
            },
        ]
        for change in changes {
            var other = request
            change(&other)
            #expect(exchange.order(other)?.status == .filled)
            #expect(exchange.place(other) == duplicate)
        }
    }

    @Test func retryIsRefusedAfterASnapshotToo() throws {
        exchange.place(exchange.limit(.sell, 9, at: 10, by: 2))
        let request = exchange.limit(.buy, 1, at: 10, name: "a")
        exchange.place(request)
        try exchange.restore(exchange.snapshot)
        #expect(exchange.place(request) == duplicate)
    }

    @Test func nameFindsTheNewest() {
        exchange.place(exchange.limit(.buy, 1, at: 10, name: "a"))
        _ = cancel("a")
        exchange.place(exchange.limit(.buy, 1, at: 11, name: "a"))
        let query = Query.order(
            account: AccountID(1),
            instrument: InstrumentID(1),
            order: .clientOrderID(ClientOrderID("a") ?? .none)
        )
        #expect(exchange.ask(query) == .orders([exchange.state(2)].compactMap { $0 }))
        _ = cancel("a")
        #expect(exchange.ask(query) == .orders([exchange.state(2)].compactMap { $0 }))
        #expect(cancel("a") == .rejected(.unknownOrder))
    }
}
