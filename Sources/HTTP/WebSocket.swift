internal import EventLoop

/// A WebSocket over a stream of HTTP/2, of a server or a client.
///
/// It answers pings itself. A peer that breaks the protocol gets a close frame that says why.
public final class WebSocket {
    /// How long the peer may take to answer our close frame.
    private static let closeMilliseconds: UInt64 = 5000

    /// Called with each text message.
    public var onText: ((String) -> Void)?
    /// Called with each binary message.
    public var onBinary: (([UInt8]) -> Void)?
    /// Called when the peer has sent a ping, which is answered here.
    public var onPing: (() -> Void)?
    /// Called when the peer has answered a ping.
    public var onPong: (() -> Void)?
    /// Called exactly once with the code and reason of the end; 1006 when no close frame came.
    public var onClose: ((_ code: Int, _ reason: String) -> Void)?

    private let stream: HTTPStream
    private let loop: EventLoop
    private let framer: WebSocketFramer
    private var reader: WebSocketMessageReader
    private var closeTimer: LoopTimer?
    private var hasSentClose = false
    private var isFinished = false

    init(stream: HTTPStream, isServer: Bool, messageSizeMax: Int, loop: EventLoop) {
        self.stream = stream
        self.loop = loop
        reader = WebSocketMessageReader(isServer: isServer, messageSizeMax: messageSizeMax)
        framer = WebSocketFramer(isServer: isServer) { [unowned stream] in stream.write($0) }
        stream.onData = { [unowned self] in didReceive($0) }
        // The stream's last call: it keeps us alive until then.
        stream.onClose = { self.finish(1006, $0) }
    }

    /// Size in bytes of what was sent here and has not yet left the stream.
    public var queuedWriteSize: Int { stream.queuedWriteSize }

    /// Whether nothing more can be sent.
    public var isClosed: Bool { hasSentClose || isFinished }

    /// Sends a text message, which must be valid UTF-8.
    public func send(text: [UInt8]) {
        text.withUnsafeBytes { send(.text, $0) }
    }

    /// Sends a binary message.
    public func send(binary: [UInt8]) {
        binary.withUnsafeBytes { send(.binary, $0) }
    }

    /// Asks the peer for a pong.
    ///
    /// - Parameter payload: What the pong repeats, at most 125 bytes.
    public func ping(_ payload: [UInt8] = []) {
        payload.prefix(125).withUnsafeBytes { send(.ping, $0) }
    }

    /// Sends a close frame; `onClose` is called once the peer has answered or took too long.
    ///
    /// - Parameters:
    ///   - code: Status code (RFC 6455, 7.4).
    ///   - reason: Words for it, of which 123 bytes are sent.
    public func close(code: Int, reason: String) {
        guard !isClosed else { return }
        sendClose(code, reason)
        closeTimer = loop.schedule(afterMilliseconds: Self.closeMilliseconds) {
            self.finish(code, reason)
        }
    }

    // MARK: Inside

    private func send(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer) {
        if !isClosed { framer.send(opcode, payload) }
    }

    private func sendClose(_ code: Int, _ reason: String) {
        var payload = [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)]
        for character in reason where payload.count + character.utf8.count <= 125 {
            payload.append(contentsOf: character.utf8)
        }
        payload.withUnsafeBytes { framer.send(.close, $0) }
        hasSentClose = true
    }

    private func didReceive(_ bytes: UnsafeRawBufferPointer) {
        let isWellFormed = framer.receive(bytes) { chunk in
            if let event = reader.read(chunk) { take(event) }
            return !isFinished
        }
        if !isWellFormed { fail(1002, "malformed frame") }
    }

    private func take(_ event: WebSocketMessageReader.Event) {
        switch event {
        case .text(let text): if !hasSentClose { onText?(text) }
        case .binary(let bytes): if !hasSentClose { onBinary?(bytes) }
        case .ping(let bytes):
            bytes.withUnsafeBytes { send(.pong, $0) }
            onPing?()
        case .pong: onPong?()
        case .close(let code, let reason):
            if !hasSentClose { sendClose(code == 1005 ? 1000 : code, "") }
            finish(code, reason)
        case .violation(let code, let reason): fail(code, reason)
        }
    }

    private func fail(_ code: Int, _ reason: String) {
        guard !isFinished else { return }
        if !hasSentClose { sendClose(code, reason) }
        finish(code, reason)
    }

    private func finish(_ code: Int, _ reason: String) {
        guard !isFinished else { return }
        isFinished = true
        closeTimer?.cancel()
        closeTimer = nil
        stream.close()
        let onClose = self.onClose
        onText = nil
        onBinary = nil
        onPing = nil
        onPong = nil
        self.onClose = nil
        onClose?(code, reason)
    }
}
