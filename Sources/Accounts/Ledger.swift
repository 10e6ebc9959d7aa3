import Trading

/// Where an account sits in the ledger; given at its first deposit and never changed.
public struct AccountSlot: Hashable, Sendable {
    /// Position in order of creation.
    public let index: Int32

    /// Wraps a position.
    @inlinable
    public init(index: Int32) { self.index = index }
}

/// Where an asset sits in the ledger; given when it is added and never changed.
public struct AssetColumn: Hashable, Sendable {
    /// Position in order of addition.
    public let index: Int32

    /// Wraps a position.
    @inlinable
    public init(index: Int32) { self.index = index }
}

/// The balances of one shard: free and held amounts of every account, and the fees collected.
///
/// Every change keeps invariant I7: free + locked + fees = deposits, for each asset, to the unit.
/// No sum can leave 63 bits because no sum can exceed the deposits of its asset, and those are
/// checked as they come in.
public struct Ledger: ~Copyable {
    /// Most accounts on a shard.
    public static let accountsMax = 1 << 18
    /// Most assets on a shard.
    public static let assetsMax = 256
    /// Most deposit references remembered, which is most deposits a shard takes.
    public static let referencesMax = 1 << 22

    struct Entry {
        var free: Int64 = 0
        var locked: Int64 = 0
    }

    var slots: [AccountID: Int32] = [:]
    /// In order of creation.
    var accounts: ContiguousArray<AccountID> = []
    /// One row per account, `stride` entries wide.
    var entries: ContiguousArray<Entry> = []
    var stride = 4
    /// In order of addition: the columns.
    var columns: ContiguousArray<Asset> = []
    var fees: ContiguousArray<Int64> = []
    var deposits: ContiguousArray<Int64> = []
    /// Asked for membership only, never iterated but to be sorted.
    var references: Set<UInt64> = []
    var running = StateDigest()

    /// Starts without assets and accounts.
    public init() {}

    /// Digest of every change of a balance.
    public var digest: UInt64 { running.value }

    /// All assets by id.
    public var assets: [Asset] { columns.sorted { $0.id < $1.id } }

    /// Number of accounts.
    public var accountCount: Int { accounts.count }

    /// Finds an account, if it ever had a deposit.
    public func slot(of account: AccountID) -> AccountSlot? {
        slots[account].map { AccountSlot(index: $0) }
    }

    /// The account at a slot.
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
    public func free(_ slot: AccountSlot, _ column: AssetColumn) -> Amount {
        Amount(units: entries[index(slot, column)].free)
    }

    /// What an account's open orders hold.
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
                sum.free += entries[row * stride + position].free
                sum.locked += entries[row * stride + position].locked
            }
            totals.append(
                AssetTotals(
                    asset: columns[position].id,
                    free: Amount(units: sum.free),
                    locked: Amount(units: sum.locked),
                    fees: Amount(units: fees[position]),
                    deposits: Amount(units: deposits[position])
                )
            )
        }
        return totals.sorted { $0.asset < $1.asset }
    }

    func index(_ slot: AccountSlot, _ column: AssetColumn) -> Int {
        Int(slot.index) * stride + Int(column.index)
    }

    private mutating func open(_ account: AccountID) -> AccountSlot? {
        guard accounts.count < Self.accountsMax else { return nil }
        let slot = Int32(accounts.count)
        slots[account] = slot
        accounts.append(account)
        entries.append(contentsOf: repeatElement(Entry(), count: stride))
        running.add(UInt64(account.rawValue))
        return AccountSlot(index: slot)
    }

    /// Doubles the width of every row; happens a few times in the life of a shard.
    private mutating func widen() {
        var wide: ContiguousArray<Entry> = []
        wide.reserveCapacity(entries.count * 2)
        for row in accounts.indices {
            wide.append(contentsOf: entries[row * stride..<(row + 1) * stride])
            wide.append(contentsOf: repeatElement(Entry(), count: stride))
        }
        entries = wide
        stride *= 2
    }
}
