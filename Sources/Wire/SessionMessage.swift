import Trading

/// A router's conversation with one shard; survives connections, failovers and moves.
public struct SessionID: Identifier {
    /// The bare value.
    public var rawValue: UInt64

    /// Wraps a bare value.
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// A command with what makes it run exactly once: the unit inside a log entry's payload.
public struct SessionCommand: Equatable, Sendable {
    /// The conversation.
    public var session: SessionID
    /// Consecutive in the conversation, from 1.
    public var sequence: UInt64
    /// The router has the replies up to here; the shard need not keep them.
    public var acknowledged: UInt64
    /// What to do.
    public var command: Command
    /// How often its pair has been moved, as the router knows it; 0 for none.
    public var generation: UInt32

    /// Makes a command of a session.
    public init(
        session: SessionID,
        sequence: UInt64,
        acknowledged: UInt64,
        command: Command,
        generation: UInt32 = 0
    ) {
        self.session = session
        self.sequence = sequence
        self.acknowledged = acknowledged
        self.command = command
        self.generation = generation
    }
}

/// Why a shard node will not serve a session stream.
public enum SessionRefusal: UInt8, Sendable {
    /// It is not the primary of that shard, or no longer.
    case notPrimary = 0
    /// A command came whose predecessor never did.
    case gap = 1
    /// A message that cannot be read.
    case malformed = 2
    /// The conversation has too much in flight.
    case overloaded = 3
}

/// Router to shard, over the session stream; each preceded by its size in four bytes.
public enum SessionRequest: Equatable, Sendable {
    /// First on every stream.
    case hello(version: UInt16, SessionID, ShardID)
    /// Run a command once.
    case command(sequence: UInt64, acknowledged: UInt64, Command, generation: UInt32 = 0)
    /// Answer a question; `id` is the router's and comes back.
    case query(id: UInt64, Query)

    /// The version of the session messages this build speaks.
    public static let version: UInt16 = 4
    /// The largest message taken, in bytes.
    public static let sizeMax = 4 << 20

    /// Appends the message with its size before it.
    ///
    /// - Parameter output: Where the bytes go.
    public func write(to output: inout ByteWriter) {
        Frame.write(to: &output) { writer in
            switch self {
            case .hello(let version, let session, let shard):
                writer.write(UInt8(0))
                writer.write(version)
                writer.write(session)
                writer.write(shard)
            case .command(let sequence, let acknowledged, let command, let generation):
                writer.write(UInt8(1))
                writer.write(sequence)
                writer.write(acknowledged)
                writer.write(command)
                writer.write(generation)
            case .query(let id, let query):
                writer.write(UInt8(2))
                writer.write(id)
                writer.write(query)
            }
        }
    }

    /// Reads a message without its size.
    ///
    /// - Parameter reader: Positioned at the kind.
    /// - Throws: `DecodeError`.
    public init(from reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        switch try reader.read(UInt8.self) {
        case 0:
            self = .hello(
                version: try reader.read(UInt16.self),
                try reader.read(SessionID.self),
                try reader.read(ShardID.self)
            )
        case 1:
            self = .command(
                sequence: try reader.read(UInt64.self),
                acknowledged: try reader.read(UInt64.self),
                try reader.readCommand(),
                generation: try reader.read(UInt32.self)
            )
        case 2: self = .query(id: try reader.read(UInt64.self), try reader.readQuery())
        default: throw .badValue(field: "SessionRequest", at: start)
        }
        try reader.finish()
    }
}

/// Shard to router, over the session stream; each preceded by its size in four bytes.
public enum SessionResponse: Equatable, Sendable {
    /// The stream serves; the log holds this session's commands up to `sequence`.
    case welcome(epoch: Epoch, sequence: UInt64)
    /// The answer to a command, after its commit.
    case reply(sequence: UInt64, Reply)
    /// The answer to a query.
    case answer(id: UInt64, Reply)
    /// The stream ends.
    case refused(SessionRefusal)
    /// The shard has sent funds to another one; comes before any answer that shows it.
    case sendsTo(ShardID)
    /// What an account has used of its orders here, by interval; comes before the reply to an order
    /// that was placed.
    case ordersUsed(AccountID, [OrderUsage])

    /// The largest message taken, in bytes.
    public static let sizeMax = 8 << 20

    /// Appends the message with its size before it.
    ///
    /// - Parameter output: Where the bytes go.
    public func write(to output: inout ByteWriter) {
        Frame.write(to: &output) { writer in
            switch self {
            case .welcome(let epoch, let sequence):
                writer.write(UInt8(0))
                writer.write(epoch)
                writer.write(sequence)
            case .reply(let sequence, let reply):
                writer.write(UInt8(1))
                writer.write(sequence)
                writer.write(reply)
            case .answer(let id, let reply):
                writer.write(UInt8(2))
                writer.write(id)
                writer.write(reply)
            case .refused(let refusal):
                writer.write(UInt8(3))
                writer.write(refusal)
            case .sendsTo(let shard):
                writer.write(UInt8(4))
                writer.write(shard)
            case .ordersUsed(let account, let usages):
                writer.write(UInt8(5))
                writer.write(account)
                writer.write(count: usages.count)
                for usage in usages { writer.write(usage) }
            }
        }
    }

    /// Reads a message without its size.
    ///
    /// - Parameter reader: Positioned at the kind.
    /// - Throws: `DecodeError`.
    public init(from reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        switch try reader.read(UInt8.self) {
        case 0:
            self = .welcome(
                epoch: try reader.read(Epoch.self),
                sequence: try reader.read(UInt64.self)
            )
        case 1: self = .reply(sequence: try reader.read(UInt64.self), try reader.readReply())
        case 2: self = .answer(id: try reader.read(UInt64.self), try reader.readReply())
        case 3: self = .refused(try reader.read(SessionRefusal.self))
        case 4: self = .sendsTo(try reader.read(ShardID.self))
        case 5:
            let account = try reader.read(AccountID.self)
            var usages: [OrderUsage] = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 16)) {
                usages.append(try reader.readOrderUsage())
            }
            self = .ordersUsed(account, usages)
        default: throw .badValue(field: "SessionResponse", at: start)
        }
        try reader.finish()
    }
}
