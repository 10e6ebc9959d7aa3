import Trading

/// One message to a book engine: 32 bytes, half a cache line.
public struct BookMessage: Equatable, Sendable {
    /// What it asks for; the method of `BookEngine` of the same name says what that means.
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// `BookEngine.add`.
        case add
        /// `BookEngine.take`.
        case take
        /// `BookEngine.cancel`; of the other fields only the pair and the id count.
        case cancel
        /// `BookEngine.replace`; account and side do not count.
        case replace
        /// `BookEngine.reduce`, by `lots`; account, side and price do not count.
        case reduce
    }

    /// What it asks for.
    public var kind: Kind
    /// Buy or sell.
    public var side: Side
    /// The pair.
    public var instrument: UInt16
    /// Whose it is.
    public var account: UInt32
    /// The order.
    public var id: Int64
    /// The limit, in ticks.
    public var price: Int64
    /// The quantity.
    public var lots: Int64

    /// Makes a message of all its fields.
    ///
    /// - Parameters:
    ///   - kind: What it asks for.
    ///   - instrument: The pair.
    ///   - id: The order.
    ///   - account: Whose it is.
    ///   - side: Buy or sell; for prefetching it helps to know it of any message with a price.
    ///   - price: The limit, in ticks.
    ///   - lots: The quantity.
    @inlinable
    public init(
        _ kind: Kind,
        _ instrument: UInt16,
        _ id: Int64,
        account: UInt32,
        _ side: Side,
        at price: Int64,
        lots: Int64
    ) {
        self.kind = kind
        self.side = side
        self.instrument = instrument
        self.account = account
        self.id = id
        self.price = price
        self.lots = lots
    }
}
