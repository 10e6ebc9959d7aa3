import Trading
import Wire

/// What a session's command amounts to before it runs.
public enum SessionVerdict: Equatable, Sendable {
    /// It is the next one: run it.
    case run
    /// It ran before; this was the answer.
    case answered(Reply)
    /// It ran before and its answer is no longer kept: never run it again.
    case expired
    /// One before it never came.
    case gap
    /// There is no room for a new session.
    case full
}

/// The replicated memory that makes every command run exactly once: per session the last sequence
/// and the replies not yet acknowledged.
public struct SessionTable: Sendable {
    /// The most sessions kept.
    public static let sessionsMax = 1024
    /// The most replies kept for one session; routers keep fewer commands in flight.
    public static let repliesMax = 4096
    /// A session silent for so long in log time may be forgotten.
    public static let idleMax: Int64 = 3_600_000_000

    private struct Session {
        var id: SessionID
        var last: UInt64
        var time: Timestamp
        /// Replies to `last - replies.count + 1 ... last`.
        var replies = ReplyQueue()
    }

    /// Sorted by id.
    private var sessions: ContiguousArray<Session> = []
    /// The session of the last command: that of the next one, as a rule.
    private var latest = 0

    /// Starts without sessions.
    public init() {}

    /// The last sequence a session ran; 0 for an unknown one.
    public func last(of session: SessionID) -> UInt64 {
        index(of: session).map { sessions[$0].last } ?? 0
    }

    /// Judges a command and, where it is the next one, counts it.
    ///
    /// - Parameters:
    ///   - command: With its session, sequence and acknowledgement.
    ///   - time: Log time.
    /// - Returns: What to do with it; after `run`, hand the reply to `keep`.
    public mutating func admit(_ command: SessionCommand, at time: Timestamp) -> SessionVerdict {
        guard let index = index(of: command.session) ?? add(command.session, at: time) else {
            return .full
        }
        latest = index
        sessions[index].time = time
        let last = sessions[index].last
        if command.sequence > last + 1 { return .gap }
        if command.sequence <= last { return answer(command.sequence, of: index) }
        sessions[index].last = command.sequence
        forget(through: command.acknowledged, of: index)
        return .run
    }

    /// Keeps the reply to the command just admitted.
    ///
    /// - Parameters:
    ///   - reply: What it came to.
    ///   - session: Whose.
    public mutating func keep(_ reply: Reply, for session: SessionID) {
        guard let index = index(of: session) else { return }
        sessions[index].replies.append(reply)
        if sessions[index].replies.count > Self.repliesMax { sessions[index].replies.drop(1) }
    }

    private func index(of session: SessionID) -> Int? {
        if latest < sessions.count, sessions[latest].id == session { return latest }
        let index = position(of: session)
        return index < sessions.count && sessions[index].id == session ? index : nil
    }

    /// Where a session is or would be.
    private func position(of session: SessionID) -> Int {
        var (low, high) = (0, sessions.count)
        while low < high {
            let middle = (low + high) / 2
            if sessions[middle].id < session { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func answer(_ sequence: UInt64, of index: Int) -> SessionVerdict {
        let session = sessions[index]
        let age = Int(clamping: session.last - sequence)
        guard age < session.replies.count else { return .expired }
        return .answered(session.replies[session.replies.count - 1 - age])
    }

    private mutating func forget(through acknowledged: UInt64, of index: Int) {
        // `last` is the command just admitted, whose reply is not kept yet.
        let kept = sessions[index].replies.count
        let oldest = sessions[index].last - UInt64(kept)
        guard acknowledged >= oldest else { return }
        let count = Int(min(acknowledged - oldest, UInt64(kept)))
        sessions[index].replies.drop(min(count + 1, kept))
    }

    private mutating func add(_ id: SessionID, at time: Timestamp) -> Int? {
        if sessions.count == Self.sessionsMax { dropIdle(at: time) }
        guard sessions.count < Self.sessionsMax else { return nil }
        let index = position(of: id)
        sessions.insert(Session(id: id, last: 0, time: time), at: index)
        return index
    }

    private mutating func dropIdle(at time: Timestamp) {
        sessions.removeAll { time.microseconds - $0.time.microseconds > Self.idleMax }
    }

    /// Appends the table to a snapshot.
    ///
    /// - Parameter writer: Where to.
    public func encode(into writer: inout ByteWriter) {
        writer.write(count: sessions.count)
        for session in sessions {
            writer.write(session.id)
            writer.write(session.last)
            writer.write(session.time)
            writer.write(count: session.replies.count)
            for age in 0..<session.replies.count { writer.write(session.replies[age]) }
        }
    }

    /// Reads a table out of a snapshot.
    ///
    /// - Parameter reader: Where from.
    /// - Throws: `DecodeError`.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        for _ in 0..<(try reader.readCount(elementSizeMin: 28)) {
            var session = Session(
                id: try reader.read(SessionID.self),
                last: try reader.read(UInt64.self),
                time: try reader.readTimestamp()
            )
            for _ in 0..<(try reader.readCount(elementSizeMin: 1)) {
                session.replies.append(try reader.readReply())
            }
            let isNext = sessions.last.map { $0.id < session.id } ?? true
            guard isNext else { throw .badValue(field: "SessionTable.session", at: reader.position) }
            sessions.append(session)
        }
    }
}

/// Replies in the order in which they were given, in a ring that grows to its greatest need.
private struct ReplyQueue {
    /// A power of two of places, or none yet; free ones hold `done`.
    private var places: ContiguousArray<Reply> = []
    private var start = 0
    private(set) var count = 0

    /// A reply by age; 0 is the oldest.
    subscript(age: Int) -> Reply { places[(start &+ age) & (places.count &- 1)] }

    mutating func append(_ reply: Reply) {
        if count == places.count { grow() }
        places[(start &+ count) & (places.count &- 1)] = reply
        count += 1
    }

    /// Forgets the oldest.
    mutating func drop(_ dropped: Int) {
        for _ in 0..<dropped {
            places[start] = .done
            start = (start &+ 1) & (places.count &- 1)
        }
        count -= dropped
    }

    private mutating func grow() {
        let size = max(8, places.count * 2)
        var larger: ContiguousArray<Reply> = []
        larger.reserveCapacity(size)
        for age in 0..<count { larger.append(self[age]) }
        while larger.count < size { larger.append(.done) }
        places = larger
        start = 0
    }
}
