/// Where a Redis listens.
public struct RedisEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// Numeric address, or "localhost".
    public var host: String
    /// TCP port.
    public var port: Int

    /// Makes an endpoint.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// "host:port".
    public var description: String { "\(host):\(port)" }
}

/// What an acknowledgement of Redis promises; chosen by the topology, never a fall-back.
public enum RedisDurability: String, Sendable {
    /// On the disk.
    case always
    /// On the disk within about a second: a crash of the machine loses acknowledged entries.
    case everySecond = "everysec"
}

/// How long a Redis may take.
public struct RedisTimeouts: Hashable, Sendable {
    /// To accept a connection.
    public var connectMilliseconds: UInt64
    /// To answer a command, before the connection is discarded and the outcome is unknown.
    public var requestMilliseconds: UInt64

    /// Makes the limits; two seconds cover a slow disk, not a dead one.
    public init(connectMilliseconds: UInt64 = 1000, requestMilliseconds: UInt64 = 2000) {
        self.connectMilliseconds = connectMilliseconds
        self.requestMilliseconds = requestMilliseconds
    }
}

/// The pause before the next attempt to connect: doubles with each failure, and is random so that
/// the clients of a Redis that restarts do not come all at once.
package struct ReconnectBackoff {
    package static let millisecondsMin: UInt64 = 20
    package static let millisecondsMax: UInt64 = 500

    private var milliseconds = millisecondsMin

    package init() {}

    /// Time to wait now.
    package mutating func next() -> UInt64 {
        defer { milliseconds = min(milliseconds * 2, Self.millisecondsMax) }
        return UInt64.random(in: milliseconds / 2...milliseconds)
    }

    /// Forgets the failures.
    package mutating func reset() { milliseconds = Self.millisecondsMin }
}
