/// An answer in place of a WebSocket.
public struct HTTPRefusal: Sendable {
    /// HTTP status.
    public var status: Int
    /// Names in lowercase.
    public var headers: [(name: String, value: String)]
    /// JSON.
    public var body: [UInt8]

    /// Makes an answer of all its fields.
    public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
