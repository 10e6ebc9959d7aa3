import Coordination
import Membership
import Replication
import Trading
import Wire

/// What the coordinators' durable log amounts to: one state for each entry, one holder for each
/// term of each shard.
struct MapOracle {
    /// An epoch of a shard.
    struct Office: Hashable {
        var shard: ShardID
        var epoch: Epoch
    }

    /// Who may hold it.
    struct Term: Equatable {
        var node: NodeID
        var instance: UInt64
    }

    private var chain = DurableChain()
    private(set) var state = ClusterState.empty
    /// Digest of the state after each entry; the first is before any.
    private(set) var digests = [ClusterState.empty.digest]
    /// The holder that the map named for each.
    private(set) var terms: [Office: Term] = [:]
    /// Moves of pairs.
    private(set) var begunCount = 0
    private(set) var settledCount = 0
    private(set) var givenUpCount = 0

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
                    let (before, moves) = (state.map.version, state.moves)
                    state.apply(command, at: entry.time)
                    if state.moves != moves { countMove(command) }
                    if state.map.version != before, let wrong = noteTerms() { return wrong }
                }
            } catch {
                return "map: entry \(record.id) cannot be read: \(error)"
            }
        }
        digests.append(state.digest)
        return nil
    }

    private mutating func countMove(_ command: CoordinationCommand) {
        switch command {
        case .beginMove: begunCount += 1
        case .settleMove(_, _, let isDone):
            if isDone { settledCount += 1 } else { givenUpCount += 1 }
        case .failMove(_, _, let isLast, _): if isLast { givenUpCount += 1 }
        default: break
        }
    }

    private mutating func noteTerms() -> String? {
        for assignment in state.map.shards {
            guard let primary = assignment.primary else { continue }
            let term = Term(node: primary, instance: assignment.primaryInstance)
            let office = Office(shard: assignment.shard, epoch: assignment.epoch)
            if let known = terms[office], known != term {
                return "map: epoch \(office.epoch) of shard \(office.shard) has two holders"
            }
            terms[office] = term
        }
        return nil
    }
}
