extension FlowHeader {
    private static let magic = Array("OFLOW001".utf8)

    /// The header as it stands in a file.
    var bytes: [UInt8] {
        var bytes = Self.magic
        func append(_ value: some FixedWidthInteger) {
            withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
        }
        append(UInt32(Self.size))
        append(UInt32(FlowRecord.size))
        append(seed)
        append(prefillCount)
        append(recordCount)
        append(orderIDMax)
        append(priceMin)
        append(priceMax)
        append(symbolCount)
        append(accountCount)
        append(totals.trades)
        append(totals.quantity)
        append(totals.notional)
        append(totals.restingOrders)
        append(totals.restingQuantity)
        return bytes + [UInt8](repeating: 0, count: Self.size - bytes.count)
    }

    /// Reads a header.
    ///
    /// - Parameters:
    ///   - bytes: `FlowHeader.size` of them.
    ///   - path: For the complaint.
    /// - Throws: `FlowFileError` unless it can be the header of a flow.
    init(_ bytes: [UInt8], path: String) throws(FlowFileError) {
        guard bytes.starts(with: Self.magic) else { throw .wrongMagic(path: path) }
        func value<Value: FixedWidthInteger>(at offset: Int, as: Value.Type = Value.self) -> Value {
            bytes.withUnsafeBytes {
                Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
            }
        }
        let headerSize = value(at: 8, as: UInt32.self)
        let recordSize = value(at: 12, as: UInt32.self)
        guard headerSize == Self.size, recordSize == FlowRecord.size else {
            throw .wrongLayout(path: path, headerSize: headerSize, recordSize: recordSize)
        }
        var totals = FlowTotals()
        totals.trades = value(at: 72)
        totals.quantity = value(at: 80)
        totals.notional = value(at: 88)
        totals.restingOrders = value(at: 96)
        totals.restingQuantity = value(at: 104)
        self.init(
            seed: value(at: 16),
            prefillCount: value(at: 24),
            recordCount: value(at: 32),
            orderIDMax: value(at: 40),
            priceMin: value(at: 48),
            priceMax: value(at: 56),
            symbolCount: value(at: 64),
            accountCount: value(at: 68),
            totals: totals
        )
        if let defect { throw .badHeader(path: path, what: defect) }
    }

    private var defect: String? {
        if prefillCount > recordCount { return "more prefill than records" }
        if orderIDMax > recordCount { return "more order ids than records" }
        if priceMin < 1 || priceMax < priceMin { return "bad price bounds" }
        if !(1...65_536).contains(symbolCount) { return "bad number of symbols" }
        if accountCount < 1 { return "no accounts" }
        return nil
    }
}

extension FlowRecord {
    /// Why the record cannot stand in a flow, or `nil` when it can.
    func defect(header: FlowHeader, isPrefill: Bool) -> String? {
        guard let kind else { return "unknown operation \(code)" }
        if isPrefill, kind != .add { return "prefill must be ADDs" }
        if sideCode > 1 { return "unknown side \(sideCode)" }
        if symbol >= header.symbolCount { return "symbol \(symbol) is out of range" }
        if account < 1 || account > header.accountCount {
            return "account \(account) is out of range"
        }
        if id < 1 || id > header.orderIDMax { return "order id \(id) is out of range" }
        let isPriced = kind == .add || kind == .immediate || kind == .replace
        let prices = isPriced ? header.priceMin...header.priceMax : 0...0
        if !prices.contains(price) { return "price \(price) is out of range" }
        let isQuantityFine = kind == .cancel ? quantity == 0 : quantity > 0
        return isQuantityFine ? nil : "quantity \(quantity) is out of range"
    }
}
