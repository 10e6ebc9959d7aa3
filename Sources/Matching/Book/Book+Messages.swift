import Trading

/// The messages of a book engine that are well-formed, on one book; they write what they did.
///
/// Each is a function of its own rather than part of the engine's: alone it is known to be the only
/// one that changes the book, so that the places of the pools stay in registers.
extension Book {
    /// See `BookEngine.add`.
    @inline(never)
    mutating func add(
        _ id: Int64,
        _ origin: BookEventOrigin,
        _ side: Side,
        _ price: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) {
        guard !isFull else { return events.write(.bookFull, origin, order: id, price: price.ticks) }
        let slot = allocate(OrderID(id), tag: origin.account)
        guard !slot.isNone else {
            return events.write(.duplicateOrder, origin, order: id, price: price.ticks)
        }
        let rest = trade(id, origin, side, price, lots, &events)
        guard rest > 0 else {
            free(slot)
            return events.write(.filled, origin, order: id, price: price.ticks, lots: lots)
        }
        let ladder = Self.ladder(side)
        let levelLots = link(slot.index, ladder, Self.key(price, ladder), rest)
        events.write(
            .accepted,
            origin,
            order: id,
            price: price.ticks,
            lots: lots,
            remaining: rest,
            levelLots: levelLots
        )
    }

    /// See `BookEngine.take`.
    @inline(never)
    mutating func take(
        _ id: Int64,
        _ origin: BookEventOrigin,
        _ side: Side,
        _ price: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) {
        let isMarketBuy = price.ticks == 0 && side == .buy
        let limit = Price(ticks: isMarketBuy ? Int64.max : price.ticks)
        let rest = trade(id, origin, side, limit, lots, &events)
        events.write(
            rest == 0 ? .filled : .expired,
            origin,
            order: id,
            price: price.ticks,
            lots: lots,
            remaining: rest
        )
    }

    /// See `BookEngine.cancel`.
    ///
    /// - Parameters:
    ///   - id: The order.
    ///   - guess: Where it probably is.
    ///   - instrument: The pair.
    ///   - events: Where to write.
    @inline(never)
    mutating func cancel(
        _ id: Int64,
        guess: UInt32,
        _ instrument: UInt16,
        _ events: inout BookEventRing
    ) {
        let slot = find(id, guess: guess)
        guard slot != 0 else { return refuse(.unknownOrder, instrument, id, &events) }
        cancel(slot, nodes[slot], instrument, &events)
    }

    @inline(__always)
    private mutating func cancel(
        _ slot: UInt32,
        _ node: BookNode,
        _ instrument: UInt16,
        _ events: inout BookEventRing
    ) {
        let level = levels[node.level]
        let levelLots = unlink(node)
        discard(slot, node.id)
        events.write(
            .canceled,
            BookEventOrigin(instrument: instrument, account: node.tag, ladder: level.side),
            order: node.id,
            price: Self.price(level.key, level.side).ticks,
            lots: node.lots,
            levelLots: levelLots
        )
    }

    /// See `BookEngine.replace`.
    @inline(never)
    mutating func replace(
        _ id: Int64,
        guess: UInt32,
        _ instrument: UInt16,
        _ price: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) {
        let slot = find(id, guess: guess)
        guard slot != 0 else { return refuse(.unknownOrder, instrument, id, &events) }
        let node = nodes[slot]
        let level = levels[node.level]
        let (side, priceBefore) = (Self.side(level.side), Self.price(level.key, level.side))
        let origin = BookEventOrigin(
            instrument: instrument,
            account: node.tag,
            ladder: level.side
        )
        let levelLotsBefore = unlink(node)
        nodes[slot].level = 0
        let rest = trade(id, origin, side, price, lots, &events)
        var levelLots: Int64 = 0
        if rest > 0 {
            levelLots = link(slot, level.side, Self.key(price, level.side), rest)
        } else {
            discard(slot, id)
        }
        events.write(
            .replaced,
            origin,
            order: id,
            counterparty: priceBefore.ticks,
            price: price.ticks,
            lots: levelLotsBefore,
            remaining: rest,
            levelLots: levelLots
        )
    }

    /// See `BookEngine.reduce`.
    @inline(never)
    mutating func reduce(
        _ id: Int64,
        guess: UInt32,
        _ instrument: UInt16,
        by lots: Int64,
        _ events: inout BookEventRing
    ) {
        let slot = find(id, guess: guess)
        guard slot != 0 else { return refuse(.unknownOrder, instrument, id, &events) }
        let node = nodes[slot]
        let rest = node.lots &- lots
        guard rest > 0 else {
            guard rest == 0 else { return refuse(.malformed, instrument, id, &events) }
            return cancel(slot, node, instrument, &events)
        }
        let levelLots = reduce(OrderSlot(index: slot), to: rest)
        let level = levels[node.level]
        events.write(
            .reduced,
            BookEventOrigin(instrument: instrument, account: node.tag, ladder: level.side),
            order: id,
            price: Self.price(level.key, level.side).ticks,
            lots: lots,
            remaining: rest,
            levelLots: levelLots
        )
    }

    @inline(never)
    private func refuse(
        _ kind: BookEvent.Kind,
        _ instrument: UInt16,
        _ id: Int64,
        _ events: inout BookEventRing
    ) {
        let origin = BookEventOrigin(instrument: instrument, account: 0, ladder: 0)
        events.write(kind, origin, order: id)
    }

    /// Trades an incoming order with what it crosses.
    ///
    /// - Returns: What is left of it.
    @inline(__always)
    private mutating func trade(
        _ id: Int64,
        _ origin: BookEventOrigin,
        _ side: Side,
        _ limit: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) -> Int64 {
        crosses(side, limit) ? match(id, origin.instrument, side, limit, lots, &events) : lots
    }

    /// Whether something rests opposite to a taker at its limit or better.
    @inline(__always)
    private func crosses(_ taker: Side, _ limit: Price) -> Bool {
        let ladder = Self.ladder(taker) ^ 1
        return ladders[ladder].bestKey <= Self.key(limit, ladder) && ladders[ladder].best != 0
    }

    @inline(never)
    private mutating func match(
        _ id: Int64,
        _ instrument: UInt16,
        _ side: Side,
        _ limit: Price,
        _ lots: Int64,
        _ events: inout BookEventRing
    ) -> Int64 {
        var rest = lots
        var origin = BookEventOrigin(
            instrument: instrument,
            account: 0,
            ladder: Self.ladder(side) ^ 1
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
                    counterparty: id,
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
