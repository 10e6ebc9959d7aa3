import Trading

/// An event does not continue what is known: the mirror must be resynced from a snapshot.
public enum MarketGap: Error, Equatable, Sendable {
    /// A level change whose `updateID` is not the last one plus one.
    case level(expected: Int64, found: Int64)
    /// A trade whose id is not the last one plus one.
    case trade(expected: TradeID, found: TradeID)
}
