import Matching
import Testing
import Trading

/// Trading phases.
@Suite struct PhaseTests {
    let exchange = Exchange()

    /// What each kind of command is answered in a phase, `nil` for yes.
    func answers(_ phase: TradingPhase) -> [String: RejectReason?] {
        let exchange = Exchange()
        exchange.trade(at: 100)
        for ticks in 1...8 as ClosedRange<Int64> {
            exchange.place(exchange.limit(.buy, 9, at: ticks))
        }
        exchange.phase(phase)
        let reason = { (reply: Reply) -> RejectReason? in
            if case .rejected(let reason) = reply { reason } else { nil }
        }
        var dated = exchange.stop(.sell, 1, at: 90, limit: 90)
        dated.timeInForce = .goodTilDate
        dated.expiresAt.microseconds = exchange.time.microseconds + 1
        return [
            "limit": reason(exchange.place(exchange.limit(.buy, 1, at: 9))),
            "gtd": reason(exchange.place(exchange.dated(.buy, 1, at: 9, for: 1))),
            "ioc": reason(exchange.place(exchange.limit(.buy, 1, at: 9, .immediateOrCancel))),
            "fok": reason(exchange.place(exchange.limit(.buy, 1, at: 9, .fillOrKill))),
            "maker": reason(exchange.place(exchange.maker(.buy, 1, at: 9))),
            "market": reason(exchange.place(exchange.market(.buy, 1))),
            "stop": reason(exchange.place(exchange.stop(.sell, 1, at: 90))),
            "stop limit": reason(exchange.place(dated)),
            "amend": reason(exchange.amend(3, to: 8, keepingItsPlace: true)),
            "move": reason(exchange.amend(4, to: 8, at: 5)),
            "cancel": reason(exchange.cancel(5)),
        ]
    }

    @Test func phasesAllowWhatTheySay() {
        let all = answers(.continuous)
        #expect(all.values.allSatisfy { $0 == nil }, "\(all)")
        let preOpen = answers(.preOpen).filter { $0.value != nil }
        #expect(Set(preOpen.keys) == ["ioc", "fok", "maker", "market"])
        let cancelOnly = answers(.cancelOnly).filter { $0.value == nil }
        #expect(Set(cancelOnly.keys) == ["cancel"])
        let halted = answers(.halted)
        for (name, reason) in halted.merging(preOpen, uniquingKeysWith: { one, _ in one }) {
            #expect(reason == .marketClosed, "\(name)")
        }
    }

    @Test func haltedPairTakesNoCancelAtAll() {
        exchange.place(exchange.limit(.buy, 1, at: 9))
        exchange.phase(.halted)
        let all = Command.cancelAll(account: AccountID(1), instrument: InstrumentID(1))
        #expect(exchange.apply(all) == .rejected(.marketClosed))
        #expect(exchange.cancel(7) == .rejected(.unknownOrder))
        #expect(exchange.open() == [1])
    }

    @Test func changeIsAnnouncedAndTheSamePhaseIsNot() {
        #expect(exchange.phase(.preOpen) == .done)
        let change = PhaseChange(
            instrument: InstrumentID(1),
            phase: .preOpen,
            reopensAt: .zero,
            time: exchange.time
        )
        #expect(exchange.events == [.phase(change)])
        #expect(exchange.phase(.preOpen) == .done)
        #expect(exchange.events.isEmpty)
        let unknown = Command.setPhase(instrument: InstrumentID(9), .halted)
        #expect(exchange.apply(unknown) == .rejected(.unknownInstrument))
    }

    @Test func ordersRestCrossedInPreOpen() {
        exchange.phase(.preOpen)
        exchange.place(exchange.limit(.sell, 5, at: 10))
        let order = exchange.order(exchange.limit(.buy, 5, at: 12, by: 2))
        #expect(order?.status == .new)
        #expect(order?.isWorking == true)
        #expect(exchange.log == ["bid 12 = 5"])
        #expect(exchange.balance(2, 3) == [99_940, 60])
    }

    @Test func ordersExpireInEveryPhase() {
        for phase in TradingPhase.allCases {
            let exchange = Exchange()
            exchange.place(exchange.dated(.buy, 1, at: 9, for: 5))
            exchange.phase(phase)
            exchange.wait(5)
            exchange.apply(.void)
            #expect(exchange.status(1) == .expired, "\(phase)")
        }
    }

    @Test func phaseSurvivesASnapshot() throws {
        exchange.phase(.cancelOnly)
        try exchange.restore(exchange.snapshot)
        #expect(exchange.place(exchange.limit(.buy, 1, at: 9)) == .rejected(.marketClosed))
    }
}
