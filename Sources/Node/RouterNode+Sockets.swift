import API
import Configuration
import HTTP
import Trading

/// WebSockets: market streams and the WebSocket API.
extension RouterNode {
    func webSocketAdmission(_ request: HTTPRequest) -> WebSocketAdmission {
        guard
            SocketPath(path: request.path, query: request.query) != nil
                || StreamPath(request.target) != nil
        else { return .unknown }
        if let error = limiter.connect(clients.client(of: request), now: context.wall) {
            let response = APIResponse(error)
            return .refused(
                status: response.status,
                headers: response.headers,
                body: response.body
            )
        }
        // Clients that report it name the connection by it; any text that is unique will do.
        return .accepted(
            headers: [(name: "x-mbx-uuid", value: SecureRandom.alphanumeric(count: 32))]
        )
    }

    func handleWebSocket(_ request: HTTPRequest, _ socket: WebSocket) {
        if let path = SocketPath(path: request.path, query: request.query) {
            return desk.open(socket, path, client: clients.client(of: request))
        }
        guard let path = StreamPath(request.target) else {
            return socket.close(code: 1008, reason: "no such stream")
        }
        board.open(socket, path)
    }

    /// Tells everyone who listens that this router stops.
    func endSockets() {
        desk.table.endAll()
        board.table.endAll()
    }
}

extension RouterNode: SocketBackend {
    func charge(_ client: String, weight: Int, now: Timestamp) -> WeightLimiter.Verdict {
        limiter.charge(client, weight: weight, now: now)
    }

    func usedWeight(of client: String, now: Timestamp) -> Int {
        limiter.refund(client, weight: 0, now: now)
    }

    func perform(
        _ operation: Operation,
        for client: ChargedClient,
        _ finish: @escaping (APIResponse, RateLimitUsage) -> Void
    ) {
        settle(operation, for: client) {
            [weak self] response, used in
            self?.answered(status: response.status, arrival: client.arrival)
            finish(response, RateLimitUsage(weight: used, headers: response.headers))
        }
    }

    func answered(status: Int, arrival: UInt64) {
        metrics.answered(status: status, after: context.now - arrival)
    }
}

extension RateLimitUsage {
    /// The orders of the account are told in headers where they are counted at all.
    fileprivate init(weight: Int, headers: [(name: String, value: String)]) {
        func count(_ name: String) -> Int? {
            headers.first { $0.name == name }.flatMap { Int($0.value) }
        }
        self.init(
            weight: weight,
            ordersPerTenSeconds: count("x-mbx-order-count-10s"),
            ordersPerDay: count("x-mbx-order-count-1d")
        )
    }
}
