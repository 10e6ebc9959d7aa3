import Accounts
import Trading

/// The name of an order, with its hash, which costs more than all look-ups by it.
struct OrderName {
    let owner: AccountSlot
    let instrument: InstrumentID
    let name: ClientOrderID
    let hash: SlotIndex.Hash
}

/// The names that a new order of an account in a pair may not have: those of the open orders, each
/// once, and those of orders that traded and closed within the last minute of log time.
///
/// One name may stand in two pairs of an account: pairs move from shard to shard, and what a shard
/// takes must not depend on which others it has.
///
/// An open order's name is taken for any request. A closed one's is taken for an equal request only,
/// which is a client's retry and must not trade again.
struct OrderNames: ~Copyable {
    /// How long a retry is recognised after the order's last update.
    static let microseconds: Int64 = 60_000_000
    /// Most closed orders remembered; beyond, the oldest are forgotten early.
    static let closedMax = 1 << 20
    /// Most that are forgotten for their age with one command.
    static let expiredMax = 64
    /// No entry.
    private static let none = UInt32.max

    struct Entry: BitwiseCopyable {
        var name: ClientOrderID
        var owner: AccountSlot
        var hash: SlotIndex.Hash
        var instrument: InstrumentID
        var isOpen: Bool
        /// The next younger closed entry, or the next free one.
        var next: UInt32
        /// While it is open.
        var order: OrderID
        /// Of a closed order, in 64 bits.
        var terms: UInt64
        /// Of the last update of a closed order.
        var time: Timestamp
    }

    private var entries = SegmentedPool<Entry>()
    private var index = SlotIndex()
    /// The last that became free.
    private var free = OrderNames.none
    /// Ends of the closed ones, in the order of their times.
    private var oldest = OrderNames.none
    private var newest = OrderNames.none
    private(set) var closedCount = 0

    /// Number of open names.
    var count: Int { index.count - closedCount }

    /// Entries that growth has moved so far, for the test of its bound.
    var movedCount: Int { index.movedCount }

    func name(
        _ name: ClientOrderID,
        of owner: AccountSlot,
        in instrument: InstrumentID
    ) -> OrderName {
        let words = name.words
        let key: InlineArray<6, UInt64> = [
            words.0, words.1, words.2, words.3, words.4,
            UInt64(UInt32(bitPattern: owner.index)) | UInt64(instrument.rawValue) << 32,
        ]
        return OrderName(
            owner: owner,
            instrument: instrument,
            name: name,
            hash: index.hash(of: key)
        )
    }

    /// The name of an open order, by its number.
    func name(_ number: UInt32) -> OrderName {
        OrderName(
            owner: entries[number].owner,
            instrument: entries[number].instrument,
            name: entries[number].name,
            hash: entries[number].hash
        )
    }

    /// The open order of a name.
    func find(_ name: OrderName) -> OrderID? {
        let number = index.find(name.hash) { entries[$0].isOpen && entries[$0].has(name) }
        return number.map { entries[$0].order }
    }

    func contains(_ name: OrderName) -> Bool { find(name) != nil }

    /// Whether a request may not have its name at a time.
    func isTaken(_ name: OrderName, for request: PlaceOrder, at now: Timestamp) -> Bool {
        let number = index.find(name.hash) { number in
            guard entries[number].has(name) else { return false }
            return entries[number].isOpen
                || (!isExpired(number, at: now) && entries[number].terms == TermsDigest.of(request))
        }
        return number != nil
    }
}

// MARK: - Open orders

extension OrderNames {
    /// Adds a name that is not there.
    ///
    /// - Parameters:
    ///   - name: Of a new open order.
    ///   - order: Its id.
    /// - Returns: The number to remove it by.
    mutating func insert(_ name: OrderName, _ order: OrderID) -> UInt32 {
        let number = add(name)
        entries[number].order = order
        entries[number].isOpen = true
        return number
    }

    /// Takes a name out.
    ///
    /// - Parameter number: As `insert` returned it.
    mutating func remove(_ number: UInt32) {
        let wasThere = index.remove(entries[number].hash, slot: number)
        invariant(wasThere, "an open order has a name")
        // Free ones count as open, so that whoever looks for closed ones passes them over.
        entries[number].isOpen = true
        entries[number].next = free
        free = number
    }

    private mutating func add(_ name: OrderName) -> UInt32 {
        var number = free
        if number == Self.none {
            number = entries.append(Entry(name))
        } else {
            free = entries[number].next
            entries[number].name = name.name
            entries[number].owner = name.owner
            entries[number].instrument = name.instrument
            entries[number].hash = name.hash
        }
        index.insert(name.hash, slot: number)
        return number
    }
}

// MARK: - Closed orders

extension OrderNames {
    /// Goes on remembering an open order that traded and closes.
    ///
    /// - Parameters:
    ///   - number: As `insert` returned it.
    ///   - terms: Those of the order.
    ///   - time: That of its last update; never earlier than the one before.
    mutating func close(_ number: UInt32, terms: UInt64, at time: Timestamp) {
        if closedCount == Self.closedMax { removeOldest() }
        entries[number].isOpen = false
        entries[number].terms = terms
        entries[number].time = time
        entries[number].next = Self.none
        if newest == Self.none { oldest = number } else { entries[newest].next = number }
        newest = number
        closedCount += 1
    }

    /// Remembers an order that traded and closed at once.
    mutating func insertClosed(_ name: OrderName, terms: UInt64, at time: Timestamp) {
        close(add(name), terms: terms, at: time)
    }

    /// Forgets some of what is older than the window.
    ///
    /// Once a command: after a silence there may be a million.
    @inline(__always)
    mutating func expire(at now: Timestamp) {
        if closedCount > 0, isExpired(oldest, at: now) { removeExpired(at: now) }
    }

    /// Shows the closed ones of a pair among some entries, in no order that replicas share.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - places: Places of entries; those beyond the last are left out.
    ///   - visit: Gets each.
    /// - Returns: Whether there are entries beyond.
    func visitClosed(
        of instrument: InstrumentID,
        at places: Range<UInt32>,
        _ visit: (Entry) -> Void
    ) -> Bool {
        for number in places where number < entries.count {
            guard !entries[number].isOpen, entries[number].instrument == instrument else {
                continue
            }
            visit(entries[number])
        }
        return places.upperBound < entries.count
    }

    /// Shows the closed ones, oldest first.
    func visitClosed(_ visit: (Entry) -> Void) {
        var number = oldest
        while number != Self.none {
            visit(entries[number])
            number = entries[number].next
        }
    }

    @inline(__always)
    private func isExpired(_ number: UInt32, at now: Timestamp) -> Bool {
        now.microseconds &- entries[number].time.microseconds > Self.microseconds
    }

    @inline(never)
    private mutating func removeExpired(at now: Timestamp) {
        for _ in 0..<Self.expiredMax where closedCount > 0 && isExpired(oldest, at: now) {
            removeOldest()
        }
    }

    private mutating func removeOldest() {
        let number = oldest
        oldest = entries[number].next
        if oldest == Self.none { newest = Self.none }
        closedCount -= 1
        remove(number)
    }
}

extension OrderNames.Entry {
    /// An entry that is neither open nor closed yet.
    init(_ name: OrderName) {
        self.init(
            name: name.name,
            owner: name.owner,
            hash: name.hash,
            instrument: name.instrument,
            isOpen: false,
            next: 0,
            order: OrderID(0),
            terms: 0,
            time: .zero
        )
    }

    func has(_ name: OrderName) -> Bool {
        owner == name.owner && instrument == name.instrument && self.name == name.name
    }
}
