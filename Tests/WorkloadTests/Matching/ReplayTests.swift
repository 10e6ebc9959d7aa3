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

    @Test func machineReproducesSmall() {
        let flow = MatchingFlow.small
        let prepared = MachineReplay.prepare(flow)
        let found = MatchingMeasurement.audit(of: MachineReplay.self, on: prepared)
        #expect(flow.header.totals.differences(from: found.totals) == [])
        #expect(found.faults == [])
        #expect(found.totals.makerSum == 48_515_686_877)
    }

    @Test(arguments: FlowPlan.briefs)
    func machineReproducesFlowsOfEachKind(plan: FlowPlan) {
        let flow = FlowGenerator.flow(plan)
        let audited = MatchingMeasurement.audit(
            of: MachineReplay.self,
            on: MachineReplay.prepare(flow)
        )
        #expect(flow.header.totals.makerSum > 0)
        #expect(flow.header.totals.differences(from: audited.totals) == [])
        #expect(audited.faults == [])
        let timed = run(MachineReplay.self, flow)
        #expect(timed.digest == audited.digest)
        var unaudited = flow.header.totals
        unaudited.makerSum = 0
        #expect(unaudited == timed.totals)
        #expect(timed.faults == [])
    }

    @Test(arguments: [(false, UInt64(1 * 5)), (true, UInt64(2 * 5))])
    func machineTellsWhichOfTwoOrdersMadeTheTrade(firstGoesBehind: Bool, makerSum: UInt64) {
        var flow = FlowGenerator.flow(.brief("two"))
        func record(_ kind: FlowRecord.Kind, _ side: UInt8, _ id: UInt64) -> FlowRecord {
            FlowRecord(kind, sideCode: side, symbol: 0, account: 1, id: id, price: 10, quantity: 5)
        }
        flow.records = [record(.add, 1, 1), record(.add, 1, 2)]
        if firstGoesBehind { flow.records.append(record(.replace, 1, 1)) }
        flow.records.append(record(.immediate, 0, 3))
        flow.header.prefillCount = 0
        flow.header.orderIDMax = 3
        let found = MatchingMeasurement.audit(
            of: MachineReplay.self,
            on: MachineReplay.prepare(flow)
        )
        #expect(found.totals.trades == 1)
        #expect(found.totals.makerSum == makerSum)
        #expect(found.faults == [])
    }

    @Test func totalsOfTheOwnBookAreThoseOfTheGenerator() {
        let flow = FlowGenerator.flow(.brief("own", mix: .withReduces))
        #expect(MachinePreparation.totals(of: flow) == flow.header.totals)
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
