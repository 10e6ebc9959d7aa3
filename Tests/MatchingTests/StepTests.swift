import Matching
import Testing
import Trading

/// Log time, due work, and what a step emits.
@Suite struct StepTests {
    let exchange = Exchange()

    @Test func timeNeverGoesBack() {
        exchange.place(exchange.dated(.buy, 1, at: 10, for: 1000))
        exchange.wait(999)
        exchange.apply(.void)
        #expect(exchange.open() == [1])
        // An earlier time neither expires it later nor stamps earlier.
        exchange.wait(-500)
        #expect(
            exchange.order(exchange.limit(.buy, 1, at: 9))?.createdAt.microseconds == 1_000_000_999
        )
        exchange.wait(501)
        exchange.apply(.void)
        #expect(exchange.status(1) == .expired)
    }

    @Test func goodTilDateExpiresBeforeTheNextCommand() {
        exchange.place(exchange.dated(.sell, 5, at: 10, for: 1000))
        exchange.wait(1000)
        let order = exchange.order(exchange.limit(.buy, 5, at: 10, by: 2))
        #expect(order?.status == .new)
        #expect(exchange.log == ["ask 10 = 0", "bid 10 = 5"])
        let expired = exchange.state(1)
        #expect(expired?.status == .expired)
        #expect(expired?.updatedAt == exchange.time)
        #expect(exchange.balance(1, 1) == [100_000, 0])
    }

    @Test func dueOrdersExpireByTimeThenID() {
        exchange.place(exchange.dated(.buy, 1, at: 12, for: 3000))
        exchange.place(exchange.dated(.buy, 1, at: 11, for: 2000))
        exchange.place(exchange.dated(.sell, 1, at: 20, for: 3000))
        exchange.place(exchange.dated(.buy, 1, at: 12, for: 2000))
        exchange.wait(9000)
        exchange.apply(.void)
        // Each is a step of its own.
        #expect(exchange.log == ["bid 11 = 0", "bid 12 = 1", "bid 12 = 0", "ask 20 = 0"])
    }

    @Test func dueWorkOfAllPairsComesBeforeAnyCommand() {
        exchange.apply(.addInstrument(.plain(0, "AAA", base: 1, quote: 3)))
        var other = exchange.dated(.buy, 1, at: 7, for: 10)
        other.instrument = InstrumentID(0)
        exchange.place(exchange.dated(.buy, 1, at: 5, for: 5))
        exchange.place(other)
        exchange.wait(10)
        exchange.fund(1, 3, 1)
        // By instrument id, though the second one's time came first.
        #expect(exchange.log == ["bid 7 = 0", "bid 5 = 0"])
    }

    @Test func refusedCommandStillExpiresWhatIsDue() {
        exchange.place(exchange.dated(.buy, 1, at: 5, for: 5))
        exchange.wait(5)
        #expect(exchange.cancel(1) == .rejected(.unknownOrder))
        #expect(exchange.log == ["bid 5 = 0"])
    }

    @Test func stepsEmitTradesThenLevels() {
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.place(exchange.limit(.sell, 2, at: 11))
        exchange.place(exchange.stop(.buy, 1, at: 11, limit: 12, by: 3))
        exchange.place(exchange.limit(.buy, 4, at: 11, by: 2))
        // The stop's own step follows: it rests behind nothing at 12.
        #expect(
            exchange.log == [
                "1 at 10", "2 at 11", "ask 10 = 0", "ask 11 = 0", "bid 11 = 1", "bid 12 = 1",
            ]
        )
    }

    @Test func answerDescribesTheOwnStepOnly() {
        exchange.place(exchange.limit(.sell, 1, at: 10))
        exchange.place(exchange.stop(.sell, 1, at: 10, by: 3))
        let order = exchange.order(exchange.limit(.buy, 3, at: 10, by: 2))
        // The stop that fires sells one more lot to it afterwards.
        #expect(order?.executed.lots == 1)
        #expect(exchange.state(3, of: 2)?.executed.lots == 2)
        #expect(
            exchange.log == ["1 at 10", "ask 10 = 0", "bid 10 = 2", "1 at 10", "bid 10 = 1"]
        )
    }

    @Test func levelIsSentEvenIfItsTotalCameOutEqual() {
        exchange.place(exchange.iceberg(.sell, 6, showing: 2, at: 10))
        exchange.place(exchange.limit(.buy, 2, at: 10, by: 2))
        #expect(exchange.log == ["2 at 10", "ask 10 = 2"])
    }

    @Test func levelWhereNothingChangedIsNotSent() {
        exchange.place(exchange.limit(.sell, 2, at: 10, by: 2))
        var request = exchange.limit(.buy, 2, at: 10, by: 2)
        request.selfTradePrevention = .expireTaker
        #expect(exchange.order(request)?.status == .expiredInMatch)
        #expect(exchange.log.isEmpty)
        exchange.place(exchange.limit(.buy, 3, at: 10, .fillOrKill))
        #expect(exchange.log.isEmpty)
    }
}
