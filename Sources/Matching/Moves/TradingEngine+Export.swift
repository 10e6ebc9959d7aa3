import Trading
import Wire

// The copy of a pair that its primary makes for another shard; nothing here changes the state.

extension TradingEngine {
    /// Begins a copy.
    ///
    /// - Parameter instrument: A pair that trades here.
    /// - Returns: `nil` when it does not.
    public borrowing func beginExport(of instrument: InstrumentID) -> PairExport? {
        guard let number = markets.number(of: instrument), markets[number].isActive else {
            return nil
        }
        return PairExport(markets[number])
    }

    /// Makes the next part of a copy.
    ///
    /// - Parameter export: The copy, whose pair trades here.
    /// - Returns: Records; `nil` when history was pushed out before it was told, or the pair left.
    public borrowing func nextPart(of export: inout PairExport) -> [UInt8]? {
        guard let number = markets.number(of: export.instrument), markets[number].isActive else {
            return nil
        }
        return export.nextPart(markets[number], shared)
    }

    /// Tells what changed since the copy.
    ///
    /// - Parameter export: The copy, whose pair is frozen.
    /// - Returns: Records, and the digest of what was frozen; `nil` as for `nextPart(of:)`, or when
    ///   the pair is not frozen.
    public borrowing func delta(
        of export: inout PairExport
    ) -> (records: [UInt8], digest: UInt64)? {
        guard let number = markets.number(of: export.instrument),
            markets[number].state == .frozen, export.isDone
        else { return nil }
        return export.delta(of: markets[number], shared)
    }

    /// The last trade before the records of a part or a delta were made.
    ///
    /// - Parameter records: As the source told them.
    /// - Returns: `nil` when they cannot be read; 0 before the first trade.
    public static func lastTradeID(toldBy records: [UInt8]) -> TradeID? {
        var reader = ByteReader(records)
        // The header: kind, pair, time; then the next order and the next trade.
        guard (try? reader.read(UInt8.self)) == PairRecord.header.rawValue,
            (try? reader.readInstrument()) != nil, (try? reader.readTimestamp()) != nil,
            (try? reader.read(Int64.self)) != nil, let next = try? reader.read(Int64.self)
        else { return nil }
        return TradeID(next &- 1)
    }
}
