import Accounts
import Trading

/// The name of an order, with its hash, which costs more than all look-ups by it.
struct OrderName {
    let owner: AccountSlot
    let name: ClientOrderID
    let hash: SlotIndex.Hash
}

/// The names of the open orders of all accounts and pairs of a shard; each is there once.
struct OpenNames: ~Copyable {
    struct Entry {
        var name: ClientOrderID
        var owner: AccountSlot
        var instrument: InstrumentID
        var hash: SlotIndex.Hash
        var order: OrderID
    }

    private var entries: Pool<Entry>
    private var free: ContiguousArray<UInt32> = []
    private var index: SlotIndex

    init(capacity: Int = 1024) {
        entries = Pool(capacity: capacity)
        index = SlotIndex(capacity: capacity)
        free.reserveCapacity(capacity)
    }

    /// Number of open names.
    var count: Int { index.count }

    func name(_ name: ClientOrderID, of owner: AccountSlot) -> OrderName {
        let words = name.words
        let key: InlineArray<6, UInt64> = [
            words.0, words.1, words.2, words.3, words.4,
            UInt64(UInt32(bitPattern: owner.index)),
        ]
        return OrderName(owner: owner, name: name, hash: index.hash(of: key))
    }

    /// The open order of a name.
    func find(_ name: OrderName) -> Entry? {
        let number = index.find(name.hash) { number in
            entries[number].owner == name.owner && entries[number].name == name.name
        }
        return number.map { entries[$0] }
    }

    func contains(_ name: OrderName) -> Bool { find(name) != nil }

    /// Adds a name that is not there.
    ///
    /// - Parameters:
    ///   - name: Of a new open order.
    ///   - instrument: Its pair.
    ///   - order: Its id.
    /// - Returns: The number to remove it by.
    mutating func insert(
        _ name: OrderName,
        _ instrument: InstrumentID,
        _ order: OrderID
    ) -> UInt32 {
        let entry = Entry(
            name: name.name,
            owner: name.owner,
            instrument: instrument,
            hash: name.hash,
            order: order
        )
        let number: UInt32
        if let reused = free.popLast() {
            number = reused
            entries[number] = entry
        } else {
            number = entries.append(entry)
        }
        index.insert(name.hash, slot: number)
        return number
    }

    /// Takes a name out.
    ///
    /// - Parameter number: As `insert` returned it.
    mutating func remove(_ number: UInt32) {
        let wasThere = index.remove(entries[number].hash, slot: number)
        invariant(wasThere, "an open order has a name")
        free.append(number)
    }
}
