import Trading
import Wire

/// What members and coordinator say to one another over the member's stream.
///
/// Layout: one byte of kind, then the fields in the order of the case, `Wire` encoding. On the
/// stream each message is preceded by its size in four bytes.
public enum MembershipMessage: Equatable, Sendable {
    /// Member to coordinator, first.
    case hello(Member)
    /// Member to coordinator, every heartbeat: what it hosts and whom it has not heard.
    case status([ReplicaStatus], observations: [Observation])
    /// Coordinator to member: on connecting and at every change.
    case map(ShardMap)
    /// Coordinator to member, every heartbeat.
    case heartbeat
    /// Node to coordinator, about once a second: how much it has to do.
    case load(LoadReport)
    /// Coordinator to router, on connecting and before the map: a part of the API keys.
    ///
    /// Keys travel by themselves and never in the map, which everybody may see.
    case keys(KeyPage)
    /// Coordinator to router, at every change, and the version that it makes of the one before.
    case keyChange(KeyChange, version: UInt64)
    /// Router to coordinator, at once: the keys that it goes by.
    case keysKnown(version: UInt64)

    /// The largest message taken, in bytes.
    public static let sizeMax = 1 << 20

    /// The bytes of the message.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        switch self {
        case .hello(let member):
            writer.write(UInt8(0))
            writer.write(member)
        case .status(let statuses, let observations):
            writer.write(UInt8(1))
            writer.write(count: statuses.count)
            for status in statuses { writer.write(status) }
            writer.write(count: observations.count)
            for observation in observations {
                writer.write(observation.node.rawValue)
                writer.write(observation.silenceMilliseconds)
            }
        case .map(let map):
            writer.write(UInt8(2))
            writer.write(map)
            writer.write(map.generations)
        case .heartbeat:
            writer.write(UInt8(3))
        case .load(let load):
            writer.write(UInt8(4))
            writer.write(load)
        case .keys(let page):
            writer.write(UInt8(5))
            writer.write(page)
        case .keyChange(let change, let version):
            writer.write(UInt8(6))
            writer.write(change)
            writer.write(version)
        case .keysKnown(let version):
            writer.write(UInt8(7))
            writer.write(version)
        }
        return writer.bytes
    }

    /// Reads a message.
    ///
    /// - Parameter bytes: The whole message.
    /// - Throws: `DecodeError`.
    public init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        switch try reader.read(UInt8.self) {
        case 0: self = .hello(try reader.readMember())
        case 1:
            var statuses: [ReplicaStatus] = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 24)) {
                statuses.append(try reader.readReplicaStatus())
            }
            var observations: [Observation] = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 8)) {
                observations.append(
                    Observation(
                        node: NodeID(try reader.readString()),
                        silenceMilliseconds: try reader.read(UInt32.self)
                    )
                )
            }
            self = .status(statuses, observations: observations)
        case 2:
            var map = try reader.readShardMap()
            map.generations = try reader.readPairGenerations()
            self = .map(map)
        case 3: self = .heartbeat
        case 4: self = .load(try reader.readLoadReport())
        case 5: self = .keys(try reader.readKeyPage())
        case 6:
            self = .keyChange(try reader.readKeyChange(), version: try reader.read(UInt64.self))
        case 7: self = .keysKnown(version: try reader.read(UInt64.self))
        default: throw .badValue(field: "MembershipMessage", at: 0)
        }
        try reader.finish()
    }
}

extension ByteWriter {
    /// Appends a member.
    public mutating func write(_ member: Member) {
        write(member.id.rawValue)
        write(member.role)
        write(member.zone)
        write(member.address)
        write(member.pid)
        write(member.instance)
    }

    /// Appends a replica's status, 24 bytes.
    public mutating func write(_ status: ReplicaStatus) {
        write(status.shard)
        write(status.epoch)
        write(status.isPrimary)
        write(status.position)
        write(status.isCaughtUp)
        write(status.logSilenceMilliseconds)
    }

    /// Appends the generations of moved pairs.
    public mutating func write(_ generations: [PairGeneration]) {
        write(count: generations.count)
        for pair in generations {
            write(pair.symbol)
            write(pair.generation)
        }
    }

    /// Appends a shard map, without the generations, which snapshots once had none of.
    public mutating func write(_ map: ShardMap) {
        write(map.version)
        write(count: map.members.count)
        for member in map.members { write(member) }
        write(count: map.shards.count)
        for assignment in map.shards {
            write(assignment.shard)
            write(assignment.epoch)
            write(assignment.primary?.rawValue ?? "")
            write(assignment.primaryInstance)
            write(count: assignment.standbys.count)
            for node in assignment.standbys { write(node.rawValue) }
            write(count: assignment.pairs.count)
            for pair in assignment.pairs { write(pair) }
        }
    }
}

extension ByteReader {
    /// Reads a member.
    ///
    /// - Returns: The member.
    /// - Throws: `DecodeError`.
    public mutating func readMember() throws(DecodeError) -> Member {
        Member(
            id: NodeID(try readString()),
            role: try read(MemberRole.self),
            zone: try readString(),
            address: try readString(),
            pid: try read(Int32.self),
            instance: try read(UInt64.self)
        )
    }

    /// Reads a replica's status.
    ///
    /// - Returns: The status.
    /// - Throws: `DecodeError`.
    public mutating func readReplicaStatus() throws(DecodeError) -> ReplicaStatus {
        ReplicaStatus(
            shard: try read(ShardID.self),
            epoch: try read(Epoch.self),
            isPrimary: try readBool(),
            position: try read(SequenceNumber.self),
            isCaughtUp: try readBool(),
            logSilenceMilliseconds: try read(UInt32.self)
        )
    }

    /// Reads the generations of moved pairs.
    ///
    /// - Returns: By name.
    /// - Throws: `DecodeError`.
    public mutating func readPairGenerations() throws(DecodeError) -> [PairGeneration] {
        var generations: [PairGeneration] = []
        for _ in 0..<(try readCount(elementSizeMin: 8)) {
            generations.append(
                PairGeneration(symbol: try readString(), generation: try read(UInt32.self))
            )
        }
        return generations
    }

    /// Reads a shard map.
    ///
    /// - Returns: The map.
    /// - Throws: `DecodeError`.
    public mutating func readShardMap() throws(DecodeError) -> ShardMap {
        var map = ShardMap(version: try read(UInt64.self), members: [], shards: [])
        for _ in 0..<(try readCount(elementSizeMin: 25)) { map.members.append(try readMember()) }
        for _ in 0..<(try readCount(elementSizeMin: 30)) {
            map.shards.append(try readAssignment())
        }
        return map
    }

    private mutating func readAssignment() throws(DecodeError) -> ShardAssignment {
        let shard = try read(ShardID.self)
        let epoch = try read(Epoch.self)
        let primary = try readString()
        let instance = try read(UInt64.self)
        var standbys: [NodeID] = []
        for _ in 0..<(try readCount(elementSizeMin: 4)) {
            standbys.append(NodeID(try readString()))
        }
        var pairs: [String] = []
        for _ in 0..<(try readCount(elementSizeMin: 4)) { pairs.append(try readString()) }
        return ShardAssignment(
            shard: shard,
            epoch: epoch,
            primary: primary.isEmpty ? nil : NodeID(primary),
            primaryInstance: instance,
            standbys: standbys,
            pairs: pairs
        )
    }
}
