import Matching
import Testing
import Trading

/// Iceberg orders.
@Suite struct IcebergTests {
    let exchange = Exchange()

    @Test func icebergRefillGoesToTheBack() {
        exchange.place(exchange.iceberg(.sell, 9, showing: 4, at: 10))
        exchange.place(exchange.limit(.sell, 3, at: 10, by: 3))
        #expect(exchange.depth(.sell) == [[10, 7]])
        exchange.place(exchange.limit(.buy, 4, at: 10, by: 2))
        #expect(exchange.depth(.sell) == [[10, 7]])
        // Now account 3 stands first.
        let fills = exchange.fills(exchange.limit(.buy, 4, at: 10, by: 2))
        #expect(fills.map(\.trade.quantity.lots) == [3, 1])
        #expect(exchange.depth(.sell) == [[10, 3]])
    }

    @Test func oneWalkMeetsItAgain() {
        exchange.place(exchange.iceberg(.sell, 9, showing: 4, at: 10))
        exchange.place(exchange.limit(.sell, 3, at: 10, by: 3))
        let fills = exchange.fills(exchange.limit(.buy, 12, at: 10, by: 2))
        #expect(fills.map(\.trade.quantity.lots) == [4, 3, 4, 1])
        #expect(exchange.log.suffix(1) == ["ask 10 = 0"])
        #expect(exchange.status(1) == .filled)
        #expect(exchange.balance(1, 1) == [99_991, 0])
    }

    @Test func matchesWholeAsItComesIn() {
        exchange.place(exchange.limit(.buy, 6, at: 10, by: 2))
        let order = exchange.order(exchange.iceberg(.sell, 9, showing: 2, at: 10))
        #expect(order?.executed.lots == 6)
        #expect(exchange.depth(.sell) == [[10, 2]])
        #expect(exchange.balance(1, 1) == [99_991, 3])
    }

    @Test func fillOrKillAndNeedsCountWhatIsHidden() {
        exchange.place(exchange.iceberg(.sell, 9, showing: 2, at: 10))
        #expect(
            exchange.order(exchange.limit(.buy, 10, at: 10, by: 2, .fillOrKill))?.status == .expired
        )
        #expect(
            exchange.order(exchange.limit(.buy, 9, at: 10, by: 2, .fillOrKill))?.status == .filled
        )
        exchange.place(exchange.iceberg(.sell, 9, showing: 2, at: 10))
        #expect(exchange.order(exchange.market(.buy, 9))?.status == .filled)
    }

    @Test func cancelTakesAllOfIt() {
        exchange.place(exchange.iceberg(.buy, 9, showing: 2, at: 10))
        #expect(exchange.balance(1, 3) == [99_910, 90])
        exchange.cancel(1)
        #expect(exchange.log == ["bid 10 = 0"])
        #expect(exchange.balance(1, 3) == [100_000, 0])
    }

    @Test func hiddenPartShrinksFirst() {
        exchange.place(exchange.iceberg(.sell, 9, showing: 4, at: 10))
        exchange.amend(1, to: 5, keepingItsPlace: true)
        #expect(exchange.depth(.sell) == [[10, 4]])
        exchange.amend(1, to: 3, keepingItsPlace: true)
        #expect(exchange.depth(.sell) == [[10, 3]])
        #expect(exchange.balance(1, 1) == [99_997, 3])
    }

    @Test func decrementTakesTheShownPart() {
        exchange.place(exchange.iceberg(.sell, 9, showing: 4, at: 10))
        var request = exchange.limit(.buy, 3, at: 10)
        request.selfTradePrevention = .decrement
        #expect(exchange.order(request)?.status == .expiredInMatch)
        #expect(exchange.depth(.sell) == [[10, 1]])
        #expect(exchange.state(1)?.prevented.lots == 3)
        #expect(exchange.balance(1, 1) == [99_994, 6])
    }

    @Test func firedIcebergShowsItsPart() {
        exchange.trade(at: 100)
        var request = exchange.stop(.sell, 9, at: 90, limit: 95)
        request.icebergQuantity = Quantity(lots: 3)
        exchange.place(request)
        exchange.trade(at: 90)
        #expect(exchange.depth(.sell) == [[95, 3]])
    }
}
