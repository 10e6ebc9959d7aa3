import Accounts
import Trading

/// The pairs of a shard: found by id in one step, walked in the order of their ids.
struct MarketTable: ~Copyable {
    private var markets = Pool<Market>(capacity: 4)
    /// Numbers of pairs that left, to be used again.
    private var free: ContiguousArray<UInt32> = []
    /// Numbers of the pairs by id.
    private(set) var numbers: ContiguousArray<UInt32> = []
    /// Number of a pair by the bare number of its id; −1 for none.
    private var positions: ContiguousArray<Int16> = []

    /// Number of pairs.
    var count: Int { numbers.count }

    /// The pair of a number, in place.
    subscript(number: UInt32) -> Market {
        @inline(__always) _read { yield markets[number] }
        @inline(__always) _modify { yield &markets[number] }
    }

    /// The number of a pair; `nil` for an unknown one.
    @inline(__always)
    func number(of instrument: InstrumentID) -> UInt32? {
        let index = Int(instrument.rawValue)
        guard index < positions.count, positions[index] >= 0 else { return nil }
        return UInt32(positions[index])
    }

    /// The number that the next pair gets.
    var nextNumber: Int { Int(free.last ?? markets.count) }

    /// Adds a pair whose id is not there.
    ///
    /// - Parameter market: Made for `nextNumber`.
    mutating func insert(_ market: consuming Market) {
        let id = market.instrument.id
        let position = numbers.firstIndex { markets[$0].instrument.id > id } ?? numbers.count
        let number: UInt32
        if let last = free.popLast() {
            number = last
            markets[number] = market
        } else {
            number = markets.append(market)
        }
        numbers.insert(number, at: position)
        while positions.count <= Int(id.rawValue) { positions.append(-1) }
        positions[Int(id.rawValue)] = Int16(number)
    }

    /// Forgets a pair.
    ///
    /// - Parameter number: Its number.
    mutating func remove(_ number: UInt32) {
        let instrument = markets[number].instrument
        numbers.removeAll { $0 == number }
        positions[Int(instrument.id.rawValue)] = -1
        // An empty one in its place: what it had is given back now.
        markets[number] = Market(
            instrument,
            number: Int(number),
            base: AssetColumn(index: 0),
            quote: AssetColumn(index: 0)
        )
        free.append(number)
    }

    /// Makes something of each pair that trades here, by id.
    func mapActive<Value>(_ transform: (borrowing Market) -> Value) -> [Value] {
        numbers.filter { markets[$0].isActive }.map { transform(markets[$0]) }
    }

    /// Makes something of each pair, by id.
    func map<Value>(_ transform: (borrowing Market) -> Value) -> [Value] {
        numbers.map { transform(markets[$0]) }
    }
}
