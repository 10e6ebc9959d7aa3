/// One REST request as the gateway reads it: raw bytes, nothing decoded.
public struct APIRequest: Sendable {
    /// `GET`, `POST`, `PUT` or `DELETE`.
    public var method: String
    /// The path without the query, such as `/api/v3/order`.
    public var path: [UInt8]
    /// What follows the `?`, exactly as received; the signature covers these bytes.
    public var query: [UInt8]
    /// The body exactly as received; its Content-Type does not matter.
    public var body: [UInt8]
    /// The `X-MBX-APIKEY` header.
    public var apiKey: [UInt8]?
    /// Whether `X-MBX-TIME-UNIT: MICROSECOND` was sent.
    public var timeUnitMicroseconds: Bool
    /// Where it comes from: an IP address without a port, as far as it is known.
    public var clientAddress: String

    /// Makes a request of all its fields.
    public init(
        method: String,
        path: [UInt8],
        query: [UInt8] = [],
        body: [UInt8] = [],
        apiKey: [UInt8]? = nil,
        timeUnitMicroseconds: Bool = false,
        clientAddress: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.apiKey = apiKey
        self.timeUnitMicroseconds = timeUnitMicroseconds
        self.clientAddress = clientAddress
    }
}

/// One REST answer; the body is always JSON, also for errors.
public struct APIResponse: Sendable {
    /// HTTP status.
    public var status: Int
    /// JSON.
    public var body: [UInt8]
    /// Headers beyond the usual ones, names in lowercase.
    public var headers: [(name: String, value: String)]

    /// Makes an answer of all its fields.
    public init(status: Int, body: [UInt8], headers: [(name: String, value: String)] = []) {
        self.status = status
        self.body = body
        self.headers = headers
    }

    /// Makes the `{"code":…,"msg":…}` answer of an error.
    public init(_ error: APIError) {
        var writer = JSONWriter(capacity: 64 + error.message.utf8.count)
        writer.object { error.writeMembers(to: &$0) }
        status = error.status
        body = writer.bytes
        headers = error.headers.map { ($0.name, $0.value) }
    }

    /// Makes a 200 answer of what a writer writes.
    init(capacity: Int = 512, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter(capacity: capacity)
        write(&writer)
        self.init(status: 200, body: writer.bytes)
    }
}

/// The unit of the times in an answer.
public enum TimeUnit: Equatable, Sendable {
    case milliseconds
    case microseconds
}
