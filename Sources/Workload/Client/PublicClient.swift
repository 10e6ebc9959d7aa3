import EventLoop
import FoundationEssentials
import HTTP
import TLS

/// The public REST API over one HTTP/2 connection, as any client would use it.
///
/// Several accounts may share a connection: each request names its key.
public final class PublicClient {
    private let loop: EventLoop
    private let http: HTTPClient
    /// Where it is connected to.
    public let endpoint: Endpoint
    /// Time after which a request without an answer counts as unknown.
    public var timeoutMilliseconds: UInt64 = 15_000

    private init(loop: EventLoop, http: HTTPClient, endpoint: Endpoint) {
        self.loop = loop
        self.http = http
        self.endpoint = endpoint
    }

    /// Connects.
    ///
    /// - Parameters:
    ///   - endpoint: A router, or the edge. TLS takes any certificate: the clusters are our own.
    ///   - loop: Serves the connection.
    ///   - timeoutMilliseconds: Time for the connection to be made.
    ///   - completion: Called once.
    public static func connect(
        to endpoint: Endpoint,
        loop: EventLoop,
        timeoutMilliseconds: UInt64 = 3000,
        completion: @escaping (Result<PublicClient, NetworkError>) -> Void
    ) {
        var tls: TLSContext?
        if endpoint.isTLS {
            do {
                tls = try TLSContext.client(verifyPeer: false, caPath: nil)
            } catch {
                let address = "\(endpoint.host):\(endpoint.port)"
                completion(.failure(.handshakeFailed(address: address, reason: "\(error)")))
                return
            }
        }
        HTTPClient.connect(
            loop: loop,
            host: endpoint.host,
            port: endpoint.port,
            tls: tls,
            timeoutMilliseconds: timeoutMilliseconds
        ) { result in
            completion(result.map { PublicClient(loop: loop, http: $0, endpoint: endpoint) })
        }
    }

    /// Called once when the connection is lost.
    public var onClose: ((String) -> Void)? {
        get { http.onClose }
        set { http.onClose = newValue }
    }

    /// Whether nothing can be asked any more.
    public var isClosed: Bool { http.isClosed }

    /// Ends the connection.
    public func close() { http.close() }

    /// Places an order.
    public func place(
        _ ticket: OrderTicket,
        key: TradingKey,
        completion: @escaping (RequestOutcome) -> Void
    ) {
        var query = RequestQuery()
        ticket.write(to: &query)
        send("POST", "/api/v3/order", query, key) { completion(RequestOutcome($0)) }
    }

    /// Cancels an order by the client's own name of it.
    public func cancel(
        _ clientOrderID: String,
        symbol: String,
        key: TradingKey,
        completion: @escaping (RequestOutcome) -> Void
    ) {
        send("DELETE", "/api/v3/order", query(symbol, clientOrderID), key) {
            completion(RequestOutcome($0))
        }
    }

    /// Asks for an order by the client's own name of it.
    public func order(
        _ clientOrderID: String,
        symbol: String,
        key: TradingKey,
        completion: @escaping (RequestOutcome) -> Void
    ) {
        send("GET", "/api/v3/order", query(symbol, clientOrderID), key) {
            completion(RequestOutcome($0))
        }
    }

    /// Cancels every open order of a pair; a refusal with -2011 says that there was none.
    public func cancelAll(
        symbol: String,
        key: TradingKey,
        completion: @escaping (Result<HTTPResponse, HTTPError>) -> Void
    ) {
        var query = RequestQuery()
        query.add("symbol", symbol)
        send("DELETE", "/api/v3/openOrders", query, key, completion: completion)
    }

    /// Reads an answer into a value.
    ///
    /// - Parameters:
    ///   - type: What the JSON says.
    ///   - path: Such as `/api/v3/account`.
    ///   - query: Its parameters.
    ///   - key: Signs the request; `nil` for a public one.
    ///   - completion: Called once.
    public func read<Value: Decodable>(
        _ type: Value.Type,
        _ path: String,
        _ query: RequestQuery = RequestQuery(),
        key: TradingKey? = nil,
        completion: @escaping (Result<Value, ReadError>) -> Void
    ) {
        send("GET", path, query, key) { completion(Self.decode(type, $0)) }
    }

    /// Asks for something to be done, without a key: what a coordinator takes.
    ///
    /// - Parameters:
    ///   - path: Such as `/control/shards/1/switch`.
    ///   - json: The body.
    ///   - completion: Called once.
    public func post(
        _ path: String,
        json: [UInt8] = [],
        completion: @escaping (Result<HTTPResponse, HTTPError>) -> Void
    ) {
        http.request(
            method: "POST",
            path: path,
            body: json,
            timeoutMilliseconds: timeoutMilliseconds,
            completion: completion
        )
    }

    /// Opens a combined market stream.
    ///
    /// - Parameters:
    ///   - streams: Names such as `btcusdt@depth@100ms`.
    ///   - completion: Called once.
    public func openStreams(
        _ streams: [String],
        completion: @escaping (Result<WebSocket, HTTPError>) -> Void
    ) {
        let path = "/stream?streams=\(streams.joined(separator: "/"))"
        http.openWebSocket(path: path, headers: [], completion: completion)
    }

    private func query(_ symbol: String, _ clientOrderID: String) -> RequestQuery {
        var query = RequestQuery()
        query.add("symbol", symbol)
        query.add("origClientOrderId", clientOrderID)
        return query
    }

    private func send(
        _ method: String,
        _ path: String,
        _ query: RequestQuery,
        _ key: TradingKey?,
        completion: @escaping (Result<HTTPResponse, HTTPError>) -> Void
    ) {
        var query = query
        var headers: [(name: String, value: String)] = []
        if let key {
            query.sign(key, wallClockMilliseconds: loop.wallClockMilliseconds)
            headers.append((name: "x-mbx-apikey", value: key.apiKey))
        }
        let text = String(decoding: query.bytes, as: UTF8.self)
        http.request(
            method: method,
            path: text.isEmpty ? path : "\(path)?\(text)",
            headers: headers,
            body: [],
            timeoutMilliseconds: timeoutMilliseconds,
            completion: completion
        )
    }

    private static func decode<Value: Decodable>(
        _ type: Value.Type,
        _ result: Result<HTTPResponse, HTTPError>
    ) -> Result<Value, ReadError> {
        switch result {
        case .failure(let error): return .failure(.transport(error))
        case .success(let response) where response.status != 200:
            return .failure(.refused(Refusal(status: response.status, body: response.body)))
        case .success(let response):
            do {
                return .success(try JSONDecoder().decode(type, from: Data(response.body)))
            } catch {
                return .failure(.malformed("\(error)"))
            }
        }
    }
}
