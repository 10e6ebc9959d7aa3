internal import CWslay

// The only file that knows libwslay. Its frame layer is used, not its event layer: that one does
// not check masks and copies every message.

/// A piece of a WebSocket frame that was received; the header's facts come with every piece.
struct WebSocketChunk {
    var opcode: WebSocketOpcode
    var isFinal: Bool
    var hasReservedBits: Bool
    var isMasked: Bool
    /// Size in bytes of the payload of the whole frame.
    var payloadSize: UInt64
    /// This piece of the payload, unmasked; valid during the call only.
    var bytes: UnsafeRawBufferPointer
}

/// What a frame carries (RFC 6455, 5.2).
enum WebSocketOpcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xa
}

/// WebSocket frames from bytes and to bytes (RFC 6455, 5).
final class WebSocketFramer {
    fileprivate var input = UnsafeRawBufferPointer(start: nil, count: 0)
    fileprivate let output: (UnsafeRawBufferPointer) -> Void
    private let isServer: Bool
    private var native: OpaquePointer?

    /// Frames are given to `output` piece by piece; a client masks them.
    init(isServer: Bool, output: @escaping (UnsafeRawBufferPointer) -> Void) {
        self.isServer = isServer
        self.output = output
        var callbacks = wslay_frame_callbacks(
            send_callback: takeFrame,
            recv_callback: giveInput,
            genmask_callback: makeMask
        )
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard wslay_frame_context_init(&native, &callbacks, context) == 0 else {
            fatalError("no memory for a WebSocket")
        }
    }

    deinit {
        wslay_frame_context_free(native)
    }

    /// Takes bytes of the peer and hands on the pieces of frames in them, until the body says no.
    ///
    /// Returns whether the bytes were well formed.
    func receive(_ bytes: UnsafeRawBufferPointer, _ body: (WebSocketChunk) -> Bool) -> Bool {
        input = bytes
        defer { input = UnsafeRawBufferPointer(start: nil, count: 0) }
        while true {
            var frame = wslay_frame_iocb()
            let count = wslay_frame_recv(native, &frame)
            if count == Int(WSLAY_ERR_WANT_READ.rawValue) { return true }
            guard count >= 0, let opcode = WebSocketOpcode(rawValue: frame.opcode) else {
                return false
            }
            let chunk = WebSocketChunk(
                opcode: opcode,
                isFinal: frame.fin == 1,
                hasReservedBits: frame.rsv != 0,
                isMasked: frame.mask == 1,
                payloadSize: frame.payload_length,
                bytes: UnsafeRawBufferPointer(start: frame.data, count: frame.data_length)
            )
            guard body(chunk) else { return true }
        }
    }

    /// Sends one whole frame.
    func send(_ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer) {
        var frame = wslay_frame_iocb()
        frame.fin = 1
        frame.opcode = opcode.rawValue
        frame.mask = isServer ? 0 : 1
        frame.payload_length = UInt64(payload.count)
        frame.data = payload.baseAddress?.assumingMemoryBound(to: UInt8.self)
        frame.data_length = payload.count
        // Our output takes everything, so one call sends all.
        let sent = wslay_frame_send(native, &frame)
        guard sent == payload.count else { fatalError("WebSocket frame half sent") }
    }
}

private func framer(_ context: UnsafeMutableRawPointer?) -> WebSocketFramer? {
    context.map { Unmanaged<WebSocketFramer>.fromOpaque($0).takeUnretainedValue() }
}

private func takeFrame(
    _ bytes: UnsafePointer<UInt8>?,
    _ count: Int,
    _: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    framer(context)?.output(UnsafeRawBufferPointer(start: bytes, count: count))
    return count
}

private func giveInput(
    _ target: UnsafeMutablePointer<UInt8>?,
    _ capacity: Int,
    _: Int32,
    _ context: UnsafeMutableRawPointer?
) -> Int {
    guard let framer = framer(context), framer.input.count > 0 else { return -1 }
    let size = min(capacity, framer.input.count)
    UnsafeMutableRawBufferPointer(start: target, count: size)
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: framer.input[..<size]))
    framer.input = UnsafeRawBufferPointer(rebasing: framer.input[size...])
    return size
}

private func makeMask(
    _ target: UnsafeMutablePointer<UInt8>?,
    _ count: Int,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    // The mask must be unpredictable (RFC 6455, 10.3); the system's generator is.
    for index in 0..<count { target?[index] = UInt8.random(in: .min ... .max) }
    return 0
}
