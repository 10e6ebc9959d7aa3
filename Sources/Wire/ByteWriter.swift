import Trading

/// Appends the fixed little-endian layouts of the wire, the log and the snapshots to a byte array.
public struct ByteWriter: Sendable {
    /// What was written so far.
    public var bytes: [UInt8]

    /// Starts empty.
    ///
    /// - Parameter capacity: Bytes to reserve.
    public init(capacity: Int = 0) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// Appends a fixed-width integer, least significant byte first.
    @inlinable
    public mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends one byte: 1 or 0.
    @inlinable
    public mutating func write(_ value: Bool) { bytes.append(value ? 1 : 0) }

    /// Appends the raw number of an identifier or a term.
    @inlinable
    public mutating func write<Value: RawRepresentable>(_ value: Value)
    where Value.RawValue: FixedWidthInteger { write(value.rawValue) }

    /// Appends a price in ticks, 8 bytes.
    @inlinable
    public mutating func write(_ value: Price) { write(value.ticks) }

    /// Appends a quantity in lots, 8 bytes.
    @inlinable
    public mutating func write(_ value: Quantity) { write(value.lots) }

    /// Appends an amount in units, 8 bytes.
    @inlinable
    public mutating func write(_ value: Amount) { write(value.units) }

    /// Appends a log time in microseconds, 8 bytes.
    @inlinable
    public mutating func write(_ value: Timestamp) { write(value.microseconds) }

    /// Appends a client order id: one byte of size, then its bytes.
    public mutating func write(_ value: ClientOrderID) {
        write(UInt8(value.size))
        for index in 0..<value.size { bytes.append(value.byte(at: index)) }
    }

    /// Appends a blob: four bytes of size, then its bytes.
    public mutating func write(blob: [UInt8]) {
        invariant(blob.count <= Int(UInt32.max), "a blob fits a 32-bit size")
        write(UInt32(blob.count))
        bytes.append(contentsOf: blob)
    }

    /// Appends a text as a blob of UTF-8.
    public mutating func write(_ text: String) { write(blob: Array(text.utf8)) }

    /// Appends the count of a list, four bytes.
    public mutating func write(count: Int) {
        invariant(count >= 0 && count <= Int(UInt32.max), "a count fits 32 bits")
        write(UInt32(count))
    }

    /// Appends bytes as they are.
    @inlinable
    public mutating func write(raw: some Sequence<UInt8>) { bytes.append(contentsOf: raw) }
}
