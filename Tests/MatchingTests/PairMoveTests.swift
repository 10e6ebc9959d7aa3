import Accounts
import Matching
import Testing
import Trading

/// A pair that moves takes all of it along, and nothing of a step may happen twice or half.
@Suite struct PairMoveTests {
    /// An exchange with the assets and the fees of another and no pair.
    static func destination(of exchange: Exchange, _ schedule: FeeSchedule) -> Exchange {
        let other = Exchange.empty()
        other.time = exchange.time
        for asset in exchange.engine.assets { other.apply(.addAsset(asset)) }
        other.apply(.setFeeSchedule(schedule))
        return other
    }

    /// A pair goes away and comes back while commands go on, and nobody notices.
    @Test(arguments: 201...212 as ClosedRange<UInt64>)
    func roundTripIsInvisible(seed: UInt64) throws {
        let duel = Duel(seed: seed)
        var random = SeededGenerator(state: seed)
        var moveCount = 0
        for step in 0..<400 {
            let difference = duel.play(.command(duel.flow.next(duel.naive)))
            try #require(difference == nil, "seed \(seed), step \(step): \(difference ?? "")")
            guard random.chance(6) else { continue }
            let instrument = random.pick(duel.flow.instruments).id
            // Names are noted anew as of the copy, so time stands still for it.
            let time = duel.exchange.time
            let away = Self.destination(of: duel.exchange, duel.naive.schedule)
            let mover = try #require(
                PairMover(instrument, from: duel.exchange, to: away)
            )
            for _ in 0..<random.number(in: 0...3) {
                #expect(mover.isCopied || mover.copyPart() == .done)
            }
            for _ in 0..<random.number(in: 0...25) {
                duel.flow.time = time
                let command = TimedCommand(time: time, command: duel.flow.next(duel.naive).command)
                let difference = duel.play(command)
                try #require(difference == nil, "seed \(seed): during a copy: \(difference ?? "")")
                away.apply(.setFeeSchedule(duel.naive.schedule))
            }
            duel.flow.time = time
            try #require(mover.copyAll() == .done)
            try #require(mover.finish() == .done, "seed \(seed), step \(step)")
            #expect(duel.exchange.engine.standing(of: instrument).state == .absent)
            try away.restore(away.snapshot)
            let back = try #require(PairMover(instrument, from: away, to: duel.exchange))
            try #require(back.copyAll() == .done)
            try #require(back.finish() == .done, "seed \(seed), step \(step): back")
            duel.naive.moves.append((instrument, time))
            duel.exchange.time = time
            try duel.exchange.restore(duel.exchange.snapshot)
            moveCount += 1
        }
        #expect(moveCount > 5)
    }

    /// Open orders are threaded otherwise after a snapshot; the state may not depend on it.
    @Test(arguments: 221...228 as ClosedRange<UInt64>)
    func restoredReplicaFreezesAlike(seed: UInt64) throws {
        let (kept, restored) = (Duel(seed: seed), Duel(seed: seed))
        for _ in 0..<150 {
            let move = kept.nextMove()
            try #require(kept.play(move) == nil && restored.play(move) == nil)
        }
        try restored.exchange.restore(kept.exchange.snapshot)
        for instrument in kept.flow.instruments {
            for exchange in [kept.exchange, restored.exchange] {
                let freeze = Command.movePair(
                    instrument: instrument.id,
                    generation: 1,
                    .freeze
                )
                #expect(exchange.apply(freeze) == .done)
            }
        }
        #expect(kept.exchange.digest == restored.exchange.digest)
        #expect(kept.exchange.snapshot == restored.exchange.snapshot)
    }

    /// A pair that trades has a full window: something leaves it at every order.
    @Test func aPairWithAFullHistoryMovesWhileItTrades() throws {
        let exchange = Exchange()
        var last: Order?
        func trade(_ number: Int) throws {
            let (buyer, seller): (UInt32, UInt32) = number % 2 == 0 ? (1, 2) : (2, 1)
            try #require(exchange.order(exchange.limit(.buy, 1, at: 10, by: buyer)) != nil)
            last = exchange.order(exchange.limit(.sell, 1, at: 10, by: seller))
            try #require(last?.status == .filled)
        }
        // Two closed orders and two fills each: both windows are full.
        for number in 0...20_000 { try trade(number) }
        let away = Self.destination(of: exchange, .plain)
        let mover = try #require(PairMover(InstrumentID(1), from: exchange, to: away))
        while !mover.isCopied {
            try #require(mover.copyPart() == .done)
            try trade(Int(mover.partCount))
        }
        #expect(mover.finish() == .done)
        let order = try #require(last)
        #expect(away.state(order.id.rawValue, of: order.account.rawValue) == order)
    }

    @Test func whatIsFrozenTakesNothingAndGoesOnUnderTheNewGenerationOnly() throws {
        let exchange = Exchange()
        let away = Self.destination(of: exchange, .plain)
        #expect(exchange.order(exchange.limit(.buy, 5, at: 10)) != nil)
        let locked = exchange.balance(1, 3)
        let mover = try #require(PairMover(InstrumentID(1), from: exchange, to: away))
        #expect(mover.run(.freeze, on: exchange) == .done)
        #expect(mover.run(.freeze, on: exchange) == .done, "again")
        #expect(exchange.balance(1, 3) == [locked[0], 0], "on its way")
        #expect(exchange.isConserved)
        let moved = Reply.rejected(.pairMoved)
        #expect(exchange.place(exchange.limit(.buy, 1, at: 9)) == moved)
        #expect(exchange.ask(.openOrders(account: AccountID(1), instrument: nil)) == moved)
        // The destination decides first.
        #expect(mover.run(.abort, on: away) == .done)
        #expect(mover.run(.stage(part: 0, .records([])), on: away) == .rejected(.moveAborted))
        #expect(mover.run(.unfreeze, on: exchange) == .done)
        #expect(mover.run(.freeze, on: exchange) == .rejected(.moveRefused), "too late")
        #expect(exchange.balance(1, 3) == locked)
        #expect(exchange.place(exchange.limit(.buy, 1, at: 9)) == moved, "the old generation")
        exchange.generations[InstrumentID(1)] = 1
        #expect(exchange.order(exchange.limit(.buy, 1, at: 9)) != nil)
    }

    @Test func damagedCopyIsNeverTradedOn() throws {
        let exchange = Exchange()
        let away = Self.destination(of: exchange, .plain)
        #expect(exchange.order(exchange.limit(.buy, 5, at: 10)) != nil)
        let mover = try #require(PairMover(InstrumentID(1), from: exchange, to: away))
        #expect(mover.copyAll() == .done)
        #expect(exchange.order(exchange.limit(.buy, 1, at: 9)) != nil, "after the copy")
        #expect(mover.run(.freeze, on: exchange) == .done)
        var delta = try #require(mover.delta())
        delta.digest ^= 1
        #expect(mover.run(.activate(delta), on: away) == .rejected(.moveAborted))
        delta.digest ^= 1
        #expect(mover.run(.activate(delta), on: away) == .rejected(.moveAborted), "decided")
        #expect(away.engine.instruments.isEmpty)
        #expect(away.isConserved)
        #expect(mover.run(.unfreeze, on: exchange) == .done)
    }
}
