import Accounts
import Trading
import Wire

extension TradingEngine {
    /// Version of the snapshot layout.
    public static let snapshotVersion: UInt16 = 5
    /// The version before execution ids, amendments, prevented matches and counts of orders, which
    /// can still be read.
    static let snapshotVersionWithoutCounts: UInt16 = 4
    /// The version before funds and pairs moved between shards, which can still be read.
    static let snapshotVersionWithoutMoves: UInt16 = 3

    /// Appends the whole state: the same state always gives the same bytes.
    ///
    /// - Parameter writer: Where the bytes go.
    public func encode(into writer: inout ByteWriter) {
        writer.write(Self.snapshotVersion)
        writer.write(shared.now)
        writer.write(shared.skipped)
        shared.ledger.encode(into: &writer)
        writer.write(count: shared.names.closedCount)
        shared.names.visitClosed { entry in
            writer.write(entry.owner.index)
            writer.write(entry.instrument)
            writer.write(entry.name)
            writer.write(entry.terms)
            writer.write(entry.time)
        }
        writer.write(count: markets.count)
        for number in markets.numbers { markets[number].encode(into: &writer, shared) }
        writer.write(count: shared.departures.count)
        for departure in shared.departures {
            writer.write(departure.instrument)
            writer.write(departure.generation)
        }
        shared.orders.encode(into: &writer)
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameter reader: At the first byte of the snapshot; left behind its last.
    /// - Throws: `DecodeError`, also when balances do not add up or holds match no orders.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        self.init()
        let version = try reader.read(UInt16.self)
        let hasCounts = version > Self.snapshotVersionWithoutCounts
        let hasMoves = version > Self.snapshotVersionWithoutMoves
        guard (Self.snapshotVersionWithoutMoves...Self.snapshotVersion).contains(version) else {
            throw .unsupportedVersion(version)
        }
        let timeStart = reader.position
        shared.now = try reader.readTimestamp()
        guard shared.now >= .zero else {
            throw .badValue(field: "TradingEngine.now", at: timeStart)
        }
        shared.skipped = try reader.read(Int64.self)
        guard (0...shared.now.microseconds).contains(shared.skipped) else {
            throw .badValue(field: "TradingEngine.skipped", at: timeStart)
        }
        shared.ledger = try Ledger(decoding: &reader, hasTransit: hasMoves)
        let names = try readClosedNames(&reader, hasPairs: hasMoves)
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 100)
        guard count <= Self.instrumentsMax else {
            throw .badValue(field: "TradingEngine.instruments", at: start)
        }
        for number in 0..<count {
            let market = try Market.decode(
                from: &reader,
                hasStanding: hasMoves,
                hasExecutions: hasCounts,
                number,
                &shared
            )
            guard markets.number(of: market.instrument.id) == nil else {
                throw .badValue(field: "TradingEngine.instrument", at: start)
            }
            markets.insert(market)
        }
        restore(names)
        if hasMoves { try readDepartures(&reader) }
        if hasCounts {
            let accounts = shared.ledger.accountCount
            shared.orders = try OrderCounter(decoding: &reader, accountsMax: accounts)
        }
        feesChanged()
        guard holdsMatchOrders() else { throw .badValue(field: "TradingEngine.holds", at: start) }
    }

    /// A name that a snapshot says was closed lately.
    private struct ClosedName {
        var owner: AccountSlot
        /// Up to version 3 a name stood for all pairs of the shard.
        var instrument: InstrumentID?
        var name: ClientOrderID
        var terms: UInt64
        var time: Timestamp
    }

    private borrowing func readClosedNames(
        _ reader: inout ByteReader,
        hasPairs: Bool
    ) throws(DecodeError) -> [ClosedName] {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 21)
        guard count <= OrderNames.closedMax else {
            throw .badValue(field: "TradingEngine.closedNames", at: start)
        }
        var names: [ClosedName] = []
        names.reserveCapacity(count)
        for _ in 0..<count {
            let position = reader.position
            let name = ClosedName(
                owner: AccountSlot(index: try reader.read(Int32.self)),
                instrument: hasPairs ? try reader.read(InstrumentID.self) : nil,
                name: try reader.readClientOrderID(),
                terms: try reader.read(UInt64.self),
                time: try reader.readTimestamp()
            )
            guard name.owner.index >= 0, Int(name.owner.index) < shared.ledger.accountCount,
                name.time >= names.last?.time ?? .zero, name.time <= shared.timeOfNames
            else { throw .badValue(field: "TradingEngine.closedName", at: position) }
            names.append(name)
        }
        return names
    }

    /// Remembers closed names; one without a pair in every pair, as it was meant.
    private mutating func restore(_ names: [ClosedName]) {
        let all = instruments.map(\.id)
        for closed in names {
            for instrument in closed.instrument.map({ [$0] }) ?? all {
                let name = shared.names.name(closed.name, of: closed.owner, in: instrument)
                shared.names.insertClosed(name, terms: closed.terms, at: closed.time)
            }
        }
    }

    private mutating func readDepartures(_ reader: inout ByteReader) throws(DecodeError) {
        for _ in 0..<(try reader.readCount(elementSizeMin: 6)) {
            let start = reader.position
            let departure = PairDeparture(
                instrument: try reader.read(InstrumentID.self),
                generation: try reader.read(UInt32.self)
            )
            guard markets.number(of: departure.instrument) == nil, departure.generation > 0,
                shared.departures.last?.instrument ?? InstrumentID(0) <= departure.instrument,
                shared.departures.last?.instrument != departure.instrument
            else { throw .badValue(field: "TradingEngine.departure", at: start) }
            shared.departures.append(departure)
        }
    }

    /// Whether every held unit belongs to an open order or a pair of orders.
    private func holdsMatchOrders() -> Bool {
        let width = shared.ledger.assets.count
        var holds = HoldTable(accounts: shared.ledger.accountCount, width: width)
        var fits = true
        for number in markets.numbers where markets[number].isActive {
            markets[number].visitHolds { fits = holds.add($2, $0, $1) && fits }
        }
        guard fits else { return false }
        for row in 0..<shared.ledger.accountCount {
            for position in 0..<width {
                let owner = AccountSlot(index: Int32(row))
                let column = AssetColumn(index: Int32(position))
                guard shared.ledger.locked(owner, column) == holds[owner, column] else {
                    return false
                }
            }
        }
        return true
    }
}

/// Sums of holds by account and asset.
struct HoldTable {
    private var units: ContiguousArray<Int64>
    private let width: Int

    init(accounts: Int, width: Int) {
        units = ContiguousArray(repeating: 0, count: accounts * width)
        self.width = width
    }

    subscript(owner: AccountSlot, column: AssetColumn) -> Amount {
        Amount(units: units[Int(owner.index) * width + Int(column.index)])
    }

    /// Adds a hold; returns whether the sum fits.
    mutating func add(_ amount: Amount, _ owner: AccountSlot, _ column: AssetColumn) -> Bool {
        let index = Int(owner.index) * width + Int(column.index)
        let (sum, overflows) = units[index].addingReportingOverflow(amount.units)
        units[index] = sum
        return !overflows
    }
}
