internal import CNghttp2

// The only file that knows libnghttp2. It is used without I/O: bytes go in, bytes come out.

/// One HTTP/2 connection as a state machine, of a server or a client.
final class HTTP2Session {
    unowned let owner: any HTTP2SessionOwner
    let isServer: Bool
    /// All streams that live.
    private(set) var streams: [HTTP2Stream] = []
    /// Size in bytes of what waits in the streams; they keep it up to date.
    var queuedSize = 0

    fileprivate let limits: HTTPLimits
    let now: () -> UInt64
    /// The stream whose header is being received.
    fileprivate var current: HTTP2Stream?
    fileprivate var hasSettings = false
    /// Whether the peer was asked for no new streams, and has not said that it knows.
    fileprivate var isAnnounced = false
    /// Whether no new streams are taken.
    private(set) var hasGoneAway = false
    private var native: OpaquePointer?
    private var block = HeaderBlock()

    init(
        owner: any HTTP2SessionOwner,
        isServer: Bool,
        limits: HTTPLimits,
        now: @escaping () -> UInt64
    ) {
        self.owner = owner
        self.isServer = isServer
        self.limits = limits
        self.now = now
        open()
    }

    deinit {
        nghttp2_session_del(native)
    }

    /// Whether nothing is left to do: the peer or the protocol has ended the connection.
    var isFinished: Bool {
        nghttp2_session_want_read(native) == 0 && nghttp2_session_want_write(native) == 0
    }

    /// Whether the peer takes extended CONNECT (RFC 8441).
    var peerAllowsExtendedConnect: Bool {
        nghttp2_session_get_remote_settings(native, NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL) == 1
    }

    /// Takes bytes from the peer; returns what is wrong with them if the connection cannot go on.
    func receive(_ bytes: UnsafeRawBufferPointer) -> String? {
        let base = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let count = nghttp2_session_mem_recv(native, base, bytes.count)
        current = nil
        return count < 0 ? String(cString: nghttp2_strerror(Int32(count))) : nil
    }

    /// The next bytes for the peer, valid until the next call; nil when there are none.
    func nextOutput() -> UnsafeRawBufferPointer? {
        var start: UnsafePointer<UInt8>?
        let count = nghttp2_session_mem_send(native, &start)
        return count > 0 ? UnsafeRawBufferPointer(start: start, count: count) : nil
    }

    /// Answers a request; without a body the stream stays open for writing.
    func respond(
        to stream: HTTP2Stream,
        status: Int,
        headers: [(name: String, value: String)],
        body: [UInt8]?
    ) {
        block.removeAll()
        block.append(":status", String(status))
        block.append(headers)
        if let body {
            block.append("content-length", String(body.count))
            stream.setOutput(stream.head.method == "HEAD" ? [] : body)
        }
        let hasData = body == nil || stream.queuedSize > 0
        withNativeFields(data: hasData ? stream : nil) { fields, count, data in
            let code = nghttp2_submit_response(native, stream.id, fields, count, data)
            if code != 0 { reset(stream, .internalError) }
        }
        owner.sessionNeedsFlush()
    }

    /// Opens a stream with a request; nil when no more streams can be opened.
    func request(
        _ pseudo: [(name: String, value: String)],
        headers: [(name: String, value: String)],
        body: [UInt8]?
    ) -> HTTP2Stream? {
        block.removeAll()
        block.append(pseudo)
        block.append(headers)
        let stream = HTTP2Stream(session: self, id: 0)
        if let body { stream.setOutput(body) }
        let hasData = body == nil || stream.queuedSize > 0
        withNativeFields(data: hasData ? stream : nil) { fields, count, data in
            let context = Unmanaged.passUnretained(stream).toOpaque()
            stream.id = nghttp2_submit_request(native, nil, fields, count, data, context)
        }
        guard stream.id > 0 else { return nil }
        add(stream)
        owner.sessionNeedsFlush()
        return stream
    }

    func resume(_ stream: HTTP2Stream) {
        nghttp2_session_resume_data(native, stream.id)
        owner.sessionNeedsFlush()
    }

    func reset(_ stream: HTTP2Stream, _ code: HTTP2ResetCode) {
        nghttp2_submit_rst_stream(native, noFlags, stream.id, code.rawValue)
        owner.sessionNeedsFlush()
    }

    /// Asks the peer for no new streams, and still takes those that are on their way.
    ///
    /// RFC 9113, section 6.8: the GOAWAY that names the last stream follows a round trip later. The
    /// answer to the PING shows that the peer has read the first, however long it slept.
    func announceGoAway() {
        isAnnounced = true
        nghttp2_submit_shutdown_notice(native)
        nghttp2_submit_ping(native, noFlags, nil)
        owner.sessionNeedsFlush()
    }

    /// Announces that no new streams are taken; those that are open go on.
    func goAway() {
        guard !hasGoneAway else { return }
        hasGoneAway = true
        let last = nghttp2_session_get_last_proc_stream_id(native)
        nghttp2_submit_goaway(native, noFlags, last, 0, nil, 0)
        owner.sessionNeedsFlush()
    }

    /// Tells all streams that they are gone.
    func closeStreams(_ reason: String) {
        let closed = streams
        streams = []
        for stream in closed { stream.detach()?.didClose(reason) }
    }

    // MARK: Inside

    private func open() {
        var callbacks: OpaquePointer?
        var options: OpaquePointer?
        let code = nghttp2_session_callbacks_new(&callbacks) | nghttp2_option_new(&options)
        guard code == 0 else { fatalError("no memory for an HTTP/2 session") }
        defer {
            nghttp2_session_callbacks_del(callbacks)
            nghttp2_option_del(options)
        }
        nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, didBeginHeaders)
        nghttp2_session_callbacks_set_on_header_callback(callbacks, didReceiveField)
        nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, didReceiveFrame)
        nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, didReceiveData)
        nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, didCloseStream)
        nghttp2_session_callbacks_set_on_frame_send_callback(callbacks, didSendFrame)
        // Closed streams kept for the priority tree would cost memory for nothing.
        nghttp2_option_set_no_closed_streams(options, 1)
        // Rapid reset (CVE-2023-44487): more resets than this are answered with GOAWAY.
        nghttp2_option_set_stream_reset_rate_limit(options, 500, 100)
        let context = Unmanaged.passUnretained(self).toOpaque()
        let make = isServer ? nghttp2_session_server_new2 : nghttp2_session_client_new2
        guard make(&native, callbacks, context, options) == 0 else { fatalError("no session") }
        sendSettings()
    }

    private func sendSettings() {
        var settings = [
            setting(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, Int(HTTPLimits.streamWindowSize)),
            setting(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, limits.maxHeaderListSize),
            setting(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, limits.maxConcurrentStreams),
        ]
        let extended = setting(NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1)
        settings.append(isServer ? extended : setting(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
        nghttp2_submit_settings(native, noFlags, settings, settings.count)
        nghttp2_session_set_local_window_size(native, noFlags, 0, HTTPLimits.connectionWindowSize)
    }

    private func setting(_ id: nghttp2_settings_id, _ value: Int) -> nghttp2_settings_entry {
        nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: UInt32(clamping: value))
    }

    private typealias FieldsBody = (
        UnsafePointer<nghttp2_nv>?, Int, UnsafePointer<nghttp2_data_provider>?
    ) -> Void

    /// Lends the fields of the block, with the source of the data that follows them if any does.
    private func withNativeFields(data stream: HTTP2Stream?, _ body: FieldsBody) {
        var provider = nghttp2_data_provider()
        // The session's list of streams keeps it alive as long as it is open.
        provider.source.ptr = stream.map { Unmanaged.passUnretained($0).toOpaque() }
        provider.read_callback = takeOutput
        block.bytes.withUnsafeBufferPointer { bytes in
            // nghttp2 copies the fields and does not write to them.
            guard var next = UnsafeMutablePointer(mutating: bytes.baseAddress) else { return }
            let count = block.sizes.count / 2
            withUnsafeTemporaryAllocation(of: nghttp2_nv.self, capacity: count) { fields in
                for index in 0..<count {
                    let name = block.sizes[2 * index]
                    let value = block.sizes[2 * index + 1]
                    var field = nghttp2_nv()
                    (field.name, field.namelen) = (next, name)
                    (field.value, field.valuelen) = (next + name, value)
                    fields.initializeElement(at: index, to: field)
                    next += name + value
                }
                withUnsafePointer(to: &provider) {
                    body(fields.baseAddress, count, stream == nil ? nil : $0)
                }
            }
        }
    }

    private func add(_ stream: HTTP2Stream) {
        stream.slot = streams.count
        streams.append(stream)
    }

    fileprivate func begin(_ id: Int32) {
        let stream = HTTP2Stream(session: self, id: id)
        stream.deadlineMilliseconds = now() + limits.requestTimeoutMilliseconds
        add(stream)
        let context = Unmanaged.passUnretained(stream).toOpaque()
        nghttp2_session_set_stream_user_data(native, id, context)
        current = stream
    }

    fileprivate func stream(_ id: Int32) -> HTTP2Stream? {
        nghttp2_session_get_stream_user_data(native, id).map {
            Unmanaged<HTTP2Stream>.fromOpaque($0).takeUnretainedValue()
        }
    }

    fileprivate func close(_ stream: HTTP2Stream, code: UInt32) {
        // After `closeStreams` the session's list is empty.
        if stream.slot < streams.count, streams[stream.slot] === stream,
            let last = streams.popLast()
        {
            if last !== stream {
                streams[stream.slot] = last
                last.slot = stream.slot
            }
        }
        let reason = code == 0 ? "closed by peer" : String(cString: nghttp2_http2_strerror(code))
        stream.detach()?.didClose(reason)
    }
}

private let noFlags: UInt8 = 0

// MARK: Callbacks

private typealias Frame = UnsafePointer<nghttp2_frame>

private func session(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
    context.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}

private func isLast(_ frame: Frame) -> Bool {
    frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
}

private func isAnswer(_ frame: Frame) -> Bool {
    frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
}

private func didBeginHeaders(
    _: OpaquePointer?,
    _ frame: Frame?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let session = session(context), let frame else { return 0 }
    let id = frame.pointee.hd.stream_id
    if session.isServer, frame.pointee.headers.cat == NGHTTP2_HCAT_REQUEST {
        session.begin(id)
        return 0
    }
    session.current = session.stream(id)
    // An interim response gives way to the next one; trailers are dropped.
    if let stream = session.current, !stream.isHeadWhole { stream.head.fields.removeAll() }
    return 0
}

private func didReceiveField(
    _: OpaquePointer?,
    _: Frame?,
    _ name: UnsafePointer<UInt8>?,
    _ nameSize: Int,
    _ value: UnsafePointer<UInt8>?,
    _ valueSize: Int,
    _: UInt8,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let session = session(context), let stream = session.current, !stream.isHeadWhole else {
        return 0
    }
    stream.headSize += nameSize + valueSize + 32
    guard stream.headSize <= session.limits.maxHeaderListSize else { return 0 }
    stream.head.receive(
        name: UnsafeRawBufferPointer(start: name, count: nameSize),
        value: UnsafeRawBufferPointer(start: value, count: valueSize),
        status: &stream.status
    )
    return 0
}

private func didReceiveFrame(
    _: OpaquePointer?,
    _ frame: Frame?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let session = session(context), let frame else { return 0 }
    switch UInt32(frame.pointee.hd.type) {
    case NGHTTP2_HEADERS.rawValue:
        guard let stream = session.current ?? session.stream(frame.pointee.hd.stream_id) else {
            break
        }
        if !stream.isHeadWhole { didReceiveHead(of: stream, session) }
        if isLast(frame) { didEnd(stream) }
    case NGHTTP2_DATA.rawValue:
        if isLast(frame), let stream = session.stream(frame.pointee.hd.stream_id) { didEnd(stream) }
    case NGHTTP2_SETTINGS.rawValue where !session.hasSettings:
        session.hasSettings = true
        session.owner.sessionDidReceiveSettings()
    case NGHTTP2_GOAWAY.rawValue:
        session.owner.sessionDidReceiveGoAway()
    case NGHTTP2_PING.rawValue where session.isAnnounced && isAnswer(frame):
        session.goAway()
    default: break
    }
    return 0
}

private func didReceiveHead(of stream: HTTP2Stream, _ session: HTTP2Session) {
    session.current = nil
    if session.isServer {
        stream.isHeadWhole = true
        session.owner.sessionDidReceiveRequest(stream)
    } else if stream.status >= 200 {
        stream.isHeadWhole = true
        stream.receiver?.didReceiveResponse(stream)
    }
}

private func didEnd(_ stream: HTTP2Stream) {
    stream.isEnded = true
    stream.deadlineMilliseconds = 0
    stream.receiver?.didEnd()
}

private func didReceiveData(
    _: OpaquePointer?,
    _: UInt8,
    _ id: Int32,
    _ bytes: UnsafePointer<UInt8>?,
    _ count: Int,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    let stream = session(context)?.stream(id)
    stream?.receiver?.didReceive(UnsafeRawBufferPointer(start: bytes, count: count))
    return 0
}

private func didCloseStream(
    _: OpaquePointer?,
    _ id: Int32,
    _ code: UInt32,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    if let session = session(context), let stream = session.stream(id) {
        session.close(stream, code: code)
    }
    return 0
}

private func didSendFrame(
    _: OpaquePointer?,
    _ frame: Frame?,
    _ context: UnsafeMutableRawPointer?
) -> Int32 {
    guard let frame, isLast(frame), let session = session(context), session.isServer else {
        return 0
    }
    let type = UInt32(frame.pointee.hd.type)
    guard type == NGHTTP2_DATA.rawValue || type == NGHTTP2_HEADERS.rawValue,
        let stream = session.stream(frame.pointee.hd.stream_id), !stream.isEnded
    else { return 0 }
    // What the client still sends is dropped for a while. A reset at once would be right by RFC 9113
    // (8.1), but curl 7.88 then loses the answer.
    stream.deadlineMilliseconds = session.now() + session.limits.requestTimeoutMilliseconds
    return 0
}

private func takeOutput(
    _: OpaquePointer?,
    _ id: Int32,
    _ target: UnsafeMutablePointer<UInt8>?,
    _ capacity: Int,
    _ flags: UnsafeMutablePointer<UInt32>?,
    _ source: UnsafeMutablePointer<nghttp2_data_source>?,
    _: UnsafeMutableRawPointer?
) -> Int {
    guard let pointer = source?.pointee.ptr else {
        return Int(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
    }
    let stream = Unmanaged<HTTP2Stream>.fromOpaque(pointer).takeUnretainedValue()
    let space = UnsafeMutableRawBufferPointer(start: target, count: capacity)
    guard let taken = stream.takeOutput(into: space) else {
        return Int(NGHTTP2_ERR_DEFERRED.rawValue)
    }
    if taken.isEnd { flags?.pointee |= NGHTTP2_DATA_FLAG_EOF.rawValue }
    return taken.size
}
