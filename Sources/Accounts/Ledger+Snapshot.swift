import Trading
import Wire

extension Ledger {
    /// Appends the whole state: assets, the fee schedule, accounts, the references of deposits.
    ///
    /// Assets and accounts stand in order of creation, references are sorted, so that equal states
    /// have equal bytes.
    ///
    /// - Parameter writer: Where the bytes go.
    public func encode(into writer: inout ByteWriter) {
        writer.write(count: columns.count)
        for position in columns.indices {
            writer.write(columns[position])
            writer.write(fees[UInt32(position)])
            writer.write(deposits[position])
        }
        writer.write(feeSchedule)
        writer.write(count: accounts.count)
        for row in accounts.indices {
            writer.write(accountTerms(at: row))
            for position in columns.indices {
                writer.write(entries[UInt32(row * stride + position)].free)
                writer.write(entries[UInt32(row * stride + position)].locked)
            }
        }
        writer.write(count: references.count)
        for reference in references.sorted() { writer.write(reference) }
        writer.write(digest)
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameter reader: At the first byte of the ledger.
    /// - Throws: `DecodeError`, also when an asset does not add up.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        self.init()
        try readAssets(&reader)
        try readSchedule(&reader)
        try readAccounts(&reader)
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 8)
        guard count <= Self.referencesMax else {
            throw .badValue(field: "Ledger.references", at: start)
        }
        references.reserveCapacity(count)
        var previous: UInt64?
        for _ in 0..<count {
            let reference = try reader.read(UInt64.self)
            // Sorted, so that a state has one encoding.
            guard previous.map({ $0 < reference }) ?? true else {
                throw .badValue(field: "Ledger.reference", at: start)
            }
            references.insert(reference)
            previous = reference
        }
        running = StateDigest(value: try reader.read(UInt64.self))
        guard isSound else { throw .badValue(field: "Ledger.totals", at: start) }
    }

    private mutating func readAssets(_ reader: inout ByteReader) throws(DecodeError) {
        let count = try reader.readCount(elementSizeMin: 22)
        for position in 0..<count {
            let start = reader.position
            guard add(try reader.readAsset()) == nil, columns.count == position + 1 else {
                throw .badValue(field: "Ledger.asset", at: start)
            }
            fees[UInt32(position)] = try reader.read(Int64.self)
            deposits[position] = try reader.read(Int64.self)
        }
    }

    private mutating func readSchedule(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        guard set(try reader.readFeeSchedule()) == nil else {
            throw .badValue(field: "Ledger.feeSchedule", at: start)
        }
    }

    private mutating func readAccounts(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: 10 + 16 * columns.count)
        guard count <= Self.accountsMax else {
            throw .badValue(field: "Ledger.accounts", at: start)
        }
        reserveCapacity(accounts: count)
        for _ in 0..<count { try readAccount(&reader) }
    }

    private mutating func readAccount(_ reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        let terms = try reader.readAccountTerms()
        guard slot(of: terms.account) == nil, let slot = open(terms.account), set(terms) == nil
        else { throw .badValue(field: "Ledger.account", at: start) }
        for position in columns.indices {
            let place = UInt32(Int(slot.index) * stride + position)
            entries[place].free = try reader.read(Int64.self)
            entries[place].locked = try reader.read(Int64.self)
        }
    }

    /// Whether nothing is negative and every asset adds up, without trapping on forged sums.
    private var isSound: Bool {
        for position in columns.indices {
            var rest = deposits[position]
            guard rest >= 0, take(fees[UInt32(position)], from: &rest) else { return false }
            for row in accounts.indices {
                let entry = entries[UInt32(row * stride + position)]
                guard take(entry.free, from: &rest), take(entry.locked, from: &rest) else {
                    return false
                }
            }
            guard rest == 0 else { return false }
        }
        return true
    }

    private func take(_ units: Int64, from rest: inout Int64) -> Bool {
        guard units >= 0, units <= rest else { return false }
        rest -= units
        return true
    }
}
