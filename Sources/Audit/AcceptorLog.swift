import Replication
import Trading
import Wire

/// One acceptor's log, read and sound in itself, to be compared with the others.
public struct AcceptorLog: Sendable {
    /// Its name in the topology, or its address.
    public var name: String
    /// What it says about the log.
    public var state: AcceptorState
    /// Its entries.
    public var entries: [EntrySummary]

    /// Makes one of its parts.
    public init(name: String, state: AcceptorState, entries: [EntrySummary]) {
        self.name = name
        self.state = state
        self.entries = entries
    }

    /// The entry of a number, where it is there.
    func entry(_ sequence: UInt64) -> EntrySummary? {
        guard let first = entries.first?.id.sequence.rawValue, sequence >= first,
            sequence - first < UInt64(entries.count)
        else { return nil }
        return entries[Int(sequence - first)]
    }
}
