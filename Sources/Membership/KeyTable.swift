import Trading
import Wire

/// A change of the keys.
public enum KeyChange: Equatable, Sendable {
    /// A key is there from now on.
    case create(APIKey)
    /// A key is not to be taken any more, whether it was made here or came with the cluster's files.
    case revoke(String)

    /// The text of the key that it is about.
    public var key: String {
        switch self {
        case .create(let key): key.key
        case .revoke(let key): key
        }
    }
}

/// The API keys made in the life of a cluster, and those that were revoked: a part of shard 0's state.
///
/// Keys that came with the cluster's files are not in it; a revocation holds for them all the same.
public struct KeyTable: Equatable, Sendable {
    /// The most keys kept, revoked ones included.
    public static let countMax = 50_000
    /// The most keys of an account.
    public static let countOfAccountMax = 100

    /// Rises with every change.
    public private(set) var version: UInt64
    /// The keys, by text.
    public private(set) var keys: [APIKey]
    /// Texts of keys that were revoked, in order.
    public private(set) var revoked: [String]

    /// No key yet.
    public static let empty = KeyTable(version: 0, keys: [], revoked: [])

    init(version: UInt64, keys: [APIKey], revoked: [String]) {
        self.version = version
        self.keys = keys
        self.revoked = revoked
    }

    /// The key of a text.
    ///
    /// Complexity: logarithmic in the number of keys.
    ///
    /// - Parameter text: What `X-MBX-APIKEY` says.
    /// - Returns: `nil` when unknown or revoked.
    public func key(_ text: String) -> APIKey? {
        let place = place(of: text)
        return place < keys.count && keys[place].key == text ? keys[place] : nil
    }

    /// Whether a key was revoked.
    ///
    /// - Parameter text: What `X-MBX-APIKEY` says.
    /// - Returns: Whether it is not to be taken any more.
    public func isRevoked(_ text: String) -> Bool {
        let place = Self.place(of: text, in: revoked)
        return place < revoked.count && revoked[place] == text
    }

    /// Why a change cannot be made; `nil` when it can.
    ///
    /// - Parameter change: What is wanted.
    /// - Returns: One line for people.
    public func refusal(of change: KeyChange) -> String? {
        if isRevoked(change.key) { return "the key is revoked" }
        if keys.count + revoked.count >= Self.countMax, key(change.key) == nil {
            return "there are too many keys"
        }
        guard case .create(let new) = change else {
            // The order of other texts would depend on the Unicode tables of the build.
            let isPlain = change.key.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            return isPlain && (1...128).contains(change.key.utf8.count)
                ? nil : "the key has a bad form"
        }
        if let defect = new.defect { return defect }
        if key(new.key) != nil { return "there is such a key" }
        let count = keys.count { $0.account == new.account }
        return count < Self.countOfAccountMax ? nil : "the account has too many keys"
    }

    /// Makes a change; one that is refused changes nothing.
    ///
    /// - Parameters:
    ///   - change: What is wanted.
    ///   - time: Log time.
    public mutating func apply(_ change: KeyChange, at time: Timestamp) {
        guard refusal(of: change) == nil else { return }
        switch change {
        case .create(var key):
            key.createdAt = time
            keys.insert(key, at: place(of: key.key))
        case .revoke(let text):
            let place = place(of: text)
            if place < keys.count, keys[place].key == text { keys.remove(at: place) }
            revoked.insert(text, at: Self.place(of: text, in: revoked))
        }
        version += 1
    }

    private func place(of text: String) -> Int {
        Self.partition(keys.count) { keys[$0].key < text }
    }

    private static func place(of text: String, in texts: [String]) -> Int {
        partition(texts.count) { texts[$0] < text }
    }

    /// The number of elements that come before; those come first.
    private static func partition(_ count: Int, _ isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

/// A part of a table on its way to a router; the last one completes it.
public struct KeyPage: Equatable, Sendable {
    /// The most keys in a part; with the largest keys it stays below the size of a message.
    static let countMax = 250

    /// Of the table.
    public var version: UInt64
    /// Whether it is the first part: what came before is of another table.
    public var isFirst: Bool
    /// Whether nothing follows.
    public var isLast: Bool
    /// Some of the keys.
    public var keys: [APIKey]
    /// Some of the revoked ones.
    public var revoked: [String]

    /// Makes a part.
    public init(
        version: UInt64,
        isFirst: Bool,
        isLast: Bool,
        keys: [APIKey],
        revoked: [String]
    ) {
        self.version = version
        self.isFirst = isFirst
        self.isLast = isLast
        self.keys = keys
        self.revoked = revoked
    }
}

extension KeyTable {
    /// The table in parts, at least one.
    public var pages: [KeyPage] {
        let count = max(keys.count, revoked.count, 1)
        return stride(from: 0, to: count, by: KeyPage.countMax).map { start in
            KeyPage(
                version: version,
                isFirst: start == 0,
                isLast: start + KeyPage.countMax >= count,
                keys: Array(keys.dropFirst(start).prefix(KeyPage.countMax)),
                revoked: Array(revoked.dropFirst(start).prefix(KeyPage.countMax))
            )
        }
    }
}

extension ByteWriter {
    /// Appends a change of the keys.
    public mutating func write(_ change: KeyChange) {
        switch change {
        case .create(let key):
            write(UInt8(0))
            write(key)
        case .revoke(let key):
            write(UInt8(1))
            write(key)
        }
    }

    /// Appends the table of keys.
    public mutating func write(_ table: KeyTable) {
        write(table.version)
        write(keys: table.keys, revoked: table.revoked)
    }

    mutating func write(_ page: KeyPage) {
        write(page.version)
        write(page.isFirst)
        write(page.isLast)
        write(keys: page.keys, revoked: page.revoked)
    }

    private mutating func write(keys: [APIKey], revoked: [String]) {
        write(count: keys.count)
        for key in keys { write(key) }
        write(count: revoked.count)
        for key in revoked { write(key) }
    }
}

extension ByteReader {
    /// Reads a change of the keys.
    ///
    /// - Returns: The change.
    /// - Throws: `DecodeError`.
    public mutating func readKeyChange() throws(DecodeError) -> KeyChange {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .create(try readAPIKey())
        case 1: return .revoke(try readString())
        default: throw .badValue(field: "KeyChange", at: start)
        }
    }

    /// Reads the table of keys.
    ///
    /// - Returns: The table.
    /// - Throws: `DecodeError`, also when the keys are not in order.
    public mutating func readKeyTable() throws(DecodeError) -> KeyTable {
        let start = position
        let version = try read(UInt64.self)
        let (keys, revoked) = try readKeys()
        let texts = keys.map(\.key)
        guard zip(texts, texts.dropFirst()).allSatisfy(<),
            zip(revoked, revoked.dropFirst()).allSatisfy(<)
        else { throw .badValue(field: "KeyTable", at: start) }
        return KeyTable(version: version, keys: keys, revoked: revoked)
    }

    mutating func readKeyPage() throws(DecodeError) -> KeyPage {
        let version = try read(UInt64.self)
        let isFirst = try readBool()
        let isLast = try readBool()
        let (keys, revoked) = try readKeys()
        return KeyPage(
            version: version,
            isFirst: isFirst,
            isLast: isLast,
            keys: keys,
            revoked: revoked
        )
    }

    private mutating func readKeys() throws(DecodeError) -> ([APIKey], [String]) {
        var keys: [APIKey] = []
        for _ in 0..<(try readCount(elementSizeMin: 34)) { keys.append(try readAPIKey()) }
        var revoked: [String] = []
        for _ in 0..<(try readCount(elementSizeMin: 4)) { revoked.append(try readString()) }
        return (keys, revoked)
    }
}
