import Accounts
import Trading
import Wire

/// The orders that traded and closed within the last minute of log time: an equal request is a
/// client's retry and must not trade again.
struct ExecutionWindow: ~Copyable {
    /// How long a retry is recognised after the order's last update.
    static let microseconds: Int64 = 60_000_000
    /// Most orders remembered; beyond, the oldest are forgotten early.
    static let entriesMax: UInt32 = 1 << 20

    struct Entry {
        var name: ClientOrderID
        var owner: AccountSlot
        var hash: SlotIndex.Hash
        var terms: UInt64
        var time: Timestamp
    }

    /// A ring, oldest first; its size is a power of two.
    private var ring: Pool<Entry>
    private var start: UInt32 = 0
    private(set) var count: UInt32 = 0
    private var index: SlotIndex

    /// - Parameter capacity: Entries before it grows; a power of two.
    init(capacity: Int = 1024) {
        ring = Pool(repeating: .none, count: capacity)
        index = SlotIndex(capacity: capacity)
    }

    /// An entry by age; 0 is the oldest.
    subscript(age: UInt32) -> Entry { ring[place(age)] }

    /// Whether an order of these terms is remembered.
    func contains(_ name: OrderName, _ request: PlaceOrder) -> Bool {
        guard count > 0 else { return false }
        var terms: UInt64?
        return index.find(name.hash) { number in
            guard ring[number].owner == name.owner, ring[number].name == name.name else {
                return false
            }
            let wanted = terms ?? TermsDigest.of(request)
            terms = wanted
            return ring[number].terms == wanted
        } != nil
    }

    /// Remembers an order at its last update.
    mutating func insert(_ name: OrderName, terms: UInt64, at time: Timestamp) {
        if count == Self.entriesMax { removeOldest() }
        if count == ring.count { grow() }
        let place = place(count)
        ring[place] = Entry(
            name: name.name,
            owner: name.owner,
            hash: name.hash,
            terms: terms,
            time: time
        )
        count += 1
        index.insert(name.hash, slot: place)
    }

    /// Forgets what is older than the window.
    @inline(__always)
    mutating func expire(at now: Timestamp) {
        if count > 0, now.microseconds &- ring[start].time.microseconds > Self.microseconds {
            removeExpired(at: now)
        }
    }

    @inline(never)
    private mutating func removeExpired(at now: Timestamp) {
        while count > 0, now.microseconds &- ring[start].time.microseconds > Self.microseconds {
            removeOldest()
        }
    }

    private func place(_ age: UInt32) -> UInt32 { (start &+ age) & (ring.count - 1) }

    private mutating func removeOldest() {
        let wasThere = index.remove(ring[start].hash, slot: start)
        invariant(wasThere, "the window indexes what it keeps")
        start = (start + 1) & (ring.count - 1)
        count -= 1
    }

    private mutating func grow() {
        var larger = Pool<Entry>(repeating: .none, count: Int(ring.count) * 2)
        index = SlotIndex(capacity: Int(larger.count))
        for age in 0..<count {
            larger[age] = self[age]
            index.insert(larger[age].hash, slot: age)
        }
        ring = larger
        start = 0
    }
}

extension ExecutionWindow.Entry {
    /// What fills a place until its first use.
    fileprivate static var none: Self {
        Self(
            name: .none,
            owner: AccountSlot(index: 0),
            hash: SlotIndex(capacity: 0).hash(of: [0]),
            terms: 0,
            time: .zero
        )
    }
}

/// The terms of an order in 64 bits, its name and owner aside.
///
/// Two requests of one account and name that differ look equal with a chance of 2⁻⁶⁴; the later one
/// would then be refused as a duplicate.
enum TermsDigest {
    static func of(_ request: PlaceOrder) -> UInt64 {
        var digest = start(request.instrument, request.side, request.type, request.timeInForce)
        digest.add(request.price.ticks)
        digest.add(request.quantity.lots)
        digest.add(request.quoteQuantity.units)
        digest.add(request.stopPrice.ticks)
        digest.add(Int64(request.trailingDelta))
        digest.add(request.icebergQuantity.lots)
        digest.add(request.expiresAt.microseconds)
        return digest.value
    }

    static func of(_ order: Order) -> UInt64 {
        var digest = start(order.instrument, order.side, order.type, order.timeInForce)
        digest.add(order.price.ticks)
        // An order by quote amount shows what it got as its quantity; the request had none.
        digest.add(order.quoteQuantity == .zero ? order.quantity.lots : 0)
        digest.add(order.quoteQuantity.units)
        digest.add(order.stopPrice.ticks)
        digest.add(Int64(order.trailingDelta))
        digest.add(order.icebergQuantity.lots)
        digest.add(order.expiresAt.microseconds)
        return digest.value
    }

    private static func start(
        _ instrument: InstrumentID,
        _ side: Side,
        _ type: OrderType,
        _ timeInForce: TimeInForce
    ) -> StateDigest {
        var digest = StateDigest()
        digest.add(
            UInt64(instrument.rawValue) << 24 | UInt64(side.rawValue) << 16
                | UInt64(type.rawValue) << 8 | UInt64(timeInForce.rawValue)
        )
        return digest
    }
}
