import Membership
import Trading

extension Coordinator {
    /// Lets a pair move to another shard while it trades.
    ///
    /// What follows is the work of `PairMover`; the move shows in the state until it has ended.
    ///
    /// - Parameters:
    ///   - symbol: The pair.
    ///   - destination: Where it is to trade.
    ///   - why: Ends in the log.
    ///   - isDryRun: Whether to say where it trades now and change nothing.
    ///   - now: Monotonic milliseconds.
    ///   - effects: Where to put what is to be done.
    /// - Returns: The shard it leaves.
    /// - Throws: `OperationRefusal`; nothing has changed then.
    @discardableResult
    public mutating func move(
        _ symbol: String,
        to destination: ShardID,
        why: String,
        isDryRun: Bool = false,
        now: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) throws(OperationRefusal) -> ShardID {
        guard isLeader else { throw .notLeading }
        guard let instrument = instruments[symbol],
            let source = state.map.owner(of: symbol)?.shard
        else { throw .noSuchPair(symbol) }
        guard let target = shardIndex(destination) else { throw .noSuchShard(destination) }
        guard source != destination else { throw .isThere(symbol, destination) }
        guard !(state.moves + movesAskedFor).contains(where: { $0.symbol == symbol }) else {
            throw .isMoving(symbol)
        }
        guard state.moves.count < ClusterState.moveCountMax else { throw .tooManyMoves }
        guard let index = shardIndex(source), servingStatus(index, now: now) != nil else {
            throw .notServing(source)
        }
        guard servingStatus(target, now: now) != nil else { throw .notServing(destination) }
        guard !isDryRun else { return source }
        let command = CoordinationCommand.beginMove(
            symbol: symbol,
            instrument: instrument,
            source: source,
            destination: destination,
            why: why
        )
        pending.append(command)
        effects.append(.propose(command))
        return source
    }

    /// Moves that are on their way into the log.
    var movesAskedFor: [PairMove] {
        pending.compactMap { command in
            guard case .beginMove(let symbol, let instrument, let source, let target, _) = command
            else { return nil }
            return PairMove(
                symbol: symbol,
                instrument: instrument,
                source: source,
                destination: target,
                generation: state.map.generation(of: symbol) + 1
            )
        }
    }
}
