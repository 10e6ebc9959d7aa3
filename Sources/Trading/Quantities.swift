/// A limit price or trade price, in ticks of its instrument.
public struct Price: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Number of ticks.
    ///
    /// Range: positive for a real price, 0 where there is none.
    public var ticks: Int64

    /// Most ticks an instrument may allow; a client that reads numbers as doubles sees them exactly.
    public static let ticksMax: Int64 = 1 << 53

    /// No price: a market order, an absent side of the book.
    public static let none = Price(ticks: 0)

    /// Wraps a number of ticks.
    @inlinable
    public init(ticks: Int64) { self.ticks = ticks }

    /// Orders by value.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.ticks < right.ticks }
}

/// A quantity of the base asset, in lots of its instrument.
public struct Quantity: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Number of lots.
    ///
    /// Range: never negative.
    public var lots: Int64

    /// Nothing.
    public static let zero = Quantity(lots: 0)

    /// Wraps a number of lots.
    @inlinable
    public init(lots: Int64) { self.lots = lots }

    /// Orders by value.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.lots < right.lots }

    /// Sum; traps on overflow, which the instrument's limits exclude.
    @inlinable
    public static func + (left: Self, right: Self) -> Self {
        Quantity(lots: left.lots + right.lots)
    }

    /// Difference.
    @inlinable
    public static func - (left: Self, right: Self) -> Self {
        Quantity(lots: left.lots - right.lots)
    }

    /// Adds in place.
    @inlinable
    public static func += (left: inout Self, right: Self) { left.lots += right.lots }

    /// Subtracts in place.
    @inlinable
    public static func -= (left: inout Self, right: Self) { left.lots -= right.lots }
}

/// An amount of one asset, in units of 10⁻⁸.
public struct Amount: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Number of units.
    ///
    /// Range: never negative in a balance; about ±92 billion whole coins.
    public var units: Int64

    /// Nothing.
    public static let zero = Amount(units: 0)

    /// Wraps a number of units.
    @inlinable
    public init(units: Int64) { self.units = units }

    /// Orders by value.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.units < right.units }

    /// Sum; traps on overflow, since money that wraps is worse than a stop.
    @inlinable
    public static func + (left: Self, right: Self) -> Self {
        Amount(units: left.units + right.units)
    }

    /// Difference.
    @inlinable
    public static func - (left: Self, right: Self) -> Self {
        Amount(units: left.units - right.units)
    }

    /// Adds in place.
    @inlinable
    public static func += (left: inout Self, right: Self) { left.units += right.units }

    /// Subtracts in place.
    @inlinable
    public static func -= (left: inout Self, right: Self) { left.units -= right.units }

    /// The share of this amount that a rate takes, rounded down to the unit.
    ///
    /// - Parameter rate: The rate in 10⁻⁸ (0.1 % is 100 000). Range: `0...100_000_000`.
    /// - Returns: At most this amount; the product is formed in 128 bits.
    @inlinable
    public func share(rate: Int64) -> Amount {
        let product = units.multipliedFullWidth(by: rate)
        return Amount(units: Int64(100_000_000).dividingFullWidth(product).quotient)
    }
}

/// A moment of log time, in microseconds since 1970-01-01 UTC.
///
/// Inside replicated state time only ever comes from the log, where it never goes back.
public struct Timestamp: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Microseconds since the Unix epoch.
    public var microseconds: Int64

    /// The Unix epoch.
    public static let zero = Timestamp(microseconds: 0)

    /// Wraps a number of microseconds.
    @inlinable
    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The same moment in whole milliseconds, as the API shows it.
    @inlinable
    public var milliseconds: Int64 { microseconds / 1000 }

    /// Orders by time.
    @inlinable
    public static func < (left: Self, right: Self) -> Bool {
        left.microseconds < right.microseconds
    }
}
