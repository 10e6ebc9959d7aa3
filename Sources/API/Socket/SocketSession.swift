import Trading

/// Who is logged on at a connection of the WebSocket API, and which accounts' events it gets.
///
/// No sockets, no clock.
public struct SocketSession: Sendable {
    /// Subscriptions a connection may have at once.
    public static let subscriptionsMax = 1000

    /// What a request asks the owner to do.
    public enum Step: Sendable {
        /// To be carried out as a REST request is.
        case operation(Operation)
        /// To be answered with `begin`, or `fail` when the events cannot be had.
        case subscribe(SocketSubscriber)
        /// To be answered; then these subscriptions are over.
        case answer(APIResponse, ended: [Int])
    }

    /// A subscription to the events of an account.
    struct Subscription: Sendable {
        var id: Int
        var subscriber: SocketSubscriber
    }

    private struct Logon: Sendable {
        var key: APIKey
        var since: Timestamp
    }

    /// What the connection was opened with.
    public let path: SocketPath
    private let connectedSince: Timestamp
    private var logon: Logon?
    /// In the order of their ids.
    private(set) var subscriptions: [Subscription] = []
    /// Subscriptions whose events are being asked for.
    private var pending: [SocketSubscriber] = []
    private var nextID = 0

    /// Starts with nobody logged on.
    ///
    /// - Parameters:
    ///   - path: What the connection was opened with.
    ///   - now: When.
    public init(_ path: SocketPath, now: Timestamp) {
        self.path = path
        connectedSince = now
    }

    /// Carries out a request as far as it is about the connection.
    ///
    /// - Parameters:
    ///   - request: Of this connection's client.
    ///   - gateway: Knows the keys and the endpoints.
    ///   - now: The server's time.
    /// - Returns: What is left to do; every refusal is an answer.
    public mutating func receive(
        _ request: SocketRequest,
        _ gateway: Gateway,
        now: Timestamp
    ) -> Step {
        do throws(APIError) {
            guard case .session(let method) = request.method else {
                return .operation(
                    try gateway.operation(of: request, session: logon?.key, now: now)
                )
            }
            return try carryOut(method, request, gateway, now)
        } catch {
            return .answer(APIResponse(error), ended: [])
        }
    }

    private mutating func carryOut(
        _ method: SessionMethod,
        _ request: SocketRequest,
        _ gateway: Gateway,
        _ now: Timestamp
    ) throws(APIError) -> Step {
        switch method {
        case .logOn:
            let (key, _) = try gateway.authenticate(request, session: nil, now: now)
            guard key.kind == .ed25519 else { throw .logonUnsupported }
            return logOn(key, request, now)
        case .status: return .answer(status(request, now), ended: [])
        case .logOut:
            let ended = logOut()
            return .answer(status(request, now), ended: ended)
        case .subscriptions: return .answer(list(), ended: [])
        case .subscribe:
            guard let key = logon?.key else { throw .malformedKey }
            let current = try gateway.key(
                Array(key.key.utf8),
                from: request.call.clientAddress
            )
            return .subscribe(try subscriber(current, isOfSession: true))
        case .subscribeSigned:
            let (key, _) = try gateway.authenticate(request, session: nil, now: now)
            return .subscribe(try subscriber(key, isOfSession: false))
        case .unsubscribe: return try unsubscribe(request, now)
        }
    }

    // MARK: Logon

    /// Logs on with a key that has been checked.
    mutating func logOn(_ key: APIKey, _ request: SocketRequest, _ now: Timestamp) -> Step {
        // Events that another key was good for must not go on under this one.
        let ended = logon?.key.key == key.key ? [] : logOut()
        logon = Logon(key: key, since: now)
        return .answer(status(request, now), ended: ended)
    }

    private mutating func logOut() -> [Int] {
        logon = nil
        return end { $0.isOfSession }
    }

    private func status(_ request: SocketRequest, _ now: Timestamp) -> APIResponse {
        APIResponse(capacity: 256) { writer in
            writer.object { writer in
                writer.key("apiKey")
                if let logon { writer.value(logon.key.key) } else { writer.null() }
                writer.key("authorizedSince")
                if let logon {
                    writer.value(path.timeUnit.value(logon.since))
                } else {
                    writer.null()
                }
                writer.key("connectedSince")
                writer.value(path.timeUnit.value(connectedSince))
                writer.key("returnRateLimits")
                writer.value(request.returnsRateLimits ?? path.returnsRateLimits)
                writer.key("serverTime")
                writer.value(path.timeUnit.value(now))
                writer.key("userDataStream")
                writer.value(!subscriptions.isEmpty)
            }
        }
    }

    // MARK: Subscriptions

    private mutating func subscriber(
        _ key: APIKey,
        isOfSession: Bool
    ) throws(APIError) -> SocketSubscriber {
        let known = subscriptions.map(\.subscriber) + pending
        // Twice the same account would be each event twice.
        guard !known.contains(where: { $0.account == key.account }) else {
            throw .subscriptionActive
        }
        guard known.count < Self.subscriptionsMax else { throw .tooManySubscriptions }
        let subscriber = SocketSubscriber(
            account: key.account,
            key: key.key,
            isOfSession: isOfSession
        )
        pending.append(subscriber)
        return subscriber
    }

    /// Counts a subscription whose events can be had from now on.
    ///
    /// - Parameter subscriber: From a step; each is begun or failed once.
    /// - Returns: Its id, and the answer to the request; `nil` when its right to the events has
    ///   ended meanwhile.
    public mutating func begin(_ subscriber: SocketSubscriber) -> (id: Int, APIResponse)? {
        guard pending.contains(subscriber) else { return nil }
        let id = nextID
        nextID += 1
        pending.removeAll { $0 == subscriber }
        subscriptions.append(Subscription(id: id, subscriber: subscriber))
        let response = APIResponse { writer in
            writer.object { writer in
                writer.key("subscriptionId")
                writer.value(Int64(id))
            }
        }
        return (id, response)
    }

    /// Forgets a subscription whose events cannot be had.
    ///
    /// - Parameter subscriber: From a step.
    public mutating func fail(_ subscriber: SocketSubscriber) {
        pending.removeAll { $0 == subscriber }
    }

    /// Ends a subscription.
    ///
    /// - Parameter id: Its id.
    /// - Returns: Whether it was there.
    public mutating func end(_ id: Int) -> Bool {
        guard let index = subscriptions.firstIndex(where: { $0.id == id }) else { return false }
        subscriptions.remove(at: index)
        return true
    }

    private mutating func end(where isOver: (SocketSubscriber) -> Bool) -> [Int] {
        let ended = subscriptions.filter { isOver($0.subscriber) }.map(\.id)
        subscriptions.removeAll { isOver($0.subscriber) }
        pending.removeAll(where: isOver)
        return ended
    }

    private mutating func unsubscribe(
        _ request: SocketRequest,
        _ now: Timestamp
    ) throws(APIError) -> Step {
        let wanted = try Call(request.call, now: now).parameters.integer("subscriptionId")
        let ended = subscriptions.map(\.id).filter { wanted == nil || wanted == Int64($0) }
        guard !ended.isEmpty else { throw .subscriptionInactive }
        subscriptions.removeAll { ended.contains($0.id) }
        return .answer(APIResponse { $0.object { _ in } }, ended: ended)
    }

    private func list() -> APIResponse {
        APIResponse { writer in
            writer.array { writer in
                for subscription in subscriptions {
                    writer.object { writer in
                        writer.key("subscriptionId")
                        writer.value(Int64(subscription.id))
                    }
                }
            }
        }
    }

    /// Ends what keys were good for that are so no longer.
    ///
    /// - Parameter isValid: Whether a key, by its public half, may still be used.
    /// - Returns: The subscriptions that are over.
    public mutating func keysChanged(isValid: (String) -> Bool) -> [Int] {
        if let logon, !isValid(logon.key.key) { self.logon = nil }
        return end { !isValid($0.key) }
    }
}

/// Whose events a connection wants, and by what right.
public struct SocketSubscriber: Equatable, Sendable {
    /// Whose events.
    public let account: AccountID
    /// The public half of the key.
    let key: String
    /// Whether the subscription ends with the session.
    let isOfSession: Bool
}
