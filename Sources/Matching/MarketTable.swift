import Trading

/// The pairs of a shard: found by id in one step, walked in the order of their ids.
struct MarketTable: ~Copyable {
    /// In order of addition.
    private var markets = Pool<Market>(capacity: 4)
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

    /// Adds a pair whose id is not there.
    mutating func insert(_ market: consuming Market) {
        let id = market.instrument.id
        let position = numbers.firstIndex { markets[$0].instrument.id > id } ?? numbers.count
        let number = markets.append(market)
        numbers.insert(number, at: position)
        while positions.count <= Int(id.rawValue) { positions.append(-1) }
        positions[Int(id.rawValue)] = Int16(number)
    }

    /// Makes something of each pair, by id.
    func map<Value>(_ transform: (borrowing Market) -> Value) -> [Value] {
        numbers.map { transform(markets[$0]) }
    }
}
