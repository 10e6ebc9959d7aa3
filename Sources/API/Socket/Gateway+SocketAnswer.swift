import Trading

/// The frames of the WebSocket API.
extension Gateway {
    /// Renders the answer to a request: what REST answers, with the id and the limits.
    ///
    /// - Parameters:
    ///   - id: As the client wrote it.
    ///   - response: The body becomes `result`, or `error` unless the status is 200.
    ///   - usage: What `rateLimits` tells; `nil` leaves it out.
    ///   - now: The server's time.
    /// - Returns: The text of one message.
    public func socketAnswer(
        to id: [UInt8],
        _ response: APIResponse,
        usage: RateLimitUsage?,
        now: Timestamp
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: response.body.count + 256)
        writer.object { writer in
            writer.key("id")
            writer.raw(id)
            writer.key("status")
            writer.value(Int64(response.status))
            if response.status == 200 {
                writer.key("result")
                writer.raw(response.body)
            } else {
                writer.key("error")
                writer.raw(Self.error(response, now))
            }
            guard let usage else { return }
            writer.key("rateLimits")
            limits.write(usage, to: &writer)
        }
        return writer.bytes
    }

    /// The body of an error; what REST tells in the header `retry-after` is in `data` here.
    private static func error(_ response: APIResponse, _ now: Timestamp) -> [UInt8] {
        guard let wait = response.headers.first(where: { $0.name == "retry-after" }),
            let seconds = Int64(wait.value)
        else { return response.body }
        var writer = JSONWriter(capacity: 64)
        writer.object { writer in
            writer.key("serverTime")
            writer.value(now.milliseconds)
            writer.key("retryAfter")
            writer.value(now.milliseconds + seconds * 1000)
        }
        return response.body.dropLast() + Array(#","data":"#.utf8) + writer.bytes
            + [UInt8(ascii: "}")]
    }

    /// Frames an event of an account.
    ///
    /// - Parameters:
    ///   - event: JSON.
    ///   - subscription: Which subscription it is for; `nil` when it is about the connection.
    /// - Returns: The text of one message.
    public static func socketEvent(_ event: [UInt8], of subscription: Int?) -> [UInt8] {
        var writer = JSONWriter(capacity: event.count + 48)
        writer.object { writer in
            if let subscription {
                writer.key("subscriptionId")
                writer.value(Int64(subscription))
            }
            writer.key("event")
            writer.raw(event)
        }
        return writer.bytes
    }
}

/// Events that tell of an end.
public enum EndEvent: Sendable {
    /// A subscription to an account's events is over.
    case streamTerminated
    /// The connection will be closed soon.
    case serverShutdown

    /// The event's JSON.
    ///
    /// - Parameters:
    ///   - now: When.
    ///   - unit: The unit of the time.
    /// - Returns: Not framed.
    public func json(_ now: Timestamp, in unit: StreamTimeUnit) -> [UInt8] {
        var writer = JSONWriter(capacity: 64)
        writer.object { writer in
            writer.key("e")
            switch self {
            case .streamTerminated: writer.word("eventStreamTerminated")
            case .serverShutdown: writer.word("serverShutdown")
            }
            writer.key("E")
            writer.value(unit.value(now))
        }
        return writer.bytes
    }
}
