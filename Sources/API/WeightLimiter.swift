import Trading

/// Counts request weight by address and minute, requests and attempts to connect by five minutes, and
/// bans who carries on regardless.
///
/// Pure: time comes in. Bounded: beyond `clientCountMax` addresses the newcomers share one count.
public struct WeightLimiter: Sendable {
    /// What became of a request.
    public enum Verdict: Equatable, Sendable {
        /// To be carried out; the value is for `X-MBX-USED-WEIGHT-1M`.
        case accepted(used: Int)
        /// To be answered with the error.
        case refused(APIError)
    }

    private struct Usage {
        var minute: Int64 = 0
        var used = 0
        /// Refusals since the last accepted request.
        var refusals = 0
        var bannedUntil = Timestamp.zero
        var banCount = 0
        var fiveMinutes: Int64 = 0
        var requests = 0
        var connections = 0

        /// Forgets what is over.
        mutating func reach(_ now: Timestamp) {
            let minute = now.microseconds / WeightLimiter.minute
            if self.minute != minute {
                self.minute = minute
                used = 0
            }
            if fiveMinutes != minute / 5 {
                fiveMinutes = minute / 5
                requests = 0
                connections = 0
            }
        }
    }

    private static let minute: Int64 = 60_000_000
    /// Refusals in a row that earn a ban.
    private static let refusalsMax = 100
    private static let banFirst = 2 * minute
    private static let banMax = 3 * 24 * 60 * minute

    /// A client that has behaved for so long is banned for as short a time as at first.
    private static let banMemory = 24 * 60 * minute

    private let limit: Int
    private let requestsMax: Int
    private let connectionsMax: Int
    private let clientCountMax: Int
    private var usages: [String: Usage] = [:]
    private var prunedMinute: Int64 = 0

    /// Starts with nothing used.
    ///
    /// - Parameters:
    ///   - limitPerMinute: Weight of one address in a minute of the clock.
    ///   - requestsPerFiveMinutes: Requests of one address, whatever they weigh; `nil` is any number.
    ///   - connectionsPerFiveMinutes: WebSockets one address may try to open; `nil` is any number.
    ///   - clientCountMax: Addresses counted apart.
    public init(
        limitPerMinute: Int,
        requestsPerFiveMinutes: Int? = nil,
        connectionsPerFiveMinutes: Int? = nil,
        clientCountMax: Int = 100_000
    ) {
        limit = limitPerMinute
        requestsMax = requestsPerFiveMinutes ?? .max
        connectionsMax = connectionsPerFiveMinutes ?? .max
        self.clientCountMax = clientCountMax
    }

    /// Charges a request before it is carried out.
    ///
    /// - Parameters:
    ///   - client: The address.
    ///   - weight: See `Gateway.weight(of:)`.
    ///   - now: The server's time.
    /// - Returns: Whether to carry it out.
    public mutating func charge(_ client: String, weight: Int, now: Timestamp) -> Verdict {
        let slot = slot(for: client, now: now)
        var usage = usages[slot] ?? Usage()
        defer { usages[slot] = usage }
        if now < usage.bannedUntil { return .refused(Self.banned(usage, now)) }
        usage.reach(now)
        guard usage.requests < requestsMax else {
            let seconds = Self.secondsToNext(5 * Self.minute, now)
            return .refused(
                refuse(
                    &usage,
                    now,
                    .tooManyRequests(limit: requestsMax, retryAfterSeconds: seconds)
                )
            )
        }
        guard usage.used + weight <= limit else {
            let seconds = Self.secondsToNext(Self.minute, now)
            return .refused(
                refuse(&usage, now, .tooMuchWeight(limit: limit, retryAfterSeconds: seconds))
            )
        }
        usage.requests += 1
        usage.used += weight
        usage.refusals = 0
        return .accepted(used: usage.used)
    }

    /// Charges an attempt to open a WebSocket.
    ///
    /// - Parameters:
    ///   - client: The address.
    ///   - now: The server's time.
    /// - Returns: Why it is refused; `nil` when it is not.
    public mutating func connect(_ client: String, now: Timestamp) -> APIError? {
        let slot = slot(for: client, now: now)
        var usage = usages[slot] ?? Usage()
        defer { usages[slot] = usage }
        if now < usage.bannedUntil { return Self.banned(usage, now) }
        usage.reach(now)
        guard usage.connections < connectionsMax else {
            let seconds = Self.secondsToNext(5 * Self.minute, now)
            return refuse(
                &usage,
                now,
                .tooManyConnections(limit: connectionsMax, retryAfterSeconds: seconds)
            )
        }
        usage.connections += 1
        return nil
    }

    /// Counts a refusal; one too many is a ban.
    private func refuse(_ usage: inout Usage, _ now: Timestamp, _ error: APIError) -> APIError {
        usage.refusals += 1
        guard usage.refusals > Self.refusalsMax else { return error }
        Self.ban(&usage, now)
        return Self.banned(usage, now)
    }

    /// Gives weight back: a placement or cancel that succeeds weighs nothing.
    ///
    /// - Parameters:
    ///   - client: The address.
    ///   - weight: As charged.
    ///   - now: The server's time; nothing is given back in a later minute.
    /// - Returns: What is used now.
    @discardableResult
    public mutating func refund(_ client: String, weight: Int, now: Timestamp) -> Int {
        let slot = usages[client] == nil ? Self.shared : client
        guard var usage = usages[slot], usage.minute == now.microseconds / Self.minute else {
            return 0
        }
        usage.used = max(usage.used - weight, 0)
        usages[slot] = usage
        return usage.used
    }

    /// No address is an empty text.
    private static let shared = ""

    private mutating func slot(for client: String, now: Timestamp) -> String {
        guard usages[client] == nil, usages.count >= clientCountMax else { return client }
        let minute = now.microseconds / Self.minute
        // Once a minute at most: a flood of addresses must not buy a scan each.
        if prunedMinute != minute {
            prunedMinute = minute
            // Who was banned of late is remembered: the next ban is longer.
            usages = usages.filter { _, usage in
                usage.minute == minute || usage.fiveMinutes == minute / 5
                    || usage.banCount > 0
                        && now.microseconds < usage.bannedUntil.microseconds + Self.banMemory
            }
        }
        return usages.count < clientCountMax ? client : Self.shared
    }

    private static func ban(_ usage: inout Usage, _ now: Timestamp) {
        let quiet = now.microseconds - usage.bannedUntil.microseconds
        if quiet >= banMemory { usage.banCount = 0 }
        let length = min(banFirst << Int64(min(usage.banCount, 12)), banMax)
        usage.bannedUntil = Timestamp(microseconds: now.microseconds + length)
        usage.banCount += 1
        usage.refusals = 0
    }

    private static func banned(_ usage: Usage, _ now: Timestamp) -> APIError {
        .banned(
            untilMilliseconds: usage.bannedUntil.milliseconds,
            retryAfterSeconds: seconds(from: now, to: usage.bannedUntil)
        )
    }

    private static func secondsToNext(_ interval: Int64, _ now: Timestamp) -> Int64 {
        let next = (now.microseconds / interval + 1) * interval
        return seconds(from: now, to: Timestamp(microseconds: next))
    }

    /// Rounded up, so that who waits this long is not refused again.
    private static func seconds(from start: Timestamp, to end: Timestamp) -> Int64 {
        (end.microseconds - start.microseconds + 999_999) / 1_000_000
    }
}
