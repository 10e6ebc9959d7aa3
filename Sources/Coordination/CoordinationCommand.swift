import Membership
import Trading
import Wire

/// A command of shard 0's log: the only way the shard map changes.
///
/// Layout: one byte of kind, then the fields in the order of the case, `Wire` encoding. Kinds are
/// never reused; an old log stays readable.
public enum CoordinationCommand: Equatable, Sendable {
    /// Fills an empty cluster; ignored when there is one.
    case bootstrap(TopologyPlan)
    /// A node or router joined, or came back as a new process or at a new address.
    case register(Member)
    /// Names a shard's primary for the next epoch, or other standbys for the present one.
    case assign(
        shard: ShardID,
        epoch: Epoch,
        primary: NodeID?,
        instance: UInt64,
        standbys: [NodeID],
        why: String
    )
    /// Other nodes may run a shard, the preferred primary first; its primary must be one of them.
    case place(shard: ShardID, replicas: [NodeID], why: String)
    /// A shard without pairs or money is there from now on; its number is above all others, its log
    /// was made before. Ignored when it exists.
    case addShard(ShardID, replicas: [NodeID], why: String)
    /// Nothing is to run on a node any more, or it may be used again.
    case drain(NodeID, isOn: Bool)
    /// A pair is to move to another shard; ignored while it moves or is not at `source`.
    case beginMove(
        symbol: String,
        instrument: InstrumentID,
        source: ShardID,
        destination: ShardID,
        why: String
    )
    /// What the destination decided: the pair trades there now; in older logs also that it goes on
    /// where it was.
    case settleMove(symbol: String, generation: UInt32, isDone: Bool)
    /// The source has forgotten a pair that moved.
    case endMove(symbol: String, generation: UInt32)
    /// An attempt to move a pair came to nothing, and the pair goes on where it was: the next
    /// attempt begins, or after the last the move is given up.
    case failMove(symbol: String, generation: UInt32, isLast: Bool, why: String)
    /// A process is gone for good; ignored when a newer one of that name has registered.
    case depart(NodeID, instance: UInt64, why: String)
    /// An API key is made or revoked; ignored when `KeyTable.refusal(of:)` has something against it.
    case changeKey(KeyChange)

    /// The bytes of the command.
    public func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 128)
        switch self {
        case .bootstrap(let plan):
            writer.write(UInt8(0))
            writer.write(plan)
        case .register(let member):
            writer.write(UInt8(1))
            writer.write(member)
        case .assign(let shard, let epoch, let primary, let instance, let standbys, let why):
            writer.write(UInt8(2))
            writer.write(shard)
            writer.write(epoch)
            writer.write(primary?.rawValue ?? "")
            writer.write(instance)
            writer.write(standbys)
            writer.write(why)
        case .place(let shard, let replicas, let why):
            writer.write(UInt8(4))
            writer.write(shard)
            writer.write(replicas)
            writer.write(why)
        case .drain(let node, let isOn):
            writer.write(UInt8(5))
            writer.write(node.rawValue)
            writer.write(isOn)
        case .addShard(let shard, let replicas, let why):
            writer.write(UInt8(6))
            writer.write(shard)
            writer.write(replicas)
            writer.write(why)
        case .beginMove(let symbol, let instrument, let source, let destination, let why):
            writer.write(UInt8(10))
            writer.write(symbol)
            writer.write(instrument)
            writer.write(source)
            writer.write(destination)
            writer.write(why)
        case .settleMove(let symbol, let generation, let isDone):
            writer.write(UInt8(11))
            writer.write(symbol)
            writer.write(generation)
            writer.write(isDone)
        case .endMove(let symbol, let generation):
            writer.write(UInt8(12))
            writer.write(symbol)
            writer.write(generation)
        case .failMove(let symbol, let generation, let isLast, let why):
            writer.write(UInt8(13))
            writer.write(symbol)
            writer.write(generation)
            writer.write(isLast)
            writer.write(why)
        case .depart(let node, let instance, let why):
            writer.write(UInt8(3))
            writer.write(node.rawValue)
            writer.write(instance)
            writer.write(why)
        case .changeKey(let change):
            writer.write(UInt8(20))
            writer.write(change)
        }
        return writer.bytes
    }

    /// Reads a command.
    ///
    /// - Parameter bytes: The whole command.
    /// - Throws: `DecodeError`.
    public init(decoding bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        switch try reader.read(UInt8.self) {
        case 0: self = .bootstrap(try reader.readTopologyPlan())
        case 1: self = .register(try reader.readMember())
        case 2: self = try Self.readAssign(&reader)
        case 3:
            self = .depart(
                NodeID(try reader.readString()),
                instance: try reader.read(UInt64.self),
                why: try reader.readString()
            )
        case 4:
            self = .place(
                shard: try reader.read(ShardID.self),
                replicas: try reader.readNodes(),
                why: try reader.readString()
            )
        case 5: self = .drain(NodeID(try reader.readString()), isOn: try reader.readBool())
        case 6:
            self = .addShard(
                try reader.read(ShardID.self),
                replicas: try reader.readNodes(),
                why: try reader.readString()
            )
        case 10:
            self = .beginMove(
                symbol: try reader.readString(),
                instrument: try reader.read(InstrumentID.self),
                source: try reader.read(ShardID.self),
                destination: try reader.read(ShardID.self),
                why: try reader.readString()
            )
        case 11:
            self = .settleMove(
                symbol: try reader.readString(),
                generation: try reader.read(UInt32.self),
                isDone: try reader.readBool()
            )
        case 12:
            self = .endMove(
                symbol: try reader.readString(),
                generation: try reader.read(UInt32.self)
            )
        case 13:
            self = .failMove(
                symbol: try reader.readString(),
                generation: try reader.read(UInt32.self),
                isLast: try reader.readBool(),
                why: try reader.readString()
            )
        case 20: self = .changeKey(try reader.readKeyChange())
        default: throw .badValue(field: "CoordinationCommand", at: 0)
        }
        try reader.finish()
    }

    private static func readAssign(_ reader: inout ByteReader) throws(DecodeError) -> Self {
        let shard = try reader.read(ShardID.self)
        let epoch = try reader.read(Epoch.self)
        let primary = try reader.readString()
        return .assign(
            shard: shard,
            epoch: epoch,
            primary: primary.isEmpty ? nil : NodeID(primary),
            instance: try reader.read(UInt64.self),
            standbys: try reader.readNodes(),
            why: try reader.readString()
        )
    }
}
