/// The name a client gives its order: 1 to 36 characters of `[.A-Z:/a-z0-9_-]`, kept inline.
///
/// Source: the venue rule for `newClientOrderId`. 36 bytes and a length fit in five words, so an
/// id costs no allocation on the way through a shard.
public struct ClientOrderID: Hashable, Sendable, BitwiseCopyable {
    /// The longest id in bytes.
    public static let sizeMax = 36

    /// No id.
    public static let none = ClientOrderID()

    /// The bytes in little-endian words, then zeros; the last byte is the size.
    public private(set) var words: (UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0)

    private init() {}

    /// Takes the bytes of an id.
    ///
    /// - Parameter bytes: ASCII bytes; `nil` results unless 1 to 36 of the legal characters.
    public init?(_ bytes: some Collection<UInt8>) {
        guard (1...Self.sizeMax).contains(bytes.count) else { return nil }
        self.init()
        var index = 0
        for byte in bytes {
            guard Self.isLegal(byte) else { return nil }
            put(byte, at: index)
            index += 1
        }
        put(UInt8(index), at: 39)
    }

    /// Takes an id out of a string.
    ///
    /// - Parameter text: 1 to 36 of the legal characters, or `nil` results.
    public init?(_ text: String) { self.init(Array(text.utf8)) }

    /// Number of bytes; 0 for `none`.
    @inline(__always)
    public var size: Int { Int(words.4 >> 56) }

    /// Whether there is no id.
    public var isEmpty: Bool { size == 0 }

    /// The ASCII bytes.
    public var bytes: [UInt8] { (0..<size).map { byte(at: $0) } }

    /// The id as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The byte at an index below `size`.
    ///
    /// - Parameter index: Range: `0..<size`.
    /// - Returns: The ASCII byte.
    @inline(__always)
    public func byte(at index: Int) -> UInt8 {
        let shift = UInt64((index & 7) * 8)
        switch index >> 3 {
        case 0: return UInt8(truncatingIfNeeded: words.0 >> shift)
        case 1: return UInt8(truncatingIfNeeded: words.1 >> shift)
        case 2: return UInt8(truncatingIfNeeded: words.2 >> shift)
        case 3: return UInt8(truncatingIfNeeded: words.3 >> shift)
        default: return UInt8(truncatingIfNeeded: words.4 >> shift)
        }
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8, at index: Int) {
        let value = UInt64(byte) << UInt64((index & 7) * 8)
        switch index >> 3 {
        case 0: words.0 |= value
        case 1: words.1 |= value
        case 2: words.2 |= value
        case 3: words.3 |= value
        default: words.4 |= value
        }
    }

    private static func isLegal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "-")...UInt8(ascii: ":"), UInt8(ascii: "_"):
            // "-./0123456789:" is one contiguous run in ASCII.
            return true
        default: return false
        }
    }

    /// Whether two ids have the same bytes.
    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    /// Feeds the words; hash values never reach replicated state.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
        hasher.combine(words.4)
    }
}
