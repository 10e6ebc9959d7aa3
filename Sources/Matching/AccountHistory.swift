import Accounts
import Trading

/// A bounded window of recent records, first in first out, with the records of each account
/// threaded together so that one account's look-up never walks over another's.
struct AccountHistory<Record: Sendable>: Sendable {
    private struct Entry: Sendable {
        var record: Record
        var owner: AccountSlot
        var newer: Int32
        var older: Int32
    }

    private struct Ends: Sendable {
        var oldest: Int32 = -1
        var newest: Int32 = -1
    }

    /// Most records kept.
    let capacity: Int
    /// A ring once it is full.
    private var entries: ContiguousArray<Entry> = []
    /// Where the oldest record is once the ring is full.
    private var start = 0
    private var ends: ContiguousArray<Ends> = []

    init(capacity: Int) { self.capacity = capacity }

    /// Number of records kept.
    var count: Int { entries.count }

    /// A record by age; 0 is the oldest.
    subscript(index: Int) -> Record {
        let position = start + index
        return entries[position < entries.count ? position : position - entries.count].record
    }

    /// Adds the newest record; the oldest leaves when the window is full.
    mutating func append(_ record: Record, owner: AccountSlot) {
        while ends.count <= Int(owner.index) { ends.append(Ends()) }
        var position = Int32(entries.count)
        if entries.count == capacity {
            position = Int32(start)
            evictOldest()
        }
        // After the eviction, which may have changed the ends of this very account.
        let newest = ends[Int(owner.index)].newest
        let entry = Entry(record: record, owner: owner, newer: -1, older: newest)
        if Int(position) == entries.count {
            entries.append(entry)
        } else {
            entries[Int(position)] = entry
        }
        if newest < 0 {
            ends[Int(owner.index)].oldest = position
        } else {
            entries[Int(newest)].newer = position
        }
        ends[Int(owner.index)].newest = position
    }

    /// Shows the records of one account, newest first, as long as the visitor wants more.
    ///
    /// - Parameters:
    ///   - owner: The account.
    ///   - visit: Returns whether to go on.
    func visitNewestFirst(of owner: AccountSlot, _ visit: (Record) -> Bool) {
        guard Int(owner.index) < ends.count else { return }
        var position = ends[Int(owner.index)].newest
        while position >= 0 {
            guard visit(entries[Int(position)].record) else { return }
            position = entries[Int(position)].older
        }
    }

    private mutating func evictOldest() {
        let entry = entries[start]
        // The oldest of all is also the oldest of its account.
        let owner = Int(entry.owner.index)
        ends[owner].oldest = entry.newer
        if entry.newer < 0 {
            ends[owner].newest = -1
        } else {
            entries[Int(entry.newer)].older = -1
        }
        start = start + 1 == capacity ? 0 : start + 1
    }
}
