import Accounts
import Trading
import Wire

extension TradingEngine {
    /// Version of the snapshot layout.
    public static let snapshotVersion: UInt16 = 4
    /// The version before funds moved between shards, which can still be read.
    static let snapshotVersionWithoutTransit: UInt16 = 3

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
            writer.write(entry.name)
            writer.write(entry.terms)
            writer.write(entry.time)
        }
        writer.write(count: markets.count)
        for number in markets.numbers { markets[number].encode(into: &writer, shared) }
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameter reader: At the first byte of the snapshot; left behind its last.
    /// - Throws: `DecodeError`, also when balances do not add up or holds match no orders.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        self.init()
        let version = try reader.read(UInt16.self)
        let hasTransit = version == Self.snapshotVersion
        guard hasTransit || version == Self.snapshotVersionWithoutTransit else {
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
        shared.ledger = try Ledger(decoding: &reader, hasTransit: hasTransit)
        try readExecutions(&reader)
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 100)
        guard count <= Self.instrumentsMax else {
            throw .badValue(field: "TradingEngine.instruments", at: start)
        }
        for number in 0..<count {
            let market = try Market.decode(from: &reader, number, &shared)
            guard markets.number(of: market.instrument.id) == nil else {
                throw .badValue(field: "TradingEngine.instrument", at: start)
            }
            markets.insert(market)
        }
        feesChanged()
        for number in markets.numbers {
            let price = markets[number].blotter.lastPrice
            if price != .none { shared.conversion.note(price, of: markets[number].blotter.number) }
        }
        guard holdsMatchOrders() else { throw .badValue(field: "TradingEngine.holds", at: start) }
    }

    private mutating func readExecutions(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 21)
        guard count <= OrderNames.closedMax else {
            throw .badValue(field: "TradingEngine.executions", at: start)
        }
        var previous = Timestamp.zero
        for _ in 0..<count {
            let position = reader.position
            let owner = AccountSlot(index: try reader.read(Int32.self))
            let name = shared.names.name(try reader.readClientOrderID(), of: owner)
            let terms = try reader.read(UInt64.self)
            let time = try reader.readTimestamp()
            guard owner.index >= 0, Int(owner.index) < shared.ledger.accountCount,
                time >= previous, time <= shared.timeOfNames
            else { throw .badValue(field: "TradingEngine.execution", at: position) }
            shared.names.insertClosed(name, terms: terms, at: time)
            previous = time
        }
    }

    /// Whether every held unit belongs to an open order or a pair of orders.
    private func holdsMatchOrders() -> Bool {
        let width = shared.ledger.assets.count
        var holds = HoldTable(accounts: shared.ledger.accountCount, width: width)
        for number in markets.numbers {
            guard markets[number].addHolds(to: &holds) else { return false }
        }
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
