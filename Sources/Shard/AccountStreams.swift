import Matching
import Trading
import Wire

/// The routers that are told of accounts, and the events that are to be told at the end of the turn.
struct AccountStreams {
    /// Accounts that one stream may watch.
    static let accountsMax = 100_000

    var ring = AccountEventRing(position: SequenceNumber(0))
    private var accounts: [StreamID: Set<AccountID>] = [:]
    /// In order of watching.
    private var watchers: [AccountID: [StreamID]] = [:]
    private var fresh: [AccountID: [AccountEvent]] = [:]
    /// In order of their first event.
    private var changed: [AccountID] = []

    mutating func open(_ stream: StreamID) { accounts[stream] = [] }

    func isOpen(_ stream: StreamID) -> Bool { accounts[stream] != nil }

    mutating func close(_ stream: StreamID) {
        for account in accounts.removeValue(forKey: stream) ?? [] { remove(stream, account) }
    }

    mutating func closeAll(_ effects: inout [ReplicaEffect]) {
        for stream in accounts.keys.sorted() { effects.append(.close(stream)) }
        let ring = self.ring
        self = AccountStreams()
        self.ring = ring
    }

    /// Returns whether there was room for it.
    mutating func watch(_ account: AccountID, _ stream: StreamID) -> Bool {
        guard let held = accounts[stream], held.count < Self.accountsMax else { return false }
        guard accounts[stream]?.insert(account).inserted == true else { return true }
        watchers[account, default: []].append(stream)
        return true
    }

    mutating func unwatch(_ account: AccountID, _ stream: StreamID) {
        guard accounts[stream]?.remove(account) != nil else { return }
        remove(stream, account)
    }

    private mutating func remove(_ stream: StreamID, _ account: AccountID) {
        watchers[account]?.removeAll { $0 == stream }
        if watchers[account]?.isEmpty == true { watchers[account] = nil }
    }

    /// Takes in what a command of an entry has to tell.
    mutating func take(_ reports: borrowing ReportBuffer, of entry: SequenceNumber) {
        for number in 0..<reports.count {
            let event = reports[number]
            ring.append(event, of: entry)
            guard !watchers.isEmpty else { continue }
            if let account = event.account {
                note(event, account)
            } else {
                for account in watchers.keys.sorted() { note(event, account) }
            }
        }
    }

    private mutating func note(_ event: AccountEvent, _ account: AccountID) {
        guard watchers[account] != nil else { return }
        if fresh[account] == nil { changed.append(account) }
        fresh[account, default: []].append(event)
    }

    /// Tells what was taken in since the last time.
    ///
    /// - Parameters:
    ///   - position: The last entry that was applied.
    ///   - balances: Gives an account's balances there.
    ///   - effects: What to do is appended here.
    mutating func publish(
        at position: SequenceNumber,
        balances: (AccountID) -> [Balance],
        _ effects: inout [ReplicaEffect]
    ) {
        guard !changed.isEmpty else { return }
        for account in changed {
            guard let events = fresh[account], let streams = watchers[account] else { continue }
            let message = AccountFeedMessage.events(
                account,
                position: position,
                events,
                balances(account)
            )
            effects.append(.accounts(message, to: streams))
        }
        changed.removeAll(keepingCapacity: true)
        fresh.removeAll(keepingCapacity: true)
    }

    func heartbeat(at position: SequenceNumber, _ effects: inout [ReplicaEffect]) {
        guard !accounts.isEmpty else { return }
        effects.append(.accounts(.heartbeat(position: position), to: accounts.keys.sorted()))
    }
}
