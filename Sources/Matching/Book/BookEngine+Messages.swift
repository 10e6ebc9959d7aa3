import Trading

/// The messages.
extension BookEngine {
    /// A limit order good till cancelled: trades what it can, the rest rests.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - id: A new id. Range: 1…`idMax`; ids that rise are found fastest.
    ///   - account: Whose it is; comes back in events.
    ///   - side: Buy or sell.
    ///   - price: The limit, in ticks. Range: 1…`idMax`.
    ///   - lots: The quantity. Range: 1…`lotsMax`.
    public mutating func add(
        _ instrument: Int,
        _ id: Int64,
        account: UInt32,
        _ side: Side,
        at price: Int64,
        lots: Int64
    ) {
        let origin = BookEventOrigin(instrument, account, side)
        guard let book = book(instrument), Self.isID(id), Self.isPrice(price), Self.isLots(lots)
        else { return events.write(.malformed, origin, order: id, price: price, lots: lots) }
        books[book].add(id, origin, side, Price(ticks: price), lots, &events)
    }

    /// An order that never rests: trades what it can at once, the rest expires.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - id: Its id in events. Range: 1…`idMax`.
    ///   - account: Whose it is.
    ///   - side: Buy or sell.
    ///   - price: The limit, in ticks; 0 for a market order. Range: 0…`idMax`.
    ///   - lots: The quantity. Range: 1…`lotsMax`.
    public mutating func take(
        _ instrument: Int,
        _ id: Int64,
        account: UInt32,
        _ side: Side,
        at price: Int64,
        lots: Int64
    ) {
        let origin = BookEventOrigin(instrument, account, side)
        guard let book = book(instrument), Self.isID(id), price == 0 || Self.isPrice(price),
            Self.isLots(lots)
        else { return events.write(.malformed, origin, order: id, price: price, lots: lots) }
        books[book].take(id, origin, side, Price(ticks: price), lots, &events)
    }

    /// Takes an order out of the book.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - id: The order.
    public mutating func cancel(_ instrument: Int, _ id: Int64) {
        guard let book = book(instrument) else { return refuse(.malformed, instrument, id) }
        books[book].cancel(id, guess: books[book].guess(id), pair(instrument), &events)
    }

    /// Gives an order another price and quantity, behind all others; it trades if it crosses.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - id: The order; keeps its id, account and side.
    ///   - price: The limit, in ticks. Range: 1…`idMax`.
    ///   - lots: What it asks for from now on. Range: 1…`lotsMax`.
    public mutating func replace(_ instrument: Int, _ id: Int64, at price: Int64, lots: Int64) {
        guard let book = book(instrument), Self.isPrice(price), Self.isLots(lots) else {
            return refuse(.malformed, instrument, id)
        }
        let guess = books[book].guess(id)
        books[book].replace(id, guess: guess, pair(instrument), Price(ticks: price), lots, &events)
    }

    /// Takes lots off an order, which keeps its place; taking all of them is a cancel.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - id: The order.
    ///   - lots: How many less. Range: 1… ; more than it shows is refused.
    public mutating func reduce(_ instrument: Int, _ id: Int64, by lots: Int64) {
        guard let book = book(instrument), lots > 0 else {
            return refuse(.malformed, instrument, id)
        }
        let guess = books[book].guess(id)
        books[book].reduce(id, guess: guess, pair(instrument), by: lots, &events)
    }

    @inline(never)
    private mutating func refuse(_ kind: BookEvent.Kind, _ instrument: Int, _ id: Int64) {
        events.write(kind, BookEventOrigin(instrument, 0, .buy), order: id)
    }

    @inline(__always)
    private func book(_ instrument: Int) -> UInt32? {
        let number = UInt32(truncatingIfNeeded: instrument)
        return Int(number) == instrument && number < books.count ? number : nil
    }

    @inline(__always)
    private func pair(_ instrument: Int) -> UInt16 { UInt16(truncatingIfNeeded: instrument) }

    @inline(__always)
    static func isID(_ id: Int64) -> Bool { id > 0 && id <= idMax }

    @inline(__always)
    static func isPrice(_ price: Int64) -> Bool { price > 0 && price <= idMax }

    @inline(__always)
    static func isLots(_ lots: Int64) -> Bool { lots > 0 && lots <= lotsMax }
}

extension BookEventOrigin {
    @inline(__always)
    init(_ instrument: Int, _ account: UInt32, _ side: Side) {
        self.init(
            instrument: UInt16(truncatingIfNeeded: instrument),
            account: account,
            ladder: Book.ladder(side)
        )
    }
}
