import Trading
import Wire

/// What a router wants done for the accounts that somebody listens to.
public enum AccountMirrorEffect: Equatable, Sendable {
    /// Send to a shard's accounts stream.
    case send(AccountFeedRequest, to: ShardID)
    /// Nothing that happens to the account from now on will be missing.
    case began(AccountID)
    /// What happened to an account, and what it has now, over all shards, of the assets it has more
    /// or less of.
    case events(AccountID, [AccountEvent], changed: [Balance])
    /// Some of what happened is lost; what follows is complete again.
    case interrupted(AccountID)
}

/// The accounts that somebody listens to at a router: their balances on every shard, and how far
/// each shard has told of them.
///
/// A balance of the venue is the sum over its shards, and each shard tells of its own.
public struct AccountMirror: Sendable {
    private struct Part: Sendable {
        /// The last entry up to which nothing is missing; `nil` before the shard has answered.
        var position: SequenceNumber?
        var balances: [Balance] = []
    }

    private struct Watched: Sendable {
        var parts: [ShardID: Part] = [:]
        var hasBegun = false
    }

    private var accounts: [AccountID: Watched] = [:]
    /// By number.
    private var shards: [ShardID] = []
    /// Entries that a shard's stream has told of whole.
    private var reached: [ShardID: SequenceNumber] = [:]

    /// Starts with no account and no shard.
    public init() {}

    /// Whether no account is listened to.
    public var isEmpty: Bool { accounts.isEmpty }

    /// Whether what happens to an account is told whole.
    public func hasBegun(_ account: AccountID) -> Bool { accounts[account]?.hasBegun ?? false }

    /// What an account has, over all shards, by asset.
    public func balances(of account: AccountID) -> [Balance] {
        var sums: [Balance] = []
        let parts = accounts[account]?.parts ?? [:]
        let all = shards.flatMap { parts[$0]?.balances ?? [] }.sorted { $0.asset < $1.asset }
        for balance in all {
            if let last = sums.indices.last, sums[last].asset == balance.asset {
                sums[last].free += balance.free
                sums[last].locked += balance.locked
                sums[last].sent += balance.sent
                sums[last].withdrawing += balance.withdrawing
            } else {
                sums.append(balance)
            }
        }
        return sums
    }

    // MARK: Listeners

    /// Begins with an account; `began` follows once every shard has answered.
    ///
    /// - Parameters:
    ///   - account: One that is not watched yet.
    ///   - effects: What to do is appended here.
    public mutating func watch(_ account: AccountID, effects: inout [AccountMirrorEffect]) {
        guard accounts[account] == nil else { return }
        accounts[account] = Watched()
        for shard in shards { effects.append(.send(.watch(account, after: nil), to: shard)) }
    }

    /// Forgets an account.
    ///
    /// - Parameters:
    ///   - account: Nobody listens to it any more.
    ///   - effects: What to do is appended here.
    public mutating func unwatch(_ account: AccountID, effects: inout [AccountMirrorEffect]) {
        guard accounts.removeValue(forKey: account) != nil else { return }
        for shard in shards { effects.append(.send(.unwatch(account), to: shard)) }
    }

    // MARK: Shards

    /// A shard has come into the map.
    ///
    /// - Parameter shard: One known already changes nothing.
    public mutating func add(_ shard: ShardID) {
        guard !shards.contains(shard) else { return }
        shards.append(shard)
        shards.sort()
    }

    /// A shard's accounts stream is open: goes on where the one before it ended.
    ///
    /// - Parameters:
    ///   - shard: Which.
    ///   - effects: What to do is appended here.
    public mutating func connected(_ shard: ShardID, effects: inout [AccountMirrorEffect]) {
        let told = reached.removeValue(forKey: shard)
        for account in accounts.keys.sorted() {
            var position = accounts[account]?.parts[shard]?.position
            if let known = position, let told { position = max(known, told) }
            accounts[account]?.parts[shard]?.position = position
            effects.append(.send(.watch(account, after: position), to: shard))
        }
    }

    /// Takes a message of a shard's accounts stream.
    ///
    /// - Parameters:
    ///   - message: As it came.
    ///   - shard: Which shard's.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ message: AccountFeedMessage,
        from shard: ShardID,
        effects: inout [AccountMirrorEffect]
    ) {
        switch message {
        case .heartbeat(let position): reached[shard] = position
        case .began(let account, let position, let isContinued, let balances):
            begin(account, shard, position, isContinued: isContinued, balances, &effects)
        case .events(let account, let position, let events, let balances):
            guard accounts[account] != nil else { return }
            let before = self.balances(of: account)
            accounts[account]?.parts[shard] = Part(position: position, balances: balances)
            tell(account, events, before, &effects)
        }
    }

    private mutating func begin(
        _ account: AccountID,
        _ shard: ShardID,
        _ position: SequenceNumber,
        isContinued: Bool,
        _ balances: [Balance],
        _ effects: inout [AccountMirrorEffect]
    ) {
        guard let watched = accounts[account] else { return }
        let known = watched.parts[shard]?.position
        // What comes after the known entry follows in a message of its own, with its balances.
        if isContinued { return }
        let before = self.balances(of: account)
        accounts[account]?.parts[shard] = Part(position: position, balances: balances)
        guard watched.hasBegun else {
            let isWhole = shards.allSatisfy { accounts[account]?.parts[$0]?.position != nil }
            accounts[account]?.hasBegun = isWhole
            if isWhole { effects.append(.began(account)) }
            return
        }
        if known != nil { effects.append(.interrupted(account)) }
        tell(account, [], before, &effects)
    }

    private func tell(
        _ account: AccountID,
        _ events: [AccountEvent],
        _ before: [Balance],
        _ effects: inout [AccountMirrorEffect]
    ) {
        guard hasBegun(account) else { return }
        let after = balances(of: account)
        let changed = after.filter { balance in
            before.first { $0.asset == balance.asset } != balance
        }
        guard !events.isEmpty || !changed.isEmpty else { return }
        effects.append(.events(account, events, changed: changed))
    }
}
