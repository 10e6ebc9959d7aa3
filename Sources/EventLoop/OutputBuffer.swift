/// A growing run of bytes that is appended to and emptied as a whole.
///
/// Unlike an array it never checks for sharing, and it gives large memory back when emptied.
public struct OutputBuffer: ~Copyable {
    private static let keptCapacity = 1 << 20

    private var base: UnsafeMutableRawPointer?
    private var capacity = 0

    /// Number of bytes held.
    public private(set) var count = 0

    /// An empty buffer without memory.
    public init() {}

    deinit {
        base?.deallocate()
    }

    /// Whether no byte is held.
    public var isEmpty: Bool { count == 0 }

    /// The bytes held; valid until the next change of the buffer.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    /// Adds a copy of the bytes at the end.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if capacity - count < bytes.count { grow(to: count + bytes.count) }
        guard let base else { return }
        (base + count).copyMemory(from: source, byteCount: bytes.count)
        count += bytes.count
    }

    /// Forgets the bytes and keeps a modest capacity.
    public mutating func removeAll() {
        count = 0
        guard capacity > Self.keptCapacity else { return }
        base?.deallocate()
        base = nil
        capacity = 0
    }

    private mutating func grow(to needed: Int) {
        let newCapacity = max(needed, capacity * 2, 4096)
        let grown = UnsafeMutableRawPointer.allocate(byteCount: newCapacity, alignment: 16)
        if let base {
            grown.copyMemory(from: base, byteCount: count)
            base.deallocate()
        }
        base = grown
        capacity = newCapacity
    }
}
