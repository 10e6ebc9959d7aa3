import Trading

/// The balances of one shard: free and held amounts of every account, the fees collected, and what
/// moves between this shard and the others or the outside.
///
/// Every change keeps invariant I7: free + locked + withdrawing + fees + sent = deposits −
/// withdrawals, for each asset, to the unit. No balance can leave 63 bits because none can exceed
/// what is present of its asset, and that is checked whenever something comes in.
public struct Ledger: ~Copyable {
    private let pinned = Pinned()
    /// Most accounts on a shard.
    public static let accountsMax = 1 << 18
    /// Most assets on a shard.
    public static let assetsMax = 256
    /// Most deposit references remembered, which is most deposits a shard takes.
    public static let referencesMax = 1 << 22
    /// Most withdrawals remembered, which is most a shard makes.
    public static let withdrawalsMax = 1 << 20

    @usableFromInline
    struct Entry: BitwiseCopyable {
        @usableFromInline var free: Int64 = 0
        @usableFromInline var locked: Int64 = 0

        @usableFromInline
        init() {}
    }

    @usableFromInline var slots = SlotIndex()
    /// In order of creation.
    @usableFromInline var accounts: ContiguousArray<AccountID> = []
    /// One row per account, `stride` entries wide.
    @usableFromInline var entries = Pool<Entry>(capacity: 0)
    @usableFromInline var stride = 4
    /// By account.
    @usableFromInline var terms = Pool<Terms>(capacity: 0)
    /// In order of addition: the columns.
    var columns: ContiguousArray<Asset> = []
    @usableFromInline var fees = Pool<Int64>(capacity: 0)
    var deposits: ContiguousArray<Int64> = []
    var withdrawals: ContiguousArray<Int64> = []
    /// Sums of what accounts sent, by column.
    var sentSums: ContiguousArray<Int64> = []
    /// By place, as `entries`; reaches as far as was needed so far.
    var transits = Pool<Transit>(capacity: 0)
    /// What each deposit was of, by reference; never iterated but to be sorted.
    var references: [UInt64: UInt64] = [:]
    /// By reference; never iterated but to be sorted.
    var payouts: [UInt64: Withdrawal] = [:]
    /// By shard.
    public internal(set) var outboxes: ContiguousArray<Outbox> = []
    /// By shard.
    var inboxes: ContiguousArray<Inbox> = []
    /// Deposits and withdrawals.
    var cashJournal = Journal()
    /// Transfers between shards.
    var transferJournal = Journal()
    var movementCount: UInt64 = 0
    /// Not part of the state: for who changes it, to tell.
    var newMovement: Movement?
    @usableFromInline var running = StateDigest()
    /// By the tier of an account's terms; never empty.
    @usableFromInline var tiers: ContiguousArray<FeeTier> = [.whole]
    /// The column of the discount asset, if fees may be paid in one.
    public internal(set) var discountColumn: AssetColumn?
    /// What is taken off a fee paid in the discount asset, in 10⁻⁸.
    public internal(set) var discount: Int64 = 0

    /// Starts without assets and accounts.
    public init() {}

    /// Digest of every change of a balance, of terms and of the fee schedule.
    public var digest: UInt64 { running.value }

    /// All assets by id.
    public var assets: [Asset] { columns.sorted { $0.id < $1.id } }

    /// Number of accounts.
    public var accountCount: Int { accounts.count }

    /// Finds an account, if it ever had a deposit.
    @inlinable
    public func slot(of account: AccountID) -> AccountSlot? {
        let hash = slots.hash(of: [UInt64(account.rawValue)])
        let slot = slots.find(hash) { accounts[Int($0)] == account }
        return slot.map { AccountSlot(index: Int32(bitPattern: $0)) }
    }

    /// The account at a slot.
    @inlinable
    public func account(at slot: AccountSlot) -> AccountID { accounts[Int(slot.index)] }

    /// Finds an asset.
    ///
    /// O(number of assets): for the control path.
    public func column(of asset: AssetID) -> AssetColumn? {
        columns.firstIndex { $0.id == asset }.map { AssetColumn(index: Int32($0)) }
    }

    /// The asset at a column.
    public func asset(at column: AssetColumn) -> AssetID { columns[Int(column.index)].id }

    /// What an account may spend.
    @inlinable
    public func free(_ slot: AccountSlot, _ column: AssetColumn) -> Amount {
        Amount(units: entries[index(slot, column)].free)
    }

    /// What an account's open orders hold.
    @inlinable
    public func locked(_ slot: AccountSlot, _ column: AssetColumn) -> Amount {
        Amount(units: entries[index(slot, column)].locked)
    }

    /// The balances of an account in every asset of the shard, zeros too, by asset id.
    ///
    /// - Parameter account: May be unknown.
    /// - Returns: Empty when the account is unknown.
    public func balances(of account: AccountID) -> [Balance] {
        guard let slot = slot(of: account) else { return [] }
        var balances: [Balance] = []
        for position in columns.indices {
            let column = AssetColumn(index: Int32(position))
            balances.append(
                Balance(
                    asset: columns[position].id,
                    free: free(slot, column),
                    locked: locked(slot, column),
                    sent: sent(slot, column),
                    withdrawing: withdrawing(slot, column)
                )
            )
        }
        return balances.sorted { $0.asset < $1.asset }
    }

    /// Adds an asset; adding the same again changes nothing.
    ///
    /// - Parameter asset: The asset.
    /// - Returns: Why it was refused, or `nil`.
    public mutating func add(_ asset: Asset) -> RejectReason? {
        if let known = columns.first(where: { $0.id == asset.id }) {
            return known == asset ? nil : .unknownAsset
        }
        guard columns.count < Self.assetsMax else { return .overloaded }
        if columns.count == stride { widen() }
        columns.append(asset)
        fees.append(0)
        deposits.append(0)
        withdrawals.append(0)
        sentSums.append(0)
        running.add(UInt64(asset.id.rawValue))
        return nil
    }

    /// The sums of every asset, by asset id.
    ///
    /// O(accounts × assets): for checks.
    ///
    /// - Returns: One record per asset.
    public func totals() -> [AssetTotals] {
        var totals: [AssetTotals] = []
        for position in columns.indices {
            var sum = Entry()
            var transit = Transit()
            for row in accounts.indices {
                let place = UInt32(row * stride + position)
                sum.free += entries[place].free
                sum.locked += entries[place].locked
                guard place < transits.count else { continue }
                transit.withdrawing += transits[place].withdrawing
                // The partial sums may leave 63 bits, the whole one does not.
                transit.sent &+= transits[place].sent
            }
            totals.append(
                AssetTotals(
                    asset: columns[position].id,
                    free: Amount(units: sum.free),
                    locked: Amount(units: sum.locked),
                    withdrawing: Amount(units: transit.withdrawing),
                    sent: Amount(units: transit.sent),
                    fees: Amount(units: fees[UInt32(position)]),
                    deposits: Amount(units: deposits[position]),
                    withdrawals: Amount(units: withdrawals[position])
                )
            )
        }
        return totals.sorted { $0.asset < $1.asset }
    }

    @inlinable
    func index(_ slot: AccountSlot, _ column: AssetColumn) -> UInt32 {
        UInt32(truncatingIfNeeded: Int(slot.index) &* stride &+ Int(column.index))
    }

    /// Makes room for accounts ahead of their first deposits.
    ///
    /// - Parameter count: How many in all.
    public mutating func reserveCapacity(accounts count: Int) {
        slots.reserveCapacity(count)
        accounts.reserveCapacity(count)
        terms.reserve(count)
        entries.reserve(count * stride)
    }

    private mutating func widenTransits() {
        var wide = Pool<Transit>(capacity: Int(transits.count) * 2)
        for place in 0..<transits.count {
            wide.append(transits[place])
            guard (Int(place) + 1).isMultiple(of: stride) else { continue }
            for _ in 0..<stride { wide.append(Transit()) }
        }
        swap(&transits, &wide)
    }

    /// Finds an account, or gives it its row.
    ///
    /// - Parameter account: May be unknown.
    /// - Returns: `nil` when it is unknown and the ledger is full.
    public mutating func seat(_ account: AccountID) -> AccountSlot? {
        slot(of: account) ?? open(account)
    }

    /// Gives an unknown account its row; `nil` when the ledger is full.
    mutating func open(_ account: AccountID) -> AccountSlot? {
        guard accounts.count < Self.accountsMax else { return nil }
        let slot = Int32(accounts.count)
        let hash = slots.hash(of: [UInt64(account.rawValue)])
        slots.insert(hash, slot: UInt32(bitPattern: slot))
        accounts.append(account)
        terms.append(Terms())
        for _ in 0..<stride { entries.append(Entry()) }
        running.add(UInt64(account.rawValue))
        return AccountSlot(index: slot)
    }

    /// Doubles the width of every row; happens a few times in the life of a shard.
    private mutating func widen() {
        var wide = Pool<Entry>(capacity: accounts.count * stride * 2)
        for row in accounts.indices {
            for position in 0..<stride { wide.append(entries[UInt32(row * stride + position)]) }
            for _ in 0..<stride { wide.append(Entry()) }
        }
        swap(&entries, &wide)
        widenTransits()
        stride *= 2
    }
}
