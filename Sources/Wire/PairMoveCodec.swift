import Trading

// The layouts of what moves a pair: one byte of kind, then the fields in this order.

extension ByteWriter {
    /// Appends a step of a move.
    mutating func write(_ step: PairMoveStep) {
        switch step {
        case .freeze: write(UInt8(0))
        case .unfreeze: write(UInt8(1))
        case .release: write(UInt8(2))
        case .stage(let number, let part):
            write(UInt8(3))
            write(number)
            write(part)
        case .activate(let delta):
            write(UInt8(4))
            write(delta)
        case .abort: write(UInt8(5))
        }
    }

    /// Appends a part of a copy.
    mutating func write(_ part: PairPart) {
        switch part {
        case .records(let bytes):
            write(UInt8(0))
            write(blob: bytes)
        case .history(let bytes):
            write(UInt8(1))
            write(blob: bytes)
        }
    }

    /// Appends what changed since a copy.
    mutating func write(_ delta: PairDelta) {
        write(blob: delta.records)
        write(blob: delta.trades)
        write(delta.digest)
    }

    /// Appends an arrival.
    mutating func write(_ arrival: PairArrival) {
        write(arrival.instrument)
        write(arrival.generation)
        write(arrival.updateID)
        write(arrival.lastTradeID)
    }
}

extension ByteReader {
    /// Reads a step of a move.
    mutating func readPairMoveStep() throws(DecodeError) -> PairMoveStep {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .freeze
        case 1: return .unfreeze
        case 2: return .release
        case 3: return .stage(part: try read(UInt32.self), try readPairPart())
        case 4: return .activate(try readPairDelta())
        case 5: return .abort
        default: throw .badValue(field: "PairMoveStep", at: start)
        }
    }

    /// Reads a part of a copy.
    mutating func readPairPart() throws(DecodeError) -> PairPart {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .records(try readBlob())
        case 1: return .history(try readBlob())
        default: throw .badValue(field: "PairPart", at: start)
        }
    }

    /// Reads what changed since a copy.
    mutating func readPairDelta() throws(DecodeError) -> PairDelta {
        PairDelta(
            records: try readBlob(),
            trades: try readBlob(),
            digest: try read(UInt64.self)
        )
    }

    /// Reads an arrival.
    mutating func readPairArrival() throws(DecodeError) -> PairArrival {
        PairArrival(
            instrument: try read(InstrumentID.self),
            generation: try read(UInt32.self),
            updateID: try read(Int64.self),
            lastTradeID: try read(TradeID.self)
        )
    }
}
