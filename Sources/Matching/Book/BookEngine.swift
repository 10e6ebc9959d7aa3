import Trading

/// Price-time matching for many pairs, without money: no holds, no fees, no rules of a venue.
///
/// Messages go in one at a time; what they did is in the event ring when the call returns. Nothing
/// traps on bad input: it is refused with an event. Equal messages give equal events.
/// Thread: any, one at a time.
public struct BookEngine: ~Copyable {
    /// Most orders of one pair that an engine can be made for.
    public static let ordersMax = 1 << 20
    /// Highest order id, and highest price in ticks.
    public static let idMax: Int64 = (1 << 53) - 1
    /// Most lots of one order, so that the total of a level stays below 2⁶².
    public static let lotsMax: Int64 = 1 << 42

    var books: Pool<Book>
    var events: BookEventRing
    /// What was found ahead for the messages of a group.
    var ahead: Pool<BookAhead>

    /// An engine with empty books.
    ///
    /// - Parameters:
    ///   - instruments: Number of pairs. Range: 1…65,536.
    ///   - ordersMax: Most resting orders of a pair. Range: 1…`BookEngine.ordersMax`.
    ///   - ordersReserved: Resting orders of a pair to have memory for from the start.
    ///   - eventsMax: Events the ring holds at least; rounded up to a power of two.
    public init(instruments: Int, ordersMax: Int, ordersReserved: Int, eventsMax: Int) {
        invariant(1...1 << 16 ~= instruments, "an engine has a pair")
        invariant(1...Self.ordersMax ~= ordersMax, "a book has a limit of orders")
        books = Pool(capacity: instruments)
        for _ in 0..<instruments {
            books.append(Book(ordersMax: ordersMax, ordersReserved: ordersReserved))
        }
        events = BookEventRing(capacity: eventsMax)
        ahead = Pool(repeating: BookAhead(), count: Self.groupSize)
    }

    /// Number of events since the start; the next one gets this sequence number.
    @inline(__always)
    public var eventCount: UInt64 { events.position }

    /// Number of events the ring holds: older ones are overwritten.
    public var eventsMax: Int { events.capacity }

    /// An event by its sequence number.
    ///
    /// - Parameter sequence: One of the last `eventsMax` below `eventCount`, and none that was there
    ///   when events were released.
    /// - Returns: The event.
    @inline(__always)
    public func event(_ sequence: UInt64) -> BookEvent { events[sequence] }

    /// Tells that every event so far has been read.
    ///
    /// The next ones are written over the first of them, which are in the cache, rather than over
    /// the oldest, which are not.
    @inline(__always)
    public mutating func releaseEvents() { events.rewind() }

    /// Number of resting orders of all pairs.
    public var restingOrders: Int {
        var sum = 0
        for number in 0..<books.count { sum += books[number].count }
        return sum
    }

    /// Sum of what the resting orders of all pairs show; linear in the price levels.
    ///
    /// Modulo 2⁶⁴: the totals of many pairs may be more.
    public var restingLots: Int64 {
        var sum: Int64 = 0
        for number in 0..<books.count {
            for side in Side.allCases {
                var level = books[number].level(side, after: .none)
                while let next = level {
                    sum &+= next.lots
                    level = books[number].level(side, after: next.price)
                }
            }
        }
        return sum
    }

    /// Best price of one side of a pair, in ticks; 0 when nothing rests there.
    ///
    /// - Parameters:
    ///   - instrument: A pair below the number of pairs.
    ///   - side: The side.
    /// - Returns: The highest bid or the lowest ask.
    public func best(_ instrument: Int, _ side: Side) -> Int64 {
        books[UInt32(instrument)].best(side).ticks
    }

    /// What rests at a price, in lots.
    ///
    /// - Parameters:
    ///   - instrument: A pair below the number of pairs.
    ///   - side: The side.
    ///   - price: In ticks.
    /// - Returns: 0 when nothing rests there.
    public func lots(_ instrument: Int, _ side: Side, at price: Int64) -> Int64 {
        books[UInt32(instrument)].lots(side, at: Price(ticks: price))
    }

    /// Bytes of all books and the ring.
    public var memorySize: Int {
        var sum = MemoryLayout<BookEngine>.size + events.memorySize
        for number in 0..<books.count { sum += books[number].memorySize }
        return sum
    }
}
