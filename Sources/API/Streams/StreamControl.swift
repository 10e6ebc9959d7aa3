/// A control message of a client on a market stream connection.
public struct StreamControl: Equatable, Sendable {
    /// What is asked.
    public enum Request: Equatable, Sendable {
        /// Add streams by name.
        case subscribe([String])
        /// Remove streams by name.
        case unsubscribe([String])
        /// Name the streams of the connection.
        case listSubscriptions
        /// Wrap events or not.
        case setCombined(Bool)
        /// Tell whether events are wrapped.
        case getCombined
    }

    /// Bytes of the largest message read.
    public static let sizeMax = 64 << 10

    /// What is asked.
    public var request: Request
    /// The id as the client wrote it: an integer, a quoted string or `null`.
    public var id: [UInt8]

    /// Reads a message.
    ///
    /// - Parameter text: Any bytes.
    /// - Throws: `StreamControlError`, which is also the answer.
    public init(_ text: [UInt8]) throws(StreamControlError) {
        guard text.count <= Self.sizeMax else {
            throw .invalidRequest("message too large", id: nil)
        }
        let message = try ControlMessage(text)
        id = message.id ?? Array("null".utf8)
        guard let method = message.method else {
            throw .invalidRequest("missing field `method`", id: id)
        }
        request = try Self.request(method, message.params, id: id)
    }

    private static func request(
        _ method: String,
        _ params: [JSONValue],
        id: [UInt8]
    ) throws(StreamControlError) -> Request {
        switch method {
        case "SUBSCRIBE": return .subscribe(try names(params, id: id))
        case "UNSUBSCRIBE": return .unsubscribe(try names(params, id: id))
        case "LIST_SUBSCRIPTIONS": return .listSubscriptions
        case "GET_PROPERTY":
            try checkProperty(params, count: 1, id: id)
            return .getCombined
        case "SET_PROPERTY":
            try checkProperty(params, count: 2, id: id)
            guard case .bool(let isCombined) = params[1] else {
                throw StreamControlError(
                    code: 1,
                    message: "Invalid value type: expected Boolean",
                    id: id
                )
            }
            return .setCombined(isCombined)
        default:
            throw .invalidRequest(
                "unknown variant, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, "
                    + "`LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY`",
                id: id
            )
        }
    }

    private static func names(
        _ params: [JSONValue],
        id: [UInt8]
    ) throws(StreamControlError) -> [String] {
        guard !params.isEmpty else { throw .invalidRequest("missing field `params`", id: id) }
        guard params.count <= StreamPath.streamsMax else {
            throw .invalidRequest("too many parameters", id: id)
        }
        var names: [String] = []
        for value in params {
            guard case .string(let name) = value else {
                throw .invalidRequest("a stream name must be a string", id: id)
            }
            names.append(name)
        }
        return names
    }

    private static func checkProperty(
        _ params: [JSONValue],
        count: Int,
        id: [UInt8]
    ) throws(StreamControlError) {
        guard params.count == count, case .string(let property) = params[0] else {
            throw .invalidRequest("property name must be a string", id: id)
        }
        guard property == "combined" else {
            throw StreamControlError(code: 0, message: "Unknown property", id: id)
        }
    }

    /// The answer `{"result":…,"id":…}`.
    ///
    /// - Parameter result: Writes the result.
    /// - Returns: JSON.
    public func answer(_ result: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("result")
            result(&writer)
            writer.key("id")
            writer.raw(id)
        }
        return writer.bytes
    }
}

/// Why a control message is refused.
public struct StreamControlError: Error, Equatable, Sendable {
    /// 0 unknown property, 1 wrong type, 2 invalid request, 3 invalid JSON.
    public var code: Int64
    /// For a person.
    public var message: String
    /// The id of the message as far as it was understood.
    public var id: [UInt8]?

    static func invalidRequest(_ reason: String, id: [UInt8]?) -> StreamControlError {
        StreamControlError(code: 2, message: "Invalid request: \(reason)", id: id)
    }

    static func invalidJSON(_ fault: JSONFault) -> StreamControlError {
        StreamControlError(
            code: 3,
            message: "Invalid JSON: \(fault.reason) at byte \(fault.position)",
            id: nil
        )
    }

    /// The answer `{"error":{"code":…,"msg":…},"id":…}`.
    public var answer: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("error")
            writer.object { writer in
                writer.key("code")
                writer.value(code)
                writer.key("msg")
                writer.value(message)
            }
            writer.key("id")
            writer.raw(id ?? Array("null".utf8))
        }
        return writer.bytes
    }
}
