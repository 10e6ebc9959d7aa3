import Testing
import Trading

@testable import Workload

@Suite struct SyntheticFlowTests {
    private let pairs = [
        SampleRecording.pair,
        PairRules(
            symbol: "BNBBTC",
            base: "BNB",
            quote: "BTC",
            tickUnits: 1000,
            lotUnits: 100_000,
            minNotionalUnits: 10_000
        ),
        PairRules(
            symbol: "NEWCOIN",
            base: "NEW",
            quote: "COIN",
            tickUnits: 1,
            lotUnits: 1,
            minNotionalUnits: 0
        ),
    ]

    @Test func sameSeedGivesTheSameFlow() {
        var one = SyntheticFlow(pairs: pairs, seed: 7)
        var two = SyntheticFlow(pairs: pairs, seed: 7)
        var other = SyntheticFlow(pairs: pairs, seed: 8)
        let requests = (0..<1000).map { _ in one.next() }
        let again = (0..<1000).map { _ in two.next() }
        let different = (0..<1000).map { _ in other.next() }
        #expect(requests == again)
        #expect(requests != different)
    }

    @Test func bookStaysBounded() {
        var flow = SyntheticFlow(pairs: pairs, seed: 1)
        for _ in 0..<50_000 { _ = flow.next() }
        #expect(flow.restingCountMax <= SyntheticFlow.restingMax)
        #expect(flow.restingCountMax > 0)
    }

    @Test func everyOrderPassesTheFilters() {
        var flow = SyntheticFlow(pairs: pairs, seed: 2)
        for _ in 0..<10_000 {
            guard case .place(let order) = flow.next() else { continue }
            let rules = pairs[order.pair]
            #expect(rules.accepts(price: order.price, quantity: order.quantity), "\(order)")
        }
    }

    @Test func allKindsComeOnAllPairs() {
        var flow = SyntheticFlow(pairs: pairs, seed: 3)
        var seen: Set<String> = []
        for _ in 0..<5000 {
            switch flow.next() {
            case .place(let order): seen.insert("\(order.pair) \(order.role) \(order.side)")
            case .cancel(_, let pair): seen.insert("\(pair) cancel")
            }
        }
        #expect(seen.count == 3 * 5)
    }

    @Test func cancelNamesAnOrderThatWasPlacedAndOnlyOnce() {
        var flow = SyntheticFlow(pairs: pairs, seed: 4)
        var resting: Set<UInt64> = []
        for _ in 0..<10_000 {
            switch flow.next() {
            case .place(let order): if order.role == .maker { resting.insert(order.key) }
            case .cancel(let key, _):
                let placed = resting.remove(key)
                #expect(placed != nil)
            }
        }
        let left = flow.cleanUp.count
        #expect(left > 0)
        #expect(left <= resting.count)
    }
}

@Suite struct FlowBookTests {
    @Test func matchesByPriceThenTime() {
        var book = FlowBook()
        book.rest(.sell, price: 101, key: 1, quantity: 5)
        book.rest(.sell, price: 100, key: 2, quantity: 5)
        book.rest(.sell, price: 100, key: 3, quantity: 5)
        #expect({ book.match(.buy, limit: 100, quantity: 7) }() == 0)
        #expect(book.orders(.sell, at: 100) == [.init(key: 3, quantity: 3)])
        #expect({ book.match(.buy, limit: 100, quantity: 7) }() == 4)
        #expect(book.count == 1)
        #expect(book.quantity(.sell, at: 101) == 5)
    }

    @Test func cancelFindsOnlyWhatRests() {
        var book = FlowBook()
        book.rest(.buy, price: 99, key: 1, quantity: 5)
        #expect(!{ book.cancel(.buy, price: 98, key: 1) }())
        #expect(!{ book.cancel(.sell, price: 99, key: 1) }())
        #expect({ book.cancel(.buy, price: 99, key: 1) }())
        #expect(!{ book.cancel(.buy, price: 99, key: 1) }())
        #expect(book.count == 0)
        #expect(book.isEmpty(.buy))
    }
}
