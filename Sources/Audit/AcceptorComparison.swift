import Replication
import Trading
import Wire

/// Holds the logs of one shard on several acceptors to I1 and I2.
public struct AcceptorComparison: Sendable {
    /// The acceptor whose log goes on: it ends last, by epoch and sequence.
    public private(set) var reference: String
    /// The last entry that a majority holds in its own epoch; `nil` where too few could be read.
    public private(set) var durable: EntryID?
    /// Pairs of entries of one id that were compared (I1).
    public private(set) var contentsCompared = 0
    /// Durable entries looked for in the reference (I2).
    public private(set) var durableCompared = 0
    /// Entries at the end of an acceptor's log that the reference has otherwise or not at all.
    public private(set) var abandoned: [(name: String, count: Int)] = []

    /// Compares logs.
    ///
    /// - Parameters:
    ///   - logs: Those with a vote; at least one, each sound in itself.
    ///   - acceptorCount: How many acceptors the cluster has.
    /// - Throws: `LogDefect`, the first one found.
    public init(_ logs: [AcceptorLog], acceptorCount: Int) throws(LogDefect) {
        invariant(!logs.isEmpty, "there is a log to compare")
        let ends = logs.map(\.state.tail)
        let newest = logs[logs.indices.max { ends[$0] < ends[$1] } ?? 0]
        reference = newest.name
        let majority = acceptorCount / 2 + 1
        durable =
            ends.filter { end in
                end != .zero && ends.count { $0.epoch == end.epoch && $0 >= end } >= majority
            }.max()
        for index in logs.indices {
            for other in logs.indices where other > index {
                try compareContents(logs[index], logs[other])
            }
        }
        for log in logs { try compareDurable(log, with: newest) }
        abandoned = logs.compactMap { Self.abandoned($0, newest) }
    }

    private mutating func compareContents(
        _ one: AcceptorLog,
        _ other: AcceptorLog
    ) throws(LogDefect) {
        for entry in one.entries {
            guard let same = other.entry(entry.id.sequence.rawValue), same.id == entry.id else {
                continue
            }
            contentsCompared += 1
            guard same.content == entry.content else {
                throw .contentsDiffer(entry.id, one.name, other.name)
            }
        }
    }

    /// What this log proves to be committed must be in the newest, with the same content.
    private mutating func compareDurable(
        _ log: AcceptorLog,
        with newest: AcceptorLog
    ) throws(LogDefect) {
        let bound = max(committed(log), heldByMajority(log))
        let end = newest.state.tail.sequence.rawValue
        guard bound <= end else {
            throw .acknowledgedLost(
                SequenceNumber(end + 1),
                known: log.name,
                missingIn: newest.name
            )
        }
        for entry in log.entries where entry.id.sequence.rawValue <= bound {
            guard let same = newest.entry(entry.id.sequence.rawValue) else { continue }
            durableCompared += 1
            guard same.hash == entry.hash else {
                throw .acknowledgedLost(
                    entry.id.sequence,
                    known: log.name,
                    missingIn: newest.name
                )
            }
        }
    }

    /// The highest entry that one of this log calls committed.
    private func committed(_ log: AcceptorLog) -> UInt64 {
        log.entries.reduce(0) { max($0, $1.committed.rawValue) }
    }

    private func heldByMajority(_ log: AcceptorLog) -> UInt64 {
        guard let durable, log.state.tail.epoch == durable.epoch, log.state.tail >= durable else {
            return 0
        }
        return durable.sequence.rawValue
    }

    private static func abandoned(
        _ log: AcceptorLog,
        _ newest: AcceptorLog
    ) -> (name: String, count: Int)? {
        let first = newest.entries.first?.id.sequence ?? .init(0)
        let count = log.entries.reversed().prefix { entry in
            entry.id.sequence >= first
                && newest.entry(entry.id.sequence.rawValue)?.hash != entry.hash
        }.count
        return count == 0 ? nil : (log.name, count)
    }
}
