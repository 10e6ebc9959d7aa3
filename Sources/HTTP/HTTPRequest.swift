/// A request as its handler sees it.
public struct HTTPRequest {
    /// Method, in upper case as sent: "GET".
    public var method: String
    /// Raw bytes of the target before the question mark; escapes are not decoded.
    public var path: [UInt8]
    /// Raw bytes after the question mark, empty if there is none.
    public var query: [UInt8]
    /// The whole body; empty for streams and WebSockets.
    public var body: [UInt8]
    /// The other end of the connection, as "address:port".
    public var remoteAddress: String
    /// Whether it is an extended CONNECT for a WebSocket (RFC 8441).
    public var isWebSocketUpgrade: Bool

    var fields: HeaderFields

    /// A request made by hand, for tests of handlers.
    public init(
        method: String = "GET",
        path: [UInt8] = [],
        query: [UInt8] = [],
        headers: [(name: String, value: String)] = [],
        body: [UInt8] = [],
        remoteAddress: String = "",
        isWebSocketUpgrade: Bool = false
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
        self.remoteAddress = remoteAddress
        self.isWebSocketUpgrade = isWebSocketUpgrade
        fields = HeaderFields(headers)
    }

    /// Header fields with names in lower case, without pseudo-headers; made anew at each call.
    public var headers: [(name: String, value: String)] { fields.all }

    /// Value of the first header field of the name, which must be in lower case.
    ///
    /// Complexity: linear in the size of the header.
    public func header(_ name: String) -> String? {
        fields.value(of: name)
    }

    /// Path and query as one string, for logs.
    public var target: String {
        let path = String(decoding: self.path, as: UTF8.self)
        return query.isEmpty ? path : "\(path)?\(String(decoding: query, as: UTF8.self))"
    }

    mutating func setTarget(_ target: UnsafeRawBufferPointer) {
        guard let mark = target.firstIndex(of: UInt8(ascii: "?")) else {
            path = [UInt8](target)
            return
        }
        path = [UInt8](target[..<mark])
        query = [UInt8](target[(mark + 1)...])
    }

    mutating func setMethod(_ bytes: UnsafeRawBufferPointer) {
        // Telling the usual ones apart is cheaper than checking UTF-8.
        switch (bytes.count, bytes.first) {
        case (3, UInt8(ascii: "G")) where bytes[1] == UInt8(ascii: "E"): method = "GET"
        case (4, UInt8(ascii: "P")) where bytes[1] == UInt8(ascii: "O"): method = "POST"
        default: method = String(decoding: bytes, as: UTF8.self)
        }
    }
}

/// A whole response as a client sees it.
public struct HTTPResponse {
    /// Status code, 200...599.
    public var status: Int
    /// The whole body.
    public var body: [UInt8]

    var fields: HeaderFields

    /// A response made by hand, for tests.
    public init(status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.init(status: status, fields: HeaderFields(headers), body: body)
    }

    init(status: Int, fields: HeaderFields, body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// Header fields with names in lower case; made anew at each call.
    public var headers: [(name: String, value: String)] { fields.all }

    /// Value of the first header field of the name, which must be in lower case.
    public func header(_ name: String) -> String? {
        fields.value(of: name)
    }
}

extension HTTPRequest {
    /// Takes one field of a header, of a request or of a response.
    mutating func receive(
        name: UnsafeRawBufferPointer,
        value: UnsafeRawBufferPointer,
        status: inout Int
    ) {
        guard name.count > 2, name[0] == UInt8(ascii: ":") else {
            return fields.append(name: name, value: value)
        }
        // nghttp2 lets only the known pseudo-headers pass: two letters tell them apart.
        switch (name[1], name[2]) {
        case (UInt8(ascii: "m"), _): setMethod(value)
        case (UInt8(ascii: "p"), UInt8(ascii: "a")): setTarget(value)
        case (UInt8(ascii: "p"), _): isWebSocketUpgrade = value.elementsEqual("websocket".utf8)
        case (UInt8(ascii: "a"), _):
            "host".utf8.withContiguousStorageIfAvailable {
                fields.append(name: UnsafeRawBufferPointer($0), value: value)
            }
        case (UInt8(ascii: "s"), UInt8(ascii: "t")):
            // nghttp2 has checked that it is three digits.
            status = value.reduce(0) { $0 * 10 + Int($1) - 48 }
        default: break
        }
    }
}
