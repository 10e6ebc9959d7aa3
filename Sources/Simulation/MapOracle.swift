import Coordination
import Membership
import Replication
import Trading
import Wire

/// What the coordinators' durable log amounts to: one state for each entry, one holder for each
/// term of the shard.
struct MapOracle {
    /// Who may hold an epoch.
    struct Term: Equatable {
        var node: NodeID
        var instance: UInt64
    }

    private var chain = DurableChain()
    private var state = ClusterState.empty
    /// Digest of the state after each entry; the first is before any.
    private(set) var digests = [ClusterState.empty.digest]
    /// The holder that the map named for each epoch of the shard.
    private(set) var terms: [Epoch: Term] = [:]

    /// Takes a record that a majority of the acceptors has stored.
    ///
    /// - Parameter record: New, or stored before.
    /// - Returns: What is wrong; nil when all is well.
    mutating func stored(_ record: LogRecord) -> String? {
        let entry: LogEntry
        switch chain.take(record) {
        case .known: return nil
        case .wrong(let text): return "map: \(text)"
        case .next(let next): entry = next
        }
        if entry.kind == .batch {
            do {
                var reader = ByteReader(entry.payload)
                while reader.remaining > 0 {
                    let command = try CoordinationCommand(decoding: try reader.readBlob())
                    let before = state.map.version
                    state.apply(command, at: entry.time)
                    if state.map.version != before, let wrong = noteTerms() { return wrong }
                }
            } catch {
                return "map: entry \(record.id) cannot be read: \(error)"
            }
        }
        digests.append(state.digest)
        return nil
    }

    private mutating func noteTerms() -> String? {
        for assignment in state.map.shards {
            guard let primary = assignment.primary else { continue }
            let term = Term(node: primary, instance: assignment.primaryInstance)
            if let known = terms[assignment.epoch], known != term {
                return "map: epoch \(assignment.epoch) has two holders"
            }
            terms[assignment.epoch] = term
        }
        return nil
    }
}
