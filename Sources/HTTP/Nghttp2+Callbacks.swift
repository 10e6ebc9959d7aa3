internal import CNghttp2

// What libnghttp2 calls; see Nghttp2.swift.

typealias Frame = UnsafePointer<nghttp2_frame>

private func session(_ context: UnsafeMutableRawPointer?) -> HTTP2Session? {
    context.map { Unmanaged<HTTP2Session>.fromOpaque($0).takeUnretainedValue() }
}

private func isLast(_ frame: Frame) -> Bool {
    frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
}

private func isAnswer(_ frame: Frame) -> Bool {
    frame.pointee.hd.flags & UInt8(NGHTTP2_FLAG_ACK.rawValue) != 0
}

func didBeginHeaders(
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

func didReceiveField(
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

func didReceiveFrame(
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

func didReceiveData(
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

func didCloseStream(
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

func didSendFrame(
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

func takeOutput(
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
