import API
import EventLoop
import HTTP
import Trading

/// Carries out what connections of the WebSocket API ask for: the router, or a test's double.
protocol SocketBackend: AnyObject {
    /// Translates requests; asked anew each time, since keys change.
    var gateway: Gateway { get }

    /// Charges a request before it is carried out.
    func charge(_ client: String, weight: Int, now: Timestamp) -> WeightLimiter.Verdict

    /// What an address has used up of its weight.
    func usedWeight(of client: String, now: Timestamp) -> Int

    /// Carries out an operation that has been charged, and tells the answer and what is used then.
    func perform(
        _ operation: Operation,
        for client: ChargedClient,
        _ finish: @escaping (APIResponse, RateLimitUsage) -> Void
    )

    /// Counts an answer that needed no operation.
    func answered(status: Int, arrival: UInt64)
}

/// Who asked for an operation, and what it was charged.
struct ChargedClient {
    let address: String
    /// What this request was charged.
    let weight: Int
    /// Used up with it.
    let used: Int
    /// Loop time at which the request came.
    let arrival: UInt64
    /// Server's time at which it came.
    let wall: Timestamp
}

/// The connections of the WebSocket API.
final class SocketDesk {
    /// Requests of a connection that wait for their answers.
    static let inFlightMax = 256

    /// One of them.
    final class Connection {
        let client: String
        var session: SocketSession
        var inFlightCount = 0
        /// Where the events of each subscription come from.
        var streams: [Int: UserStreamID] = [:]

        init(client: String, session: SocketSession) {
            self.client = client
            self.session = session
        }
    }

    let backend: any SocketBackend
    let source: any UserStreamSource
    let loop: EventLoop
    private let times: SocketTable.Times
    private(set) var connections: [Int: Connection] = [:]
    private(set) lazy var table = SocketTable(
        loop: loop,
        times: times,
        handlers: SocketTable.Handlers(
            received: { [unowned self] in received($1, from: $0) },
            notice: { [unowned self] in notice(to: $0) },
            closed: { [unowned self] in forget($0) }
        )
    )

    init(
        loop: EventLoop,
        backend: any SocketBackend,
        source: any UserStreamSource,
        times: SocketTable.Times = SocketTable.Times()
    ) {
        self.loop = loop
        self.backend = backend
        self.source = source
        self.times = times
    }

    func start() { table.start() }

    var wall: Timestamp { Timestamp(microseconds: loop.wallClockMicroseconds) }

    /// Takes in a connection.
    func open(_ socket: WebSocket, _ path: SocketPath, client: String) {
        let id = table.add(socket)
        let session = SocketSession(path, now: wall)
        connections[id] = Connection(client: client, session: session)
    }

    private func forget(_ id: Int) {
        guard let connection = connections.removeValue(forKey: id) else { return }
        for stream in connection.streams.values { source.close(stream) }
    }

    private func notice(to id: Int) -> [UInt8] {
        let unit = connections[id]?.session.path.timeUnit ?? .milliseconds
        return Gateway.socketEvent(EndEvent.serverShutdown.json(wall, in: unit), of: nil)
    }

    // MARK: Requests

    private func received(_ text: [UInt8], from id: Int) {
        guard let connection = connections[id] else { return }
        let arrival = (loop: loop.nowNanoseconds, wall: wall)
        let request: Result<SocketRequest, SocketRefusal>
        do throws(SocketRefusal) {
            request = .success(
                try SocketRequest(text, on: connection.session.path, from: connection.client)
            )
        } catch { request = .failure(error) }
        let weight = request.success.map(backend.gateway.weight(of:)) ?? 1
        let verdict = backend.charge(connection.client, weight: weight, now: arrival.wall)
        switch (verdict, request) {
        case (.refused(let error), _):
            reply(request.name, APIResponse(error), on: id, connection, arrival.loop)
        case (.accepted, .failure(let refusal)):
            reply(request.name, APIResponse(refusal.error), on: id, connection, arrival.loop)
        case (.accepted(let used), .success(let request)):
            guard connection.inFlightCount < Self.inFlightMax else {
                let overloaded = backend.gateway.renderOverloaded()
                return reply(request.name, overloaded, on: id, connection, arrival.loop)
            }
            let client = ChargedClient(
                address: connection.client,
                weight: weight,
                used: used,
                arrival: arrival.loop,
                wall: arrival.wall
            )
            carryOut(request, for: client, on: id, connection)
        }
    }

    private func carryOut(
        _ request: SocketRequest,
        for client: ChargedClient,
        on id: Int,
        _ connection: Connection
    ) {
        let step = connection.session.receive(request, backend.gateway, now: client.wall)
        switch step {
        case .operation(let operation):
            connection.inFlightCount += 1
            backend.perform(operation, for: client) { [weak self] response, usage in
                connection.inFlightCount -= 1
                self?.answer(request.name, response, usage, on: id, connection)
            }
        case .answer(let response, let ended):
            reply(request.name, response, on: id, connection, client.arrival)
            for subscription in ended { finish(subscription, on: id, connection) }
        case .subscribe(let subscriber):
            connection.inFlightCount += 1
            subscribe(subscriber, on: id, connection) { [weak self] response in
                connection.inFlightCount -= 1
                self?.reply(request.name, response, on: id, connection, client.arrival)
            }
        }
    }

    /// Answers what needed no operation.
    private func reply(
        _ name: RequestName,
        _ response: APIResponse,
        on id: Int,
        _ connection: Connection,
        _ arrival: UInt64
    ) {
        backend.answered(status: response.status, arrival: arrival)
        let used = backend.usedWeight(of: connection.client, now: wall)
        answer(name, response, RateLimitUsage(weight: used), on: id, connection)
    }

    private func answer(
        _ name: RequestName,
        _ response: APIResponse,
        _ usage: RateLimitUsage,
        on id: Int,
        _ connection: Connection
    ) {
        let tells = name.returnsRateLimits ?? connection.session.path.returnsRateLimits
        let frame = backend.gateway.socketAnswer(
            to: name.id,
            response,
            usage: tells ? usage : nil,
            now: wall
        )
        table.send(frame, to: id)
    }
}

/// What an answer repeats of its request.
private struct RequestName {
    var id: [UInt8]
    var returnsRateLimits: Bool?
}

extension SocketRequest {
    fileprivate var name: RequestName {
        RequestName(id: id, returnsRateLimits: returnsRateLimits)
    }
}

extension Result where Success == SocketRequest, Failure == SocketRefusal {
    fileprivate var success: SocketRequest? {
        guard case .success(let request) = self else { return nil }
        return request
    }

    fileprivate var name: RequestName {
        switch self {
        case .success(let request): request.name
        case .failure(let refusal): RequestName(id: refusal.id, returnsRateLimits: nil)
        }
    }
}
