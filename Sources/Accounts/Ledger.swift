import Trading

/// The balances of one shard: free and held amounts of every account, and the fees collected.
///
/// Every change keeps invariant I7: free + locked + fees = deposits, for each asset, to the unit.
/// No sum can leave 63 bits because no sum can exceed the deposits of its asset, and those are
/// checked as they come in.
public struct Ledger: ~Copyable {
    private let pinned = Pinned()
    /// Most accounts on a shard.
    public static let accountsMax = 1 << 18
    /// Most assets on a shard.
    public static let assetsMax = 256
    /// Most deposit references remembered, which is most deposits a shard takes.
    public static let referencesMax = 1 << 22

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
    /// Asked for membership only, never iterated but to be sorted.
    var references: Set<UInt64> = []
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
                    locked: locked(slot, column)
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
        running.add(UInt64(asset.id.rawValue))
        return nil
    }

    /// Adds funds from outside, once per reference; an account begins with its first deposit.
    ///
    /// - Parameters:
    ///   - amount: How much; must be positive.
    ///   - account: Whose; 0, the venue itself, is refused.
    ///   - asset: Of what.
    ///   - reference: A repeated reference changes nothing and is no refusal.
    /// - Returns: Why it was refused, or `nil`.
    public mutating func deposit(
        _ amount: Amount,
        to account: AccountID,
        asset: AssetID,
        reference: UInt64
    ) -> RejectReason? {
        if references.contains(reference) { return nil }
        guard amount.units > 0, account.rawValue != 0 else { return .malformed }
        guard let column = column(of: asset) else { return .unknownAsset }
        let (total, overflows) = deposits[Int(column.index)]
            .addingReportingOverflow(amount.units)
        guard !overflows, references.count < Self.referencesMax else { return .overloaded }
        guard let slot = slot(of: account) ?? open(account) else { return .overloaded }
        deposits[Int(column.index)] = total
        references.insert(reference)
        change(slot, column, free: amount.units, locked: 0)
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
            for row in accounts.indices {
                sum.free += entries[UInt32(row * stride + position)].free
                sum.locked += entries[UInt32(row * stride + position)].locked
            }
            totals.append(
                AssetTotals(
                    asset: columns[position].id,
                    free: Amount(units: sum.free),
                    locked: Amount(units: sum.locked),
                    fees: Amount(units: fees[UInt32(position)]),
                    deposits: Amount(units: deposits[position])
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
        stride *= 2
    }
}
