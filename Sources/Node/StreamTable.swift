import HTTP
import Shard

/// The open streams of a shard node by number: replicas name streams, this holds them.
final class StreamTable {
    /// A follower that lets so much pile up is cut off: it comes back and asks for what it missed.
    static let queuedSizeMax = 64 << 20

    private var streams: [StreamID: HTTPStream] = [:]
    private var next: UInt64 = 1

    /// Takes in a stream.
    func add(_ stream: HTTPStream) -> StreamID {
        let id = StreamID(rawValue: next)
        next += 1
        streams[id] = stream
        return id
    }

    func write(_ bytes: [UInt8], to id: StreamID) {
        guard let stream = streams[id] else { return }
        stream.write(bytes)
        if stream.queuedWriteSize > Self.queuedSizeMax { stream.close() }
    }

    func close(_ id: StreamID) { streams[id]?.close() }

    func remove(_ id: StreamID) { streams[id] = nil }
}
