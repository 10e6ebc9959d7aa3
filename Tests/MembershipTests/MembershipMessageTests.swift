import Membership
import Testing
import Trading
import Wire

@Suite struct MembershipMessageTests {
    static let member = Member(
        id: NodeID("n1"),
        role: .router,
        zone: "a",
        address: "h:1",
        pid: 258,
        instance: 9
    )

    static let map = ShardMap(
        version: 5,
        members: [member],
        shards: [
            ShardAssignment(
                shard: ShardID(1),
                epoch: Epoch(2),
                primary: NodeID("n1"),
                primaryInstance: 9,
                standbys: [NodeID("n2")],
                pairs: ["BTCUSDT", "ETHUSDT"]
            ),
            ShardAssignment(
                shard: ShardID(2),
                epoch: Epoch(0),
                primary: nil,
                primaryInstance: 0,
                standbys: [],
                pairs: []
            ),
        ]
    )

    static let status = ReplicaStatus(
        shard: ShardID(1),
        epoch: Epoch(2),
        isPrimary: true,
        position: SequenceNumber(3),
        isCaughtUp: false,
        logSilenceMilliseconds: 300
    )

    static let all: [MembershipMessage] = [
        .hello(member),
        .status(
            [status],
            observations: [Observation(node: NodeID("n2"), silenceMilliseconds: .max)]
        ),
        .status([], observations: []),
        .map(map),
        .map(.empty),
        .heartbeat,
        .load(LoadReport(processor: 250, shards: [])),
        .load(
            LoadReport(
                processor: 1000,
                shards: [
                    ShardLoad(
                        shard: ShardID(2),
                        commands: 900,
                        queueDepth: 3,
                        pairs: [PairLoad(symbol: "AB", commands: 7)]
                    )
                ]
            )
        ),
        .keys(
            KeyPage(
                version: 3,
                isFirst: true,
                isLast: false,
                keys: [KeyTableTests.key(1)],
                revoked: ["x"]
            )
        ),
        .keyChange(.create(KeyTableTests.key(2)), version: 4),
        .keyChange(.revoke("x"), version: 5),
        .keysKnown(version: 5),
    ]

    static func word(_ value: UInt8) -> [UInt8] { [value, 0, 0, 0, 0, 0, 0, 0] }

    static func text(_ text: String) -> [UInt8] {
        [UInt8(text.utf8.count), 0, 0, 0] + Array(text.utf8)
    }

    @Test(arguments: all) func roundTrips(_ message: MembershipMessage) throws {
        let bytes = message.encoded()
        #expect(try MembershipMessage(decoding: bytes) == message)
        #expect(throws: DecodeError.trailingBytes(1)) {
            try MembershipMessage(decoding: bytes + [0])
        }
        for size in 0..<bytes.count {
            #expect(throws: DecodeError.self) {
                try MembershipMessage(decoding: Array(bytes[..<size]))
            }
        }
    }

    @Test func helloBytesAreStable() {
        let golden: [UInt8] =
            [0] + Self.text("n1") + [1] + Self.text("a") + Self.text("h:1") + [2, 1, 0, 0]
            + Self.word(9)
        #expect(Self.all[0].encoded() == golden)
    }

    @Test func statusBytesAreStable() {
        let golden: [UInt8] =
            [1] + [1, 0, 0, 0] + [1, 0] + Self.word(2) + [1] + Self.word(3) + [0]
            + [44, 1, 0, 0] + [1, 0, 0, 0] + Self.text("n2") + [255, 255, 255, 255]
        #expect(Self.all[1].encoded() == golden)
    }

    @Test func mapBytesAreStable() {
        let member = Array(Self.all[0].encoded().dropFirst())
        let first: [UInt8] =
            [1, 0] + Self.word(2) + Self.text("n1") + Self.word(9) + [1, 0, 0, 0] + Self.text("n2")
            + [2, 0, 0, 0] + Self.text("BTCUSDT") + Self.text("ETHUSDT")
        let second: [UInt8] =
            [2, 0] + Self.word(0) + Self.text("") + Self.word(0) + Self.word(0)
        let golden: [UInt8] =
            [2] + Self.word(5) + [1, 0, 0, 0] + member + [2, 0, 0, 0] + first + second
            + [0, 0, 0, 0]
        #expect(Self.all[3].encoded() == golden)
    }

    @Test func loadBytesAreStable() {
        let golden: [UInt8] =
            [4, 0xe8, 3, 0, 0, 1, 0, 0, 0] + [2, 0, 0x84, 3, 0, 0, 3, 0, 0, 0]
            + [1, 0, 0, 0] + Self.text("AB") + [7, 0, 0, 0]
        #expect(Self.all[7].encoded() == golden)
    }

    @Test func unknownKindsAndRolesThrow() {
        #expect(throws: DecodeError.badValue(field: "MembershipMessage", at: 0)) {
            try MembershipMessage(decoding: [9])
        }
        var bytes = Self.all[0].encoded()
        bytes[7] = 2
        #expect(throws: DecodeError.badValue(field: "MemberRole", at: 7)) {
            try MembershipMessage(decoding: bytes)
        }
    }

    @Test func damagedBytesNeverTrap() {
        // A linear congruential walk is random enough to damage every field.
        var state: UInt64 = 1
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for round in 0..<20_000 {
            var bytes = Self.all[round % Self.all.count].encoded()
            for _ in 0..<3 {
                bytes[Int(next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: next())
            }
            // Either outcome is right; a trap is not.
            _ = try? MembershipMessage(decoding: bytes)
        }
    }

    @Test func mapAnswersByNameAndPair() {
        #expect(Self.map.member(NodeID("n1")) == Self.member)
        #expect(Self.map.member(NodeID("n2")) == nil)
        #expect(Self.map.assignment(ShardID(2))?.primary == nil)
        #expect(Self.map.owner(of: "ETHUSDT")?.shard == ShardID(1))
        #expect(Self.map.owner(of: "XRPUSDT") == nil)
    }
}
