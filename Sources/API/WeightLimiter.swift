import Trading

/// Counts request weight by address and minute, and bans who carries on regardless.
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
    }

    private static let minute: Int64 = 60_000_000
    /// Refusals in a row that earn a ban.
    private static let refusalsMax = 100
    private static let banFirst = 2 * minute
    private static let banMax = 3 * 24 * 60 * minute

    private let limit: Int
    private let clientCountMax: Int
    private var usages: [String: Usage] = [:]
    private var prunedMinute: Int64 = 0

    /// Starts with nothing used.
    ///
    /// - Parameters:
    ///   - limitPerMinute: Weight of one address in a minute of the clock.
    ///   - clientCountMax: Addresses counted apart.
    public init(limitPerMinute: Int, clientCountMax: Int = 100_000) {
        limit = limitPerMinute
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
        let minute = now.microseconds / Self.minute
        if usage.minute != minute {
            usage.minute = minute
            usage.used = 0
        }
        guard usage.used + weight > limit else {
            usage.used += weight
            usage.refusals = 0
            return .accepted(used: usage.used)
        }
        usage.refusals += 1
        guard usage.refusals > Self.refusalsMax else {
            let next = (minute + 1) * Self.minute
            let seconds = Self.seconds(from: now, to: Timestamp(microseconds: next))
            return .refused(.tooMuchWeight(limit: limit, retryAfterSeconds: seconds))
        }
        Self.ban(&usage, now)
        return .refused(Self.banned(usage, now))
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
            usages = usages.filter { $0.value.minute == minute || $0.value.bannedUntil > now }
        }
        return usages.count < clientCountMax ? client : Self.shared
    }

    private static func ban(_ usage: inout Usage, _ now: Timestamp) {
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

    /// Rounded up, so that who waits this long is not refused again.
    private static func seconds(from start: Timestamp, to end: Timestamp) -> Int64 {
        (end.microseconds - start.microseconds + 999_999) / 1_000_000
    }
}
