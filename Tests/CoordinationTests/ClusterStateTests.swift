import Coordination
import Membership
import Testing
import Trading
import Wire

@Suite struct ClusterStateTests {
    static func member(_ name: String, instance: UInt64 = 1) -> Member {
        Member(
            id: NodeID(name),
            role: .node,
            zone: "a",
            address: "\(name):1",
            pid: 7,
            instance: instance
        )
    }

    static func assign(
        epoch: UInt64,
        primary: String?,
        instance: UInt64 = 1,
        standbys: [String] = []
    ) -> CoordinationCommand {
        .assign(
            shard: ShardID(1),
            epoch: Epoch(epoch),
            primary: primary.map { NodeID($0) },
            instance: instance,
            standbys: standbys.map { NodeID($0) },
            why: "test"
        )
    }

    /// A bootstrapped state with n1 as primary and n2 as standby of shard 1.
    static func assigned() -> ClusterState {
        var state = ClusterState.empty
        let commands: [CoordinationCommand] = [
            .bootstrap(Rig.plan), .register(member("n1")), .register(member("n2")),
            assign(epoch: 1, primary: "n1", standbys: ["n2"]),
        ]
        for command in commands { state.apply(command, at: Timestamp(microseconds: 5)) }
        return state
    }

    @Test func bootstrapHappensOnce() {
        var state = Self.assigned()
        let before = state
        state.apply(.bootstrap(TopologyPlan(shards: [])), at: .zero)
        #expect(state == before)
        #expect(state.replicas(of: ShardID(1)).map(\.rawValue) == ["n1", "n2", "n3"])
    }

    @Test func versionRisesWithEachChange() {
        #expect(Self.assigned().map.version == 4)
    }

    @Test(arguments: [
        assign(epoch: 1, primary: "n2"),  // Same term, another primary.
        assign(epoch: 1, primary: "n1", instance: 2, standbys: ["n2"]),  // Another process.
        assign(epoch: 3, primary: "n2"),  // A term is skipped.
        assign(epoch: 0, primary: nil),  // An old term.
        assign(epoch: 2, primary: "n2", standbys: ["n2"]),  // Both roles at once.
        assign(epoch: 2, primary: "n2", standbys: ["n1", "n1"]),
        assign(epoch: 2, primary: "n9"),  // No replica.
        assign(epoch: 1, primary: "n1", standbys: ["n2"]),  // No change.
    ])
    func unfitAssignmentIsRefused(_ command: CoordinationCommand) {
        var state = Self.assigned()
        let before = state
        state.apply(command, at: .zero)
        #expect(state == before)
    }

    @Test(arguments: [
        assign(epoch: 2, primary: "n2", standbys: ["n1"]),
        assign(epoch: 2, primary: nil),
        assign(epoch: 1, primary: "n1", standbys: ["n3", "n2"]),
    ])
    func fitAssignmentIsTakenOnce(_ command: CoordinationCommand) {
        var state = Self.assigned()
        state.apply(command, at: .zero)
        #expect(state.map.version == 5)
        state.apply(command, at: .zero)
        #expect(state.map.version == 5)
    }

    @Test func registrationReplacesTheOlderProcess() {
        var state = Self.assigned()
        state.apply(.register(Self.member("n1", instance: 2)), at: .zero)
        #expect(state.map.member(NodeID("n1"))?.instance == 2)
        #expect(state.map.members.count == 2)
        let before = state
        state.apply(.register(Self.member("n1", instance: 2)), at: .zero)
        #expect(state == before)
    }

    @Test func departureRemovesTheStandby() {
        var state = Self.assigned()
        state.apply(.depart(NodeID("n2"), instance: 9, why: "old news"), at: .zero)
        #expect(state.map.version == 4)
        state.apply(.depart(NodeID("n2"), instance: 1, why: "gone"), at: .zero)
        #expect(state.map.assignment(ShardID(1))?.standbys == [])
        #expect(state.map.member(NodeID("n2")) == nil)
        #expect(state.departed.map(\.id) == [NodeID("n2")])
        state.apply(.register(Self.member("n2")), at: .zero)
        #expect(state.departed == [])
    }

    @Test func eventsAndTextsAreBounded() {
        var state = Self.assigned()
        let long = String(repeating: "x", count: 1000)
        for round in 0..<150 {
            state.apply(.register(Self.member("n1", instance: UInt64(10 + round))), at: .zero)
        }
        state.apply(.depart(NodeID("n2"), instance: 1, why: long), at: .zero)
        #expect(state.recent.count == ClusterState.eventCountMax)
        #expect(state.recent.last?.why.utf8.count == ClusterState.textSizeMax)
    }

    @Test func departedMembersMakeRoom() {
        var state = ClusterState.empty
        for number in 0..<(ClusterState.memberCountMax + 10) {
            let member = Self.member("r\(number)")
            state.apply(.register(member), at: .zero)
            if number < 5 { state.apply(.depart(member.id, instance: 1, why: ""), at: .zero) }
        }
        #expect(state.map.members.count == ClusterState.memberCountMax)
        #expect(state.departed.isEmpty)
    }

    @Test func snapshotRoundTrips() throws {
        var state = Self.assigned()
        state.apply(.depart(NodeID("n2"), instance: 1, why: "gone"), at: .zero)
        let copy = try ClusterState(decoding: state.encoded())
        #expect(copy == state)
        #expect(copy.digest == state.digest)
        #expect(copy.digest != Self.assigned().digest)
        var bytes = state.encoded()
        bytes[0] = 9
        #expect(throws: DecodeError.unsupportedVersion(9)) { try ClusterState(decoding: bytes) }
    }

    @Test func snapshotOfTheVersionBeforeIsRead() throws {
        let state = Self.assigned()
        var bytes = state.encoded()
        // Version 3 ended before the keys, of which there were none.
        bytes[0] = 3
        bytes.removeLast(16)
        #expect(try ClusterState(decoding: bytes) == state)
        // Version 1 ended before drained nodes, generations and moves, of which there were none.
        bytes[0] = 1
        bytes.removeLast(12)
        #expect(try ClusterState(decoding: bytes) == state)
    }

    @Test func pairChangesItsShardWhenItsMoveIsSettled() throws {
        var state = Self.assigned()
        let (source, destination) = (state.map.shards[0].shard, state.map.shards[1].shard)
        let symbol = state.map.shards[0].pairs[0]
        let begin = CoordinationCommand.beginMove(
            symbol: symbol,
            instrument: InstrumentID(0),
            source: source,
            destination: destination,
            why: "test"
        )
        state.apply(begin, at: .zero)
        state.apply(begin, at: .zero)
        #expect(state.moves.map(\.generation) == [1])
        #expect(state.map.owner(of: symbol)?.shard == source)
        #expect(state.map.generation(of: symbol) == 0)
        state.apply(.settleMove(symbol: symbol, generation: 2, isDone: true), at: .zero)
        #expect(state.map.owner(of: symbol)?.shard == source, "another attempt")
        state.apply(.settleMove(symbol: symbol, generation: 1, isDone: true), at: .zero)
        state.apply(.settleMove(symbol: symbol, generation: 1, isDone: false), at: .zero)
        #expect(state.map.owner(of: symbol)?.shard == destination)
        #expect(state.map.generation(of: symbol) == 1)
        #expect(try ClusterState(decoding: state.encoded()) == state)
        state.apply(.endMove(symbol: symbol, generation: 1), at: .zero)
        #expect(state.moves.isEmpty)
    }

    @Test func moveThatIsGivenUpRaisesTheGenerationAllTheSame() {
        var state = Self.assigned()
        let symbol = state.map.shards[0].pairs[0]
        let begin = CoordinationCommand.beginMove(
            symbol: symbol,
            instrument: InstrumentID(0),
            source: state.map.shards[0].shard,
            destination: state.map.shards[1].shard,
            why: "test"
        )
        state.apply(begin, at: .zero)
        state.apply(.settleMove(symbol: symbol, generation: 1, isDone: false), at: .zero)
        #expect(state.moves.isEmpty)
        #expect(state.map.owner(of: symbol)?.shard == state.map.shards[0].shard)
        #expect(state.map.generation(of: symbol) == 1)
        state.apply(begin, at: .zero)
        #expect(state.moves.map(\.generation) == [2])
    }

    @Test func attemptThatFailedIsFollowedByAnother() throws {
        var state = Self.assigned()
        let (source, destination) = (state.map.shards[0].shard, state.map.shards[1].shard)
        let symbol = state.map.shards[0].pairs[0]
        func fail(_ generation: UInt32, isLast: Bool = false) -> CoordinationCommand {
            .failMove(symbol: symbol, generation: generation, isLast: isLast, why: "no answer")
        }
        state.apply(
            .beginMove(
                symbol: symbol,
                instrument: InstrumentID(0),
                source: source,
                destination: destination,
                why: "test"
            ),
            at: .zero
        )
        state.apply(fail(1), at: .zero)
        #expect(state.moves.map(\.generation) == [2])
        #expect(state.moves.map(\.attempt) == [2])
        #expect(state.map.generation(of: symbol) == 1)
        #expect(try ClusterState(decoding: state.encoded()) == state)
        // Late, of the attempt before.
        state.apply(fail(1, isLast: true), at: .zero)
        #expect(state.moves.map(\.attempt) == [2])
        state.apply(fail(2, isLast: true), at: .zero)
        #expect(state.moves.isEmpty)
        #expect(state.map.generation(of: symbol) == 2)
        #expect(state.map.owner(of: symbol)?.shard == source)
        #expect(state.recent.last?.what == "\(symbol) stays on shard \(source)")
        #expect(state.recent.last?.why == "given up after 2 attempts: no answer")
    }

    @Test func moveThatHasSettledDoesNotFail() {
        var state = Self.assigned()
        let symbol = state.map.shards[0].pairs[0]
        state.apply(
            .beginMove(
                symbol: symbol,
                instrument: InstrumentID(0),
                source: state.map.shards[0].shard,
                destination: state.map.shards[1].shard,
                why: "test"
            ),
            at: .zero
        )
        state.apply(.settleMove(symbol: symbol, generation: 1, isDone: true), at: .zero)
        let before = state
        let late = CoordinationCommand.failMove(
            symbol: symbol,
            generation: 1,
            isLast: false,
            why: ""
        )
        state.apply(late, at: .zero)
        #expect(state == before)
    }

    @Test func drainIsRememberedInOrderAndInSnapshots() throws {
        var state = Self.assigned()
        for name in ["n2", "n1", "n9", "n1"] {
            state.apply(.drain(NodeID(name), isOn: true), at: .zero)
        }
        #expect(state.draining.map(\.rawValue) == ["n1", "n2"], "n9 was never seen")
        #expect(try ClusterState(decoding: state.encoded()) == state)
        state.apply(.drain(NodeID("n1"), isOn: false), at: .zero)
        #expect(state.draining.map(\.rawValue) == ["n2"])
    }

    @Test func placementKeepsThePrimaryAndDropsStandbysThatLeave() {
        var state = Self.assigned()
        let shard = ShardID(1)
        func place(_ names: [String]) {
            let replicas = names.map { NodeID($0) }
            state.apply(.place(shard: shard, replicas: replicas, why: "test"), at: .zero)
        }
        let before = state
        for wrong in [["n2", "n3"], [], ["n1", "n1"], ["n1", ""], ["n1", "n2", "n3"]] {
            place(wrong)
            #expect(state == before, "\(wrong)")
        }
        place(["n1", "n4"])
        #expect(state.replicas(of: shard).map(\.rawValue) == ["n1", "n4"])
        #expect(state.map.shards[0].standbys.isEmpty)
        #expect(state.map.version == before.map.version + 1)
    }

    @Test(arguments: [
        (TopologyPlan(shards: [ShardPlan(shard: ShardID(0), pairs: [], replicas: [NodeID("a")])])),
        (TopologyPlan(shards: [ShardPlan(shard: ShardID(1), pairs: [], replicas: [])])),
        (TopologyPlan(shards: [
            ShardPlan(shard: ShardID(1), pairs: [], replicas: [NodeID("a"), NodeID("a")])
        ])),
        (TopologyPlan(shards: [
            ShardPlan(shard: ShardID(1), pairs: ["X"], replicas: [NodeID("a")]),
            ShardPlan(shard: ShardID(2), pairs: ["X"], replicas: [NodeID("a")]),
        ])),
    ])
    func defectivePlanIsIgnored(_ plan: TopologyPlan) {
        #expect(plan.defect != nil)
        var state = ClusterState.empty
        state.apply(.bootstrap(plan), at: .zero)
        #expect(state == .empty)
    }
}

@Suite struct CoordinationCommandTests {
    static let all: [CoordinationCommand] = [
        .bootstrap(Rig.plan),
        .register(ClusterStateTests.member("n1")),
        ClusterStateTests.assign(epoch: 3, primary: "n1", standbys: ["n2", "n3"]),
        ClusterStateTests.assign(epoch: 4, primary: nil, instance: 0),
        .depart(NodeID("n1"), instance: 5, why: "gone"),
        .place(shard: ShardID(1), replicas: [NodeID("n1"), NodeID("n4")], why: "n4 follows"),
        .drain(NodeID("n1"), isOn: true),
    ]

    @Test(arguments: all) func roundTrips(_ command: CoordinationCommand) throws {
        let bytes = command.encoded()
        #expect(try CoordinationCommand(decoding: bytes) == command)
        for size in 0..<bytes.count {
            #expect(throws: DecodeError.self) {
                try CoordinationCommand(decoding: Array(bytes[..<size]))
            }
        }
    }

    @Test func bytesAreStable() {
        let bytes = ClusterStateTests.assign(epoch: 3, primary: "n1", standbys: ["n2"]).encoded()
        let golden: [UInt8] =
            [2, 1, 0, 3, 0, 0, 0, 0, 0, 0, 0]
            + [2, 0, 0, 0, 0x6e, 0x31, 1, 0, 0, 0, 0, 0, 0, 0]
            + [1, 0, 0, 0, 2, 0, 0, 0, 0x6e, 0x32]
            + [4, 0, 0, 0, 0x74, 0x65, 0x73, 0x74]
        #expect(bytes == golden)
    }

    @Test func randomBytesNeverTrap() {
        var generator = SplitMix(state: 1)
        for _ in 0..<20_000 {
            var bytes = Self.all[Int(generator.next() % 7)].encoded()
            bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
                truncatingIfNeeded: generator.next()
            )
            // Either outcome is right; a trap is not.
            _ = try? CoordinationCommand(decoding: bytes)
        }
    }
}

/// A small seeded generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
