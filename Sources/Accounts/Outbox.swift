import Trading

/// Transfers to one other shard that it is not known to have taken in.
///
/// They are numbered from 1 without a hole: the other shard takes them in by number, each once.
public struct Outbox: Equatable, Sendable {
    /// Most transfers under way to one shard.
    public static let countMax = 4096
    /// Most shards that transfers go to or come from.
    public static let shardsMax = 1024

    /// Where they go.
    public let shard: ShardID
    /// Number of the last transfer ever made to that shard.
    public private(set) var last: UInt64 = 0
    /// Oldest first; the last of them has the number `last`.
    public private(set) var entries: ContiguousArray<Funds> = []

    /// An outbox that never had a transfer.
    public init(to shard: ShardID) { self.shard = shard }

    /// Number of the oldest transfer under way, or of the next one when there is none.
    public var first: UInt64 { last + 1 - UInt64(entries.count) }

    /// The funds of a transfer under way; `nil` for any other number.
    public func funds(_ sequence: UInt64) -> Funds? {
        guard sequence >= first, sequence <= last else { return nil }
        return entries[Int(sequence - first)]
    }

    /// Adds a transfer and returns its number.
    mutating func append(_ funds: Funds) -> UInt64 {
        entries.append(funds)
        last += 1
        return last
    }

    /// Forgets what the other shard has.
    mutating func settle(through sequence: UInt64) {
        guard sequence >= first else { return }
        entries.removeFirst(Int(min(sequence, last) - first) + 1)
    }

    /// Takes up what a snapshot says.
    init(to shard: ShardID, last: UInt64, entries: ContiguousArray<Funds>) {
        self.shard = shard
        self.last = last
        self.entries = entries
    }
}

/// The number of the last transfer taken in from one other shard.
struct Inbox: Equatable {
    let shard: ShardID
    var last: UInt64
}
