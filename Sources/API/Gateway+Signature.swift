import Trading

/// Who asks and when: the checks of a signed request, in the order clients can observe.
extension Gateway {
    private static let recvWindowDefault: Int64 = 5_000_000
    private static let recvWindowMax: Int64 = 60_000_000
    private static let aheadMax: Int64 = 1_000_000

    /// Checks timestamp and signature.
    ///
    /// - Parameters:
    ///   - call: Its decoded parameters.
    ///   - key: Whose owner must have signed.
    ///   - payloads: What may have been signed; any one will do.
    /// - Throws: -1102, -1100, -1131, -1021 or -1022.
    func checkSignature(
        of call: Call,
        _ key: APIKey,
        over payloads: [[UInt8]]
    ) throws(APIError) {
        let signature = try call.parameters.required("signature")
        _ = try call.parameters.required("timestamp")
        try Self.checkTime(call)
        guard let bytes = SignatureText.bytes(signature, key.kind) else { throw .invalidSignature }
        for payload in payloads where verify(key, payload, bytes) { return }
        throw .invalidSignature
    }

    /// Checks that the timestamp lies in the window.
    static func checkTime(_ call: Call) throws(APIError) {
        let window = try recvWindow(call.parameters)
        guard let timestamp = try call.parameters.timestamp("timestamp") else {
            throw .missing("timestamp")
        }
        let ahead = timestamp.microseconds - call.now.microseconds
        guard ahead < aheadMax else { throw .tooEarly(byMilliseconds: ahead / 1000) }
        guard -ahead <= window else { throw .tooLate(byMilliseconds: -ahead / 1000) }
    }

    /// The window in microseconds; milliseconds with up to three decimals are sent.
    private static func recvWindow(_ parameters: Parameters) throws(APIError) -> Int64 {
        let sent = try parameters.decimal("recvWindow", overflow: .recvWindowTooLarge)
        guard let sent else { return recvWindowDefault }
        let unitsOfMicrosecond = FixedPoint.one / 1000
        guard sent % unitsOfMicrosecond == 0 else { throw .tooPrecise("recvWindow") }
        guard sent / unitsOfMicrosecond <= recvWindowMax else { throw .recvWindowTooLarge }
        return sent / unitsOfMicrosecond
    }
}

/// What a signature covers.
enum SignedPayload {
    private static let name = Array("signature".utf8)

    /// The raw query and the raw body without a separator and without the signature.
    ///
    /// - Parameters:
    ///   - query: Raw, as received.
    ///   - body: Raw, as received.
    /// - Returns: The signed bytes.
    static func bytes(query: [UInt8], body: [UInt8]) -> [UInt8] {
        var payload: [UInt8] = []
        payload.reserveCapacity(query.count + body.count)
        append(query, to: &payload)
        append(body, to: &payload)
        return payload
    }

    /// Copies all but the `signature` parameter and one `&` beside it.
    private static func append(_ form: [UInt8], to payload: inout [UInt8]) {
        guard let range = signatureRange(in: form) else {
            payload.append(contentsOf: form)
            return
        }
        let hasBefore = range.lowerBound > 0
        let hasAfter = range.upperBound < form.count
        payload.append(contentsOf: form[..<(range.lowerBound - (hasBefore ? 1 : 0))])
        let skipsAfter = hasAfter && !hasBefore
        payload.append(contentsOf: form[(range.upperBound + (skipsAfter ? 1 : 0))...])
    }

    private static func signatureRange(in form: [UInt8]) -> Range<Int>? {
        var start = 0
        while start < form.count {
            let end = form[start...].firstIndex(of: UInt8(ascii: "&")) ?? form.count
            let text = form[start..<end]
            if text.starts(with: name),
                text.count == name.count || text[start + name.count] == UInt8(ascii: "=")
            {
                return start..<end
            }
            start = end + 1
        }
        return nil
    }
}
