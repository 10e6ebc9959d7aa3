import Matching
import Testing
import Trading

/// What is kept of trades that self-trade prevention kept from happening.
@Suite struct PreventedMatchTests {
    let exchange = Exchange()

    init() { exchange.place(exchange.limit(.sell, 3, at: 10, by: 2)) }

    private func buy(_ lots: Int64, _ mode: SelfTradePrevention) {
        var request = exchange.limit(.buy, lots, at: 11, by: 2)
        request.selfTradePrevention = mode
        exchange.place(request)
    }

    private func matches(
        of account: UInt32 = 2,
        order: Int64? = nil,
        from id: Int64 = 0,
        limit: Int = 10
    ) -> [PreventedMatch] {
        let query = Query.preventedMatches(
            account: AccountID(account),
            instrument: InstrumentID(1),
            order: order.map { OrderID($0) },
            HistoryRange(fromID: id, start: nil, end: nil, limit: limit)
        )
        guard case .preventedMatches(let matches) = exchange.ask(query) else { return [] }
        return matches
    }

    @Test(arguments: [
        (SelfTradePrevention.expireTaker, 0 as Int64, 2 as Int64), (.expireMaker, 3, 0),
        (.expireBoth, 3, 2), (.decrement, 2, 2),
    ])
    func matchTellsWhatBothLost(mode: SelfTradePrevention, maker: Int64, taker: Int64) throws {
        buy(2, mode)
        let match = try #require(matches().first)
        #expect(match.id == 1)
        #expect(match.taker == OrderID(2))
        #expect(match.maker == OrderID(1))
        #expect(match.mode == mode)
        #expect(match.price == Price(ticks: 10))
        #expect(match.makerQuantity.lots == maker)
        #expect(match.takerQuantity.lots == taker)
        #expect(match.tradeGroup == 0)
        #expect(match.time == exchange.time)
        #expect(matches(order: 1) == [match])
        #expect(matches(order: 2) == [match])
        #expect(matches(order: 3).isEmpty)
        #expect(matches(of: 1).isEmpty)
    }

    @Test func accountsOfAGroupBothSeeIt() throws {
        for account: UInt32 in [1, 2] {
            exchange.apply(
                .setAccountTerms(
                    AccountTerms(
                        account: AccountID(account),
                        feeTier: 0,
                        paysInDiscountAsset: false,
                        tradeGroup: 7
                    )
                )
            )
        }
        var request = exchange.limit(.buy, 1, at: 10)
        request.selfTradePrevention = .expireTaker
        exchange.place(request)
        let one = try #require(matches(of: 1).first)
        let two = try #require(matches(of: 2).first)
        #expect(one.id == two.id)
        #expect(one.account == AccountID(1))
        #expect(two.account == AccountID(2))
        #expect(one.tradeGroup == 7)
    }

    @Test func matchesAreNumberedAndPagedAndOutliveASnapshot() throws {
        for _ in 0..<3 { buy(1, .expireTaker) }
        #expect(matches().map(\.id) == [1, 2, 3])
        #expect(matches(from: 2, limit: 1).map(\.id) == [2])
        let before = matches()
        try exchange.restore(exchange.snapshot)
        #expect(matches() == before)
        buy(1, .expireTaker)
        #expect(matches().last?.id == 4)
    }

    @Test func noneIsKeptWhereNoneIsPrevented() {
        buy(3, .none)
        #expect(matches().isEmpty)
    }
}
