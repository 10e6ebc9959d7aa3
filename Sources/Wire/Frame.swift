import Trading

/// A message on a byte stream: its size in four bytes, then the message.
public enum Frame {
    /// Appends a frame whose size is filled in once the message is written.
    ///
    /// - Parameters:
    ///   - output: Where the bytes go.
    ///   - message: Writes the message.
    public static func write(to output: inout ByteWriter, _ message: (inout ByteWriter) -> Void) {
        let start = output.bytes.count
        output.write(UInt32(0))
        message(&output)
        let size = UInt32(output.bytes.count - start - 4)
        for byte in 0..<4 {
            output.bytes[start + byte] = UInt8(truncatingIfNeeded: size >> UInt32(8 * byte))
        }
    }
}

/// Cuts a byte stream back into frames.
public struct FrameReader: Sendable {
    private var buffer: [UInt8] = []
    private var position = 0
    private let sizeMax: Int

    /// Starts at a frame's first byte.
    ///
    /// - Parameter sizeMax: A longer message is an error, so that a peer cannot make us buffer it.
    public init(sizeMax: Int) { self.sizeMax = sizeMax }

    /// Takes bytes as they came.
    ///
    /// - Parameter bytes: Any number of them.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        if position == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            position = 0
        } else if position > 1 << 16 {
            buffer.removeFirst(position)
            position = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next whole message.
    ///
    /// - Returns: A reader of just that message, or `nil` until more bytes came.
    /// - Throws: `DecodeError.badValue` when it is longer than allowed.
    public mutating func next() throws(DecodeError) -> ByteReader? {
        guard buffer.count - position >= 4 else { return nil }
        var header = ByteReader(buffer, in: position..<position + 4)
        let size = Int(try header.read(UInt32.self))
        guard size <= sizeMax else { throw .badValue(field: "frame size", at: 0) }
        guard buffer.count - position - 4 >= size else { return nil }
        let start = position + 4
        position = start + size
        return ByteReader(buffer, in: start..<position)
    }
}
