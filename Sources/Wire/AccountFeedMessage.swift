import Trading

/// Router to replica over the accounts stream, each preceded by its size in four bytes: whose events
/// it wants.
public enum AccountFeedRequest: Equatable, Sendable {
    /// Begin to tell of an account: all that came after an entry of the log, or from now on.
    case watch(AccountID, after: SequenceNumber?)
    /// Tell no more of an account.
    case unwatch(AccountID)

    /// The largest message taken, in bytes.
    public static let sizeMax = 64

    /// Appends the message with its size before it.
    ///
    /// - Parameter output: Where the bytes go.
    public func write(to output: inout ByteWriter) {
        Frame.write(to: &output) { writer in
            switch self {
            case .watch(let account, let position):
                writer.write(UInt8(position == nil ? 0 : 1))
                writer.write(account)
                if let position { writer.write(position) }
            case .unwatch(let account):
                writer.write(UInt8(2))
                writer.write(account)
            }
        }
    }

    /// Reads a message without its size.
    ///
    /// - Parameter reader: Positioned at the kind.
    /// - Throws: `DecodeError`.
    public init(from reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let kind = try reader.read(UInt8.self)
        let account = try reader.read(AccountID.self)
        switch kind {
        case 0: self = .watch(account, after: nil)
        case 1: self = .watch(account, after: try reader.read(SequenceNumber.self))
        case 2: self = .unwatch(account)
        default: throw .badValue(field: "AccountFeedRequest", at: start)
        }
        try reader.finish()
    }
}

/// Replica to router over the accounts stream, each preceded by its size in four bytes.
///
/// Positions are entries of the log: all events of an entry come in one message.
public enum AccountFeedMessage: Equatable, Sendable {
    /// The answer to a watch: from here on nothing is missing.
    ///
    /// `isContinued` says that nothing is missing since the entry that the watch named either: what
    /// came since follows.
    case began(AccountID, position: SequenceNumber, isContinued: Bool, [Balance])
    /// What happened to an account up to an entry, and its balances there.
    case events(AccountID, position: SequenceNumber, [AccountEvent], [Balance])
    /// Nothing new; the entry the replica has reached.
    case heartbeat(position: SequenceNumber)

    /// The largest message taken, in bytes.
    public static let sizeMax = 64 << 20

    /// Appends the message with its size before it.
    ///
    /// - Parameter output: Where the bytes go.
    public func write(to output: inout ByteWriter) {
        Frame.write(to: &output) { writer in
            switch self {
            case .began(let account, let position, let isContinued, let balances):
                writer.write(UInt8(isContinued ? 1 : 0))
                writer.write(account)
                writer.write(position)
                writer.write(count: balances.count)
                for balance in balances { writer.write(balance) }
            case .events(let account, let position, let events, let balances):
                writer.write(UInt8(2))
                writer.write(account)
                writer.write(position)
                writer.write(count: balances.count)
                for balance in balances { writer.write(balance) }
                writer.write(count: events.count)
                for event in events { writer.write(event) }
            case .heartbeat(let position):
                writer.write(UInt8(3))
                writer.write(position)
            }
        }
    }

    /// Reads a message without its size.
    ///
    /// - Parameter reader: Positioned at the kind.
    /// - Throws: `DecodeError`.
    public init(from reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let kind = try reader.read(UInt8.self)
        guard kind <= 3 else { throw .badValue(field: "AccountFeedMessage", at: start) }
        guard kind < 3 else {
            self = .heartbeat(position: try reader.read(SequenceNumber.self))
            try reader.finish()
            return
        }
        let account = try reader.read(AccountID.self)
        let position = try reader.read(SequenceNumber.self)
        var balances: [Balance] = []
        for _ in 0..<(try reader.readCount(elementSizeMin: 34)) {
            balances.append(try reader.readBalance())
        }
        if kind == 2 {
            var events: [AccountEvent] = []
            for _ in 0..<(try reader.readCount(elementSizeMin: 1)) {
                events.append(try reader.readAccountEvent())
            }
            self = .events(account, position: position, events, balances)
        } else {
            self = .began(account, position: position, isContinued: kind == 1, balances)
        }
        try reader.finish()
    }
}
