import Configuration
import Membership
import Trading
import Testing

@testable import Node

/// Whose word the coordinator takes.
@Suite struct MemberStreamsTests {
    private let plan = ClusterPlan(
        clusterID: "0123456789abcdef",
        tls: nil,
        durability: .always,
        redis: [],
        coordinators: [],
        nodes: [ClusterPlan.Endpoint(id: "n1", zone: "a", host: "127.0.0.1", port: 1)],
        routers: [ClusterPlan.Endpoint(id: "g1", zone: "b", host: "127.0.0.1", port: 2)],
        edge: ClusterPlan.Endpoint(id: "e1", zone: "", host: "127.0.0.1", port: 3),
        shards: [],
        instruments: "",
        limits: "",
        accounts: "",
        directory: ""
    )

    private func member(
        _ id: String,
        _ role: MemberRole,
        zone: String = "a",
        address: String = "127.0.0.1:1"
    ) -> Member {
        Member(id: NodeID(id), role: role, zone: zone, address: address, pid: 1, instance: 7)
    }

    @Test func membersOfThePlanAreBelieved() {
        let members = MemberStreams(plan: plan)
        #expect(members.mismatch(of: member("n1", .node)) == nil)
        let router = member("g1", .router, zone: "b", address: "127.0.0.1:2")
        #expect(members.mismatch(of: router) == nil)
    }

    @Test func theFileOfThePlanLetsMembersJoin() {
        var file = plan
        var reads = 0
        let members = MemberStreams(plan: plan) {
            reads += 1
            return file
        }
        let joining = member("n2", .node, zone: "c", address: "127.0.0.1:4")
        let second: UInt64 = 1_000_000_000
        #expect(members.refusal(of: joining, on: nil, now: second) != nil)
        file.nodes.append(.init(id: "n2", zone: "c", host: "127.0.0.1", port: 4))
        #expect(members.refusal(of: joining, on: nil, now: second + 1) != nil, "read just now")
        #expect(members.refusal(of: joining, on: nil, now: 2 * second) == nil)
        #expect(reads == 2)
        // Who is known needs no look into the file.
        #expect(members.refusal(of: member("n1", .node), on: nil, now: 9 * second) == nil)
        #expect(reads == 2)
    }

    @Test func theFileOfAnotherClusterLetsNobodyJoin() {
        var file = plan
        file.clusterID = "fedcba9876543210"
        file.nodes.append(.init(id: "n2", zone: "c", host: "127.0.0.1", port: 4))
        let members = MemberStreams(plan: plan) { [file] in file }
        let joining = member("n2", .node, zone: "c", address: "127.0.0.1:4")
        #expect(members.refusal(of: joining, on: nil, now: 1_000_000_000) != nil)
    }

    @Test func strangersAreNot() {
        let members = MemberStreams(plan: plan)
        let strangers = [
            member("n2", .node), member("", .node), member("n1", .router), member("e1", .node),
            member("n1", .node, zone: "b"), member("n1", .node, address: "10.0.0.1:1"),
            member(String(repeating: "n", count: 100_000), .node),
        ]
        for stranger in strangers { #expect(members.mismatch(of: stranger) != nil) }
    }
}
