import Membership
import Trading

extension Coordinator {
    /// Makes or revokes an API key; it is done once the change is in the committed state.
    ///
    /// - Parameters:
    ///   - change: What is wanted.
    ///   - effects: Where to put what is to be done.
    /// - Throws: `OperationRefusal`; nothing has changed then.
    public mutating func changeKey(
        _ change: KeyChange,
        _ effects: inout [CoordinatorEffect]
    ) throws(OperationRefusal) {
        guard isLeader else { throw .notLeading }
        if let reason = state.keys.refusal(of: change) {
            throw .badKey(why: reason)
        }
        effects.append(.propose(.changeKey(change)))
    }

    /// The routers that may still go by older keys.
    ///
    /// One that is cut off from here may go on serving clients; one whose process is gone does not.
    ///
    /// - Parameter version: Of the keys.
    /// - Returns: By name; empty when every router knows.
    public func routersLacking(keys version: UInt64) -> [NodeID] {
        let members = state.map.members.filter { $0.role == .router }.map(\.id)
        let connected = peers.filter { $0.member.role == .router && $0.isConnected }.map(\.id)
        return Set(members + connected).sorted().filter { id in
            guard let peer = peer(id) else { return true }
            return !peer.verdict.isDead && !(peer.isConnected && peer.keysKnown >= version)
        }
    }

    /// Tells a router all keys; a node has no use for them.
    func sendKeys(to peer: Peer, _ effects: inout [CoordinatorEffect]) {
        guard peer.member.role == .router, peer.isConnected else { return }
        for page in state.keys.pages { effects.append(.send(.keys(page), to: peer.id)) }
    }

    /// Tells the routers what has changed, each change with the version that it makes.
    func sendKeyChanges(
        _ commands: [CoordinationCommand],
        since version: UInt64,
        _ effects: inout [CoordinatorEffect]
    ) {
        guard state.keys.version > version else { return }
        let changes = commands.compactMap { command -> KeyChange? in
            guard case .changeKey(let change) = command else { return nil }
            return change
        }
        let routers = peers.filter { $0.member.role == .router && $0.isConnected }
        // With one change of several refused, the versions of the others are not at hand.
        guard changes.count == 1, state.keys.version == version + 1 else {
            for router in routers { sendKeys(to: router, &effects) }
            return
        }
        for router in routers {
            effects.append(
                .send(
                    .keyChange(committed(changes[0]), version: state.keys.version),
                    to: router.id
                )
            )
        }
    }

    /// The change with the log time that it got.
    private func committed(_ change: KeyChange) -> KeyChange {
        guard case .create(let key) = change else { return change }
        return .create(state.keys.key(key.key) ?? key)
    }
}
