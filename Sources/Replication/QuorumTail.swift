import Trading
import Wire

/// Follows one log on several acceptors and lets through what a majority of them holds.
///
/// An acceptor's log ends in the epoch in which its last entry was accepted. What a majority holds
/// up to some entry of one epoch is therefore durable, with all before it, and no later primary
/// can leave it out. A follower learns so without a word from the primary.
public struct QuorumTail: Sendable {
    /// Records of one acceptor that wait for the others; beyond it the oldest are let go, and the
    /// follower starts over from a snapshot.
    static let heldMax = 8192

    private let majority: Int
    /// The last record read of each acceptor, and those not yet let through.
    private var ends: [EntryID]
    private var held: [[LogRecord]]
    private var delivered: EntryID

    /// Follows from an id.
    ///
    /// - Parameters:
    ///   - acceptorCount: How many acceptors keep the log.
    ///   - id: The last entry that the follower has.
    public init(acceptorCount: Int, after id: EntryID) {
        majority = acceptorCount / 2 + 1
        ends = Array(repeating: .zero, count: acceptorCount)
        held = Array(repeating: [], count: acceptorCount)
        delivered = id
    }

    /// Takes records of one acceptor.
    ///
    /// - Parameters:
    ///   - records: As read, oldest first.
    ///   - index: Whose.
    /// - Returns: Records that are durable now, oldest first.
    public mutating func received(_ records: [LogRecord], from index: Int) -> [LogRecord] {
        guard let first = records.first, let last = records.last else { return [] }
        // A log that was opened again goes on from further back.
        held[index].removeAll { $0.id.sequence >= first.id.sequence }
        held[index] += records
        if held[index].count > Self.heldMax { held[index].removeFirst(Self.heldMax / 2) }
        ends[index] = last.id
        guard let bound = durable, bound > delivered else { return [] }
        return deliver(upTo: bound)
    }

    /// The last entry that a majority holds in its own epoch.
    private var durable: EntryID? {
        ends.filter { end in
            end != .zero && ends.count { $0.epoch == end.epoch && $0 >= end } >= majority
        }.max()
    }

    private mutating func deliver(upTo bound: EntryID) -> [LogRecord] {
        let holders = held.indices.filter { ends[$0].epoch == bound.epoch && ends[$0] >= bound }
        let next = delivered.sequence.rawValue + 1
        let whole = holders.first {
            held[$0].first.map { $0.id.sequence.rawValue <= next } ?? false
        }
        guard let holder = whole ?? holders.first else { return [] }
        let new = held[holder].filter { $0.id <= bound }
        for index in held.indices { held[index].removeAll { $0.id <= bound } }
        delivered = bound
        return new
    }
}
