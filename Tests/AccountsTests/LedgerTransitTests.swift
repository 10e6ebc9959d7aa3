import Accounts
import Testing
import Trading

/// Funds between shards and to the outside: exactly once, to the unit.
@Suite struct LedgerTransitTests {
    let here = Books()
    let there = Books()
    let one = ShardID(1)
    let two = ShardID(2)

    /// Sends cash of account 5 from `here` to `there`.
    private func send(_ units: Int64, reference: UInt64) -> Result<UInt64, Ledger.Refusal> {
        here.ledger.send(here.funds(units, 5, 2), to: two, reference: reference, at: here.time)
    }

    private func deliver(_ units: Int64, _ sequence: UInt64) -> RejectReason? {
        there.ledger.credit(there.funds(units, 5, 2), from: one, sequence: sequence, at: there.time)
    }

    private func reason(_ result: Result<UInt64, Ledger.Refusal>) -> RejectReason? {
        if case .failure(let refusal) = result { refusal.reason } else { nil }
    }

    private var sums: [Int64] {
        zip(here.totals, there.totals).map {
            ($0.free + $1.free + $0.sent + $1.sent).units
        }
    }

    @Test func transferArrivesOnceAndNothingIsLostUnderWay() {
        let before = sums
        #expect(send(30, reference: 7) == .success(1))
        #expect(here.free(here.ann, here.cash) == 70)
        #expect(here.ledger.sent(here.ann, here.cash).units == 30)
        #expect(here.ledger.outboxes.first?.funds(1)?.amount.units == 30)
        #expect(sums == before)
        #expect(deliver(30, 1) == nil)
        #expect(deliver(30, 1) == nil)
        #expect(there.free(there.ann, there.cash) == 130)
        #expect(sums == before)
        #expect(here.isConserved && there.isConserved)
        #expect(here.ledger.settle(to: two, through: 1) == nil)
        #expect(here.ledger.settle(to: two, through: 1) == nil)
        #expect(here.ledger.outboxes.first?.entries.isEmpty == true)
        #expect(here.ledger.settle(to: two, through: 2) == .malformed)
    }

    @Test func creditsComeInOrder() {
        #expect(deliver(5, 2) == .transferGap)
        #expect(deliver(5, 1) == nil)
        #expect(deliver(6, 3) == .transferGap)
        #expect(deliver(6, 2) == nil)
        #expect(there.free(there.ann, there.cash) == 111)
        #expect(there.ledger.received(from: one) == 2)
    }

    @Test func creditBeginsAnAccount() {
        let funds = here.funds(3, 77, 7)
        #expect(here.ledger.credit(funds, from: two, sequence: 1, at: here.time) == nil)
        let slot = here.ledger.slot(of: AccountID(77))
        #expect(slot.map { here.free($0, here.coin) } == 3)
        #expect(here.isConserved)
    }

    @Test func repeatedReferenceSendsOnce() {
        #expect(send(30, reference: 7) == .success(1))
        #expect(send(30, reference: 7) == .success(1))
        #expect(reason(send(31, reference: 7)) == .referenceTaken)
        #expect(here.free(here.ann, here.cash) == 70)
    }

    @Test func badTransfersAreRefused() {
        #expect(reason(send(0, reference: 7)) == .malformed)
        #expect(reason(send(101, reference: 7)) == .insufficientBalance)
        let stranger = here.ledger.send(here.funds(1, 99, 2), to: two, reference: 7, at: here.time)
        #expect(reason(stranger) == .insufficientBalance)
        let unknown = here.ledger.send(here.funds(1, 5, 3), to: two, reference: 7, at: here.time)
        #expect(reason(unknown) == .unknownAsset)
        let nowhere = here.ledger.send(
            here.funds(1, 5, 2),
            to: ShardID(0),
            reference: 7,
            at: here.time
        )
        #expect(reason(nowhere) == .malformed)
        #expect(here.ledger.outboxes.isEmpty)
    }

    @Test func fundsThatJustCameRestForAWhile() {
        #expect(deliver(30, 1) == nil)
        func back() -> RejectReason? {
            reason(
                there.ledger.send(
                    there.funds(1, 5, 2),
                    to: one,
                    reference: 1,
                    at: there.time
                )
            )
        }
        there.time.microseconds += Ledger.restMicroseconds - 1
        #expect(back() == .recentlyCredited)
        there.time.microseconds += 1
        #expect(back() == nil)
    }

    @Test func fullOutboxRefuses() {
        _ = here.deposit(5_000, to: 5, asset: 2, reference: 50)
        for number in 1...UInt64(Outbox.countMax) {
            #expect(send(1, reference: 1_000 + number) == .success(number))
        }
        #expect(reason(send(1, reference: 9)) == .overloaded)
        #expect(here.ledger.settle(to: two, through: 1) == nil)
        #expect(send(1, reference: 9) == .success(UInt64(Outbox.countMax) + 1))
        #expect(here.isConserved)
    }

    @Test func creditThatWouldLeave63BitsStaysOnItsWay() {
        let amount = Int64.max - 100
        #expect(deliver(amount + 1, 1) == .overloaded)
        #expect(there.ledger.received(from: one) == 0)
        #expect(deliver(amount, 1) == nil)
        #expect(there.deposit(1, to: 4, asset: 2, reference: 9) == .overloaded)
        #expect(there.isConserved)
    }

    @Test func heldFundsShipWithTheirOrders() {
        here.ledger.hold(Amount(units: 40), here.ann, here.cash)
        #expect(here.ledger.ship(held: Amount(units: 40), here.ann, here.cash) == nil)
        #expect(there.ledger.receive(held: Amount(units: 40), there.ann, there.cash) == nil)
        #expect(here.locked(here.ann, here.cash) == 0)
        #expect(there.locked(there.ann, there.cash) == 40)
        #expect(here.isConserved && there.isConserved)
        let most = Amount(units: Int64.max)
        #expect(there.ledger.receive(held: most, there.ann, there.cash) == .overloaded)
        #expect(there.ledger.slot(opening: AccountID(5)) == there.ann)
        #expect(there.ledger.slot(opening: AccountID(0)) == nil)
        #expect(there.ledger.slot(opening: AccountID(6)) == AccountSlot(index: 2))
    }

    @Test func withdrawalIsSetAsideThenPaidOrReleased() {
        func withdraw(_ units: Int64, _ reference: UInt64) -> RejectReason? {
            here.ledger.withdraw(here.funds(units, 5, 2), reference: reference, at: here.time)
        }
        func end(_ reference: UInt64, isPaid: Bool) -> RejectReason? {
            here.ledger.endWithdrawal(reference, isPaid: isPaid, at: here.time)
        }
        #expect(withdraw(60, 1) == nil)
        #expect(withdraw(60, 1) == nil)
        #expect(withdraw(61, 1) == .referenceTaken)
        #expect(withdraw(50, 2) == .insufficientBalance)
        #expect(withdraw(40, 2) == nil)
        #expect(here.ledger.withdrawing(here.ann, here.cash).units == 100)
        #expect(end(1, isPaid: true) == nil)
        #expect(end(1, isPaid: true) == nil)
        #expect(end(1, isPaid: false) == .referenceTaken)
        #expect(end(2, isPaid: false) == nil)
        #expect(end(3, isPaid: true) == .noSuchWithdrawal)
        #expect(here.free(here.ann, here.cash) == 40)
        #expect(here.totals.first?.withdrawals.units == 60)
        #expect(here.isConserved)
    }

    @Test func assetsAddedLaterKeepWhatWasSent() {
        #expect(send(30, reference: 7) == .success(1))
        for id in 10..<40 as Range<UInt16> {
            #expect(here.ledger.add(Asset(id: AssetID(id), symbol: "A\(id)")) == nil)
        }
        #expect(here.ledger.sent(here.ann, here.cash).units == 30)
        #expect(here.isConserved)
    }

    @Test func statementTellsMovementsInOrder() {
        #expect(send(30, reference: 7) == .success(1))
        #expect(here.ledger.withdraw(here.funds(5, 5, 2), reference: 3, at: here.time) == nil)
        let movements = here.ledger.movements(of: AccountID(5), asset: nil)
        #expect(movements.map(\.kind) == [.deposited, .sent, .reserved])
        #expect(movements.map(\.reference) == [1, 7, 3])
        #expect(movements[1].shard == two)
        #expect(here.ledger.movements(of: AccountID(5), asset: AssetID(7)).isEmpty)
    }
}
