import Matching
import Trading
import Wire

extension Replica {
    /// A router wants to be told of accounts.
    ///
    /// - Parameters:
    ///   - stream: Where to tell it; says whose events in requests of its own.
    ///   - effects: What to do is appended here.
    public func accountsOpened(_ stream: StreamID, effects: inout [ReplicaEffect]) {
        guard isRestored, !isHalted else { return effects.append(.close(stream)) }
        accounts.open(stream)
    }

    /// Takes a message from a router's accounts stream.
    ///
    /// - Parameters:
    ///   - request: The message.
    ///   - stream: The stream it came on.
    ///   - effects: What to do is appended here.
    public func received(
        _ request: AccountFeedRequest,
        on stream: StreamID,
        effects: inout [ReplicaEffect]
    ) {
        guard accounts.isOpen(stream) else { return }
        switch request {
        case .unwatch(let account): accounts.unwatch(account, stream)
        case .watch(let account, let entry):
            // A replica that is behind would take the router back in time; it comes again.
            guard entry ?? position <= position, accounts.watch(account, stream) else {
                accounts.close(stream)
                return effects.append(.close(stream))
            }
            begin(account, after: entry, stream, &effects)
        }
    }

    private func begin(
        _ account: AccountID,
        after entry: SequenceNumber?,
        _ stream: StreamID,
        _ effects: inout [ReplicaEffect]
    ) {
        let missed = entry.flatMap { accounts.ring.events(of: account, after: $0) }
        let balances = balances(of: account)
        let began = AccountFeedMessage.began(
            account,
            position: position,
            isContinued: missed != nil,
            balances
        )
        effects.append(.accounts(began, to: [stream]))
        guard let missed, !missed.isEmpty else { return }
        let events = AccountFeedMessage.events(account, position: position, missed, balances)
        effects.append(.accounts(events, to: [stream]))
    }

    /// Forgets the events so far, as a replica does that restores a snapshot; for tests.
    package func dropAccountEvents() { accounts.ring = AccountEventRing(position: position) }

    /// Tells of what the entries applied in this turn have changed.
    func publishAccounts(_ effects: inout [ReplicaEffect]) {
        accounts.publish(at: position, balances: { balances(of: $0) }, &effects)
    }

    private func balances(of account: AccountID) -> [Balance] {
        guard case .balances(let balances) = machine.engine.answer(.balances(account: account))
        else { return [] }
        return balances
    }
}
