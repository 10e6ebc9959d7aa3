import Matching
import Testing
import Trading

/// Self-trade prevention by decrement, and by trade group.
@Suite struct DecrementTests {
    let exchange = Exchange()

    func own(_ request: PlaceOrder, _ mode: SelfTradePrevention = .decrement) -> PlaceOrder {
        var request = request
        request.selfTradePrevention = mode
        return request
    }

    @Test func smallerTakerEnds() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        let order = exchange.order(own(exchange.limit(.buy, 2, at: 10)))
        #expect(order?.status == .expiredInMatch)
        #expect(order?.prevented.lots == 2)
        #expect(exchange.log == ["ask 10 = 3"])
        #expect(exchange.state(1)?.status == .new)
        #expect(exchange.state(1)?.prevented.lots == 2)
        #expect(exchange.balance(1, 1) == [99_997, 3])
    }

    @Test func smallerMakerEndsAndTheWalkGoesOn() {
        exchange.place(exchange.limit(.sell, 2, at: 10))
        exchange.place(exchange.limit(.sell, 9, at: 11, by: 2))
        let order = exchange.order(own(exchange.limit(.buy, 5, at: 11)))
        #expect(order?.status == .filled)
        #expect(order?.executed.lots == 3)
        #expect(order?.prevented.lots == 2)
        #expect(exchange.status(1) == .expiredInMatch)
        #expect(exchange.log == ["3 at 11", "ask 10 = 0", "ask 11 = 6"])
        #expect(exchange.balance(1, 3) == [99_967, 0])
    }

    @Test func equalOrdersBothEnd() {
        exchange.place(exchange.limit(.sell, 2, at: 10))
        #expect(exchange.order(own(exchange.limit(.buy, 2, at: 10)))?.status == .expiredInMatch)
        #expect(exchange.status(1) == .expiredInMatch)
        #expect(exchange.open().isEmpty)
    }

    @Test func restOfADecrementedTakerRests() {
        exchange.place(exchange.limit(.sell, 2, at: 10))
        let order = exchange.order(own(exchange.limit(.buy, 5, at: 10)))
        #expect(order?.status == .new)
        #expect(exchange.log == ["ask 10 = 0", "bid 10 = 3"])
        #expect(exchange.balance(1, 3) == [99_970, 30])
    }

    @Test func amountLosesTheValueOfTheLots() {
        exchange.place(exchange.limit(.sell, 2, at: 10))
        exchange.place(exchange.limit(.sell, 9, at: 20, by: 2))
        let order = exchange.order(own(exchange.market(.buy, quote: 65, by: 1)))
        // 20 are lost at 10; 45 buy two lots at 20.
        #expect(order?.prevented.lots == 2)
        #expect(order?.executed.lots == 2)
        #expect(order?.status == .filled)
        #expect(order?.remaining == .zero)
        #expect(exchange.balance(1, 3) == [99_960, 0])
    }

    @Test func amountThatLosesAllItsLotsEnds() {
        exchange.place(exchange.limit(.sell, 9, at: 10))
        let order = exchange.order(own(exchange.market(.buy, quote: 25, by: 1)))
        #expect(order?.status == .expiredInMatch)
        #expect(order?.prevented.lots == 2)
        #expect(exchange.depth(.sell) == [[10, 7]])
    }

    @Test func groupsDoNotTradeAmongThemselves() {
        for (account, group) in [(1, 7), (2, 7), (3, 8)] as [(UInt32, UInt32)] {
            exchange.apply(
                .setAccountTerms(
                    AccountTerms(
                        account: AccountID(account),
                        feeTier: 0,
                        paysInDiscountAsset: false,
                        tradeGroup: group
                    )
                )
            )
        }
        exchange.place(exchange.limit(.sell, 2, at: 10))
        let other = exchange.order(own(exchange.limit(.buy, 1, at: 10, by: 3), .expireTaker))
        #expect(other?.status == .filled)
        let mate = exchange.order(own(exchange.limit(.buy, 1, at: 10, by: 2), .expireTaker))
        #expect(mate?.status == .expiredInMatch)
        let free = exchange.order(own(exchange.limit(.buy, 1, at: 10, by: 2), .none))
        #expect(free?.status == .filled)
    }

    @Test func accountsWithoutAGroupTrade() {
        exchange.place(exchange.limit(.sell, 2, at: 10))
        let order = exchange.order(own(exchange.limit(.buy, 1, at: 10, by: 2), .expireTaker))
        #expect(order?.status == .filled)
    }

    /// Of the four lots its hold of 80 would pay for one.
    @Test func firedBuyLosesWhatItsHoldWouldBuy() {
        exchange.place(exchange.limit(.sell, 5, at: 60))
        exchange.place(own(exchange.stop(.buy, 4, at: 10), .decrement))
        #expect(exchange.balance(1, 3)[1] == 80)
        exchange.trade(at: 10)
        #expect(exchange.status(2) == .expiredInMatch)
        #expect(exchange.state(2)?.prevented.lots == 1)
        #expect(exchange.state(1)?.remaining.lots == 4)
        #expect(exchange.balance(1, 3) == [100_000, 0])
    }

    @Test func fillOrKillStopsAtAnOwnOrder() {
        exchange.place(exchange.limit(.sell, 2, at: 10, by: 2))
        exchange.place(exchange.limit(.sell, 2, at: 10))
        let request = own(exchange.limit(.buy, 3, at: 10, .fillOrKill))
        #expect(exchange.order(request)?.status == .expired)
        #expect(exchange.state(2)?.prevented == .zero)
    }
}
