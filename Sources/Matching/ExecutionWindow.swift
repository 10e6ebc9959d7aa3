import Accounts
import Trading

/// The terms of an order in 128 bits, so that an equal request can be recognised.
///
/// Two different requests of one account look equal with a chance of 2⁻¹²⁸; the later one would
/// then be refused as a duplicate.
struct TermsFingerprint: Hashable, Sendable {
    var low: UInt64
    var high: UInt64

    init(low: UInt64, high: UInt64) {
        self.low = low
        self.high = high
    }

    /// The terms of a request.
    init(_ request: PlaceOrder, owner: AccountSlot) {
        var lanes = Lanes(owner, request.instrument, request.clientOrderID)
        lanes.add(request.side, request.type, request.timeInForce)
        lanes.add(request.price, request.quantity, request.quoteQuantity)
        self = lanes.fingerprint
    }

    /// The terms of an order, as its request stated them.
    init(_ order: Order, owner: AccountSlot) {
        var lanes = Lanes(owner, order.instrument, order.clientOrderID)
        lanes.add(order.side, order.type, order.timeInForce)
        // An order by quote amount shows what it got as its quantity; the request had none.
        let quantity = order.quoteQuantity == .zero ? order.quantity : .zero
        lanes.add(order.price, quantity, order.quoteQuantity)
        self = lanes.fingerprint
    }

    private struct Lanes {
        private var low = StateDigest()
        private var high = StateDigest(value: 0xA5A5_5A5A_0F0F_F0F1)

        init(_ owner: AccountSlot, _ instrument: InstrumentID, _ name: ClientOrderID) {
            add(UInt64(UInt32(bitPattern: owner.index)) << 16 | UInt64(instrument.rawValue))
            for start in stride(from: 0, to: name.size, by: 8) {
                var word: UInt64 = 0
                for index in start..<min(start + 8, name.size) {
                    word = word << 8 | UInt64(name.byte(at: index))
                }
                add(word)
            }
            add(UInt64(name.size))
        }

        var fingerprint: TermsFingerprint {
            TermsFingerprint(low: low.value, high: high.value)
        }

        mutating func add(_ side: Side, _ type: OrderType, _ timeInForce: TimeInForce) {
            add(
                UInt64(side.rawValue) << 16 | UInt64(type.rawValue) << 8
                    | UInt64(timeInForce.rawValue)
            )
        }

        mutating func add(_ price: Price, _ quantity: Quantity, _ quoteQuantity: Amount) {
            add(UInt64(bitPattern: price.ticks))
            add(UInt64(bitPattern: quantity.lots))
            add(UInt64(bitPattern: quoteQuantity.units))
        }

        private mutating func add(_ word: UInt64) {
            low.add(word)
            // Another word for the other lane, so that the lanes do not collide together.
            high.add(word &* 0xC2B2_AE3D_27D4_EB4F &+ 0x1656_67B1)
        }
    }
}

/// The orders that traded and closed within the last minute of log time, by their terms: an equal
/// request is a client's retry and must not trade again.
struct ExecutionWindow: Sendable {
    /// How long a retry is recognised after the order's last update.
    static let microseconds: Int64 = 60_000_000
    /// Most orders remembered; beyond, the oldest are forgotten early.
    static let entriesMax = 1 << 20

    struct Entry: Sendable {
        var fingerprint: TermsFingerprint
        var time: Timestamp
    }

    private var times: [TermsFingerprint: Timestamp] = [:]
    /// A ring, oldest first; its size is a power of two.
    private var ring: ContiguousArray<Entry> = []
    private var start = 0
    private(set) var count = 0

    /// An entry by age; 0 is the oldest.
    subscript(index: Int) -> Entry { ring[(start + index) & (ring.count - 1)] }

    func contains(_ fingerprint: TermsFingerprint) -> Bool { times[fingerprint] != nil }

    /// Remembers an order at its last update.
    mutating func insert(_ fingerprint: TermsFingerprint, at time: Timestamp) {
        if count == Self.entriesMax { removeOldest() }
        if count == ring.count { grow() }
        ring[(start + count) & (ring.count - 1)] = Entry(fingerprint: fingerprint, time: time)
        count += 1
        times[fingerprint] = time
    }

    /// Forgets what is older than the window.
    mutating func expire(at now: Timestamp) {
        while count > 0, now.microseconds - ring[start].time.microseconds > Self.microseconds {
            removeOldest()
        }
    }

    private mutating func removeOldest() {
        let entry = ring[start]
        start = (start + 1) & (ring.count - 1)
        count -= 1
        // The same terms may have come again since.
        if times[entry.fingerprint] == entry.time { times[entry.fingerprint] = nil }
    }

    private mutating func grow() {
        var larger: ContiguousArray<Entry> = []
        larger.reserveCapacity(max(256, ring.count * 2))
        for index in 0..<count { larger.append(self[index]) }
        let filler = Entry(fingerprint: TermsFingerprint(low: 0, high: 0), time: .zero)
        while larger.count < max(256, ring.count * 2) { larger.append(filler) }
        ring = larger
        start = 0
    }
}
