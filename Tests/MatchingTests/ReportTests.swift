import Matching
import Testing
import Trading

/// What the owners of orders are told.
@Suite struct ReportTests {
    let exchange = Exchange()

    /// The reports of the last command: what happened and the status after it, by order id.
    private func told() -> [String] {
        exchange.reports.compactMap { event in
            guard case .order(let report) = event else { return nil }
            return "\(report.order.id) \(report.kind) \(report.order.status)"
        }
    }

    @Test func anOrderThatRestsIsNew() {
        exchange.apply(.place(exchange.limit(.buy, 5, at: 100)))
        #expect(told() == ["1 new new"])
    }

    @Test func aTradeIsToldToBothSidesAfterTheNewOrder() {
        exchange.apply(.place(exchange.limit(.sell, 3, at: 100)))
        exchange.apply(.place(exchange.limit(.sell, 3, at: 101)))
        exchange.apply(.place(exchange.limit(.buy, 4, at: 101, by: 2)))
        #expect(
            told() == [
                "3 new new", "1 trade filled", "3 trade partiallyFilled",
                "2 trade partiallyFilled", "3 trade filled",
            ]
        )
    }

    @Test func theRestOfAnImmediateOrderExpires() {
        exchange.apply(.place(exchange.limit(.sell, 3, at: 100)))
        exchange.apply(.place(exchange.limit(.buy, 4, at: 100, by: 2, .immediateOrCancel)))
        #expect(
            told() == [
                "2 new new", "1 trade filled", "2 trade partiallyFilled", "2 expired expired",
            ]
        )
    }

    @Test func anOrderByAmountIsFilledByItsLastTrade() {
        exchange.apply(.place(exchange.limit(.sell, 3, at: 100)))
        var request = exchange.market(.buy, 0)
        request.quoteQuantity = Amount(units: 250)
        exchange.apply(.place(request))
        #expect(
            told() == ["2 new new", "1 trade partiallyFilled", "2 trade filled"]
        )
        guard case .order(let last) = exchange.reports.last else {
            Issue.record("nothing told")
            return
        }
        #expect(last.order.quantity == Quantity(lots: 2))
    }

    @Test func aCancelledOrderIsToldOnce() {
        exchange.apply(.place(exchange.limit(.buy, 5, at: 100)))
        exchange.apply(
            .cancel(account: AccountID(1), instrument: InstrumentID(1), order: .id(OrderID(1)))
        )
        #expect(told() == ["1 canceled canceled"])
    }

    @Test func aChangedOrderTellsItsFormerName() {
        exchange.apply(.place(exchange.limit(.buy, 5, at: 100, name: "before")))
        exchange.apply(
            .amend(
                AmendOrder(
                    account: AccountID(1),
                    instrument: InstrumentID(1),
                    order: .id(OrderID(1)),
                    quantity: Quantity(lots: 4),
                    price: .none,
                    keepsPriority: true,
                    clientOrderID: ClientOrderID("after") ?? .none
                )
            )
        )
        #expect(told() == ["1 replaced new"])
        guard case .order(let report) = exchange.reports.first else { return }
        #expect(report.formerName.text == "before")
        #expect(report.order.clientOrderID.text == "after")
    }

    @Test func aStopIsToldAgainWhenItBeginsToWork() {
        exchange.trade(at: 100)
        exchange.apply(.place(exchange.stop(.sell, 2, at: 90, limit: 85)))
        #expect(told() == ["3 new new"])
        exchange.trade(at: 90)
        #expect(told().suffix(1) == ["3 new new"])
        guard case .order(let report) = exchange.reports.last else { return }
        #expect(report.order.isWorking)
    }

    @Test func aListIsToldAsItBeginsAndAsItEnds() {
        exchange.trade(at: 100)
        exchange.list(
            .oneCancelsOther,
            exchange.maker(.sell, 5, at: 110),
            exchange.stop(.sell, 5, at: 90, limit: 85)
        )
        #expect(told() == ["3 new new", "4 new new"])
        guard case .list(let begun) = exchange.reports.last else {
            Issue.record("no list told")
            return
        }
        #expect(begun.status == .executing)
        #expect(begun.orders.map(\.id) == [OrderID(3), OrderID(4)])
        exchange.apply(.place(exchange.limit(.buy, 5, at: 110, by: 2)))
        #expect(
            told() == [
                "5 new new", "3 trade filled", "5 trade filled", "4 expired expired",
            ]
        )
        guard case .list(let done) = exchange.reports.last else {
            Issue.record("no end told")
            return
        }
        #expect(done.status == .allDone)
        #expect(done.orders.allSatisfy { !$0.clientOrderID.isEmpty })
    }

    @Test func fundsThatComeAreToldOnce() {
        let deposit = Command.deposit(
            account: AccountID(1),
            asset: AssetID(1),
            amount: Amount(units: 5),
            reference: 999
        )
        exchange.apply(deposit)
        guard case .moved(let movement) = exchange.reports.last else {
            Issue.record("nothing told")
            return
        }
        #expect(movement.funds.amount == Amount(units: 5))
        exchange.apply(deposit)
        #expect(exchange.reports.isEmpty)
    }

    /// Whoever only reads the reports knows every order and every fill as the exchange has them.
    @Test(arguments: 931...938 as ClosedRange<UInt64>)
    func reportsAreTheWholeStory(seed: UInt64) throws {
        var flow = RandomFlow(seed: seed)
        var naive = NaiveExchange()
        let exchange = Exchange.empty()
        var story = Story()
        func play(_ timed: TimedCommand) {
            exchange.time = timed.time
            exchange.apply(timed.command)
            _ = naive.apply(timed.command, at: timed.time)
            for event in exchange.reports { story.take(event) }
        }
        for command in flow.setUp() { play(command) }
        for step in 0..<600 {
            let command = flow.next(naive)
            play(command)
            try #require(
                story.fault == nil,
                "seed \(seed), step \(step): \(story.fault ?? "")\n\(command.command.source)"
            )
        }
        for account in flow.accounts {
            for instrument in flow.instruments {
                try compare(story, exchange, account, instrument.id, seed)
            }
        }
    }

    private func compare(
        _ story: Story,
        _ exchange: Exchange,
        _ account: AccountID,
        _ instrument: InstrumentID,
        _ seed: UInt64
    ) throws {
        let range = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1000)
        guard
            case .orders(let orders) = exchange.ask(
                .orders(account: account, instrument: instrument, range)
            ),
            case .fills(let fills) = exchange.ask(
                .fills(account: account, instrument: instrument, order: nil, range)
            )
        else { return }
        for order in orders {
            let told = story.orders[Story.Key(instrument: instrument, order: order.id)]
            try #require(
                told == order,
                "seed \(seed): told \(String(describing: told)), is \(order)"
            )
        }
        let told = story.fills.filter { fill in
            fill.account == account && fill.trade.instrument == instrument
        }
        #expect(told.suffix(fills.count) == fills[...], "seed \(seed)")
    }
}

/// What a reader of all reports knows.
private struct Story {
    struct Key: Hashable {
        var instrument: InstrumentID
        var order: OrderID
    }

    var orders: [Key: Order] = [:]
    var fills: [Fill] = []
    var fault: String?
    private var lastExecution: [InstrumentID: Int64] = [:]

    mutating func take(_ event: AccountEvent) {
        guard case .order(let report) = event else { return }
        let order = report.order
        let key = Key(instrument: order.instrument, order: order.id)
        if report.executionID <= lastExecution[order.instrument] ?? 0 {
            fault = "execution \(report.executionID) came twice or too late"
        }
        lastExecution[order.instrument] = report.executionID
        if orders[key] == nil, report.kind != .new { fault = "order \(order.id) was never new" }
        if let before = orders[key], !before.status.isOpen {
            fault = "order \(order.id) was told after its end: \(report.kind)"
        }
        orders[key] = order
        if report.kind == .trade { fills.append(report.fill) }
    }
}
