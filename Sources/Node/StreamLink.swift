import HTTP
import Wire

/// One outgoing stream on a connection of its own, cut into frames.
final class StreamLink {
    var onOpen: (() -> Void)?
    var onClose: ((String) -> Void)?
    /// Throws when the frame cannot be read; the link is then closed.
    var onFrame: ((inout ByteReader) throws(DecodeError) -> Void)?

    private let context: ProcessContext
    private let address: String
    private let path: String
    private var frames: FrameReader
    private var client: HTTPClient?
    private var stream: HTTPStream?
    private var isClosed = false

    init(context: ProcessContext, address: String, path: String, sizeMax: Int) {
        self.context = context
        self.address = address
        self.path = path
        frames = FrameReader(sizeMax: sizeMax)
    }

    /// Connects; `onOpen` or `onClose` follows, never before this returns.
    func connect() {
        let (host, port) = Self.split(address)
        HTTPClient.connect(
            loop: context.loop,
            host: host,
            port: port,
            tls: context.clientTLS,
            timeoutMilliseconds: 500
        ) { [self] result in
            switch result {
            case .success(let client): opened(client)
            case .failure(let error): ended("\(error)")
            }
        }
    }

    func write(_ bytes: [UInt8]) { stream?.write(bytes) }

    /// Closes without `onClose`.
    func close() {
        isClosed = true
        onClose = nil
        release()
    }

    private func opened(_ client: HTTPClient) {
        guard !isClosed else { return client.close() }
        self.client = client
        client.onClose = { [weak self] reason in self?.ended(reason) }
        let stream = client.openStream(method: "POST", path: path)
        self.stream = stream
        stream.onData = { [weak self] bytes in self?.received(bytes) }
        stream.onClose = { [weak self] reason in self?.ended(reason) }
        onOpen?()
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        frames.append(bytes)
        do throws(DecodeError) {
            while !isClosed, var frame = try frames.next() { try onFrame?(&frame) }
        } catch {
            ended("cannot read the peer: \(error)")
        }
    }

    private func ended(_ reason: String) {
        guard !isClosed else { return }
        isClosed = true
        let onClose = onClose
        release()
        onClose?(reason)
    }

    private func release() {
        onOpen = nil
        onClose = nil
        onFrame = nil
        stream?.onData = nil
        stream?.onClose = nil
        stream = nil
        client?.onClose = nil
        client?.close()
        client = nil
    }

    static func split(_ address: String) -> (host: String, port: Int) {
        guard let colon = address.lastIndex(of: ":"),
            let port = Int(address[address.index(after: colon)...])
        else { return (address, 0) }
        return (String(address[..<colon]), port)
    }
}
