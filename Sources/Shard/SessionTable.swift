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
        var replies: ArraySlice<Reply>
    }

    /// Sorted by id: iterated for snapshots, so its order must not depend on hashing.
    private var sessions: [Session] = []
    private var indices: [SessionID: Int] = [:]

    /// Starts without sessions.
    public init() {}

    /// The last sequence a session ran; 0 for an unknown one.
    public func last(of session: SessionID) -> UInt64 {
        indices[session].map { sessions[$0].last } ?? 0
    }

    /// Judges a command and, where it is the next one, counts it.
    ///
    /// - Parameters:
    ///   - command: With its session, sequence and acknowledgement.
    ///   - time: Log time.
    /// - Returns: What to do with it; after `run`, hand the reply to `keep`.
    public mutating func admit(_ command: SessionCommand, at time: Timestamp) -> SessionVerdict {
        guard let index = indices[command.session] ?? add(command.session, at: time) else {
            return .full
        }
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
        guard let index = indices[session] else { return }
        sessions[index].replies.append(reply)
        if sessions[index].replies.count > Self.repliesMax { sessions[index].replies.removeFirst() }
    }

    private func answer(_ sequence: UInt64, of index: Int) -> SessionVerdict {
        let session = sessions[index]
        let age = Int(session.last - sequence)
        guard age < session.replies.count else { return .expired }
        return .answered(session.replies[session.replies.endIndex - 1 - age])
    }

    private mutating func forget(through acknowledged: UInt64, of index: Int) {
        // `last` is the command just admitted, whose reply is not kept yet.
        let kept = sessions[index].replies.count
        let oldest = sessions[index].last - UInt64(kept)
        guard acknowledged >= oldest else { return }
        let count = Int(min(acknowledged - oldest, UInt64(kept)))
        sessions[index].replies.removeFirst(min(count + 1, kept))
    }

    private mutating func add(_ id: SessionID, at time: Timestamp) -> Int? {
        if sessions.count == Self.sessionsMax { dropIdle(at: time) }
        guard sessions.count < Self.sessionsMax else { return nil }
        let index = sessions.firstIndex { id < $0.id } ?? sessions.count
        sessions.insert(Session(id: id, last: 0, time: time, replies: []), at: index)
        reindex()
        return index
    }

    private mutating func dropIdle(at time: Timestamp) {
        sessions.removeAll { time.microseconds - $0.time.microseconds > Self.idleMax }
        reindex()
    }

    private mutating func reindex() {
        indices.removeAll(keepingCapacity: true)
        for (index, session) in sessions.enumerated() { indices[session.id] = index }
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
            for reply in session.replies { writer.write(reply) }
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
                time: try reader.readTimestamp(),
                replies: []
            )
            for _ in 0..<(try reader.readCount(elementSizeMin: 1)) {
                session.replies.append(try reader.readReply())
            }
            sessions.append(session)
        }
        reindex()
    }
}
