import Trading
import Wire

/// What a session's command amounts to before it runs.
public enum SessionVerdict: Equatable, Sendable {
    /// It is the next one: run it.
    case run
    /// It ran before, and its answer is still kept.
    case answered
    /// It ran before and its answer is no longer kept: never run it again.
    case expired
    /// One before it never came.
    case gap
    /// There is no room for a new session.
    case full
}

/// The replicated memory that makes every command run exactly once: per session the last sequence
/// and the replies not yet acknowledged.
public struct SessionTable: ~Copyable {
    /// The most sessions kept.
    public static let sessionsMax = 1024
    /// The most replies kept for one session; routers keep fewer commands in flight.
    public static let repliesMax = 4096
    /// A session silent for so long in log time may be forgotten.
    public static let idleMax: Int64 = 3_600_000_000

    private var sessions = Pool<Session>(capacity: 4)
    /// Numbers of the sessions in use, sorted by id, then those that are free.
    private var order: ContiguousArray<UInt32> = []
    private var count = 0
    /// The session of the last command: that of the next one, as a rule.
    private var latest: UInt32 = 0

    /// Starts without sessions.
    public init() {}

    /// The last sequence a session ran; 0 for an unknown one.
    public func last(of session: SessionID) -> UInt64 {
        number(of: session).map { sessions[$0].last } ?? 0
    }

    /// Judges a command and, where it is the next one, counts it.
    ///
    /// - Parameters:
    ///   - command: With its session, sequence and acknowledgement.
    ///   - time: Log time.
    /// - Returns: What to do with it; after `run`, hand the reply to `keep`.
    public mutating func admit(
        _ command: borrowing SessionCommand,
        at time: Timestamp
    ) -> SessionVerdict {
        guard let number = number(of: command.session) ?? add(command.session, at: time) else {
            return .full
        }
        latest = number
        sessions[number].time = time
        let last = sessions[number].last
        if command.sequence > last + 1 { return .gap }
        if command.sequence <= last {
            return sessions[number].age(of: command.sequence) == nil ? .expired : .answered
        }
        sessions[number].last = command.sequence
        sessions[number].forget(through: command.acknowledged)
        return .run
    }

    /// Keeps the reply to the command just admitted.
    ///
    /// - Parameter answer: What it came to.
    public mutating func keep(_ answer: borrowing CommandAnswer) { sessions[latest].keep(answer) }

    /// Shows the reply to a command that ran.
    ///
    /// - Parameters:
    ///   - sequence: Its number in its session.
    ///   - session: The session.
    ///   - body: Gets the reply.
    /// - Returns: What the body returns; `nil` when the reply is not kept.
    public func withReply<Result>(
        to sequence: UInt64,
        of session: SessionID,
        _ body: (Reply) -> Result
    ) -> Result? {
        guard let number = number(of: session), let age = sessions[number].age(of: sequence) else {
            return nil
        }
        return body(sessions[number].replies.reply(age))
    }

    /// What a kept reply is of, without making it.
    ///
    /// - Parameters:
    ///   - sequence: The number of its command in its session.
    ///   - session: The session.
    /// - Returns: What it says and the order it tells of, if any; `nil` when it is not kept.
    public func subject(
        of sequence: UInt64,
        in session: SessionID
    ) -> (kind: CommandAnswer.Kind, order: OrderID)? {
        guard let number = number(of: session), let age = sessions[number].age(of: sequence) else {
            return nil
        }
        return sessions[number].replies.subject(age)
    }

    @inline(__always)
    private func number(of session: SessionID) -> UInt32? {
        if latest < sessions.count, sessions[latest].id == session { return latest }
        let position = position(of: session)
        guard position < count, sessions[order[position]].id == session else { return nil }
        return order[position]
    }

    /// Where a session is or would be.
    private func position(of session: SessionID) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if sessions[order[middle]].id < session { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func add(_ id: SessionID, at time: Timestamp) -> UInt32? {
        if count == Self.sessionsMax { dropIdle(at: time) }
        guard count < Self.sessionsMax else { return nil }
        return insert(Session(id, last: 0, time: time))
    }

    private mutating func insert(_ session: consuming Session) -> UInt32 {
        let position = position(of: session.id)
        let number: UInt32
        if count < order.count {
            number = order.removeLast()
            sessions[number] = session
        } else {
            number = sessions.append(session)
        }
        order.insert(number, at: position)
        count += 1
        return number
    }

    private mutating func dropIdle(at time: Timestamp) {
        var (kept, free): (ContiguousArray<UInt32>, ContiguousArray<UInt32>) = ([], [])
        for number in order[..<count] {
            if time.microseconds - sessions[number].time.microseconds > Self.idleMax {
                // An id that no command has: it must not be found as the latest.
                sessions[number] = Session(SessionID(rawValue: .max), last: 0, time: .zero)
                free.append(number)
            } else {
                kept.append(number)
            }
        }
        order = kept + order[count...] + free
        count = kept.count
    }

    /// Appends the table to a snapshot.
    ///
    /// - Parameter writer: Where to.
    public func encode(into writer: inout ByteWriter) {
        writer.write(count: count)
        for number in order[..<count] {
            writer.write(sessions[number].id)
            writer.write(sessions[number].last)
            writer.write(sessions[number].time)
            writer.write(count: Int(sessions[number].replies.count))
            for age in (0..<sessions[number].replies.count).reversed() {
                writer.write(sessions[number].replies.reply(age))
            }
        }
    }

    /// Reads a table out of a snapshot.
    ///
    /// - Parameter reader: Where from.
    /// - Throws: `DecodeError`.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        var answer = CommandAnswer()
        for _ in 0..<(try reader.readCount(elementSizeMin: 28)) {
            let start = reader.position
            var session = Session(
                try reader.read(SessionID.self),
                last: try reader.read(UInt64.self),
                time: try reader.readTimestamp()
            )
            for _ in 0..<(try reader.readCount(elementSizeMin: 1)) {
                answer.set(try reader.readReply())
                session.keep(answer)
            }
            guard position(of: session.id) == count, number(of: session.id) == nil,
                count < Self.sessionsMax
            else { throw .badValue(field: "SessionTable.session", at: start) }
            _ = insert(session)
        }
    }
}

/// One session.
///
/// Not private: in a debug build Swift 6.3 breaks off over the metadata of private
/// types in a pool.
struct Session: ~Copyable {
    let id: SessionID
    var last: UInt64
    var time: Timestamp
    /// Replies to the last commands.
    var replies = ReplyRing()

    init(_ id: SessionID, last: UInt64, time: Timestamp) {
        self.id = id
        self.last = last
        self.time = time
    }

    /// How many commands came after one that ran; `nil` when its reply is not kept.
    func age(of sequence: UInt64) -> UInt32? {
        let age = last &- sequence
        return age < UInt64(replies.count) ? UInt32(age) : nil
    }

    @inline(__always)
    mutating func keep(_ answer: borrowing CommandAnswer) {
        if Int(replies.count) == SessionTable.repliesMax { replies.drop(1) }
        replies.append(answer)
    }

    mutating func forget(through acknowledged: UInt64) {
        // `last` is the command just admitted, whose reply is not kept yet.
        let kept = UInt64(replies.count)
        let oldest = last - kept
        guard acknowledged >= oldest else { return }
        let count = min(acknowledged - oldest, kept)
        replies.drop(UInt32(min(count + 1, kept)))
    }
}
