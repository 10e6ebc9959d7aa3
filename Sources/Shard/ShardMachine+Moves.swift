import MarketData
import Matching
import Trading
import Wire

// A pair moves with its recent trades and candles, which the engine knows nothing of.

extension ShardMachine {
    /// Runs a step of a move on the engine and on the history.
    mutating func move(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ step: PairMoveStep,
        at time: Timestamp,
        events: inout [MarketEvent]
    ) {
        let history: TradeHistory?
        var step = step
        do throws(DecodeError) {
            history = try self.history(instrument, generation, after: step)
        } catch {
            history = nil
            // The engine decides, and what does not fit this cannot become a pair.
            step = .activate(PairDelta(records: [], trades: [], digest: 0))
        }
        engine.run(
            .movePair(instrument: instrument, generation: generation, step),
            generation: generation,
            at: time,
            events: &events
        )
        dropHistories()
        addHistories()
        guard engine.lastAnswer.kind == .done, let history else { return }
        histories[Int(historyPositions[Int(instrument.rawValue)])] = history
    }

    /// What the history of an arriving pair is after a step; `nil` where it stays.
    private borrowing func history(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        after step: PairMoveStep
    ) throws(DecodeError) -> TradeHistory? {
        let standing = engine.standing(of: instrument)
        guard standing == PairStanding(state: .arriving, generation: generation),
            let present = history(of: instrument)
        else { return nil }
        switch step {
        case .stage(_, .history(let bytes)):
            var reader = ByteReader(bytes)
            let history = try TradeHistory(instrument: present.instrument, decoding: &reader)
            try reader.finish()
            return history
        case .activate(let delta):
            var history = present
            var reader = ByteReader(delta.trades)
            try history.applyTrades(decoding: &reader)
            try reader.finish()
            guard history.lastTradeID == TradingEngine.lastTradeID(toldBy: delta.records) else {
                throw .badValue(field: "PairDelta.trades", at: 0)
            }
            return history
        case .stage, .freeze, .unfreeze, .release, .abort: return nil
        }
    }

    /// The recent trades and candles of a pair that is here.
    func history(of instrument: InstrumentID) -> TradeHistory? {
        let id = Int(instrument.rawValue)
        guard id < historyPositions.count, historyPositions[id] >= 0 else { return nil }
        return histories[Int(historyPositions[id])]
    }

    /// Forgets the histories of pairs that are gone.
    private mutating func dropHistories() {
        let present = engine.instruments.map(\.id)
        guard histories.contains(where: { !present.contains($0.instrument.id) }) else { return }
        histories.removeAll { !present.contains($0.instrument.id) }
        for id in historyPositions.indices { historyPositions[id] = -1 }
        for position in histories.indices {
            historyPositions[Int(histories[position].instrument.id.rawValue)] = Int16(position)
        }
    }
}
