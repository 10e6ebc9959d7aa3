import Trading

/// Why bytes could not be read; a failed peer or a corrupt record, never our own bug.
public enum DecodeError: Error, Equatable, Sendable {
    /// The bytes end inside a field.
    case truncated(at: Int)
    /// A field holds a value outside its range.
    case badValue(field: String, at: Int)
    /// A version we do not speak.
    case unsupportedVersion(UInt16)
    /// The checksum does not match the content.
    case badChecksum
    /// Bytes are left over where the record should end.
    case trailingBytes(Int)
}

/// Reads the fixed little-endian layouts from a byte array, checking every bound.
public struct ByteReader: Sendable {
    private let bytes: [UInt8]
    private let end: Int
    /// Index of the next byte.
    public private(set) var position: Int

    /// Reads a whole array.
    ///
    /// - Parameter bytes: Shared, not copied.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
        position = 0
        end = bytes.count
    }

    /// Reads a part of an array.
    ///
    /// - Parameters:
    ///   - bytes: Shared, not copied.
    ///   - range: The part; must lie inside the array.
    public init(_ bytes: [UInt8], in range: Range<Int>) {
        invariant(range.lowerBound >= 0 && range.upperBound <= bytes.count, "range in array")
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// Number of bytes not yet read.
    public var remaining: Int { end - position }

    /// Fails unless everything was read.
    ///
    /// - Throws: `DecodeError.trailingBytes`.
    public func finish() throws(DecodeError) {
        guard remaining == 0 else { throw .trailingBytes(remaining) }
    }

    /// Reads an integer, least significant byte first.
    ///
    /// - Parameter type: Its type.
    /// - Returns: The value.
    /// - Throws: `DecodeError.truncated`.
    @inline(__always)
    public mutating func read<Value: FixedWidthInteger>(_ type: Value.Type) throws(DecodeError)
        -> Value
    {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw .truncated(at: position) }
        let start = position
        let value = bytes.withUnsafeBytes {
            $0.loadUnaligned(fromByteOffset: start, as: Value.self)
        }
        position += size
        return Value(littleEndian: value)
    }

    /// Reads one byte as a truth value.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError` when it is neither 0 nor 1.
    public mutating func readBool() throws(DecodeError) -> Bool {
        switch try read(UInt8.self) {
        case 0: return false
        case 1: return true
        default: throw .badValue(field: "Bool", at: position - 1)
        }
    }

    /// Reads an integer that may be absent: a truth value, then the integer, 0 where there is none.
    ///
    /// - Parameter type: Its type.
    /// - Returns: The value.
    /// - Throws: `DecodeError`, also when an absent one is not 0.
    public mutating func readOptional<Value: FixedWidthInteger>(
        _ type: Value.Type
    ) throws(DecodeError) -> Value? {
        let isPresent = try readBool()
        let value = try read(type)
        guard isPresent || value == 0 else { throw .badValue(field: "absent", at: position) }
        return isPresent ? value : nil
    }

    /// Reads an identifier or a term by its raw number.
    ///
    /// - Parameter type: Its type.
    /// - Returns: The value.
    /// - Throws: `DecodeError.badValue` when no case has that number.
    public mutating func read<Value: RawRepresentable>(_ type: Value.Type) throws(DecodeError)
        -> Value where Value.RawValue: FixedWidthInteger
    {
        let start = position
        guard let value = Value(rawValue: try read(Value.RawValue.self)) else {
            throw .badValue(field: "\(type)", at: start)
        }
        return value
    }

    /// Reads a price in ticks.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError.truncated`.
    public mutating func readPrice() throws(DecodeError) -> Price {
        Price(ticks: try read(Int64.self))
    }

    /// Reads a quantity in lots.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError.truncated`.
    public mutating func readQuantity() throws(DecodeError) -> Quantity {
        Quantity(lots: try read(Int64.self))
    }

    /// Reads an amount in units.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError.truncated`.
    public mutating func readAmount() throws(DecodeError) -> Amount {
        Amount(units: try read(Int64.self))
    }

    /// Reads a log time.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError.truncated`.
    public mutating func readTimestamp() throws(DecodeError) -> Timestamp {
        Timestamp(microseconds: try read(Int64.self))
    }

    /// Reads a client order id; size 0 is `none`.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError` when it is longer than 36 bytes or has an illegal character.
    public mutating func readClientOrderID() throws(DecodeError) -> ClientOrderID {
        let start = position
        let size = Int(try read(UInt8.self))
        guard size > 0 else { return .none }
        guard remaining >= size else { throw .truncated(at: start) }
        guard let value = ClientOrderID(bytes[position..<position + size]) else {
            throw .badValue(field: "ClientOrderID", at: start)
        }
        position += size
        return value
    }

    /// Reads bytes as they are.
    ///
    /// - Parameter count: How many.
    /// - Returns: A copy.
    /// - Throws: `DecodeError.truncated`.
    public mutating func read(count: Int) throws(DecodeError) -> [UInt8] {
        guard count >= 0, remaining >= count else { throw .truncated(at: position) }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    /// Reads a blob: four bytes of size, then its bytes.
    ///
    /// - Returns: A copy.
    /// - Throws: `DecodeError.truncated`.
    public mutating func readBlob() throws(DecodeError) -> [UInt8] {
        try read(count: Int(try read(UInt32.self)))
    }

    /// Reads a blob as a reader of its own, without a copy.
    ///
    /// - Returns: A reader of just the blob.
    /// - Throws: `DecodeError.truncated`.
    public mutating func readNested() throws(DecodeError) -> ByteReader {
        let size = Int(try read(UInt32.self))
        guard remaining >= size else { throw .truncated(at: position) }
        defer { position += size }
        return ByteReader(bytes, in: position..<position + size)
    }

    /// Reads a text.
    ///
    /// - Returns: The text.
    /// - Throws: `DecodeError` when it is no UTF-8.
    public mutating func readString() throws(DecodeError) -> String {
        let start = position
        guard let text = String(validating: try readBlob(), as: UTF8.self) else {
            throw .badValue(field: "String", at: start)
        }
        return text
    }

    /// Reads the count of a list and checks it against the bytes left.
    ///
    /// - Parameter elementSizeMin: The least bytes an element takes; a forged count cannot make us
    ///   reserve more memory than the sender sent.
    /// - Returns: The count.
    /// - Throws: `DecodeError`.
    public mutating func readCount(elementSizeMin: Int) throws(DecodeError) -> Int {
        let start = position
        let count = Int(try read(UInt32.self))
        guard count <= remaining / max(elementSizeMin, 1) else {
            throw .badValue(field: "count", at: start)
        }
        return count
    }
}
