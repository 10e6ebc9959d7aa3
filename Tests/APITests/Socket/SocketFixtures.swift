import Testing
import Trading

@testable import API

/// Requests of the WebSocket API and their steps, on one connection.
struct SocketFixture {
    var session: SocketSession
    var gateway = Fixtures.gateway
    var now = Fixtures.now

    init(_ query: String = "") throws {
        session = SocketSession(try Self.path(query), now: Fixtures.now)
    }

    static func path(_ query: String = "") throws -> SocketPath {
        try #require(SocketPath(path: Array("/ws-api/v3".utf8), query: Array(query.utf8)))
    }

    mutating func receive(_ text: String) throws -> SocketSession.Step {
        let request = try SocketRequest(Array(text.utf8), on: session.path)
        return session.receive(request, gateway, now: now)
    }

    /// The operation of a request.
    mutating func operation(_ text: String) throws -> API.Operation {
        guard case .operation(let operation) = try receive(text) else { throw Unexpected() }
        return operation
    }

    /// The answer to a request that is about the connection, or was refused.
    mutating func answer(_ text: String) throws -> (APIResponse, ended: [Int]) {
        guard case .answer(let response, let ended) = try receive(text) else { throw Unexpected() }
        return (response, ended)
    }

    mutating func subscriber(_ text: String) throws -> SocketSubscriber {
        guard case .subscribe(let subscriber) = try receive(text) else { throw Unexpected() }
        return subscriber
    }

    /// A request with the signature of a text that the client signed.
    static func signed(
        _ method: String,
        _ members: String = "",
        payload: String,
        key: String = Fixtures.keyText
    ) -> String {
        let secret = Array(Fixtures.secretText.utf8)
        let signature = Fixtures.hex(HMAC.authenticate(Array(payload.utf8), secret: secret))
        let more = members.isEmpty ? "" : members + ","
        return """
            {"id":1,"method":"\(method)","params":{\(more)"apiKey":"\(key)",\
            "timestamp":1499827319559,"signature":"\(signature)"}}
            """
    }

    /// A request without parameters of its own, signed.
    static func signed(_ method: String, key: String = Fixtures.keyText) -> String {
        signed(method, payload: "apiKey=\(key)&timestamp=1499827319559", key: key)
    }

    struct Unexpected: Error {}
}
