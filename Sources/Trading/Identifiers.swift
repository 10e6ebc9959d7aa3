/// A number or a name that stands for one thing of one kind, so that two kinds cannot be swapped.
public protocol Identifier: RawRepresentable, Hashable, Comparable, Sendable,
    CustomStringConvertible
where RawValue: Hashable & Comparable & Sendable & CustomStringConvertible {
    /// Wraps a bare value; every value is an identifier.
    init(rawValue: RawValue)
}

extension Identifier {
    /// Wraps a bare value.
    @inlinable
    public init(_ rawValue: RawValue) { self.init(rawValue: rawValue) }

    /// Orders by the bare value.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The bare value as text.
    public var description: String { rawValue.description }
}

/// An asset, by its position in the venue's asset list.
public struct AssetID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: UInt16

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// A trading pair, by its position in the venue's instrument list.
public struct InstrumentID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: UInt16

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// A customer's account; 0 is the venue itself.
public struct AccountID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: UInt32

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// An order; rises per pair and stays below 2^53 so that JavaScript clients read it exactly.
public struct OrderID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: Int64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A trade; consecutive per pair, starting at 1.
public struct TradeID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: Int64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A list of orders (OCO, OTO, OTOCO); rises per pair from 1, 0 is none.
public struct OrderListID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: Int64

    /// No list.
    public static let none = OrderListID(rawValue: 0)

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// A shard; 0 is the coordinator's own log.
public struct ShardID: Identifier, BitwiseCopyable {
    /// The bare number.
    public var rawValue: UInt16

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt16) { self.rawValue = rawValue }
}

/// A leadership term of one shard's log: the fencing token; 0 is before the first.
public struct Epoch: Identifier {
    /// The bare number.
    public var rawValue: UInt64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// The place of an entry in a log or of an event in a feed; 0 is before the first.
public struct SequenceNumber: Identifier {
    /// The bare number.
    public var rawValue: UInt64

    /// Wraps a bare number.
    @inlinable
    public init(rawValue: UInt64) { self.rawValue = rawValue }
}
