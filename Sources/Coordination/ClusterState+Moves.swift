import Membership
import Trading

extension ClusterState {
    /// The most pairs on their way at a time.
    public static let moveCountMax = 64

    mutating func begin(_ move: PairMove, why: String, at time: Timestamp) {
        guard moves.count < Self.moveCountMax, !moves.contains(where: { $0.symbol == move.symbol }),
            map.owner(of: move.symbol)?.shard == move.source, move.source != move.destination,
            map.assignment(move.destination) != nil, move.generation < .max
        else { return }
        moves.append(move)
        changed(
            "\(move.symbol) moves from shard \(move.source) to shard \(move.destination)",
            why: why,
            at: time
        )
    }

    mutating func settle(_ symbol: String, _ generation: UInt32, isDone: Bool, at time: Timestamp) {
        guard let index = index(symbol, generation), !moves[index].isSettled else { return }
        let move = moves[index]
        setGeneration(generation, of: symbol)
        guard isDone else {
            moves.remove(at: index)
            return changed("\(symbol) stays on shard \(move.source)", why: "given up", at: time)
        }
        moves[index].isSettled = true
        for index in map.shards.indices {
            if map.shards[index].shard == move.source {
                map.shards[index].pairs.removeAll { $0 == symbol }
            } else if map.shards[index].shard == move.destination {
                map.shards[index].pairs.append(symbol)
            }
        }
        changed("\(symbol) trades on shard \(move.destination)", why: "moved", at: time)
    }

    /// The generation of an attempt that failed counts all the same: its source knows it.
    mutating func fail(
        _ symbol: String,
        _ generation: UInt32,
        isLast: Bool,
        why: String,
        at time: Timestamp
    ) {
        guard let index = index(symbol, generation), !moves[index].isSettled else { return }
        let move = moves[index]
        setGeneration(generation, of: symbol)
        guard !isLast, move.attempt < .max, generation < .max - 1 else {
            moves.remove(at: index)
            let reason = "given up after \(move.attempt) attempts: \(why)"
            return changed("\(symbol) stays on shard \(move.source)", why: reason, at: time)
        }
        moves[index].generation += 1
        moves[index].attempt += 1
        changed(
            "\(symbol) moves to shard \(move.destination): attempt \(moves[index].attempt)",
            why: why,
            at: time
        )
    }

    mutating func end(_ symbol: String, _ generation: UInt32, at time: Timestamp) {
        guard let index = index(symbol, generation), moves[index].isSettled else { return }
        let move = moves.remove(at: index)
        changed("\(symbol) has left shard \(move.source)", why: "moved", at: time)
    }

    private func index(_ symbol: String, _ generation: UInt32) -> Int? {
        moves.firstIndex { $0.symbol == symbol && $0.generation == generation }
    }

    private mutating func setGeneration(_ generation: UInt32, of symbol: String) {
        map.generations.removeAll { $0.symbol == symbol }
        let place =
            map.generations.firstIndex { symbol < $0.symbol } ?? map.generations.count
        map.generations.insert(PairGeneration(symbol: symbol, generation: generation), at: place)
    }
}
