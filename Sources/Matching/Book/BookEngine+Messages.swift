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
        books[book].add(OrderID(id), origin, side, Price(ticks: price), lots, &events)
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
        let isMarketBuy = price == 0 && side == .buy
        let limit = Price(ticks: isMarketBuy ? Int64.max : price)
        let rest = books[book].trade(OrderID(id), origin, side, limit, lots, &events)
        events.write(
            rest == 0 ? .filled : .expired,
            origin,
            order: id,
            price: price,
            lots: lots,
            remaining: rest
        )
    }

    /// Takes an order out of the book.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - id: The order.
    public mutating func cancel(_ instrument: Int, _ id: Int64) {
        guard let book = book(instrument) else { return refuse(.malformed, instrument, id) }
        let slot = books[book].find(OrderID(id))
        guard !slot.isNone else { return refuse(.unknownOrder, instrument, id) }
        books[book].cancel(slot, UInt16(truncatingIfNeeded: instrument), &events)
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
        let slot = books[book].find(OrderID(id))
        guard !slot.isNone else { return refuse(.unknownOrder, instrument, id) }
        let pair = UInt16(truncatingIfNeeded: instrument)
        books[book].replace(slot, pair, Price(ticks: price), lots, &events)
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
        let slot = books[book].find(OrderID(id))
        guard !slot.isNone else { return refuse(.unknownOrder, instrument, id) }
        let rest = books[book].lots(of: slot) &- lots
        guard rest >= 0 else { return refuse(.malformed, instrument, id) }
        let pair = UInt16(truncatingIfNeeded: instrument)
        if rest == 0 { return books[book].cancel(slot, pair, &events) }
        books[book].reduce(slot, pair, to: rest, &events)
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
    private static func isID(_ id: Int64) -> Bool { id > 0 && id <= idMax }

    @inline(__always)
    private static func isPrice(_ price: Int64) -> Bool { price > 0 && price <= idMax }

    @inline(__always)
    private static func isLots(_ lots: Int64) -> Bool { lots > 0 && lots <= lotsMax }
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

/// The messages that are well-formed, on one book; they write what they did.
extension Book {
    @inline(__always)
    fileprivate mutating func add(
        _ id: OrderID,
        _ origin: BookEventOrigin,
        _ side: Side,
        _ price: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) {
        guard !isFull else {
            return events.write(.bookFull, origin, order: id.rawValue, price: price.ticks)
        }
        let slot = allocate(id, tag: origin.account)
        guard !slot.isNone else {
            return events.write(.duplicateOrder, origin, order: id.rawValue, price: price.ticks)
        }
        let rest = trade(id, origin, side, price, lots, &events)
        guard rest > 0 else {
            free(slot)
            return events.write(
                .filled,
                origin,
                order: id.rawValue,
                price: price.ticks,
                lots: lots
            )
        }
        let levelLots = enter(slot, side, at: price, lots: rest)
        events.write(
            .accepted,
            origin,
            order: id.rawValue,
            price: price.ticks,
            lots: lots,
            remaining: rest,
            levelLots: levelLots
        )
    }

    @inline(__always)
    fileprivate mutating func cancel(
        _ slot: OrderSlot,
        _ instrument: UInt16,
        _ events: inout BookEventRing
    ) {
        let (id, lots, price) = (id(of: slot), lots(of: slot), price(of: slot))
        let origin = origin(of: slot, instrument)
        let levelLots = leave(slot)
        free(slot)
        events.write(
            .canceled,
            origin,
            order: id.rawValue,
            price: price.ticks,
            lots: lots,
            levelLots: levelLots
        )
    }

    @inline(__always)
    fileprivate mutating func replace(
        _ slot: OrderSlot,
        _ instrument: UInt16,
        _ price: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) {
        let (id, side, priceBefore) = (id(of: slot), side(of: slot), self.price(of: slot))
        let origin = origin(of: slot, instrument)
        let levelLotsBefore = leave(slot)
        let rest = trade(id, origin, side, price, lots, &events)
        var levelLots: Int64 = 0
        if rest > 0 { levelLots = enter(slot, side, at: price, lots: rest) } else { free(slot) }
        events.write(
            .replaced,
            origin,
            order: id.rawValue,
            counterparty: priceBefore.ticks,
            price: price.ticks,
            lots: levelLotsBefore,
            remaining: rest,
            levelLots: levelLots
        )
    }

    @inline(__always)
    fileprivate mutating func reduce(
        _ slot: OrderSlot,
        _ instrument: UInt16,
        to rest: Int64,
        _ events: inout BookEventRing
    ) {
        let taken = lots(of: slot) - rest
        let levelLots = reduce(slot, to: rest)
        events.write(
            .reduced,
            origin(of: slot, instrument),
            order: id(of: slot).rawValue,
            price: price(of: slot).ticks,
            lots: taken,
            remaining: rest,
            levelLots: levelLots
        )
    }

    @inline(__always)
    private func origin(of slot: OrderSlot, _ instrument: UInt16) -> BookEventOrigin {
        BookEventOrigin(Int(instrument), tag(of: slot), side(of: slot))
    }

    /// Trades an incoming order with what it crosses.
    ///
    /// - Returns: What is left of it.
    @inline(__always)
    fileprivate mutating func trade(
        _ id: OrderID,
        _ origin: BookEventOrigin,
        _ side: Side,
        _ limit: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) -> Int64 {
        crosses(side, limit) ? match(id, origin, side, limit, lots, &events) : lots
    }

    /// Whether something rests opposite to a taker at its limit or better.
    @inline(__always)
    func crosses(_ taker: Side, _ limit: Price) -> Bool {
        let ladder = Self.ladder(taker) ^ 1
        return ladders[ladder].best != 0 && ladders[ladder].bestKey <= Self.key(limit, ladder)
    }

    @inline(never)
    private mutating func match(
        _ id: OrderID,
        _ origin: BookEventOrigin,
        _ side: Side,
        _ limit: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) -> Int64 {
        var rest = lots
        var origin = BookEventOrigin(
            instrument: origin.instrument,
            account: 0,
            ladder: origin.ladder ^ 1
        )
        walk(
            against: side,
            limit: limit,
            meet: { (maker: Maker) in
                let taken = min(maker.lots, rest)
                rest -= taken
                origin.account = maker.tag
                events.write(
                    .trade,
                    origin,
                    order: maker.id.rawValue,
                    counterparty: id.rawValue,
                    price: maker.price.ticks,
                    lots: taken,
                    remaining: maker.lots - taken,
                    levelLots: maker.levelLots - taken
                )
                return rest == 0 ? .takeLast(taken) : .take(taken)
            },
            left: { _, _ in }
        )
        return rest
    }
}
