import Trading
import Wire

extension Ledger {
    /// Appends the whole state: assets, the fee schedule, accounts, what moves between shards and
    /// the outside.
    ///
    /// Assets and accounts stand in order of creation, all else is sorted, so that equal states
    /// have equal bytes.
    ///
    /// - Parameter writer: Where the bytes go.
    public func encode(into writer: inout ByteWriter) {
        writer.write(count: columns.count)
        for position in columns.indices {
            writer.write(columns[position])
            writer.write(fees[UInt32(position)])
            writer.write(deposits[position])
            writer.write(withdrawals[position])
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
        encodeReferences(into: &writer)
        encodeTransit(into: &writer)
        encodeMovements(into: &writer)
        writer.write(digest)
    }

    private func encodeReferences(into writer: inout ByteWriter) {
        writer.write(count: references.count)
        for (reference, content) in references.sorted(by: { $0.key < $1.key }) {
            writer.write(reference)
            writer.write(content)
        }
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameters:
    ///   - reader: At the first byte of the ledger.
    ///   - hasTransit: Whether it was written by a build that moves funds between shards; one before
    ///     had no withdrawals, no transfers, and only the numbers of references.
    /// - Throws: `DecodeError`, also when an asset does not add up.
    public init(decoding reader: inout ByteReader, hasTransit: Bool = true) throws(DecodeError) {
        self.init()
        try readAssets(&reader, hasTransit: hasTransit)
        try readSchedule(&reader)
        try readAccounts(&reader)
        try readReferences(&reader, hasTransit: hasTransit)
        let start = reader.position
        if hasTransit {
            try readTransit(&reader)
            try readMovements(&reader)
        }
        running = StateDigest(value: try reader.read(UInt64.self))
        guard isSound else { throw .badValue(field: "Ledger.totals", at: start) }
    }

    private mutating func readReferences(
        _ reader: inout ByteReader,
        hasTransit: Bool
    ) throws(DecodeError) {
        let start = reader.position
        let count = try reader.readCount(elementSizeMin: hasTransit ? 16 : 8)
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
            references[reference] = hasTransit ? try reader.read(UInt64.self) : 0
            previous = reference
        }
    }

    private mutating func readAssets(
        _ reader: inout ByteReader,
        hasTransit: Bool
    ) throws(DecodeError) {
        let count = try reader.readCount(elementSizeMin: 22)
        for position in 0..<count {
            let start = reader.position
            guard add(try reader.readAsset()) == nil, columns.count == position + 1 else {
                throw .badValue(field: "Ledger.asset", at: start)
            }
            fees[UInt32(position)] = try reader.read(Int64.self)
            deposits[position] = try reader.read(Int64.self)
            if hasTransit { withdrawals[position] = try reader.read(Int64.self) }
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
            guard deposits[position] >= 0, withdrawals[position] >= 0 else { return false }
            let present =
                Int128(deposits[position]) - Int128(withdrawals[position])
                - Int128(sentSums[position])
            guard var rest = Int64(exactly: present), take(fees[UInt32(position)], from: &rest)
            else { return false }
            for row in accounts.indices {
                let place = UInt32(row * stride + position)
                let entry = entries[place]
                let withdrawing = place < transits.count ? transits[place].withdrawing : 0
                guard take(entry.free, from: &rest), take(entry.locked, from: &rest),
                    take(withdrawing, from: &rest)
                else { return false }
            }
            guard rest == 0 else { return false }
        }
        return arePayoutsReserved
    }

    private func take(_ units: Int64, from rest: inout Int64) -> Bool {
        guard units >= 0, units <= rest else { return false }
        rest -= units
        return true
    }
}
