internal import CUV

// See LibUV.swift.

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
