import Trading

/// Messages in batches.
///
/// A message alone waits for memory four times, one after the other: for the entry of its id, its
/// order, the neighbours of that, and the last order of the price it goes to. A group of messages
/// has all of it fetched first, step by step, and waits for each step once. What was found on the
/// way is a guess: it is checked when the message is applied, so that a group gives what its
/// messages give one by one.
extension BookEngine {
    /// Messages fetched for together: a step lasts about as long as a fetch.
    public static let groupSize = 32

    /// Applies messages in order, as if each came alone.
    ///
    /// - Parameter messages: Any number; linear.
    public mutating func apply(_ messages: Span<BookMessage>) {
        var start = 0
        while start < messages.count {
            let end = min(start &+ Self.groupSize, messages.count)
            let group = messages.extracting(start..<end)
            fetch(group)
            for index in group.indices { apply(group[index], fetched: index) }
            start = end
        }
    }

    /// Applies one message of the group that was fetched last.
    ///
    /// - Parameters:
    ///   - message: What to do.
    ///   - place: Its place in the group; any other costs time, nothing else.
    ///     Range: 0..<`groupSize`.
    @inline(__always)
    public mutating func apply(_ message: BookMessage, fetched place: Int) {
        apply(message, guess: ahead[UInt32(truncatingIfNeeded: place)].slot)
    }

    @inline(__always)
    private mutating func apply(_ message: BookMessage, guess: UInt32) {
        let book = UInt32(message.instrument)
        guard book < books.count else { return refuse(.malformed, message) }
        let (id, price, lots) = (message.id, message.price, message.lots)
        switch message.kind {
        case .add:
            guard Self.isID(id), Self.isPrice(price), Self.isLots(lots) else {
                return refuse(.malformed, message)
            }
            let origin = BookEventOrigin(Int(book), message.account, message.side)
            books[book].add(id, origin, message.side, Price(ticks: price), lots, &events)
        case .take:
            guard Self.isID(id), price == 0 || Self.isPrice(price), Self.isLots(lots) else {
                return refuse(.malformed, message)
            }
            let origin = BookEventOrigin(Int(book), message.account, message.side)
            books[book].take(id, origin, message.side, Price(ticks: price), lots, &events)
        case .cancel: books[book].cancel(id, guess: guess, message.instrument, &events)
        case .replace:
            guard Self.isPrice(price), Self.isLots(lots) else {
                return refuse(.malformed, message)
            }
            let pair = message.instrument
            books[book].replace(id, guess: guess, pair, Price(ticks: price), lots, &events)
        case .reduce:
            guard lots > 0 else { return refuse(.malformed, message) }
            books[book].reduce(id, guess: guess, message.instrument, by: lots, &events)
        }
    }

    @inline(never)
    private mutating func refuse(_ kind: BookEvent.Kind, _ message: BookMessage) {
        switch message.kind {
        case .add, .take:
            events.write(
                kind,
                BookEventOrigin(Int(message.instrument), message.account, message.side),
                order: message.id,
                price: message.price,
                lots: message.lots
            )
        case .cancel, .replace, .reduce:
            events.write(kind, BookEventOrigin(Int(message.instrument), 0, .buy), order: message.id)
        }
    }
}

/// What was found ahead for a message; may be wrong by the time it is applied.
struct BookAhead: BitwiseCopyable {
    /// Line of its id in the index.
    var line: UInt32 = 0
    /// Where its order probably is.
    var slot: UInt32 = 0
    /// The level of its price, if there is one.
    var level: UInt32 = 0
}

extension BookEngine {
    /// Has fetched what the messages of a group will touch.
    ///
    /// In steps: each finds what it looks at fetched by the one before. Nothing changes that can be
    /// told from outside.
    ///
    /// - Parameter messages: The next ones; at most `groupSize`.
    @inline(never)
    public mutating func fetch(_ messages: Span<BookMessage>) {
        for index in messages.indices {
            let message = messages[index]
            let line = books[book(of: message)].fetch(message)
            ahead[UInt32(truncatingIfNeeded: index)].line = line
        }
        for index in messages.indices {
            let message = messages[index]
            let number = UInt32(truncatingIfNeeded: index)
            let found = books[book(of: message)].fetch(message, line: ahead[number].line)
            ahead[number].slot = found.slot
            ahead[number].level = found.level
        }
        for index in messages.indices {
            let found = ahead[UInt32(truncatingIfNeeded: index)]
            books[book(of: messages[index])].fetchNeighbors(found.slot, found.level)
        }
    }

    /// The book of a message, some book when there is none.
    @inline(__always)
    private func book(of message: BookMessage) -> UInt32 {
        min(UInt32(message.instrument), books.count &- 1)
    }
}

extension Book {
    /// Has fetched where an id and a price are looked up.
    ///
    /// - Returns: The line of the id.
    @inline(__always)
    fileprivate func fetch(_ message: BookMessage) -> UInt32 {
        let ladder = Self.ladder(message.side)
        ladders[ladder].fetch(Self.key(Price(ticks: message.price), ladder))
        return index.fetch(message.id)
    }

    /// Has fetched an order and the level of a price.
    @inline(__always)
    fileprivate func fetch(
        _ message: BookMessage,
        line: UInt32
    ) -> (slot: UInt32, level: UInt32) {
        let ladder = Self.ladder(message.side)
        let level = ladders[ladder].guess(Self.key(Price(ticks: message.price), ladder))
        let slot = index.guess(message.id, line: line)
        nodes.prefetch(slot)
        levels.prefetch(level)
        return (slot, level)
    }

    /// Has fetched what is changed with an order that leaves, and with one that enters.
    @inline(__always)
    fileprivate func fetchNeighbors(_ slot: UInt32, _ level: UInt32) {
        let node = nodes[slot]
        nodes.prefetch(node.previous)
        nodes.prefetch(node.next)
        levels.prefetch(node.level)
        nodes.prefetch(levels[level].tail)
    }
}
