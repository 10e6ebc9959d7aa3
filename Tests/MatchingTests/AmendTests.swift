import Matching
import Testing
import Trading

/// Amendments, both ways.
@Suite struct AmendTests {
    let exchange = Exchange()

    // MARK: Keeping priority

    @Test func smallerOrderKeepsItsPlace() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 10, by: 3))
        exchange.wait(7)
        guard case .amended(let order, let fills) = exchange.amend(1, to: 2, keepingItsPlace: true)
        else {
            Issue.record("refused")
            return
        }
        #expect(order.quantity.lots == 2)
        #expect(order.updatedAt == exchange.time)
        #expect(order.createdAt < exchange.time)
        #expect(fills.isEmpty)
        #expect(exchange.log == ["ask 10 = 7"])
        #expect(exchange.balance(1, 1) == [99_998, 2])
        exchange.place(exchange.limit(.buy, 2, at: 10, by: 2))
        #expect(exchange.status(1) == .filled)
    }

    @Test func refusalsOfAnAmendmentThatKeepsItsPlace() {
        let exchange = Exchange {
            $0.quantityMin = Quantity(lots: 2)
            $0.notionalMin = Amount(units: 30)
        }
        exchange.place(exchange.limit(.sell, 9, at: 10))
        exchange.place(exchange.limit(.sell, 9, at: 20, name: "taken"))
        exchange.place(exchange.limit(.buy, 3, at: 10, by: 2))
        let refuse = { (lots: Int64, ticks: Int64, name: String) in
            exchange.amend(1, to: lots, at: ticks, keepingItsPlace: true, name: name)
        }
        #expect(exchange.amend(9, to: 4, keepingItsPlace: true) == .rejected(.unknownOrder))
        #expect(refuse(4, 11, "") == .rejected(.malformed))
        #expect(refuse(10, 10, "") == .rejected(.quantityIncrease))
        #expect(refuse(9, 0, "new") == .rejected(.noChange))
        #expect(refuse(3, 0, "") == .rejected(.malformed))
        #expect(refuse(-1, 0, "") == .rejected(.malformed))
        #expect(refuse(5, 0, "taken") == .rejected(.duplicateOrder))
        #expect(exchange.state(1)?.quantity.lots == 9)
        #expect(exchange.order(exchange.limit(.sell, 2, at: 20)) != nil)
        #expect(exchange.amend(2, to: 1, keepingItsPlace: true) == .rejected(.filter(.lotSize)))
        exchange.place(exchange.limit(.buy, 6, at: 5, by: 1))
        #expect(exchange.amend(5, to: 5, keepingItsPlace: true) == .rejected(.filter(.notional)))
        exchange.phase(.cancelOnly)
        #expect(refuse(4, 11, "") == .rejected(.marketClosed))
    }

    @Test func waitingStopMayShrinkToo() {
        exchange.trade(at: 100)
        exchange.place(exchange.stop(.sell, 9, at: 90))
        exchange.amend(3, to: 4, keepingItsPlace: true)
        #expect(exchange.log.isEmpty)
        #expect(exchange.balance(1, 1) == [99_996, 4])
    }

    @Test func newNameReplacesTheOldOne() {
        exchange.place(exchange.limit(.sell, 9, at: 10, name: "old"))
        exchange.amend(1, to: 8, keepingItsPlace: true, name: "new")
        #expect(
            exchange.place(exchange.limit(.sell, 1, at: 10, name: "new"))
                == .rejected(.duplicateOrder)
        )
        #expect(exchange.order(exchange.limit(.sell, 1, at: 10, name: "old")) != nil)
        exchange.amend(1, to: 9, at: 11, name: "newer")
        #expect(exchange.state(1)?.clientOrderID == ClientOrderID("newer"))
        #expect(exchange.amend(1, to: 9, at: 11, name: "old") == .rejected(.duplicateOrder))
    }

    private func amendments(of order: Int64, from id: Int64? = nil) -> [Amendment] {
        let query = Query.amendments(
            account: AccountID(1),
            instrument: InstrumentID(1),
            order: OrderID(order),
            HistoryRange(fromID: id, start: nil, end: nil, limit: 10)
        )
        guard case .amendments(let amendments) = exchange.ask(query) else { return [] }
        return amendments
    }

    @Test func amendmentsAreKeptAndOutliveASnapshot() throws {
        exchange.place(exchange.limit(.sell, 9, at: 10, name: "old"))
        exchange.place(exchange.limit(.sell, 9, at: 10, name: "other"))
        guard
            case .amendedInPlace(let order, let first) =
                exchange.amend(1, to: 8, keepingItsPlace: true, name: "new")
        else {
            Issue.record("refused")
            return
        }
        #expect(order.clientOrderID == ClientOrderID("new"))
        #expect(first.previousName == ClientOrderID("old"))
        #expect(first.name == ClientOrderID("new"))
        #expect(first.previousQuantity.lots == 9)
        #expect(first.quantity.lots == 8)
        #expect(first.executionID == exchange.time.microseconds)
        exchange.wait(5)
        exchange.amend(1, to: 7, keepingItsPlace: true)
        // One that goes to the back is another kind of change.
        exchange.amend(1, to: 6)
        let kept = amendments(of: 1)
        #expect(kept.map(\.quantity.lots) == [8, 7])
        #expect(kept.last?.name == ClientOrderID("new"))
        #expect(amendments(of: 1, from: first.executionID + 1).map(\.quantity.lots) == [7])
        #expect(amendments(of: 2).isEmpty)
        try exchange.restore(exchange.snapshot)
        #expect(amendments(of: 1) == kept)
    }

    // MARK: Losing priority

    @Test func largerOrderGoesBehindTheOthers() {
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.sell, 5, at: 10, by: 3))
        exchange.amend(1, to: 6)
        #expect(exchange.log == ["ask 10 = 11"])
        #expect(exchange.balance(1, 1) == [99_994, 6])
        let fills = exchange.fills(exchange.limit(.buy, 6, at: 10, by: 2))
        #expect(fills.map(\.trade.quantity.lots) == [5, 1])
        #expect(exchange.state(1)?.executed.lots == 1)
    }

    @Test func newPriceMovesItAndMayTrade() {
        exchange.place(exchange.limit(.buy, 4, at: 20, by: 2))
        exchange.place(exchange.limit(.sell, 9, at: 30))
        exchange.place(exchange.limit(.buy, 1, at: 30, by: 2))
        guard case .amended(let order, let fills) = exchange.amend(2, to: 9, at: 19) else {
            Issue.record("refused")
            return
        }
        #expect(order.id == OrderID(2))
        #expect(order.executed.lots == 5)
        #expect(order.status == .partiallyFilled)
        #expect(fills.map(\.trade.price.ticks) == [20])
        #expect(exchange.log == ["4 at 20", "bid 20 = 0", "ask 30 = 0", "ask 19 = 4"])
        #expect(exchange.balance(1, 1) == [99_991, 4])
        #expect(exchange.isConserved)
    }

    @Test func refusalsOfAnAmendmentThatLosesItsPlace() {
        let exchange = Exchange {
            $0.priceMax = Price(ticks: 500)
            $0.quantityMax = Quantity(lots: 90_000)
            $0.notionalMin = Amount(units: 20)
            $0.icebergPartsMax = 3
            $0.bidMultiplierUp = 200_000_000
            $0.positionMax = Quantity(lots: 100_010)
        }
        exchange.trade(at: 100)
        exchange.place(exchange.limit(.buy, 5, at: 50))
        exchange.place(exchange.limit(.sell, 1, at: 50, by: 2))
        #expect(exchange.amend(9, to: 4) == .rejected(.unknownOrder))
        #expect(exchange.amend(3, to: 1) == .rejected(.malformed))
        #expect(exchange.amend(3, to: 5, at: -1) == .rejected(.malformed))
        #expect(exchange.amend(3, to: 5, at: 501) == .rejected(.filter(.price)))
        #expect(exchange.amend(3, to: 5, at: 101) == .rejected(.filter(.percentPriceBySide)))
        #expect(exchange.amend(3, to: 90_001) == .rejected(.filter(.lotSize)))
        #expect(exchange.amend(3, to: 2, at: 9) == .rejected(.filter(.notional)))
        // 100,001 lots are there; ten more than 100,010 allow, less the one that traded.
        #expect(exchange.amend(3, to: 11) == .rejected(.filter(.maxPosition)))
        #expect(exchange.order(exchange.iceberg(.sell, 6, showing: 2, at: 300)) != nil)
        #expect(exchange.amend(5, to: 7) == .rejected(.filter(.icebergParts)))
        exchange.place(exchange.limit(.sell, 10, at: 400, name: "taken"))
        #expect(exchange.amend(3, to: 6, name: "taken") == .rejected(.duplicateOrder))
        #expect(exchange.state(3)?.quantity.lots == 5)
        #expect(exchange.depth(.buy) == [[50, 4]])
    }

    @Test func ownHoldCountsForTheNewRest() {
        exchange.place(exchange.limit(.buy, 1000, at: 100))
        #expect(exchange.amend(1, to: 1001) == .rejected(.insufficientBalance))
        #expect(exchange.amend(1, to: 2000, at: 50) != .rejected(.insufficientBalance))
        #expect(exchange.balance(1, 3) == [0, 100_000])
    }

    @Test func postOnlyOrderMayNotTrade() {
        exchange.place(exchange.limit(.buy, 5, at: 10, by: 2))
        exchange.place(exchange.maker(.sell, 5, at: 12))
        #expect(exchange.amend(2, to: 5, at: 10) == .rejected(.wouldTake))
        #expect(exchange.depth(.sell) == [[12, 5]])
        exchange.amend(2, to: 5, at: 11)
        #expect(exchange.depth(.sell) == [[11, 5]])
    }

    @Test func waitingStopCannotLoseItsPlace() {
        exchange.trade(at: 100)
        exchange.place(exchange.stop(.sell, 5, at: 90, limit: 80))
        #expect(exchange.amend(3, to: 6) == .rejected(.malformed))
    }

    @Test func amendmentInPreOpenDoesNotMatch() {
        exchange.place(exchange.limit(.buy, 5, at: 10, by: 2))
        exchange.place(exchange.limit(.sell, 5, at: 12))
        exchange.phase(.preOpen)
        exchange.amend(2, to: 6, at: 9)
        #expect(exchange.log == ["ask 12 = 0", "ask 9 = 6"])
        #expect(exchange.depth(.buy) == [[10, 5]])
    }

    @Test func selfTradePreventionMayEndTheAmendedOrder() {
        exchange.place(exchange.limit(.buy, 5, at: 10))
        var request = exchange.limit(.sell, 5, at: 12)
        request.selfTradePrevention = .expireBoth
        exchange.place(request)
        guard case .amended(let order, _) = exchange.amend(2, to: 5, at: 10) else {
            Issue.record("refused")
            return
        }
        #expect(order.status == .expiredInMatch)
        #expect(exchange.log == ["bid 10 = 0", "ask 12 = 0"])
        #expect(exchange.open().isEmpty)
    }
}
