import Trading

@testable import API

/// Bytes of clients to the readers that face them, alone and as the gateway puts them together.
enum APIFuzzer {
    /// Method and path of what a request asks for.
    private static let endpoints: [(String, String)] = [
        ("POST", "order"), ("POST", "order"), ("POST", "order"), ("POST", "order/test"),
        ("DELETE", "order"), ("GET", "order"), ("POST", "order/cancelReplace"),
        ("DELETE", "openOrders"), ("GET", "openOrders"), ("GET", "allOrders"),
        ("GET", "myTrades"), ("GET", "account"), ("GET", "account/commission"), ("GET", "depth"),
        ("GET", "trades"), ("GET", "historicalTrades"), ("GET", "aggTrades"), ("GET", "klines"),
        ("GET", "avgPrice"), ("GET", "ticker/24hr"), ("GET", "ticker/price"),
        ("GET", "ticker/bookTicker"), ("GET", "exchangeInfo"), ("GET", "ticker"),
        ("PUT", "order/amend/keepPriority"), ("POST", "orderList/oco"), ("DELETE", "orderList"),
        ("GET", "rateLimit/order"), ("PATCH", "order"), ("GET", "nothing"),
    ]

    /// The first byte picks the reader, the rest is read.
    static func run(_ bytes: [UInt8]) {
        guard let kind = bytes.first else { return }
        let rest = Array(bytes.dropFirst())
        switch kind % 8 {
        case 0: unsigned(rest)
        case 1, 2: signed(rest)
        case 3: DecimalFuzzer.run(rest)
        case 4: JSONFuzzer.run(rest)
        case 5: SocketFuzzer.run(rest)
        case 6: SocketFuzzer.runSigned(rest)
        default: StreamFuzzer.run(rest)
        }
    }

    // MARK: REST

    /// Any bytes as query, body and key; a line feed parts them.
    private static func unsigned(_ bytes: [UInt8]) {
        guard let choice = bytes.first else { return }
        let parts = bytes.dropFirst()
            .split(separator: 10, maxSplits: 2, omittingEmptySubsequences: false).map(Array.init)
        var request = request(choice)
        request.query = parts[0]
        if parts.count > 1 { request.body = parts[1] }
        if parts.count > 2 { request.apiKey = parts[2] }
        var venue = FuzzVenue()
        let operation = FuzzVenue.gateway.interpret(request, now: FuzzVenue.now)
        if case .command = operation { invariant(false, "an order without a signature") }
        venue.carryOut(operation)
        invariant(FuzzVenue.gateway.weight(of: request) >= 1, "every request weighs something")
    }

    /// Parameters under a good signature; then the same, tampered with.
    private static func signed(_ bytes: [UInt8]) {
        guard bytes.count >= 3 else { return }
        let request = signedRequest(bytes)
        var venue = FuzzVenue()
        venue.carryOut(FuzzVenue.gateway.interpret(request, now: FuzzVenue.now))
        let place = Int(bytes[2]) % max(request.query.count + request.body.count, 1)
        for tampered in tampered(request, at: place) where tampered != nil {
            guard let tampered else { continue }
            let operation = FuzzVenue.gateway.interpret(tampered, now: FuzzVenue.now)
            guard case .respond(let refusal) = operation, refusal.status != 200 else {
                // What needs no signature is what it is, and may be well formed only now.
                invariant(!isSigned(bytes[0]), "a changed request passes")
                continue
            }
            AnswerForm.check(refusal)
        }
    }

    /// The second byte says where the parameters are cut into query and body.
    private static func signedRequest(_ bytes: [UInt8]) -> APIRequest {
        var request = request(bytes[0])
        let parameters = Array(bytes.dropFirst(3))
        let cut = min(Int(bytes[1]), parameters.count)
        request.query = Array(parameters[..<cut])
        request.body = Array(parameters[cut...])
        request.apiKey = Array(FuzzVenue.key.utf8)
        let timestamp = Array("timestamp=\(FuzzVenue.now.milliseconds)".utf8)
        append(timestamp, to: &request.query)
        let payload = SignedPayload.bytes(query: request.query, body: request.body)
        let signature = FuzzVenue.hexadecimal(FuzzVenue.signature(of: payload))
        append(Array("signature=".utf8) + signature, to: &request.query)
        return request
    }

    private static func append(_ parameter: [UInt8], to form: inout [UInt8]) {
        if !form.isEmpty { form.append(UInt8(ascii: "&")) }
        form += parameter
    }

    private static func request(_ choice: UInt8) -> APIRequest {
        let (method, path) = endpoints[Int(choice) % endpoints.count]
        return APIRequest(
            method: method,
            path: Array("/api/v3/\(path)".utf8),
            timeUnitMicroseconds: choice >= 128
        )
    }

    private static func isSigned(_ choice: UInt8) -> Bool {
        let request = request(choice)
        // An unknown path is refused whoever signs.
        guard case .signed? = try? Route.row(of: request).endpoint else { return false }
        return true
    }

    /// The request with other bytes under the same signature.
    private static func tampered(_ request: APIRequest, at place: Int) -> [APIRequest?] {
        var flipped = request
        var escaped = request
        if place < request.query.count {
            // The signature itself may be written in either case.
            guard !isInSignature(request.query, place) else { return [] }
            flipped.query[place] ^= 1
            escaped.query.replaceSubrange(place...place, with: escape(request.query[place]))
        } else if place - request.query.count < request.body.count {
            flipped.body[place - request.query.count] ^= 1
        }
        var appended = request
        appended.query += Array("&x=1".utf8)
        var prepended = request
        prepended.body = Array("y=2&".utf8) + request.body
        return [flipped, escaped, appended, prepended].map { other in
            signedBytes(other) == signedBytes(request) ? nil : other
        }
    }

    private static func signedBytes(_ request: APIRequest) -> [UInt8] {
        SignedPayload.bytes(query: request.query, body: request.body)
    }

    private static func isInSignature(_ query: [UInt8], _ place: Int) -> Bool {
        place >= query.count - "&signature=0123456789abcdef".utf8.count
    }

    private static func escape(_ byte: UInt8) -> [UInt8] {
        [UInt8(ascii: "%")] + FuzzVenue.hexadecimal([byte])
    }
}
