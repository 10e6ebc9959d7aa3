import Trading

/// A query string in the making; values must need no percent-encoding.
public struct RequestQuery {
    /// What there is so far.
    private(set) var bytes: [UInt8] = []

    /// An empty one.
    public init() { bytes.reserveCapacity(384) }

    /// Adds a parameter.
    public mutating func add(_ name: StaticString, _ value: String) {
        begin(name)
        bytes.append(contentsOf: value.utf8)
    }

    /// Adds a decimal parameter, from units of 10⁻⁸.
    public mutating func add(_ name: StaticString, decimal units: Int64) {
        begin(name)
        FixedPoint.write(units, to: &bytes)
    }

    /// Adds a whole number.
    public mutating func add(_ name: StaticString, _ value: Int64) {
        begin(name)
        bytes.append(contentsOf: String(value).utf8)
    }

    /// Adds what a signed request needs.
    mutating func sign(_ key: TradingKey, wallClockMilliseconds: Int64) {
        add("recvWindow", 10_000)
        add("timestamp", wallClockMilliseconds)
        key.sign(&bytes)
    }

    private mutating func begin(_ name: StaticString) {
        if !bytes.isEmpty { bytes.append(UInt8(ascii: "&")) }
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "="))
    }
}
