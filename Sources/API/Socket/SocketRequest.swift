/// A request on the WebSocket API, with the text of each parameter as it was sent.
public struct SocketRequest: Sendable {
    /// Size in bytes of the largest request read.
    public static let sizeMax = 64 << 10

    /// The id as the client wrote it: an integer, a quoted string or `null`.
    public let id: [UInt8]
    let method: SocketMethod
    private let parameters: [SocketParameter]
    /// The same as a REST request: its parameters in the query, percent-encoded, in order of name.
    let call: APIRequest

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - text: Any bytes.
    ///   - path: What the connection was opened with.
    ///   - address: The client's, without a port.
    /// - Throws: The refusal with the id as far as it was understood: -1135, -1100, -1101, -1102
    ///   or -1020.
    public init(
        _ text: [UInt8],
        on path: SocketPath,
        from address: String = ""
    ) throws(SocketRefusal) {
        var reading = SocketReading()
        do throws(APIError) {
            try reading.read(text)
            guard let name = reading.method else { throw .missing("method") }
            guard let method = SocketMethod.table[name] else { throw .unknownMethod }
            self.method = method
            parameters = try SocketParameter.sorted(reading.parameters)
        } catch {
            throw SocketRefusal(id: reading.id, error: error)
        }
        id = reading.id
        call = Self.call(method, parameters, path, address)
    }

    private static func call(
        _ method: SocketMethod,
        _ parameters: [SocketParameter],
        _ path: SocketPath,
        _ address: String
    ) -> APIRequest {
        var request = APIRequest(
            method: "",
            path: [],
            query: SocketParameter.form(parameters, isEncoded: true) { $0 != .null },
            apiKey: parameters.first { $0.name == "apiKey" }?.value.text,
            timeUnitMicroseconds: path.timeUnit == .microseconds
        )
        request.clientAddress = address
        if case .rest(let verb, let path) = method {
            request.method = verb
            request.path = path
        }
        return request
    }

    /// What a client may have signed: all but the signature, plain or percent-encoded.
    var payloads: [[UInt8]] {
        let signed = parameters.filter { $0.name != "signature" }
        return [
            SocketParameter.form(signed, isEncoded: false),
            SocketParameter.form(signed, isEncoded: true),
        ]
    }

    /// Whether a parameter was sent, be it empty.
    func has(_ name: String) -> Bool { parameters.contains { $0.name == name } }

    /// Whether the answer tells of the limits; `nil` when the request does not say.
    public var returnsRateLimits: Bool? {
        guard let sent = parameters.first(where: { $0.name == "returnRateLimits" }) else {
            return nil
        }
        switch sent.value {
        case .bool(let isTrue): return isTrue
        case .string(let text): return ["true": true, "false": false][text.lowercased()]
        default: return nil
        }
    }
}

/// Why a request could not be read, and what to answer.
public struct SocketRefusal: Error {
    /// The id as far as it was understood, else `null`.
    public let id: [UInt8]
    /// The error to answer.
    public let error: APIError
}

/// A parameter of a request.
struct SocketParameter: Sendable {
    var name: String
    var value: JSONValue

    /// In order of name, each once.
    static func sorted(_ parameters: [SocketParameter]) throws(APIError) -> [SocketParameter] {
        let sorted = parameters.sorted { $0.name < $1.name }
        for (one, next) in zip(sorted, sorted.dropFirst()) where one.name == next.name {
            throw .duplicate(one.name)
        }
        return sorted
    }

    /// `name=text` joined by `&`.
    static func form(
        _ parameters: [SocketParameter],
        isEncoded: Bool,
        where isWanted: (JSONValue) -> Bool = { _ in true }
    ) -> [UInt8] {
        var form: [UInt8] = []
        form.reserveCapacity(256)
        for parameter in parameters where isWanted(parameter.value) {
            if !form.isEmpty { form.append(UInt8(ascii: "&")) }
            append(Array(parameter.name.utf8), isEncoded, to: &form)
            form.append(UInt8(ascii: "="))
            append(parameter.value.text, isEncoded, to: &form)
        }
        return form
    }

    private static func append(_ text: [UInt8], _ isEncoded: Bool, to form: inout [UInt8]) {
        guard isEncoded else { return form.append(contentsOf: text) }
        for byte in text {
            if isUnreserved(byte) {
                form.append(byte)
            } else {
                form.append(UInt8(ascii: "%"))
                form.append(hexadecimal(byte >> 4))
                form.append(hexadecimal(byte & 15))
            }
        }
    }

    private static func hexadecimal(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }

    /// RFC 3986, 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}

/// The members of a request while they are read.
private struct SocketReading {
    private static let idRange = "^[0-9A-Za-z_-]{1,36}$"

    var id = Array("null".utf8)
    var method: String?
    var parameters: [SocketParameter] = []
    private var isIDLegal = true
    private var names: [String] = []

    mutating func read(_ text: [UInt8]) throws(APIError) {
        guard text.count <= SocketRequest.sizeMax else { throw .tooMuchData }
        var reader = JSONReader(text)
        do throws(JSONFault) {
            try reader.readObject { (reader, name) throws(JSONFault) in
                try readMember(name, from: &reader)
            }
            try reader.expectEnd()
        } catch { throw .invalidJSON(error) }
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted { throw .duplicate(name) }
        guard isIDLegal else { throw .illegal("id", range: Self.idRange) }
        guard parameters.count <= Parameters.countMax else {
            throw .tooManyParameters(max: Parameters.countMax, received: parameters.count)
        }
    }

    private mutating func readMember(
        _ name: String,
        from reader: inout JSONReader
    ) throws(JSONFault) {
        names.append(name)
        switch name {
        case "id":
            let (value, text) = try reader.readVerbatim()
            // Whatever else is wrong later, the answer names an id that is one.
            isIDLegal = value.isRequestID
            id = isIDLegal ? text : Array("null".utf8)
        case "method": if case .string(let text) = try reader.readValue() { method = text }
        case "params": try readParameters(from: &reader)
        default: _ = try reader.readValue()
        }
    }

    private mutating func readParameters(from reader: inout JSONReader) throws(JSONFault) {
        guard reader.isNext(UInt8(ascii: "{")) else {
            // `null` is how some clients leave the object out.
            guard try reader.readValue() == .null else { throw reader.fail("params is no object") }
            return
        }
        var found: [SocketParameter] = []
        try reader.readObject { (reader, name) throws(JSONFault) in
            found.append(SocketParameter(name: name, value: try reader.readValue()))
        }
        parameters = found
    }
}

extension APIError {
    fileprivate static func invalidJSON(_ fault: JSONFault) -> Self {
        Self(-1135, "Invalid JSON Request. \(fault.reason) at byte \(fault.position).")
    }

    fileprivate static let unknownMethod = Self(
        -1020,
        "This operation is not supported. There is no such method."
    )
}
