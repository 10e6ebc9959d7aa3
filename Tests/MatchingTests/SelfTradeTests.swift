import Testing
import Trading

/// Self-trade prevention.
///
/// Account 2 has an ask of 3 at 10 between asks of account 1.
@Suite struct SelfTradeTests {
    let exchange = Exchange()

    init() {
        exchange.place(exchange.limit(.sell, 2, at: 10))
        exchange.place(exchange.limit(.sell, 3, at: 10, by: 2))
        exchange.place(exchange.limit(.sell, 4, at: 11))
    }

    func buy(
        _ lots: Int64,
        _ mode: SelfTradePrevention,
        _ timeInForce: TimeInForce = .goodTilCancelled
    ) -> PlaceOrder {
        var request = exchange.limit(.buy, lots, at: 11, by: 2, timeInForce)
        request.selfTradePrevention = mode
        return request
    }

    @Test func noneTradesWithItself() {
        let order = exchange.order(buy(5, .none))
        #expect(order?.status == .filled)
        #expect(exchange.state(2, of: 2)?.status == .filled)
        #expect(exchange.balance(2, 1) == [100_002, 0])
        #expect(exchange.balance(2, 3) == [99_980, 0])
    }

    @Test func expireTakerEndsTheIncomingOrder() {
        let order = exchange.order(buy(6, .expireTaker))
        #expect(order?.status == .expiredInMatch)
        #expect(order?.executed.lots == 2)
        #expect(exchange.depth(.sell) == [[10, 3], [11, 4]])
        #expect(exchange.balance(2, 3) == [99_980, 0])
    }

    @Test func expireMakerGoesOnBehindTheRestingOrder() {
        let order = exchange.order(buy(5, .expireMaker))
        #expect(order?.status == .filled)
        #expect(exchange.state(2, of: 2)?.status == .expiredInMatch)
        #expect(exchange.depth(.sell) == [[11, 1]])
        #expect(exchange.balance(2, 1) == [100_005, 0])
    }

    @Test func expireBothEndsBoth() {
        let order = exchange.order(buy(6, .expireBoth))
        #expect(order?.status == .expiredInMatch)
        #expect(exchange.state(2, of: 2)?.status == .expiredInMatch)
        #expect(exchange.depth(.sell) == [[11, 4]])
        #expect(exchange.balance(2, 1) == [100_002, 0])
    }

    @Test func orderFilledBeforeTheMeetingIsNotTouched() {
        #expect(exchange.order(buy(2, .expireBoth))?.status == .filled)
        #expect(exchange.depth(.sell) == [[10, 3], [11, 4]])
    }

    @Test func nilTakesTheDefaultOfThePair() {
        let exchange = Exchange { $0.defaultSelfTradePrevention = .expireBoth }
        exchange.place(exchange.limit(.sell, 2, at: 10))
        let order = exchange.order(exchange.limit(.buy, 2, at: 10))
        #expect(order?.status == .expiredInMatch)
        #expect(order?.selfTradePrevention == .expireBoth)
    }

    /// 2 + 4 lots of others and 3 own: what a fill-or-kill order can really get by mode.
    @Test(arguments: [
        (SelfTradePrevention.none, 9), (.expireTaker, 2), (.expireMaker, 6), (.expireBoth, 2),
    ])
    func fillOrKillCountsWhatCanReallyTrade(mode: SelfTradePrevention, most: Int) {
        let before = exchange.depth(.sell)
        #expect(exchange.order(buy(Int64(most) + 1, mode, .fillOrKill))?.status == .expired)
        #expect(exchange.depth(.sell) == before)
        #expect(exchange.order(buy(Int64(most), mode, .fillOrKill))?.status == .filled)
    }
}
