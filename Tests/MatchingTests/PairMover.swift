import Matching
import Trading

/// Moves a pair from one exchange to another, one step at a time.
final class PairMover {
    let source: Exchange
    let destination: Exchange
    let instrument: InstrumentID
    let generation: UInt32
    private var export: PairExport
    private(set) var partCount: UInt32 = 0

    init?(_ instrument: InstrumentID, from source: Exchange, to destination: Exchange) {
        guard let export = source.engine.beginExport(of: instrument) else { return nil }
        self.source = source
        self.destination = destination
        self.instrument = instrument
        self.export = export
        generation = (source.generations[instrument] ?? 0) + 1
    }

    var isCopied: Bool { export.isDone }

    /// Runs a step; the destination's clock runs along with the source's.
    @discardableResult
    func run(_ step: PairMoveStep, on exchange: Exchange) -> Reply {
        destination.time = source.time
        if exchange === destination { destination.apply(.void) }
        return exchange.apply(
            .movePair(instrument: instrument, generation: generation, step)
        )
    }

    /// Copies the next part.
    func copyPart() -> Reply {
        guard let records = source.engine.nextPart(of: &export) else {
            return .rejected(.moveRefused)
        }
        defer { partCount += 1 }
        return run(.stage(part: partCount, .records(records)), on: destination)
    }

    func copyAll() -> Reply {
        while !isCopied {
            let reply = copyPart()
            if reply != .done { return reply }
        }
        return .done
    }

    /// What changed since the copy; of the frozen pair.
    func delta() -> PairDelta? {
        source.engine.delta(of: &export).map {
            PairDelta(records: $0.records, trades: [], digest: $0.digest)
        }
    }

    /// Everything after the copy, up to the release; the destination's answer to the decision.
    func finish() -> Reply {
        let frozen = run(.freeze, on: source)
        guard frozen == .done, let delta = delta() else { return frozen }
        let reply = run(.activate(delta), on: destination)
        guard reply == .done else { return reply }
        destination.generations[instrument] = generation
        source.generations[instrument] = generation
        return run(.release, on: source)
    }
}
