import HTTP
import Membership
import Wire

/// The members' streams that are present, one a name: a newer stream replaces an older one.
final class MemberStreams {
    private var streams: [NodeID: HTTPStream] = [:]

    func add(_ id: NodeID, _ stream: HTTPStream) {
        if let old = streams.updateValue(stream, forKey: id), old !== stream { old.close() }
    }

    func isPresent(_ id: NodeID, _ stream: HTTPStream) -> Bool { streams[id] === stream }

    /// Returns whether it was the present one.
    func remove(_ id: NodeID, _ stream: HTTPStream) -> Bool {
        guard streams[id] === stream else { return false }
        streams[id] = nil
        return true
    }

    func send(_ message: MembershipMessage, to id: NodeID) {
        streams[id]?.write(Self.frame(message))
    }

    func broadcast(_ message: MembershipMessage) {
        let bytes = Self.frame(message)
        for stream in streams.values { stream.write(bytes) }
    }

    private static func frame(_ message: MembershipMessage) -> [UInt8] {
        var writer = ByteWriter()
        Frame.write(to: &writer) { $0.write(raw: message.encoded()) }
        return writer.bytes
    }
}
