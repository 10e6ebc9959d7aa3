import Membership
import Trading
import Wire

extension ClusterState {
    /// Layout version written by this build.
    public static let version: UInt16 = 4

    /// The state as a snapshot holds it.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 4096)
        writer.write(Self.version)
        writer.write(isBootstrapped)
        writer.write(map)
        writer.write(count: replicas.count)
        for nodes in replicas { writer.write(nodes) }
        writer.write(count: departed.count)
        for member in departed { writer.write(member) }
        writer.write(count: recent.count)
        for event in recent {
            writer.write(event.time)
            writer.write(event.what)
            writer.write(event.why)
        }
        writer.write(draining)
        writer.write(map.generations)
        writer.write(count: moves.count)
        for move in moves {
            writer.write(move.symbol)
            writer.write(move.instrument)
            writer.write(move.source)
            writer.write(move.destination)
            writer.write(move.generation)
            writer.write(move.attempt)
            writer.write(move.isSettled)
        }
        writer.write(keys)
        return writer.bytes
    }

    /// Reads a snapshot.
    ///
    /// - Parameter bytes: The whole snapshot.
    /// - Throws: `DecodeError`.
    public init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        let version = try reader.read(UInt16.self)
        guard (1...Self.version).contains(version) else { throw .unsupportedVersion(version) }
        self = .empty
        isBootstrapped = try reader.readBool()
        map = try reader.readShardMap()
        for _ in 0..<(try reader.readCount(elementSizeMin: 4)) {
            replicas.append(try reader.readNodes())
        }
        guard replicas.count == map.shards.count else {
            throw .badValue(field: "replicas", at: reader.position)
        }
        for _ in 0..<(try reader.readCount(elementSizeMin: 25)) {
            departed.append(try reader.readMember())
        }
        for _ in 0..<(try reader.readCount(elementSizeMin: 16)) {
            recent.append(
                ClusterEvent(
                    time: try reader.readTimestamp(),
                    what: try reader.readString(),
                    why: try reader.readString()
                )
            )
        }
        // Nobody could be drained and no pair moved before.
        if version >= 2 {
            draining = try reader.readNodes()
            map.generations = try reader.readPairGenerations()
            moves = try Self.readMoves(&reader, version: version)
        }
        // Keys were in the accounts file alone.
        if version >= 4 { keys = try reader.readKeyTable() }
        try reader.finish()
    }

    private static func readMoves(
        _ reader: inout ByteReader,
        version: UInt16
    ) throws(DecodeError) -> [PairMove] {
        var moves: [PairMove] = []
        for _ in 0..<(try reader.readCount(elementSizeMin: 15)) {
            moves.append(
                PairMove(
                    symbol: try reader.readString(),
                    instrument: try reader.read(InstrumentID.self),
                    source: try reader.read(ShardID.self),
                    destination: try reader.read(ShardID.self),
                    generation: try reader.read(UInt32.self),
                    // Nothing was tried again before.
                    attempt: version >= 3 ? try reader.read(UInt8.self) : 1,
                    isSettled: try reader.readBool()
                )
            )
        }
        return moves
    }

    /// A hash of the whole state; replicas compare theirs (I3).
    ///
    /// Complexity: linear in the state's size.
    public var digest: UInt64 {
        let bytes = encoded()
        return SipHash.hash(bytes, in: 0..<bytes.count)
    }
}
