import Configuration
import Testing

@testable import Operations

@Suite struct OperatorOrderTests {
    private func isRefused(_ command: OperatorCommand, _ words: String...) -> Bool {
        do throws(ArgumentError) {
            _ = try OperatorOrder(command, words)
            return false
        } catch {
            return true
        }
    }

    @Test func movesNameWhatGoesWhere() throws {
        let role = try OperatorOrder(.move, ["shard:3", "--to", "n2", "--dry-run"])
        #expect(role.target == .lead(shard: 3, node: "n2"))
        #expect(role.isDryRun)
        let pair = try OperatorOrder(.move, ["BTCUSDT", "--to", "shard:2", "--dir", "x"])
        #expect(pair.target == .own(pair: "BTCUSDT", shard: 2))
        #expect(pair.directory == "x" && !pair.isDryRun)
    }

    @Test func movesThatMakeNoSenseAreRefused() {
        #expect(isRefused(.move, "BTCUSDT"))
        #expect(isRefused(.move, "--to", "n1"))
        #expect(isRefused(.move, "BTCUSDT", "--to", "n1"))
        #expect(isRefused(.move, "shard:1", "--to", "shard:2"))
        #expect(isRefused(.move, "shard:x", "--to", "n1"))
        #expect(isRefused(.move, "shard:70000", "--to", "n1"))
        #expect(isRefused(.move, "shard:1", "--to", "n1\"}"))
    }

    @Test func othersTakeAtMostOneName() throws {
        #expect(try OperatorOrder(.drain, ["n1"]).subject == "n1")
        #expect(try OperatorOrder(.halt, ["BTCUSDT", "--cancel-only"]).isCancelOnly)
        #expect(isRefused(.drain))
        #expect(isRefused(.drain, "n1", "n2"))
        #expect(isRefused(.drain, "../n1"))
        #expect(isRefused(.status, "n1"))
        #expect(isRefused(.drain, "n1", "--json"))
    }

    @Test func shardsAreNamedByNumber() throws {
        #expect(try OperatorOrder(.addShard, []).shard == nil)
        #expect(try OperatorOrder(.addShard, ["5", "--dry-run"]).shard == 5)
        #expect(try OperatorOrder(.addShard, ["--json"]).isJSON)
        #expect(try OperatorOrder(.split, ["shard:3"]).shard == 3)
        #expect(isRefused(.addShard, "0"))
        #expect(isRefused(.addShard, "65536"))
        #expect(isRefused(.addShard, "5", "6"))
        #expect(isRefused(.split))
        #expect(isRefused(.split, "BTCUSDT"))
    }

    @Test func aSplitTakesEverySecondPair() {
        #expect(OperatorSession.half(of: ["A", "B", "C", "D", "E"]) == ["B", "D"])
        #expect(OperatorSession.half(of: ["A"]).isEmpty)
    }

    @Test func rebalanceWantsOneOfTwo() throws {
        #expect(try OperatorOrder(.rebalance, ["--plan"]).isDryRun)
        #expect(try !OperatorOrder(.rebalance, ["--apply"]).isDryRun)
        #expect(isRefused(.rebalance))
        #expect(isRefused(.rebalance, "--plan", "--apply"))
    }

    @Test func bodiesLeaveOutWhatIsNotGiven() {
        #expect(OrderBody(dryRun: false).json == "{}")
        #expect(OrderBody(to: "n2", dryRun: true).json == #"{"to":"n2","dryRun":true}"#)
        #expect(OrderBody(shard: 2, dryRun: false).json == #"{"shard":2}"#)
        #expect(OrderBody(phase: "halted", dryRun: false).json == #"{"phase":"halted"}"#)
    }
}

@Suite struct StatusTableTests {
    private let answer = ClusterAnswer(
        leader: "c1",
        mapVersion: 12,
        nodes: [
            .init(
                id: "g1",
                role: "router",
                zone: "a",
                state: "alive",
                draining: false,
                pid: 6,
                url: nil
            ),
            .init(
                id: "n1",
                role: "shard",
                zone: "a",
                state: "alive",
                draining: true,
                pid: 7,
                url: nil
            ),
            .init(
                id: "n2",
                role: "shard",
                zone: "b",
                state: "dead",
                draining: false,
                pid: nil,
                url: nil
            ),
        ],
        shards: [
            .init(
                id: 1,
                epoch: 3,
                primary: "n1",
                serving: true,
                standbys: ["n2"],
                replicas: ["n1", "n2"],
                pairs: ["BTCUSDT", "ETHBTC"],
                logPosition: 90,
                lag: 2
            ),
            .init(
                id: 2,
                epoch: 1,
                primary: nil,
                serving: false,
                standbys: [],
                replicas: ["n2", "n1"],
                pairs: [],
                logPosition: 0,
                lag: nil
            ),
        ],
        moves: [],
        recent: []
    )

    @Test func tablesShowRolesAndTroubles() {
        #expect(
            StatusTable.text(answer) == """
                coordinator c1 leads, map version 12

                NODE  ROLE    ZONE  STATE            LEADS  FOLLOWS  PID
                g1    router  a     alive                            6
                n1    shard   a     alive, draining  1      2        7
                n2    shard   b     dead             -      1,2      -

                SHARD  EPOCH  PRIMARY              STANDBYS  POSITION  LAG  PAIRS
                1      3      n1                   n2        90        2    BTCUSDT ETHBTC
                2      1      nobody, not serving  none      0         -

                """
        )
    }

    @Test func rolesAreCountedFromTheReplicas() {
        let roles = answer.roles(of: "n1")
        #expect(roles.led == [1])
        #expect(roles.followed == [2])
    }
}
