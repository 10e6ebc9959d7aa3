import Accounts
import Trading
import Wire

extension TradingEngine {
    /// Version of the snapshot layout.
    public static let snapshotVersion: UInt16 = 1

    /// Appends the whole state: the same state always gives the same bytes.
    ///
    /// - Parameter writer: Where the bytes go.
    public func encode(into writer: inout ByteWriter) {
        writer.write(Self.snapshotVersion)
        writer.write(shared.now)
        shared.ledger.encode(into: &writer)
        writer.write(count: shared.executions.count)
        for index in 0..<shared.executions.count {
            let entry = shared.executions[index]
            writer.write(entry.fingerprint.low)
            writer.write(entry.fingerprint.high)
            writer.write(entry.time)
        }
        writer.write(count: boxes.count)
        for box in boxes { box.market.encode(into: &writer) }
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameter reader: At the first byte of the snapshot; left behind its last.
    /// - Throws: `DecodeError`, also when balances do not add up or holds match no orders.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        self.init()
        let version = try reader.read(UInt16.self)
        guard version == Self.snapshotVersion else { throw .unsupportedVersion(version) }
        shared.now = try reader.readTimestamp()
        shared.ledger = try Ledger(decoding: &reader)
        try readExecutions(&reader)
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 100)
        guard count <= Self.instrumentsMax else {
            throw .badValue(field: "TradingEngine.instruments", at: start)
        }
        for _ in 0..<count {
            let box = MarketBox(try Market.decode(from: &reader, &shared))
            guard self.box(box.market.instrument.id) == nil else {
                throw .badValue(field: "TradingEngine.instrument", at: start)
            }
            insert(box)
        }
        guard holdsMatchOrders() else { throw .badValue(field: "TradingEngine.holds", at: start) }
    }

    private mutating func readExecutions(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 24)
        guard count <= ExecutionWindow.entriesMax else {
            throw .badValue(field: "TradingEngine.executions", at: start)
        }
        for _ in 0..<count {
            let low = try reader.read(UInt64.self)
            let high = try reader.read(UInt64.self)
            let time = try reader.readTimestamp()
            shared.executions.insert(TermsFingerprint(low: low, high: high), at: time)
        }
    }

    /// Whether every held unit belongs to an open order.
    private func holdsMatchOrders() -> Bool {
        let width = shared.ledger.assets.count
        var holds = ContiguousArray(repeating: Int64(0), count: shared.ledger.accountCount * width)
        for box in boxes {
            for level in box.market.book.bids.levels + box.market.book.asks.levels {
                for order in box.market.book.queue(level) {
                    guard let owner = shared.ledger.slot(of: order.account) else { return false }
                    let (amount, column) = box.market.hold(of: order)
                    let index = Int(owner.index) * width + Int(column.index)
                    let (sum, overflows) = holds[index].addingReportingOverflow(amount.units)
                    guard !overflows else { return false }
                    holds[index] = sum
                }
            }
        }
        for index in holds.indices {
            let owner = AccountSlot(index: Int32(index / width))
            let column = AssetColumn(index: Int32(index % width))
            let locked = shared.ledger.locked(owner, column)
            guard locked.units == holds[index] else { return false }
        }
        return true
    }
}
