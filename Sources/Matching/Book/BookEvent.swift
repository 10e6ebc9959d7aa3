import Trading

/// One thing a book engine did: 64 bytes, a cache line.
///
/// Every message ends in exactly one record of another kind than `trade`; its trades come before.
/// Prices are in ticks, quantities in lots.
public struct BookEvent: BitwiseCopyable, Equatable, Sendable {
    /// What happened.
    public enum Kind: UInt8, Sendable, BitwiseCopyable {
        /// The order rests with `remaining` lots; `levelLots` is its level with it.
        case accepted
        /// A maker, `order`, traded `lots` with a taker, `counterparty`, and has `remaining` left.
        case trade
        /// The incoming order traded all it asked for.
        case filled
        /// The incoming order dropped `remaining` lots that found nothing to trade with.
        case expired
        /// The order left the book with `lots` untraded.
        case canceled
        /// The order has another price and quantity; see `priceBefore` and `levelLotsBefore`.
        case replaced
        /// The order shows `lots` less and kept its place.
        case reduced
        /// Refused: no such order rests.
        case unknownOrder
        /// Refused: an order of this id rests.
        case duplicateOrder
        /// Refused: no such pair, or an id, price or quantity out of range.
        case malformed
        /// Refused: the book has its most orders.
        case bookFull

        /// Whether the message was refused and had no effect.
        @inlinable
        public var isRejection: Bool { rawValue >= Kind.unknownOrder.rawValue }
    }

    /// What happened.
    public internal(set) var kind: Kind
    /// 0 for a buy, 1 for a sell; of the maker in a trade, 0 in a refusal of an unknown order.
    public internal(set) var sideCode: UInt8
    /// The pair; of a pair that is unknown the low 16 bits.
    public internal(set) var instrument: UInt16
    /// The account of `order`; 0 in a refusal that knows none.
    public internal(set) var account: UInt32
    /// Place of this event among all of its engine, from 0.
    public internal(set) var sequence: UInt64
    /// The order it is about: the maker in a trade.
    public internal(set) var order: Int64
    /// The taker in a trade, the price before in a replacement, else 0.
    public internal(set) var counterparty: Int64
    /// Price of the trade or of the order; 0 for none.
    public internal(set) var price: Int64
    /// Lots traded, taken off or asked for; in a replacement what the price before still shows.
    public internal(set) var lots: Int64
    /// What is left of the order.
    public internal(set) var remaining: Int64
    /// What `price` shows on that side afterwards; 0 where the event did not change it.
    public internal(set) var levelLots: Int64

    /// The side of `order`.
    @inlinable
    public var side: Side { sideCode == 0 ? .buy : .sell }

    /// Of a replacement: where the order rested before.
    @inlinable
    public var priceBefore: Int64 { counterparty }

    /// Of a replacement: what that price still showed without it.
    @inlinable
    public var levelLotsBefore: Int64 { lots }
}

/// The latest events of an engine, in memory that is taken once.
struct BookEventRing: ~Copyable {
    private var events: Pool<BookEvent>
    private let mask: UInt32
    /// Number of events written since the start.
    private(set) var position: UInt64 = 0
    /// The event that stands, or stood, where the memory begins.
    private var first: UInt64 = 0

    /// An empty ring.
    ///
    /// - Parameter capacity: Events it holds at least; rounded up to a power of two.
    init(capacity: Int) {
        var size = 1
        while size < capacity { size *= 2 }
        mask = UInt32(size - 1)
        let empty = BookEvent(
            kind: .malformed,
            sideCode: 0,
            instrument: 0,
            account: 0,
            sequence: 0,
            order: 0,
            counterparty: 0,
            price: 0,
            lots: 0,
            remaining: 0,
            levelLots: 0
        )
        events = Pool(repeating: empty, count: size)
    }

    /// Bytes of memory held outside the structure itself.
    var memorySize: Int { events.memorySize }

    /// Events it holds once it is full.
    var capacity: Int { Int(mask) + 1 }

    /// The event at a position of the last `capacity`.
    @inline(__always)
    subscript(_ position: UInt64) -> BookEvent {
        events[UInt32(truncatingIfNeeded: position &- first) & mask]
    }

    /// Writes the next events where the memory begins.
    mutating func rewind() { first = position }

    /// Writes the next event over the oldest.
    @inline(__always)
    mutating func write(
        _ kind: BookEvent.Kind,
        _ origin: BookEventOrigin,
        order: Int64,
        counterparty: Int64 = 0,
        price: Int64 = 0,
        lots: Int64 = 0,
        remaining: Int64 = 0,
        levelLots: Int64 = 0
    ) {
        events[UInt32(truncatingIfNeeded: position &- first) & mask] = BookEvent(
            kind: kind,
            sideCode: UInt8(truncatingIfNeeded: origin.ladder),
            instrument: origin.instrument,
            account: origin.account,
            sequence: position,
            order: order,
            counterparty: counterparty,
            price: price,
            lots: lots,
            remaining: remaining,
            levelLots: levelLots
        )
        position &+= 1
    }
}

/// Where an event comes from.
struct BookEventOrigin {
    var instrument: UInt16
    var account: UInt32
    /// 0 for a buy, 1 for a sell.
    var ladder: UInt32
}
