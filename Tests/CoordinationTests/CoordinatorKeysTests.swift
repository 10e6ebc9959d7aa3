import Coordination
import Membership
import Testing
import Trading

@Suite struct CoordinatorKeysTests {
    private static let key = APIKey(
        key: String(repeating: "k", count: 64),
        account: AccountID(1),
        material: KeyMaterial([1])
    )

    private func change(
        _ rig: inout Rig,
        _ change: KeyChange
    ) -> OperationRefusal? {
        var refusal: OperationRefusal?
        rig.input { coordinator, _, effects in
            do throws(OperationRefusal) {
                try coordinator.changeKey(change, &effects)
            } catch {
                refusal = error
            }
        }
        return refusal
    }

    @Test func routersAloneAreToldOfAChange() {
        var rig = Rig.running()
        let before = rig.keyMessages.count
        #expect(change(&rig, .create(Self.key)) == nil)
        rig.advance(5)
        #expect(rig.coordinator.state.keys.version == 1)
        let told = rig.keyMessages.dropFirst(before)
        #expect(told.map(\.node) == [NodeID("r1")])
        guard case .keyChange(.create(let key), let version)? = told.first?.message else {
            Issue.record("\(told)")
            return
        }
        #expect(version == 1 && key.createdAt != .zero && key.key == Self.key.key)
        #expect(rig.keyMessages.allSatisfy { $0.node == NodeID("r1") })
    }

    @Test func changeIsKnownOnceEachRouterHasSaidSo() {
        var rig = Rig.running()
        rig.start("r2", role: .router)
        rig.advance(50)
        #expect(change(&rig, .create(Self.key)) == nil)
        rig.advance(5)
        let coordinator = rig.coordinator
        #expect(coordinator.routersLacking(keys: 1) == [NodeID("r1"), NodeID("r2")])
        rig.tell(.keysKnown(version: 1), from: "r1")
        #expect(rig.coordinator.routersLacking(keys: 1) == [NodeID("r2")])
        rig.tell(.keysKnown(version: 1), from: "r2")
        #expect(rig.coordinator.routersLacking(keys: 1).isEmpty)
        // Who is cut off may go by older keys; who is dead does not.
        rig.cut("r2")
        #expect(rig.coordinator.routersLacking(keys: 1) == [NodeID("r2")])
        rig.kill("r2")
        rig.advance(2000)
        #expect(rig.coordinator.routersLacking(keys: 1).isEmpty)
    }

    @Test func routerThatConnectsGetsAllKeysBeforeTheMap() {
        var rig = Rig.running()
        #expect(change(&rig, .create(Self.key)) == nil)
        rig.advance(5)
        rig.start("r2", role: .router)
        guard case .keys(let page)? = rig.keyMessages.last?.message else {
            Issue.record("\(rig.keyMessages)")
            return
        }
        #expect(rig.keyMessages.last?.node == NodeID("r2"))
        #expect(page.version == 1 && page.keys.count == 1)
        #expect(rig.keyMessages.last?.wasBeforeMap == true)
    }

    @Test func successorTellsTheRoutersAnew() {
        var rig = Rig.running()
        #expect(change(&rig, .create(Self.key)) == nil)
        #expect(change(&rig, .revoke("other")) == nil)
        rig.advance(5)
        // Both came in one entry: the table is sent whole.
        guard case .keys(let page)? = rig.keyMessages.last?.message else {
            Issue.record("\(rig.keyMessages)")
            return
        }
        #expect(page.version == 2 && page.revoked == ["other"])
        rig.replaceCoordinator()
        let before = rig.keyMessages.count
        rig.connect("r1")
        #expect(rig.keyMessages.count > before)
        #expect(rig.coordinator.state.keys.version == 2)
    }

    @Test func badChangeIsRefusedWithoutEffect() {
        var rig = Rig.running()
        #expect(change(&rig, .create(Self.key)) == nil)
        rig.advance(5)
        #expect(change(&rig, .create(Self.key))?.code == "BAD_KEY")
        #expect(rig.coordinator.state.keys.version == 1)
        var follower = Rig()
        #expect(change(&follower, .create(Self.key)) == .notLeading)
    }

    @Test func keysSurviveASnapshotAndAreNoPartOfTheMap() throws {
        var state = ClusterState.empty
        let before = state.map
        state.apply(.changeKey(.create(Self.key)), at: Timestamp(microseconds: 5))
        state.apply(.changeKey(.revoke("x")), at: .zero)
        #expect(state.map == before)
        #expect(state.recent.isEmpty)
        #expect(try ClusterState(decoding: state.encoded()) == state)
    }

    @Test func commandsRoundTrip() throws {
        for change in [KeyChange.create(Self.key), .revoke("x")] {
            let command = CoordinationCommand.changeKey(change)
            #expect(try CoordinationCommand(decoding: command.encoded()) == command)
        }
    }
}
