import Matching
import Testing
import Trading

/// The uncross of a call auction.
@Suite struct AuctionTests {
    let exchange = Exchange()

    /// Lots and prices of both sides, placed in pre-open; then the pair opens.
    func open(
        _ bids: [(Int64, Int64)],
        _ asks: [(Int64, Int64)],
        last: Int64? = nil
    ) -> [String] {
        let exchange = Exchange()
        if let last { exchange.trade(at: last) }
        exchange.phase(.preOpen)
        for (lots, ticks) in bids { exchange.place(exchange.limit(.buy, lots, at: ticks, by: 2)) }
        for (lots, ticks) in asks { exchange.place(exchange.limit(.sell, lots, at: ticks, by: 3)) }
        exchange.phase(.continuous)
        #expect(exchange.isConserved)
        return exchange.log
    }

    @Test func largestVolumeWins() {
        // At 11: 8 bid, 6 offered; at 10 only 4 are offered, at 12 only 3 bid.
        let log = open([(3, 12), (5, 11)], [(4, 10), (2, 11), (9, 13)])
        #expect(
            log == [
                "continuous", "3 at 11", "1 at 11", "2 at 11", "bid 12 = 0", "bid 11 = 2",
                "ask 10 = 0", "ask 11 = 0",
            ]
        )
    }

    @Test func thenTheLeastSurplus() {
        // Five trade at 10, 11 and 12; at 12 as many are offered as bid.
        let log = open([(5, 12), (4, 10)], [(5, 10)], last: 10)
        #expect(log.prefix(2) == ["continuous", "5 at 11"])
    }

    @Test func thenTheNearestToTheLastPrice() {
        #expect(open([(5, 20)], [(5, 10)], last: 13)[1] == "5 at 13")
        #expect(open([(5, 20)], [(5, 10)], last: 30)[1] == "5 at 20")
        #expect(open([(5, 20)], [(5, 10)], last: 3)[1] == "5 at 10")
    }

    @Test func beforeTheFirstTradeTheMiddleRoundedDown() {
        #expect(open([(5, 20)], [(5, 11)])[1] == "5 at 15")
    }

    @Test func atEqualDistanceTheHigherPrice() {
        // Around 15 between orders: the surplus is least at 14 and 16 alike.
        let bids: [(Int64, Int64)] = [(5, 16), (1, 15)]
        let asks: [(Int64, Int64)] = [(5, 14), (1, 15)]
        let log = open(bids, asks, last: 15)
        #expect(log[1] == "5 at 15")
        #expect(open([(5, 16)], [(5, 14), (3, 15)], last: 15)[1] == "5 at 14")
    }

    @Test func priceAndTimeDecideOnBothSides() {
        exchange.phase(.preOpen)
        exchange.place(exchange.limit(.buy, 2, at: 10))
        exchange.place(exchange.limit(.buy, 2, at: 10, by: 2))
        exchange.place(exchange.limit(.buy, 2, at: 11, by: 2))
        exchange.place(exchange.limit(.sell, 4, at: 9, by: 3))
        exchange.phase(.continuous)
        #expect(exchange.state(3, of: 2)?.status == .filled)
        #expect(exchange.status(1) == .filled)
        #expect(exchange.state(2, of: 2)?.executed.lots == 0)
        // All trade at one price.
        #expect(Set(exchange.log.filter { $0.contains(" at ") }).count == 1)
    }

    @Test func olderOrderIsTheMakerAndBothPayAsMakers() {
        let exchange = Exchange {
            $0.makerRate = 10_000_000
            $0.takerRate = 50_000_000
        }
        exchange.phase(.preOpen)
        exchange.place(exchange.limit(.sell, 100, at: 10))
        exchange.place(exchange.limit(.buy, 100, at: 10, by: 2))
        exchange.phase(.continuous)
        guard case .trade(let trade) = exchange.events.dropFirst().first else {
            Issue.record("\(exchange.log)")
            return
        }
        #expect(!trade.isBuyerMaker)
        #expect(exchange.fees == [10, 0, 100])
    }

    @Test func icebergsTradePartByPartAndCountWhole() {
        exchange.phase(.preOpen)
        exchange.place(exchange.iceberg(.sell, 6, showing: 2, at: 10))
        exchange.place(exchange.limit(.sell, 1, at: 10, by: 3))
        exchange.place(exchange.limit(.buy, 6, at: 10, by: 2))
        exchange.phase(.continuous)
        #expect(
            exchange.log == [
                "continuous", "2 at 10", "1 at 10", "2 at 10", "1 at 10", "bid 10 = 0",
                "ask 10 = 1",
            ]
        )
    }

    @Test func youngerOrdersModePreventsSelfTrades() {
        for (mode, statuses) in [
            (SelfTradePrevention.expireTaker, [OrderStatus.new, .expiredInMatch]),
            (.expireMaker, [.expiredInMatch, .new]),
            (.expireBoth, [.expiredInMatch, .expiredInMatch]),
            (.decrement, [.new, .expiredInMatch]), (.none, [.partiallyFilled, .filled]),
        ] {
            let exchange = Exchange()
            exchange.phase(.preOpen)
            exchange.place(exchange.limit(.sell, 5, at: 10))
            var request = exchange.limit(.buy, 3, at: 10)
            request.selfTradePrevention = mode
            exchange.place(request)
            exchange.phase(.continuous)
            #expect([exchange.status(1), exchange.status(2)] == statuses, "\(mode)")
        }
    }

    @Test func repeatsWhileTheBookIsCrossed() {
        exchange.phase(.preOpen)
        // 20 is the price of the first round; it ends with the younger bid, and 12 meets 10.
        exchange.place(exchange.limit(.sell, 5, at: 20))
        exchange.place(exchange.limit(.sell, 1, at: 10, by: 3))
        var request = exchange.limit(.buy, 9, at: 20)
        request.selfTradePrevention = .expireTaker
        exchange.place(request)
        exchange.place(exchange.limit(.buy, 1, at: 12, by: 2))
        exchange.phase(.continuous)
        #expect(exchange.depth(.buy).first.map { $0[0] } ?? 0 < exchange.depth(.sell)[0][0])
        #expect(exchange.isConserved)
    }

    @Test func uncrossSetsOffStopsAndLists() {
        exchange.trade(at: 100)
        exchange.place(exchange.stop(.sell, 1, at: 90, limit: 80))
        exchange.list(
            .oneTriggersOther,
            exchange.limit(.buy, 2, at: 85),
            exchange.limit(.sell, 2, at: 99)
        )
        exchange.phase(.preOpen)
        exchange.place(exchange.limit(.sell, 2, at: 85, by: 2))
        exchange.phase(.continuous)
        #expect(
            exchange.log == [
                "continuous", "2 at 85", "bid 85 = 0", "ask 85 = 0", "ask 99 = 2", "ask 80 = 1",
            ]
        )
    }

    @Test func bookThatIsNotCrossedOnlyOpens() {
        #expect(open([(5, 10)], [(5, 11)]) == ["continuous"])
    }

    @Test func preOpenMayGoElsewhereWithoutUncross() {
        exchange.phase(.preOpen)
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.buy, 5, at: 12, by: 2))
        exchange.phase(.halted)
        #expect(exchange.log == ["halted"])
        exchange.phase(.continuous)
        #expect(exchange.log == ["continuous", "5 at 11", "bid 12 = 0", "ask 10 = 0"])
    }
}
