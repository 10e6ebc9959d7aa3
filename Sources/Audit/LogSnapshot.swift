import Replication
import Trading
import Wire

/// A snapshot as an acceptor holds it.
public struct LogSnapshot: Equatable, Sendable {
    /// Where it stands and what it must hash to.
    public var manifest: SnapshotManifest
    /// All chunks in a row.
    public var bytes: [UInt8]

    /// Makes a snapshot of a manifest and the bytes of its chunks.
    public init(manifest: SnapshotManifest, bytes: [UInt8]) {
        self.manifest = manifest
        self.bytes = bytes
    }

    /// Checks that a state can be read out of it: size, hash, layout, and that it writes back to
    /// the same bytes.
    ///
    /// - Parameter type: What to read.
    /// - Throws: `LogDefect.snapshotDamaged`.
    public func check<State: ReplayedState & ~Copyable>(
        _ type: State.Type
    ) throws(LogDefect) { _ = try open(type) }

    /// Reads the state out of it, checking size, hash and layout, and that it writes back to the
    /// same bytes.
    ///
    /// - Parameter type: What to read.
    /// - Returns: The state, the commands applied to it and its log time.
    /// - Throws: `LogDefect.snapshotDamaged`.
    func open<State: ReplayedState & ~Copyable>(
        _ type: State.Type
    ) throws(LogDefect) -> OpenedSnapshot<State> {
        guard bytes.count == manifest.size else {
            let text = "has \(bytes.count) bytes where its manifest says \(manifest.size)"
            throw .snapshotDamaged(manifest.id, text)
        }
        let hash = SipHash.hash(bytes, in: 0..<bytes.count)
        guard hash == manifest.stateHash else {
            let text = "hashes to \(ChainHash(rawValue: hash)) where its manifest says"
            throw .snapshotDamaged(
                manifest.id,
                "\(text) \(ChainHash(rawValue: manifest.stateHash))"
            )
        }
        let opened: OpenedSnapshot<State>
        do {
            var reader = ByteReader(bytes)
            let commandCount = try reader.read(UInt64.self)
            let time = try reader.readTimestamp()
            let state = try State(decoding: &reader)
            try reader.finish()
            opened = OpenedSnapshot(commandCount: commandCount, time: time, state: state)
        } catch {
            throw .snapshotDamaged(manifest.id, "cannot be read: \(error)")
        }
        guard opened.encoded() == bytes else {
            throw .snapshotDamaged(manifest.id, "does not write back to the same bytes")
        }
        return opened
    }
}

/// A state with its place in the count of commands and in log time.
struct OpenedSnapshot<State: ReplayedState & ~Copyable>: ~Copyable {
    var commandCount: UInt64
    var time: Timestamp
    var state: State

    /// As a snapshot holds it.
    func encoded() -> [UInt8] {
        var writer = ByteWriter(capacity: 1 << 20)
        writer.write(commandCount)
        writer.write(time)
        state.encode(into: &writer)
        return writer.bytes
    }
}
