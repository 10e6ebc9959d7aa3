import API
import Trading

/// The events of accounts on the connections of the WebSocket API.
extension SocketDesk {
    /// Asks for an account's events; the answer goes out before the first of them.
    func subscribe(
        _ subscriber: SocketSubscriber,
        on id: Int,
        _ connection: Connection,
        _ finish: @escaping (APIResponse) -> Void
    ) {
        let place = Place()
        source.open(
            account: subscriber.account,
            unit: connection.session.path.timeUnit,
            deliver: { [weak self] event in
                guard let self, let subscription = place.subscription else { return }
                table.send(Gateway.socketEvent(event, of: subscription), to: id)
            },
            ended: { [weak self] in
                guard let self, let subscription = place.subscription,
                    connection.session.end(subscription)
                else { return }
                connection.streams[subscription] = nil
                tellEnd(of: subscription, on: id, connection)
            },
            begun: { [weak self] stream in
                self?.begun(stream, subscriber, place, on: id, connection, finish)
            }
        )
    }

    private func begun(
        _ stream: UserStreamID?,
        _ subscriber: SocketSubscriber,
        _ place: Place,
        on id: Int,
        _ connection: Connection,
        _ finish: (APIResponse) -> Void
    ) {
        guard let stream else {
            connection.session.fail(subscriber)
            return finish(backend.gateway.renderUnavailable())
        }
        // The client may be gone, or its right to the events.
        guard connections[id] === connection,
            let (subscription, response) = connection.session.begin(subscriber)
        else {
            source.close(stream)
            return finish(backend.gateway.renderUnavailable())
        }
        connection.streams[subscription] = stream
        finish(response)
        place.subscription = subscription
    }

    /// Ends a subscription that its connection has forgotten, and tells the client.
    func finish(_ subscription: Int, on id: Int, _ connection: Connection) {
        if let stream = connection.streams.removeValue(forKey: subscription) {
            source.close(stream)
        }
        tellEnd(of: subscription, on: id, connection)
    }

    private func tellEnd(of subscription: Int, on id: Int, _ connection: Connection) {
        let event = EndEvent.streamTerminated.json(wall, in: connection.session.path.timeUnit)
        table.send(Gateway.socketEvent(event, of: subscription), to: id)
    }

    /// Ends sessions and subscriptions whose keys may no longer be used.
    ///
    /// - Parameter isValid: Whether a key, by its public half, may still be used.
    func keysChanged(isValid: (String) -> Bool) {
        for (id, connection) in connections {
            for subscription in connection.session.keysChanged(isValid: isValid) {
                finish(subscription, on: id, connection)
            }
        }
    }

    /// Where events go once the subscription has its number.
    private final class Place {
        var subscription: Int?
    }
}
