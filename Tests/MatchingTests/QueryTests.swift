import Matching
import Testing
import Trading

/// Queries and paging.
///
/// Account 1 has orders 1 to 10, one second apart; the even ones are closed.
@Suite struct QueryTests {
    let exchange = Exchange()
    let account = AccountID(1)
    let pair = InstrumentID(1)
    let start: Timestamp

    init() {
        start = exchange.time
        exchange.fund(9, 3, 1)
        for index in 1...10 as ClosedRange<Int64> {
            exchange.place(exchange.limit(.buy, 1, at: 10 + index))
            if index % 2 == 0 {
                exchange.apply(
                    .cancel(account: account, instrument: pair, order: .id(OrderID(index)))
                )
            }
            exchange.time.microseconds += 1_000_000
        }
    }

    func second(_ index: Int?) -> Timestamp? {
        index.map { Timestamp(microseconds: start.microseconds + Int64($0 - 1) * 1_000_000) }
    }

    struct Page: Sendable {
        var from: Int64?
        var start: Int?
        var end: Int?
        var limit: Int
        var ids: [Int64]
    }

    @Test(arguments: [
        Page(limit: 3, ids: [8, 9, 10]),
        Page(limit: 1000, ids: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        Page(from: 4, limit: 3, ids: [4, 5, 6]),
        Page(from: 9, limit: 3, ids: [9, 10]),
        Page(start: 3, limit: 2, ids: [3, 4]),
        Page(end: 6, limit: 2, ids: [5, 6]),
        Page(start: 3, end: 6, limit: 3, ids: [3, 4, 5]),
        Page(from: 5, end: 6, limit: 9, ids: [5, 6]),
        Page(from: 11, limit: 9, ids: []),
    ])
    func ordersArePaged(page: Page) {
        let range = HistoryRange(
            fromID: page.from,
            start: second(page.start),
            end: second(page.end),
            limit: page.limit
        )
        let reply = exchange.ask(.orders(account: account, instrument: pair, range))
        guard case .orders(let orders) = reply else {
            Issue.record("\(reply)")
            return
        }
        #expect(orders.map(\.id.rawValue) == page.ids)
    }

    @Test(arguments: [0, 1001, -1])
    func limitOutsideItsRangeIsMalformed(limit: Int) {
        let range = HistoryRange(fromID: nil, start: nil, end: nil, limit: limit)
        let orders = exchange.ask(.orders(account: account, instrument: pair, range))
        #expect(orders == .rejected(.malformed))
        let fills = exchange.ask(.fills(account: account, instrument: pair, order: nil, range))
        #expect(fills == .rejected(.malformed))
    }

    @Test func openOrdersComeByIDOfOnePairOrAll() {
        exchange.apply(.addInstrument(.plain(0, "AAA", base: 2, quote: 3)))
        var request = exchange.limit(.buy, 1, at: 5)
        request.instrument = InstrumentID(0)
        exchange.place(request)
        guard case .orders(let one) = exchange.ask(.openOrders(account: account, instrument: pair)),
            case .orders(let all) = exchange.ask(.openOrders(account: account, instrument: nil))
        else {
            Issue.record("no orders")
            return
        }
        #expect(one.map(\.id.rawValue) == [1, 3, 5, 7, 9])
        #expect(all.map(\.id.rawValue) == [1, 1, 3, 5, 7, 9])
        #expect(all.first?.instrument == InstrumentID(0))
    }

    @Test func fillsArePagedAndFiltered() {
        exchange.place(exchange.limit(.sell, 3, at: 15, by: 2))
        exchange.place(exchange.limit(.sell, 2, at: 11, by: 2))
        let all = HistoryRange(fromID: nil, start: nil, end: nil, limit: 100)
        #expect(trades(all) == [1, 2, 3, 4, 5])
        #expect(trades(HistoryRange(fromID: 2, start: nil, end: nil, limit: 2)) == [2, 3])
        #expect(trades(HistoryRange(fromID: nil, start: nil, end: nil, limit: 2)) == [4, 5])
        #expect(trades(all, of: OrderID(7)) == [2])
        #expect(trades(all, of: OrderID(8)) == [])
    }

    func trades(_ range: HistoryRange, of order: OrderID? = nil) -> [Int64] {
        let query = Query.fills(account: account, instrument: pair, order: order, range)
        guard case .fills(let fills) = exchange.ask(query) else { return [] }
        return fills.map(\.trade.id.rawValue)
    }

    @Test func foreignAndUnknownOrdersDoNotExist() {
        let query = { (account: UInt32, id: Int64) in
            Query.order(
                account: AccountID(account),
                instrument: InstrumentID(1),
                order: .id(OrderID(id))
            )
        }
        for (account, id) in [(2, 1), (1, 11), (77, 1), (9, 2)] as [(UInt32, Int64)] {
            #expect(exchange.ask(query(account, id)) == .rejected(.noSuchOrder))
        }
        let elsewhere = Query.order(
            account: account,
            instrument: InstrumentID(5),
            order: .id(OrderID(1))
        )
        #expect(exchange.ask(elsewhere) == .rejected(.unknownInstrument))
    }

    @Test func testChangesNothing() {
        let before = exchange.snapshot
        #expect(exchange.ask(.test(exchange.limit(.sell, 5, at: 11, by: 2))) == .done)
        let dear = exchange.limit(.sell, 100_001, at: 11, by: 2)
        #expect(exchange.ask(.test(dear)) == .rejected(.insufficientBalance))
        #expect(exchange.snapshot == before)
    }

    /// Though a newer order of that name has closed since.
    @Test func openOrderIsFoundByTheNameItWasGiven() {
        let exchange = Exchange()
        exchange.place(exchange.limit(.sell, 5, at: 10))
        exchange.place(exchange.limit(.buy, 1, at: 5, .immediateOrCancel, name: "late"))
        exchange.amend(1, to: 5, at: 11, name: "late")
        let query = Query.order(
            account: AccountID(1),
            instrument: InstrumentID(1),
            order: .clientOrderID(ClientOrderID("late") ?? .none)
        )
        #expect(exchange.ask(query) == .orders([exchange.state(1)].compactMap(\.self)))
        exchange.cancel(1)
        #expect(exchange.ask(query) == .orders([exchange.state(2)].compactMap(\.self)))
    }

    @Test func positionIsLeftToTheLog() { #expect(exchange.ask(.position) == .done) }

    @Test(.timeLimit(.minutes(1)))
    func closedOrdersLeaveTheWindowOldestFirst() {
        for _ in 0..<20_000 { exchange.place(exchange.limit(.buy, 1, at: 5, by: 2, .fillOrKill)) }
        // The five of account 1 that were closed before are gone, the open ones stay.
        #expect(exchange.state(2) == nil)
        #expect(exchange.state(1)?.status == .new)
        #expect(exchange.state(11, of: 2)?.status == .expired)
        exchange.place(exchange.limit(.buy, 1, at: 5, by: 3, .fillOrKill))
        #expect(exchange.state(11, of: 2) == nil)
        #expect(exchange.state(12, of: 2)?.status == .expired)
        #expect(exchange.state(20_011, of: 3)?.status == .expired)
        // The place of an evicted order went to another account; it must not show here.
        let newest = HistoryRange(fromID: nil, start: nil, end: nil, limit: 2)
        let query = Query.orders(account: AccountID(2), instrument: pair, newest)
        let expected = [20_009, 20_010].compactMap { exchange.state($0, of: 2) }
        #expect(expected.count == 2)
        #expect(exchange.ask(query) == .orders(expected))
    }
}
