import Matching
import Testing
import Trading

@Suite struct OrderCounterTests {
    private func exchange(tenSeconds: Int32 = 3, day: Int32 = 100) -> Exchange {
        let exchange = Exchange()
        let limits = OrderLimits(tenSeconds: tenSeconds, day: day)
        #expect(exchange.apply(.setOrderLimits(limits)) == .done)
        return exchange
    }

    private func used(_ exchange: Exchange, _ account: UInt32 = 1) -> [Int32] {
        exchange.engine.orderUsage(of: AccountID(account)).map(\.used)
    }

    private func free(_ exchange: Exchange, _ account: UInt32 = 1) -> [Int32] {
        exchange.engine.orderUsage(of: AccountID(account)).map(\.free)
    }

    private func loan(
        _ exchange: Exchange,
        _ count: Int32,
        account: UInt32 = 1,
        _ interval: OrderInterval = .tenSeconds
    ) -> OrderLoan {
        OrderLoan(
            account: AccountID(account),
            interval: interval,
            start: interval.start(of: exchange.time),
            count: count
        )
    }

    @Test func orderTooManyIsRefusedUntilTheNextInterval() {
        let exchange = exchange()
        for _ in 0..<3 { #expect(exchange.order(exchange.limit(.buy, 1, at: 10)) != nil) }
        let before = exchange.snapshot
        let refusal = Reply.rejected(.tooManyOrders(.tenSeconds))
        #expect(exchange.place(exchange.limit(.buy, 1, at: 10)) == refusal)
        #expect(exchange.snapshot == before)
        #expect(used(exchange) == [3, 3] && free(exchange) == [0, 97])
        // Others go on.
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10, by: 2)) != nil)
        exchange.wait(9_999_999)
        #expect(exchange.place(exchange.limit(.buy, 1, at: 10)) == refusal)
        exchange.wait(1)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10)) != nil)
        #expect(used(exchange) == [1, 4])
    }

    @Test func dayIsCountedApart() {
        let exchange = exchange(tenSeconds: 100, day: 2)
        for _ in 0..<2 { exchange.place(exchange.limit(.buy, 1, at: 10)) }
        exchange.wait(20_000_000)
        #expect(
            exchange.place(exchange.limit(.buy, 1, at: 10)) == .rejected(.tooManyOrders(.day))
        )
        exchange.wait(86_400_000_000)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 10)) != nil)
    }

    @Test func refusedOrderDoesNotCount() {
        let exchange = exchange()
        exchange.place(exchange.limit(.buy, 1_000_000, at: 1_000_000))
        #expect(used(exchange) == [0, 0])
        exchange.place(exchange.limit(.buy, 1, at: 10, name: "same"))
        exchange.place(exchange.limit(.buy, 1, at: 10, name: "same"))
        #expect(used(exchange) == [1, 1])
    }

    @Test func firstTradeGivesTheSlotBackToBoth() {
        let exchange = exchange()
        exchange.place(exchange.limit(.sell, 4, at: 10))
        #expect(used(exchange) == [1, 1])
        exchange.place(exchange.limit(.buy, 1, at: 10, by: 2))
        #expect(used(exchange) == [0, 0] && used(exchange, 2) == [0, 0])
        // Only the first one does.
        exchange.place(exchange.limit(.sell, 1, at: 11))
        exchange.place(exchange.limit(.buy, 1, at: 10, by: 2))
        #expect(used(exchange) == [1, 1])
    }

    @Test func tradeOfAnOlderOrderGivesNothingBack() {
        let exchange = exchange()
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.wait(10_000_000)
        exchange.place(exchange.limit(.sell, 1, at: 20))
        exchange.place(exchange.limit(.buy, 1, at: 10, by: 2))
        #expect(used(exchange) == [1, 1])
    }

    @Test func conditionalOrderGivesItsSlotBackWhenItTrades() {
        let exchange = exchange(tenSeconds: 100)
        exchange.trade(at: 10)
        exchange.place(exchange.limit(.buy, 1, at: 5, by: 2))
        exchange.place(exchange.stop(.sell, 1, at: 9))
        #expect(used(exchange) == [1, 1])
        exchange.trade(at: 9)
        #expect(used(exchange) == [0, 0])
    }

    @Test func listCountsItsOrdersAndIsTakenWholeOrNotAtAll() {
        let exchange = exchange()
        exchange.trade(at: 10)
        func pair(_ name: String) -> Reply {
            exchange.list(
                .oneCancelsOther,
                exchange.maker(.sell, 1, at: 20),
                exchange.stop(.sell, 1, at: 5),
                name: name
            )
        }
        _ = pair("a")
        #expect(used(exchange) == [2, 2])
        #expect(pair("b") == .rejected(.tooManyOrders(.tenSeconds)))
        #expect(used(exchange) == [2, 2])
    }

    @Test func replacementTooManyLeavesTheOldOrder() {
        let exchange = exchange(tenSeconds: 1)
        let order = exchange.order(exchange.limit(.buy, 1, at: 10))
        let request = CancelReplace(
            cancel: .id(order?.id ?? OrderID(0)),
            mode: .stopOnFailure,
            place: exchange.limit(.buy, 1, at: 11)
        )
        #expect(
            exchange.apply(.cancelReplace(request)) == .rejected(.tooManyOrders(.tenSeconds))
        )
        #expect(exchange.status(1) == .new)
    }

    @Test func whatIsLentIsMissingHereAndThereWhereItIsBorrowed() {
        let lender = exchange()
        let borrower = exchange()
        lender.place(lender.limit(.buy, 1, at: 10))
        #expect(lender.apply(.lendOrders(loan(lender, 5))) == .lent(2))
        #expect(free(lender) == [0, 99])
        #expect(lender.apply(.lendOrders(loan(lender, 5))) == .lent(0))
        #expect(borrower.apply(.borrowOrders(loan(borrower, 2))) == .done)
        #expect(free(borrower) == [5, 100])
        for _ in 0..<5 { #expect(borrower.order(borrower.limit(.buy, 1, at: 10)) != nil) }
        #expect(borrower.order(borrower.limit(.buy, 1, at: 10)) == nil)
        // Loans end with their interval.
        lender.wait(10_000_000)
        lender.apply(.void)
        #expect(free(lender) == [3, 99])
    }

    @Test func loanOfAnotherIntervalIsVoid() {
        let exchange = exchange()
        let old = loan(exchange, 2)
        exchange.wait(10_000_000)
        #expect(exchange.apply(.lendOrders(old)) == .lent(0))
        #expect(exchange.apply(.borrowOrders(old)) == .rejected(.tooManyOrders(.tenSeconds)))
        #expect(free(exchange) == [3, 100])
    }

    @Test func accountWithoutFundsHereLendsItsShare() {
        let exchange = exchange()
        #expect(exchange.apply(.lendOrders(loan(exchange, 9, account: 77))) == .lent(3))
        #expect(free(exchange, 77) == [0, 100])
    }

    @Test func unsoundLoansAndLimitsAreRefused() {
        let exchange = exchange()
        for count in [0, -1, 1 << 21] as [Int32] {
            #expect(exchange.apply(.lendOrders(loan(exchange, count))) == .rejected(.malformed))
            #expect(exchange.apply(.borrowOrders(loan(exchange, count))) == .rejected(.malformed))
        }
        let nobody = loan(exchange, 1, account: 0)
        #expect(exchange.apply(.borrowOrders(nobody)) == .rejected(.malformed))
        let limits = OrderLimits(tenSeconds: -1, day: 1)
        #expect(exchange.apply(.setOrderLimits(limits)) == .rejected(.malformed))
        #expect(exchange.engine.orderLimits == OrderLimits(tenSeconds: 3, day: 100))
    }

    @Test func countsAndLimitsSurviveASnapshot() throws {
        let exchange = exchange()
        exchange.place(exchange.limit(.buy, 1, at: 10, by: 2))
        exchange.apply(.lendOrders(loan(exchange, 1)))
        let bytes = exchange.snapshot
        let digest = exchange.digest
        try exchange.restore(bytes)
        #expect(exchange.snapshot == bytes)
        #expect(exchange.digest == digest)
        #expect(used(exchange, 2) == [1, 1] && free(exchange) == [2, 100])
    }

    @Test func withoutLimitsEverythingIsCountedAndNothingRefused() {
        let exchange = Exchange()
        for _ in 0..<50 { #expect(exchange.order(exchange.limit(.buy, 1, at: 10)) != nil) }
        #expect(used(exchange) == [50, 50])
        #expect(exchange.apply(.lendOrders(loan(exchange, 1))) == .lent(0))
    }

    @Test func sharesOfAllShardsAreTheWhole() {
        let limits = OrderLimits(tenSeconds: 100, day: 7)
        let shares = (0..<3).map { limits.share($0, of: 3) }
        #expect(shares.map(\.tenSeconds) == [34, 33, 33])
        #expect(shares.map(\.day) == [3, 2, 2])
        #expect(limits.share(nil, of: 3) == OrderLimits(tenSeconds: 0, day: 0))
        #expect(OrderLimits.none.share(1, of: 3) == .none)
    }
}
