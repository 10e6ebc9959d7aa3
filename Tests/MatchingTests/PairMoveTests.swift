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
}
