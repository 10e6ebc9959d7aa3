import Matching
import Testing
import Trading

/// Cancels, deposits, set-up commands, and the events of a command.
@Suite struct CommandTests {
    let exchange = Exchange()
    let pair = InstrumentID(1)

    func level(_ side: Side, _ ticks: Int64, _ lots: Int64, _ update: Int64) -> MarketEvent {
        .level(
            LevelChange(
                instrument: pair,
                side: side,
                price: Price(ticks: ticks),
                quantity: Quantity(lots: lots),
                updateID: update
            )
        )
    }

    @Test func cancelReleasesTheHoldAndTheLevel() {
        exchange.place(exchange.limit(.buy, 5, at: 10))
        exchange.place(exchange.limit(.sell, 2, at: 10, by: 2))
        let reply = exchange.apply(
            .cancel(account: AccountID(1), instrument: pair, order: .id(OrderID(1)))
        )
        guard case .canceled(let orders) = reply, let order = orders.first else {
            Issue.record("\(reply)")
            return
        }
        #expect(order.status == .canceled)
        #expect(order.executed.lots == 2)
        #expect(exchange.balance(1, 3) == [99_980, 0])
        #expect(exchange.events == [level(.buy, 10, 0, 3)])
    }

    @Test func cancelOfUnknownClosedOrForeignOrdersIsRefused() {
        exchange.place(exchange.limit(.buy, 5, at: 10))
        exchange.place(exchange.limit(.buy, 5, at: 10, .immediateOrCancel))
        for (account, id) in [(1, 9), (1, 2), (2, 1), (55, 1)] as [(UInt32, Int64)] {
            let command = Command.cancel(
                account: AccountID(account),
                instrument: pair,
                order: .id(OrderID(id))
            )
            #expect(exchange.apply(command) == .rejected(.unknownOrder))
            #expect(exchange.events.isEmpty)
        }
    }

    @Test func cancelMayBeRestrictedToAState() {
        let exchange = Exchange()
        exchange.place(exchange.limit(.sell, 5, at: 10))
        let cancel = { (restriction: CancelRestriction) in
            exchange.apply(
                .cancelIf(
                    account: AccountID(1),
                    instrument: InstrumentID(1),
                    order: .id(OrderID(1)),
                    restriction
                )
            )
        }
        #expect(cancel(.onlyPartiallyFilled) == .rejected(.cancelRestricted))
        exchange.place(exchange.limit(.buy, 1, at: 10, by: 2))
        #expect(cancel(.onlyNew) == .rejected(.cancelRestricted))
        #expect(exchange.state(1)?.status == .partiallyFilled)
        guard case .canceled = cancel(.onlyPartiallyFilled) else {
            Issue.record("refused")
            return
        }
        #expect(cancel(.onlyNew) == .rejected(.unknownOrder))
    }

    @Test func cancelAllAnswersByIDAndEmitsEachLevelOnce() {
        for ticks in [10, 12, 10, 11] as [Int64] {
            exchange.place(exchange.limit(.buy, 1, at: ticks))
        }
        exchange.place(exchange.limit(.buy, 7, at: 12, by: 2))
        exchange.place(exchange.limit(.sell, 1, at: 20))
        let reply = exchange.apply(.cancelAll(account: AccountID(1), instrument: pair))
        guard case .canceled(let orders) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(orders.map(\.id.rawValue) == [1, 2, 3, 4, 6])
        #expect(
            exchange.events == [
                level(.buy, 12, 7, 7), level(.buy, 11, 0, 8), level(.buy, 10, 0, 9),
                level(.sell, 20, 0, 10),
            ]
        )
        let again = exchange.apply(.cancelAll(account: AccountID(1), instrument: pair))
        #expect(again == .rejected(.unknownOrder))
    }

    @Test func eventsAreTradesThenTouchedLevelsThenTheOwnLevel() {
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.place(exchange.limit(.sell, 1, at: 10, by: 3))
        exchange.place(exchange.limit(.sell, 3, at: 11))
        exchange.place(exchange.limit(.buy, 9, at: 11, by: 2))
        let kinds = exchange.events.map { event in
            switch event {
            case .trade(let trade): [trade.price.ticks, trade.quantity.lots]
            case .level(let change): [change.price.ticks, change.quantity.lots, change.updateID]
            case .phase, .arrival: [Int64]()
            }
        }
        #expect(kinds == [[10, 1], [10, 1], [11, 3], [10, 0, 4], [11, 0, 5], [11, 4, 6]])
    }

    @Test func depositCountsOncePerReference() {
        let deposit = { (units: Int64, reference: UInt64) in
            Command.deposit(
                account: AccountID(4),
                asset: AssetID(3),
                amount: Amount(units: units),
                reference: reference
            )
        }
        #expect(exchange.ask(.balances(account: AccountID(4))) == .balances([]))
        #expect(exchange.apply(deposit(70, 900)) == .done)
        #expect(exchange.apply(deposit(70, 900)) == .done)
        #expect(exchange.balance(4, 3) == [70, 0])
        #expect(exchange.apply(deposit(0, 901)) == .rejected(.malformed))
        #expect(exchange.apply(deposit(Int64.max, 902)) == .rejected(.overloaded))
        #expect(exchange.apply(deposit(5, 902)) == .done)
        #expect(exchange.balance(4, 3) == [75, 0])
        #expect(exchange.isConserved)
    }

    @Test func setUpIsIdempotentAndRefusesContradictions() {
        let pair = Instrument.plain(1, "ABC", base: 1, quote: 3)
        #expect(exchange.apply(.addInstrument(pair)) == .done)
        var other = pair
        other.takerRate = 5
        #expect(exchange.apply(.addInstrument(other)) == .rejected(.malformed))
        other = .plain(2, "BAD", base: 1, quote: 1)
        #expect(exchange.apply(.addInstrument(other)) == .rejected(.malformed))
        other = .plain(2, "NEW", base: 1, quote: 8)
        #expect(exchange.apply(.addInstrument(other)) == .rejected(.unknownAsset))
        #expect(exchange.engine.instruments == [pair])
        #expect(exchange.apply(.addAsset(Asset(id: AssetID(1), symbol: "ABC"))) == .done)
        let renamed = Asset(id: AssetID(1), symbol: "ABD")
        #expect(exchange.apply(.addAsset(renamed)) == .rejected(.unknownAsset))
        #expect(exchange.engine.assets == Asset.three)
    }

    @Test func unknownAccountHasNoBalance() {
        let request = exchange.limit(.buy, 1, at: 10, by: 40)
        #expect(exchange.place(request) == .rejected(.insufficientBalance))
    }

    @Test(arguments: Side.allCases)
    func fundsMustCoverTheWholeOrder(side: Side) {
        let (lots, ticks): (Int64, Int64) = side == .buy ? (10_000, 10) : (100_000, 10)
        let tooMuch = exchange.limit(side, lots + 1, at: ticks)
        #expect(exchange.place(tooMuch) == .rejected(.insufficientBalance))
        #expect(exchange.order(exchange.limit(side, lots, at: ticks)) != nil)
        let more = exchange.limit(side, 1, at: ticks)
        #expect(exchange.place(more) == .rejected(.insufficientBalance))
    }

    @Test func logTimeNeverGoesBack() {
        exchange.time = Timestamp(microseconds: 5_000_000_000)
        exchange.apply(.void)
        exchange.time = Timestamp(microseconds: 4_000_000_000)
        let order = exchange.order(exchange.limit(.buy, 1, at: 10))
        #expect(order?.createdAt == Timestamp(microseconds: 5_000_000_000))
    }
}
