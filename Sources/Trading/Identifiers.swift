/// An asset, by its position in the venue's asset list.
public struct AssetID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: UInt16

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A trading pair, by its position in the venue's instrument list.
public struct InstrumentID: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    /// The bare number.
    public var rawValue: UInt16

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A customer's account; 0 is the venue itself.
public struct AccountID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: UInt32

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// An order; rises per pair and stays below 2^53 so that JavaScript clients read it exactly.
public struct OrderID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: Int64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A trade; consecutive per pair, starting at 1.
public struct TradeID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: Int64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: Int64) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A shard; 0 is the coordinator's own log.
public struct ShardID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: UInt16

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: UInt16) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// A leadership term of one shard's log: the fencing token; 0 is before the first.
public struct Epoch: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The bare number.
    public var rawValue: UInt64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}

/// The place of an entry in a log or of an event in a feed; 0 is before the first.
public struct SequenceNumber: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
{
    /// The bare number.
    public var rawValue: UInt64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// Wraps a bare number.
    @inlinable
    public init(_ rawValue: UInt64) { self.rawValue = rawValue }

    /// Orders by the bare number.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare number in decimal.
    public var description: String { "\(rawValue)" }
}
