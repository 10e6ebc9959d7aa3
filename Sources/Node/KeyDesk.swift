import Configuration
import Coordination
import Membership
import Trading

/// Changes of the API keys on their way: into shard 0's log, then to every router.
///
/// Who asked is answered only then, so that a key can be used at once wherever he goes with it, and
/// a revoked one cannot.
final class KeyDesk {
    /// Longer than a hand-over of the lead.
    private static let commitNanoseconds: UInt64 = 2_000_000_000
    /// A router that does not answer for so long is named instead.
    private static let routersNanoseconds: UInt64 = 1_000_000_000

    /// What became of a change.
    enum Outcome: Equatable {
        /// It is in the log, and known everywhere but to these routers.
        case done(lacking: [NodeID])
        /// Refused by the state after all: another change came first.
        case refused(String)
        /// It may be in the log or not; the list of keys says.
        case unknown
    }

    private struct Waiter {
        var change: KeyChange
        /// The version that every router must have; `nil` until the change is in the log.
        var version: UInt64?
        var deadline: UInt64
        var finish: (Outcome) -> Void
    }

    /// The accounts of the cluster's files, each with a key.
    let accounts: [AccountsFile.Entry]
    private var waiters: [Waiter] = []

    /// Makes a desk where nothing waits.
    ///
    /// - Parameter accounts: Of the cluster's files.
    init(accounts: AccountsFile) { self.accounts = accounts.entries }

    /// Waits for a change that was proposed.
    ///
    /// - Parameters:
    ///   - change: What was proposed.
    ///   - now: Nanoseconds of the loop's clock.
    ///   - finish: Gets the outcome.
    func wait(for change: KeyChange, now: UInt64, _ finish: @escaping (Outcome) -> Void) {
        waiters.append(
            Waiter(change: change, deadline: now + Self.commitNanoseconds, finish: finish)
        )
    }

    /// Answers those whose change is known, and those who have waited for too long.
    ///
    /// - Parameters:
    ///   - coordinator: As it is now.
    ///   - now: Nanoseconds of the loop's clock.
    func follow(_ coordinator: Coordinator, now: UInt64) {
        guard !waiters.isEmpty else { return }
        var ended: [(Waiter, Outcome)] = []
        waiters = waiters.compactMap { waiter in
            var waiter = waiter
            guard let outcome = outcome(of: &waiter, coordinator, now: now) else { return waiter }
            ended.append((waiter, outcome))
            return nil
        }
        for (waiter, outcome) in ended { waiter.finish(outcome) }
    }

    private func outcome(
        of waiter: inout Waiter,
        _ coordinator: Coordinator,
        now: UInt64
    ) -> Outcome? {
        let keys = coordinator.state.keys
        if waiter.version == nil, keys.holds(waiter.change) {
            waiter.version = keys.version
            waiter.deadline = now + Self.routersNanoseconds
        }
        guard let version = waiter.version else {
            guard now >= waiter.deadline else { return nil }
            return keys.refusal(of: waiter.change).map { .refused($0) } ?? .unknown
        }
        let lacking = coordinator.routersLacking(keys: version)
        return lacking.isEmpty || now >= waiter.deadline ? .done(lacking: lacking) : nil
    }

    /// The account of a name or a number.
    ///
    /// - Parameter text: Names go first; a number need not be in the files, as deposits make accounts.
    /// - Returns: `nil` when there is none.
    func account(_ text: String) -> AccountID? {
        if let entry = accounts.first(where: { $0.name == text }) { return entry.id }
        return UInt32(text).flatMap { $0 > 0 ? AccountID($0) : nil }
    }

    /// What people call an account.
    func name(of account: AccountID) -> String? {
        accounts.first { $0.id == account }?.name
    }

    /// The keys that are taken: of the cluster's files, and made since.
    ///
    /// - Parameter table: The committed one.
    /// - Returns: Those of the files first.
    func keys(_ table: KeyTable) -> [APIKey] {
        accounts.map(APIKey.init).filter { !table.isRevoked($0.key) } + table.keys
    }
}

extension KeyTable {
    /// Whether a change has happened.
    fileprivate func holds(_ change: KeyChange) -> Bool {
        switch change {
        case .create(let key): self.key(key.key) != nil || isRevoked(key.key)
        case .revoke(let key): isRevoked(key)
        }
    }
}
