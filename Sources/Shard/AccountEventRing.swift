import Trading

/// The recent account events of a shard with the entries they came from, so that a router can take
/// up where it was, here or on another replica.
///
/// Kept in memory only: every replica that applies the log fills its own.
struct AccountEventRing {
    private struct Record {
        var entry: SequenceNumber
        var event: AccountEvent
    }

    /// Events kept before the oldest are dropped.
    static let countMax = 16_384

    private let countMax: Int
    private var records: ContiguousArray<Record> = []
    /// Where the oldest record is once the ring is full.
    private var start = 0
    /// Events up to this entry may be missing.
    private(set) var dropped: SequenceNumber

    /// Starts empty after an entry.
    init(position: SequenceNumber, countMax: Int = countMax) {
        dropped = position
        self.countMax = countMax
    }

    /// Adds an event of an entry that is not before the last one's.
    mutating func append(_ event: AccountEvent, of entry: SequenceNumber) {
        let record = Record(entry: entry, event: event)
        guard records.count == countMax else { return records.append(record) }
        dropped = records[start].entry
        records[start] = record
        start = start + 1 == countMax ? 0 : start + 1
    }

    /// The events of an account after an entry, oldest first.
    ///
    /// - Returns: `nil` when some of them are no longer kept.
    func events(of account: AccountID, after entry: SequenceNumber) -> [AccountEvent]? {
        guard entry >= dropped else { return nil }
        return (records[start...] + records[..<start]).filter { record in
            record.entry > entry && record.event.concerns(account)
        }.map(\.event)
    }
}

extension AccountEvent {
    /// Whether an account is to be told.
    func concerns(_ account: AccountID) -> Bool { self.account.map { $0 == account } ?? true }
}
