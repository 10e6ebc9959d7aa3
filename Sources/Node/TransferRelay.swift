import Membership
import Routing
import Trading

/// The shards at both ends of a transfer.
struct TransferRoute: Hashable {
    let source: ShardID
    let destination: ShardID
}

/// Brings the transfers of a shard that is led here to the primary of another shard.
final class TransferRelay {
    private let route: TransferRoute
    private let line: ShardLine

    /// Makes a relay of one route.
    ///
    /// - Parameters:
    ///   - context: The process.
    ///   - route: From where to where.
    ///   - onAnswer: Gets the number of a transfer and the answer; `nil` when it is not known.
    init(
        context: ProcessContext,
        route: TransferRoute,
        onAnswer: @escaping (UInt64, Reply?) -> Void
    ) {
        self.route = route
        // Apart from those of routers, which count up from their instance by the shard alone.
        let offset = UInt64(route.source.rawValue) << 16 | UInt64(route.destination.rawValue)
        line = ShardLine(
            context: context,
            shard: route.destination,
            session: context.instance &+ offset << 16
        )
        line.onComplete = { sequence, outcome in
            if case .reply(let reply) = outcome {
                onAnswer(sequence, reply)
            } else {
                onAnswer(sequence, nil)
            }
        }
    }

    func follow(_ map: ShardMap) { line.follow(map) }

    /// Sends a transfer; there is no deadline, since it has left its account already.
    func deliver(_ funds: Funds, _ sequence: UInt64) {
        let credit = Command.credit(funds, from: route.source, sequence: sequence)
        line.submit(credit, token: sequence, deadline: .max)
    }

    func tick() { line.tick() }
}
