internal import CUV

// The only file that knows libuv. Handles are freed in their close callback and nowhere else; each
// keeps its owner alive until then, so that a callback always finds one.

/// An object with a handle that the loop can close at its end.
protocol HandleOwner: AnyObject {
    func closeHandle()
}

func errorText(_ code: Int32) -> String {
    code == UV_EOF.rawValue ? "closed by peer" : String(cString: uv_strerror(code))
}

func ignoreBrokenPipes() {
    castle_ignore_broken_pipes()
}

struct LoopHandle: ~Copyable {
    static let readSize = 65536

    fileprivate let pointer: UnsafeMutablePointer<uv_loop_t>

    init() {
        pointer = .allocate(capacity: 1)
        let code = uv_loop_init(pointer)
        guard code == 0 else { fatalError("no event loop: \(errorText(code))") }
        // Bytes are handed over before the next read, so one buffer serves all connections.
        pointer.pointee.data = .allocate(byteCount: Self.readSize, alignment: 16)
    }

    deinit {
        pointer.pointee.data?.deallocate()
        uv_loop_close(pointer)
        pointer.deallocate()
    }

    func run() { uv_run(pointer, UV_RUN_DEFAULT) }

    func stop() { uv_stop(pointer) }

    func closeAll() {
        uv_walk(pointer, closeOwner, nil)
        uv_run(pointer, UV_RUN_DEFAULT)
    }

    var iterationMilliseconds: UInt64 { uv_now(pointer) }

    static var monotonicNanoseconds: UInt64 { uv_hrtime() }

    static var wallClockMicroseconds: Int64 {
        var time = uv_timeval64_t()
        uv_gettimeofday(&time)
        return time.tv_sec * 1_000_000 + Int64(time.tv_usec)
    }
}

private func closeOwner(_ handle: HandlePointer?, _: UnsafeMutableRawPointer?) {
    guard let handle, let data = uv_handle_get_data(handle) else { return }
    let owner = Unmanaged<AnyObject>.fromOpaque(data).takeUnretainedValue()
    (owner as? any HandleOwner)?.closeHandle()
}

/// The memory of one libuv handle; closed at the latest when it is dropped.
struct Handle<Kind>: ~Copyable {
    fileprivate var pointer: UnsafeMutablePointer<Kind>?

    init() {}

    fileprivate init(owner: some HandleOwner, open: (UnsafeMutablePointer<Kind>) -> Int32) {
        let opened = UnsafeMutablePointer<Kind>.allocate(capacity: 1)
        let code = open(opened)
        guard code == 0 else { fatalError("no handle: \(errorText(code))") }
        uv_handle_set_data(general(opened), Unmanaged.passRetained(owner).toOpaque())
        pointer = opened
    }

    deinit {
        if let pointer { uv_close(general(pointer), freeHandle) }
    }

    mutating func close() {
        guard let open = pointer else { return }
        pointer = nil
        uv_close(general(open), freeHandle)
    }
}

private typealias HandlePointer = UnsafeMutablePointer<uv_handle_t>
private typealias StreamPointer = UnsafeMutablePointer<uv_stream_t>

private func general<Kind>(_ pointer: UnsafeMutablePointer<Kind>) -> HandlePointer {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: uv_handle_t.self)
}

private func stream(_ pointer: UnsafeMutablePointer<uv_tcp_t>) -> StreamPointer {
    UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: uv_stream_t.self)
}

private func freeHandle(_ handle: HandlePointer?) {
    guard let handle else { return }
    if let data = uv_handle_get_data(handle) { Unmanaged<AnyObject>.fromOpaque(data).release() }
    UnsafeMutableRawPointer(handle).deallocate()
}

private func owner<Kind, Owner: AnyObject>(
    of handle: UnsafeMutablePointer<Kind>?,
    as: Owner.Type
) -> Owner? {
    guard let handle, let data = uv_handle_get_data(general(handle)) else { return nil }
    return Unmanaged<Owner>.fromOpaque(data).takeUnretainedValue()
}

typealias TimerHandle = Handle<uv_timer_t>
typealias PrepareHandle = Handle<uv_prepare_t>
typealias IdleHandle = Handle<uv_idle_t>
typealias SignalHandle = Handle<uv_signal_t>
typealias ProcessHandle = Handle<uv_process_t>
typealias TCPHandle = Handle<uv_tcp_t>

extension Handle where Kind == uv_timer_t {
    init(on loop: borrowing LoopHandle, owner: LoopTimer) {
        let loop = loop.pointer
        self.init(owner: owner) { uv_timer_init(loop, $0) }
    }

    func start(after: UInt64, repeating: UInt64) {
        guard let pointer else { return }
        // The loop's cached time may be old after a long callback.
        uv_update_time(uv_handle_get_loop(general(pointer)))
        uv_timer_start(pointer, timerDidFire, after, repeating)
    }
}

private func timerDidFire(_ handle: UnsafeMutablePointer<uv_timer_t>?) {
    owner(of: handle, as: LoopTimer.self)?.didFire()
}

extension Handle where Kind == uv_prepare_t {
    init(on loop: borrowing LoopHandle, owner: LoopHook) {
        let loop = loop.pointer
        self.init(owner: owner) { uv_prepare_init(loop, $0) }
    }

    func start() {
        uv_prepare_start(pointer) { owner(of: $0, as: LoopHook.self)?.willPoll() }
    }
}

extension Handle where Kind == uv_idle_t {
    init(on loop: borrowing LoopHandle, owner: LoopHook) {
        let loop = loop.pointer
        self.init(owner: owner) { uv_idle_init(loop, $0) }
    }

    /// While idling, polling does not wait.
    func set(_ isIdling: Bool) {
        guard let pointer else { return }
        if isIdling { uv_idle_start(pointer) { _ in } } else { uv_idle_stop(pointer) }
    }
}

extension Handle where Kind == uv_signal_t {
    init(on loop: borrowing LoopHandle, owner: SignalWatcher) {
        let loop = loop.pointer
        self.init(owner: owner) { uv_signal_init(loop, $0) }
    }

    func start(_ signal: Int32) {
        uv_signal_start(pointer, didSignal, signal)
    }
}

private func didSignal(_ handle: UnsafeMutablePointer<uv_signal_t>?, _: Int32) {
    owner(of: handle, as: SignalWatcher.self)?.didArrive()
}

// MARK: Sockets

extension Handle where Kind == uv_tcp_t {
    init(on loop: borrowing LoopHandle, owner: some HandleOwner) {
        let loop = loop.pointer
        self.init(owner: owner) { uv_tcp_init(loop, $0) }
    }

    func listen(host: String, port: Int, backlog: Int) throws(NetworkError) {
        guard let pointer else { return }
        var address = try parse(host: host, port: port)
        var code = castle_bind(pointer, &address)
        if code == 0 { code = uv_listen(stream(pointer), Int32(backlog), isReadyToAccept) }
        guard code == 0 else {
            throw .listenFailed(address: "\(host):\(port)", reason: errorText(code))
        }
    }

    func accept(into connection: TCPConnection) -> Bool {
        guard let pointer else { return false }
        return connection.accept { accepted in
            guard let accepted = accepted.pointer else { return false }
            return uv_accept(stream(pointer), stream(accepted)) == 0
        }
    }

    func connect(host: String, port: Int, connector: TCPConnector) throws(NetworkError) {
        guard let pointer else { return }
        var address = try parse(host: host, port: port)
        let request = UnsafeMutablePointer<uv_connect_t>.allocate(capacity: 1)
        request.pointee.data = Unmanaged.passRetained(connector).toOpaque()
        let code = castle_connect(request, pointer, &address, didConnect)
        guard code == 0 else {
            freeConnect(request)
            throw .connectFailed(address: "\(host):\(port)", reason: errorText(code))
        }
    }

    func setNoDelay() {
        uv_tcp_nodelay(pointer, 1)
    }

    func setReading(_ isReading: Bool) {
        guard let pointer else { return }
        uv_read_stop(stream(pointer))
        if isReading { uv_read_start(stream(pointer), giveReadBuffer, didRead) }
    }

    /// Bytes the kernel took now, or a negative error number.
    func tryWrite(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard let pointer else { return UV_EBADF.rawValue }
        var buffer = buffer(of: bytes)
        let sent = uv_try_write(stream(pointer), &buffer, 1)
        return sent == UV_EAGAIN.rawValue ? 0 : sent
    }

    /// Writes a copy of the bytes when the kernel is ready for them.
    func write(_ bytes: UnsafeRawBufferPointer) {
        guard let pointer, let source = bytes.baseAddress else { return }
        // The request and its bytes are one allocation.
        let offset = MemoryLayout<uv_write_t>.stride
        let size = offset + bytes.count
        let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
        (memory + offset).copyMemory(from: source, byteCount: bytes.count)
        let request = memory.bindMemory(to: uv_write_t.self, capacity: 1)
        var buffer = buffer(of: UnsafeRawBufferPointer(start: memory + offset, count: bytes.count))
        let code = uv_write(request, stream(pointer), &buffer, 1, didWrite)
        // Only a handle that is not a connected socket refuses at once.
        guard code == 0 else { fatalError("write refused: \(errorText(code))") }
    }

    func shutDown() -> Bool {
        guard let pointer else { return false }
        let request = UnsafeMutablePointer<uv_shutdown_t>.allocate(capacity: 1)
        let code = uv_shutdown(request, stream(pointer)) { request, _ in request?.deallocate() }
        if code != 0 { request.deallocate() }
        return code == 0
    }

    var localPort: Int { name(of: pointer, isRemote: false).port }

    var remoteAddress: String {
        let remote = name(of: pointer, isRemote: true)
        return "\(remote.host):\(remote.port)"
    }
}

private func buffer(of bytes: UnsafeRawBufferPointer) -> uv_buf_t {
    // libuv does not write to the bytes of a write; its type serves reads as well.
    let base = UnsafeMutableRawPointer(mutating: bytes.baseAddress)
    return uv_buf_t(base: base?.assumingMemoryBound(to: CChar.self), len: bytes.count)
}

private func isReadyToAccept(_ handle: StreamPointer?, _ status: Int32) {
    if status == 0 { owner(of: handle, as: TCPListener.self)?.isReadyToAccept() }
}

private func didConnect(_ request: UnsafeMutablePointer<uv_connect_t>?, _ status: Int32) {
    guard let request, let data = request.pointee.data else { return }
    let connector = Unmanaged<TCPConnector>.fromOpaque(data).takeUnretainedValue()
    connector.didConnect(
        failure: status == 0 ? nil : errorText(status),
        isRefusal: status == UV_ECONNREFUSED.rawValue
    )
    freeConnect(request)
}

private func freeConnect(_ request: UnsafeMutablePointer<uv_connect_t>) {
    if let data = request.pointee.data { Unmanaged<TCPConnector>.fromOpaque(data).release() }
    request.deallocate()
}

private typealias ReadBuffer = UnsafeMutablePointer<uv_buf_t>

private func giveReadBuffer(_ handle: HandlePointer?, _: Int, _ buffer: ReadBuffer?) {
    let memory = uv_handle_get_loop(handle)?.pointee.data
    buffer?.pointee.base = memory?.assumingMemoryBound(to: CChar.self)
    buffer?.pointee.len = LoopHandle.readSize
}

private func didRead(_ handle: StreamPointer?, _ count: Int, _ buffer: UnsafePointer<uv_buf_t>?) {
    guard let connection = owner(of: handle, as: TCPConnection.self) else { return }
    if count > 0, let base = buffer?.pointee.base {
        connection.didRead(UnsafeRawBufferPointer(start: base, count: count))
    } else if count < 0 {
        connection.didEnd(errorText(Int32(count)))
    }
}

private func didWrite(_ request: UnsafeMutablePointer<uv_write_t>?, _ status: Int32) {
    guard let request else { return }
    let connection = owner(of: request.pointee.handle, as: TCPConnection.self)
    UnsafeMutableRawPointer(request).deallocate()
    connection?.didWrite(failure: status == 0 ? nil : errorText(status))
}

private func parse(host: String, port: Int) throws(NetworkError) -> sockaddr_storage {
    var address = sockaddr_storage()
    guard (0...65535).contains(port), castle_parse_address(host, Int32(port), &address) == 0 else {
        throw .badAddress(host: host, port: port)
    }
    return address
}

private typealias TCPPointer = UnsafeMutablePointer<uv_tcp_t>

private func name(of socket: TCPPointer?, isRemote: Bool) -> (host: String, port: Int) {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { host in
        guard let socket, let base = host.baseAddress else { return ("unknown", 0) }
        let port = castle_socket_name(socket, isRemote ? 1 : 0, base, host.count)
        return port < 0 ? ("unknown", 0) : (String(cString: base), Int(port))
    }
}

extension Handle where Kind == uv_process_t {
    var pid: Int32 { pointer?.pointee.pid ?? 0 }

    func kill(_ signal: Int32) { uv_process_kill(pointer, signal) }

    /// A handle whose program runs, or could not be started; it is to be closed in both cases.
    init(
        on loop: borrowing LoopHandle,
        owner: ChildProcess,
        starting options: ProcessOptions,
        failure: inout Int32
    ) {
        let loop = loop.pointer
        var code: Int32 = 0
        self.init(owner: owner) { process in
            code = spawn(process, on: loop, options)
            return 0
        }
        failure = code
    }
}

private func spawn(
    _ process: UnsafeMutablePointer<uv_process_t>,
    on loop: UnsafeMutablePointer<uv_loop_t>,
    _ options: ProcessOptions
) -> Int32 {
    let output = options.standardOutputPath.map { castle_open_appending($0) } ?? 1
    let error = options.standardErrorPath.map { castle_open_appending($0) } ?? 2
    var streams = [uv_stdio_container_t(), inherit(output), inherit(error)]
    streams[0].flags = UV_IGNORE
    let environment = options.environment.map { $0.map { "\($0.key)=\($0.value)" } }
    let code = withCStrings([options.path] + options.arguments) { arguments in
        withCStrings(environment ?? []) { variables in
            streams.withUnsafeMutableBufferPointer { streams in
                var native = uv_process_options_t()
                native.exit_cb = didExit
                native.args = arguments
                native.file = UnsafePointer(arguments[0])
                native.env = environment == nil ? nil : variables
                native.stdio_count = Int32(streams.count)
                native.stdio = streams.baseAddress
                let directory = options.workingDirectory?.utf8CString ?? [0]
                return directory.withUnsafeBufferPointer {
                    native.cwd = options.workingDirectory == nil ? nil : $0.baseAddress
                    return uv_spawn(loop, process, &native)
                }
            }
        }
    }
    // The child has its own copies.
    if output > 2 { castle_close_file(output) }
    if error > 2 { castle_close_file(error) }
    return output < 0 ? output : error < 0 ? error : code
}

private func didExit(
    _ process: UnsafeMutablePointer<uv_process_t>?,
    _ status: Int64,
    _ signal: Int32
) {
    owner(of: process, as: ChildProcess.self)?.didExit(status: Int32(status), signal: signal)
}

private func inherit(_ descriptor: Int32) -> uv_stdio_container_t {
    var stream = uv_stdio_container_t()
    stream.flags = UV_INHERIT_FD
    // -1 is what libuv refuses; any other negative number would mean /dev/null.
    stream.data.fd = max(descriptor, -1)
    return stream
}
