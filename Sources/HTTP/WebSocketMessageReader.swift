/// Messages from the pieces of WebSocket frames, with the rules of RFC 6455 section 5.
struct WebSocketMessageReader {
    enum Event: Equatable {
        case text(String)
        case binary([UInt8])
        case ping([UInt8])
        case pong
        /// The peer's close frame; code 1005 when it had none.
        case close(code: Int, reason: String)
        /// The peer broke a rule; the code to close with.
        case violation(code: Int, reason: String)
    }

    private let isServer: Bool
    private let messageSizeMax: Int
    /// Kind of the message that is being received, if its first frame has begun.
    private var kind: WebSocketOpcode?
    private var message: [UInt8] = []
    private var control: [UInt8] = []
    /// Bytes received of the frame at hand.
    private var frameSize: UInt64 = 0

    init(isServer: Bool, messageSizeMax: Int) {
        self.isServer = isServer
        self.messageSizeMax = messageSizeMax
    }

    /// Takes the next piece; returns what it completes, if anything.
    mutating func read(_ chunk: WebSocketChunk) -> Event? {
        let isControl = chunk.opcode.rawValue >= WebSocketOpcode.close.rawValue
        if frameSize == 0, let violation = begin(chunk, isControl: isControl) { return violation }
        frameSize += UInt64(chunk.bytes.count)
        if isControl {
            control.append(contentsOf: chunk.bytes)
        } else {
            message.append(contentsOf: chunk.bytes)
        }
        guard frameSize == chunk.payloadSize else { return nil }
        frameSize = 0
        if isControl { return endControl(chunk.opcode) }
        return chunk.isFinal ? endMessage() : nil
    }

    private mutating func begin(_ chunk: WebSocketChunk, isControl: Bool) -> Event? {
        if chunk.hasReservedBits { return .violation(code: 1002, reason: "reserved bits set") }
        if chunk.isMasked != isServer {
            return .violation(code: 1002, reason: isServer ? "frame not masked" : "frame masked")
        }
        guard !isControl else { return nil }
        if (chunk.opcode == .continuation) != (kind != nil) {
            return .violation(code: 1002, reason: "fragments out of order")
        }
        if chunk.payloadSize > UInt64(messageSizeMax - message.count) {
            return .violation(code: 1009, reason: "message too big")
        }
        if chunk.opcode != .continuation { kind = chunk.opcode }
        return nil
    }

    private mutating func endMessage() -> Event {
        let bytes = message
        let isText = kind == .text
        message = []
        kind = nil
        guard isText else { return .binary(bytes) }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .violation(code: 1007, reason: "text is not UTF-8")
        }
        return .text(text)
    }

    private mutating func endControl(_ opcode: WebSocketOpcode) -> Event {
        let bytes = control
        control = []
        switch opcode {
        case .ping: return .ping(bytes)
        case .pong: return .pong
        default: return close(bytes)
        }
    }

    private func close(_ bytes: [UInt8]) -> Event {
        if bytes.isEmpty { return .close(code: 1005, reason: "") }
        guard bytes.count >= 2 else { return .violation(code: 1002, reason: "bad close frame") }
        let code = Int(bytes[0]) << 8 | Int(bytes[1])
        // RFC 6455, 7.4: the first range but for those never sent, then registered and private ones.
        let isAllowed =
            (1000...1014).contains(code) && !(1004...1006).contains(code)
            || (3000...4999).contains(code)
        guard isAllowed else { return .violation(code: 1002, reason: "bad close code") }
        guard let reason = String(validating: bytes[2...], as: UTF8.self) else {
            return .violation(code: 1007, reason: "close reason is not UTF-8")
        }
        return .close(code: code, reason: reason)
    }
}
