import Testing

@testable import Workload

/// What flows come to in the engines that are measured with them.
@Suite struct ReplayTests {
    private func run<Engine: FlowEngine & ~Copyable>(
        _ type: Engine.Type,
        _ flow: MatchingFlow
    ) -> ReplayRun { MatchingMeasurement.speed(of: type, on: type.prepare(flow)) }

    @Test func bookReproducesSmall() {
        let flow = MatchingFlow.small
        let found = run(BookReplay.self, flow)
        #expect(flow.header.totals.differences(from: found.totals) == [])
        #expect(found.faults == [])
        #expect(found.totals.makerSum == 48_515_686_877)
    }

    @Test(arguments: FlowPlan.briefs)
    func bookReproducesFlowsOfEachKind(plan: FlowPlan) {
        let flow = FlowGenerator.flow(plan)
        let found = run(BookReplay.self, flow)
        #expect(flow.header.totals.differences(from: found.totals) == [])
        #expect(found.faults == [])
        #expect((found.memorySize ?? 0) > 0)
    }

    @Test(arguments: FlowPlan.briefs)
    func yardstickReproducesFlowsOfEachKind(plan: FlowPlan) {
        let flow = FlowGenerator.flow(plan)
        #expect(flow.header.totals.differences(from: run(TextbookBook.self, flow).totals) == [])
    }

    @Test(arguments: FlowPlan.briefs)
    func machineReproducesFlowsOfEachKind(plan: FlowPlan) {
        let flow = FlowGenerator.flow(plan)
        let found = run(MachineReplay.self, flow)
        var expected = flow.header.totals
        // Its public trades do not tell the maker.
        expected.makerSum = 0
        #expect(expected.differences(from: found.totals) == [])
        #expect(found.faults == [])
    }

    @Test func oneLotMoreIsNoticed() {
        var flow = FlowGenerator.flow(.brief("changed"))
        flow.records[10].quantity += 1
        let found = run(BookReplay.self, flow)
        #expect(!flow.header.totals.differences(from: found.totals).isEmpty)
    }

    @Test func makerSumNoticesTheWrongMaker() {
        var one = FlowTotals()
        one.add(maker: 1, price: 100, quantity: 5)
        var other = FlowTotals()
        other.add(maker: 2, price: 100, quantity: 5)
        #expect(one.differences(from: other) == ["maker sum: 10, expected 5"])
        one.makerSum = 0
        #expect(one.differences(from: other) == [], "nobody knows which is right")
    }

    @Test func latencyHasASampleOfEachMessage() {
        let summary = MatchingMeasurement.latency(
            of: BookReplay.self,
            on: FlowGenerator.flow(.brief("latency"))
        )
        #expect(summary.count == 20_000)
        #expect(summary.p50 > 0)
    }
}
