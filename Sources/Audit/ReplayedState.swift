import Accounts
import Coordination
import Matching
import Shard
import Trading
import Wire

/// A state that is a pure function of a log: what a replay applies entries to.
public protocol ReplayedState: ~Copyable {
    /// Whether entries carry a digest of this state that can be compared.
    static var isRecorded: Bool { get }
    /// Before the first entry.
    init()
    /// Reads the state out of a snapshot, to its end.
    init(decoding reader: inout ByteReader) throws(DecodeError)
    /// Appends the state to a snapshot.
    func encode(into writer: inout ByteWriter)
    /// Applies the commands of an entry at a log time.
    mutating func apply(_ entry: LogEntry, at time: Timestamp) throws(DecodeError)
    /// What leaders record of it.
    var digest: UInt64 { get }
    /// The first asset whose units do not add up, with where they are.
    var unconserved: (asset: AssetID, balances: String)? { get }
}

/// The state of a trading shard.
public struct ShardState: ReplayedState, ~Copyable {
    /// The machine that every replica runs.
    public private(set) var machine: ShardMachine
    private var events: [MarketEvent] = []

    /// Leaders compare it after every entry.
    public static var isRecorded: Bool { true }

    /// Before the first entry.
    public init() { machine = ShardMachine() }

    /// Reads it out of a snapshot.
    ///
    /// - Parameter reader: At the first byte of the state.
    /// - Throws: `DecodeError`, also when balances do not add up or holds match no orders.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        machine = try ShardMachine(decoding: &reader)
    }

    /// Appends it to a snapshot.
    public func encode(into writer: inout ByteWriter) { machine.encode(into: &writer) }

    /// Applies the commands of an entry.
    ///
    /// - Parameters:
    ///   - entry: The next one of the log.
    ///   - time: Log time.
    /// - Throws: `DecodeError` when the commands cannot be read.
    public mutating func apply(_ entry: LogEntry, at time: Timestamp) throws(DecodeError) {
        if entry.kind == .newEpoch { machine.beginTerm(at: time) }
        for command in try BatchPayload.commands(of: entry) {
            _ = machine.apply(command, at: time, events: &events)
        }
        events.removeAll(keepingCapacity: true)
    }

    /// As a leader records it.
    public var digest: UInt64 { machine.digest }

    /// The first asset that breaks I7.
    public var unconserved: (asset: AssetID, balances: String)? {
        for totals in machine.engine.conservation() where !totals.isConserved {
            let text =
                "free \(totals.free.units) + held \(totals.locked.units) + fees"
                + " \(totals.fees.units) is not deposits \(totals.deposits.units)"
            return (totals.asset, text)
        }
        return nil
    }
}

/// The state of shard 0: the map, the members and the recent events.
public struct MapState: ReplayedState, ~Copyable {
    /// What the coordinator's log amounts to.
    public private(set) var cluster: ClusterState

    /// A coordinator records no digests.
    public static var isRecorded: Bool { false }

    /// Before the first entry.
    public init() { cluster = .empty }

    /// Reads it out of a snapshot.
    ///
    /// - Parameter reader: At the first byte of the state.
    /// - Throws: `DecodeError`.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        cluster = try ClusterState(decoding: try reader.read(count: reader.remaining))
    }

    /// Appends it to a snapshot.
    public func encode(into writer: inout ByteWriter) { writer.write(raw: cluster.encoded()) }

    /// Applies the commands of an entry.
    ///
    /// - Parameters:
    ///   - entry: The next one of the log.
    ///   - time: Log time.
    /// - Throws: `DecodeError` when the commands cannot be read or are not as many as it says.
    public mutating func apply(_ entry: LogEntry, at time: Timestamp) throws(DecodeError) {
        for command in try Self.commands(of: entry) { cluster.apply(command, at: time) }
    }

    /// Reads the commands of an entry of shard 0.
    ///
    /// - Parameter entry: A batch; a marker has none.
    /// - Returns: In the order they apply.
    /// - Throws: `DecodeError`, also when their number is not the header's.
    public static func commands(
        of entry: LogEntry
    ) throws(DecodeError) -> [CoordinationCommand] {
        guard entry.kind == .batch else { return [] }
        var reader = ByteReader(entry.payload)
        var commands: [CoordinationCommand] = []
        while reader.remaining > 0 {
            commands.append(try CoordinationCommand(decoding: try reader.readBlob()))
        }
        guard commands.count == Int(entry.commandCount) else {
            throw .badValue(field: "commandCount", at: 0)
        }
        return commands
    }

    /// Nothing that leaders record.
    public var digest: UInt64 { cluster.digest }

    /// A map holds no money.
    public var unconserved: (asset: AssetID, balances: String)? { nil }
}
