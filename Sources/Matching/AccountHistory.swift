import Accounts
import Trading

/// A bounded window of recent records, first in first out, with the records of each account
/// threaded together so that one account's look-up never walks over another's.
struct AccountHistory<Record>: ~Copyable {
    // Neither is private: in a debug build Swift 6.3 breaks off over the metadata of private types
    // in a pool that is stored in another file's struct.
    struct Entry {
        var record: Record
        var owner: AccountSlot
        var newer: Int32
        var older: Int32
    }

    struct Ends {
        var oldest: Int32 = -1
        var newest: Int32 = -1
    }

    /// Most records kept.
    let capacity: Int
    /// A ring once it is full.
    private var entries = SegmentedPool<Entry>()
    /// Where the oldest record is once the ring is full.
    private var start = 0
    private var ends = Pool<Ends>(capacity: 0)
    /// Records that have left the window.
    private(set) var evicted: UInt64 = 0

    init(capacity: Int) { self.capacity = capacity }

    /// Number of records kept.
    var count: Int { Int(entries.count) }

    /// Number of records ever added here.
    var total: UInt64 { evicted + UInt64(count) }

    /// A record by age; 0 is the oldest.
    subscript(index: Int) -> Record {
        let position = start + index
        return entries[UInt32(position < count ? position : position - count)].record
    }

    /// Adds the newest record; the oldest leaves when the window is full.
    @inline(__always)
    mutating func append(_ record: Record, owner: AccountSlot) {
        let account = UInt32(owner.index)
        while ends.count <= account { ends.append(Ends()) }
        var position = entries.count
        if count == capacity {
            position = UInt32(start)
            evictOldest()
        }
        // After the eviction, which may have changed the ends of this very account.
        let newest = ends[account].newest
        if position == entries.count {
            entries.append(Entry(record: record, owner: owner, newer: -1, older: newest))
        } else {
            entries[position] = Entry(record: record, owner: owner, newer: -1, older: newest)
        }
        if newest < 0 {
            ends[account].oldest = Int32(position)
        } else {
            entries[UInt32(newest)].newer = Int32(position)
        }
        ends[account].newest = Int32(position)
    }

    /// Shows the records of one account, newest first, as long as the visitor wants more.
    ///
    /// - Parameters:
    ///   - owner: The account.
    ///   - visit: Returns whether to go on.
    func visitNewestFirst(of owner: AccountSlot, _ visit: (Record) -> Bool) {
        guard UInt32(owner.index) < ends.count else { return }
        var position = ends[UInt32(owner.index)].newest
        while position >= 0 {
            guard visit(entries[UInt32(position)].record) else { return }
            position = entries[UInt32(position)].older
        }
    }

    @inline(__always)
    private mutating func evictOldest() {
        let newer = entries[UInt32(start)].newer
        // The oldest of all is also the oldest of its account.
        let account = UInt32(entries[UInt32(start)].owner.index)
        ends[account].oldest = newer
        if newer < 0 { ends[account].newest = -1 } else { entries[UInt32(newer)].older = -1 }
        evicted += 1
        start = start + 1 == capacity ? 0 : start + 1
    }
}
