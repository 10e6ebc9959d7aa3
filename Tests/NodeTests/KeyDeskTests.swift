import Configuration
import Coordination
import Membership
import Testing
import Trading

@testable import Node

@Suite struct KeyDeskTests {
    private let accounts = AccountsFile(entries: [
        AccountsFile.Entry(name: "alice", account: 3, apiKey: "file", secret: "s", balances: [:])
    ])
    private let key = APIKey(
        key: String(repeating: "k", count: 64),
        account: AccountID(3),
        material: KeyMaterial([1])
    )

    /// A coordinator with one router, and a change in its state or not.
    private func coordinator(_ change: KeyChange? = nil) -> Coordinator {
        let plan = TopologyPlan(shards: [
            ShardPlan(shard: ShardID(1), pairs: [], replicas: [NodeID("n1")])
        ])
        var coordinator = Coordinator(plan: plan)
        var effects: [CoordinatorEffect] = []
        coordinator.becameLeader(now: 0, &effects)
        let router = Member(
            id: NodeID("g1"),
            role: .router,
            zone: "a",
            address: "h:1",
            pid: 1,
            instance: 1
        )
        coordinator.memberConnected(router, now: 1, &effects)
        if let change {
            coordinator.committed([.changeKey(change)], time: .zero, now: 2, &effects)
        }
        return coordinator
    }

    private func know(_ coordinator: inout Coordinator) {
        var effects: [CoordinatorEffect] = []
        coordinator.received(.keysKnown(version: 1), from: NodeID("g1"), now: 3, &effects)
    }

    @Test func changeIsDoneOnceEveryRouterKnows() {
        let desk = KeyDesk(accounts: accounts)
        var outcomes: [KeyDesk.Outcome] = []
        desk.wait(for: .create(key), now: 0) { outcomes.append($0) }
        desk.follow(coordinator(), now: 1)
        var state = coordinator(.create(key))
        desk.follow(state, now: 2)
        #expect(outcomes.isEmpty)
        know(&state)
        desk.follow(state, now: 3)
        #expect(outcomes == [.done(lacking: [])])
        desk.follow(state, now: 4)
        #expect(outcomes.count == 1)
    }

    @Test func routerThatIsSilentIsNamed() {
        let desk = KeyDesk(accounts: accounts)
        var outcomes: [KeyDesk.Outcome] = []
        desk.wait(for: .revoke("file"), now: 0) { outcomes.append($0) }
        desk.follow(coordinator(.revoke("file")), now: 1)
        #expect(outcomes.isEmpty)
        desk.follow(coordinator(.revoke("file")), now: 1_000_000_001)
        #expect(outcomes == [.done(lacking: [NodeID("g1")])])
    }

    @Test func changeThatNeverCommitsIsUnknown() {
        let desk = KeyDesk(accounts: accounts)
        var outcomes: [KeyDesk.Outcome] = []
        desk.wait(for: .create(key), now: 0) { outcomes.append($0) }
        desk.follow(coordinator(), now: 1_999_999_999)
        #expect(outcomes.isEmpty)
        desk.follow(coordinator(), now: 2_000_000_000)
        #expect(outcomes == [.unknown])
    }

    @Test func accountIsFoundByNameAndNumber() {
        let desk = KeyDesk(accounts: accounts)
        #expect(desk.account("alice") == AccountID(3))
        #expect(desk.account("9") == AccountID(9))
        #expect(desk.account("0") == nil && desk.account("bob") == nil)
        #expect(desk.name(of: AccountID(3)) == "alice")
    }

    @Test func listHasTheKeysOfTheFilesUnlessTheyAreRevoked() {
        let desk = KeyDesk(accounts: accounts)
        #expect(desk.keys(.empty).map(\.key) == ["file"])
        #expect(desk.keys(coordinator(.revoke("file")).state.keys).isEmpty)
        #expect(desk.keys(coordinator(.create(key)).state.keys).count == 2)
    }
}
