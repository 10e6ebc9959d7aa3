import Trading

/// What makes a signed request the same as another: key, method, path and what was signed.
///
/// A signature is a function of these, whatever form its text has: one that was caught and sent again
/// with other digits is the same request.
public struct RequestIdentity: Hashable, Sendable {
    /// Key, method, path and payload, apart by bytes that none of them has.
    public let bytes: [UInt8]

    /// Puts the parts together.
    ///
    /// - Parameters:
    ///   - key: Text of the API key.
    ///   - method: `POST`, or the method of the WebSocket API.
    ///   - path: Such as `/api/v3/order`; empty for the WebSocket API.
    ///   - payload: What was signed.
    public init(key: String, method: String, path: [UInt8], payload: [UInt8]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(key.utf8.count + method.utf8.count + path.count + payload.count + 3)
        bytes += Array(key.utf8)
        bytes.append(0)
        bytes += Array(method.utf8)
        bytes.append(0)
        bytes += path
        bytes.append(0)
        bytes += payload
        self.bytes = bytes
    }
}

extension Gateway {
    /// The identity of a signed request.
    ///
    /// - Parameter request: One that `interpret` made a command of.
    /// - Returns: `nil` when it has no key.
    func identity(of request: APIRequest) -> RequestIdentity? {
        guard let key = request.apiKey else { return nil }
        return RequestIdentity(
            key: String(decoding: key, as: UTF8.self),
            method: request.method,
            path: request.path,
            payload: SignedPayload.bytes(query: request.query, body: request.body)
        )
    }

    /// The id of an order that came without one: the same for the same request, so that whoever takes
    /// it a second time finds the order there.
    ///
    /// - Parameters:
    ///   - call: The request.
    ///   - parameter: Where the client could have sent it: a request may place several orders.
    /// - Returns: A fresh id for a request that was not signed.
    func clientOrderID(_ call: Call, for parameter: StaticString) -> ClientOrderID {
        guard let identity = call.identity else { return makeClientOrderID() }
        let name = parameter.withUTF8Buffer { Array($0) }
        return deriveClientOrderID(identity.bytes + [0] + name)
    }
}
