import TLS
import Testing

@testable import Workload

@Suite struct FlowGeneratorTests {
    /// Of the file `small.oflw` that the format's own generator writes, whose SHA-256 is
    /// 22024fff…6a782acc, under the key `oflw`:
    /// `openssl dgst -sha256 -hmac oflw small.oflw`.
    private static let smallCode =
        "e1b80bffb57fa0ecc37791dbd01f89a2a7c84c537b4e9dcd4b8d6f40e2e4beb0"

    @Test func smallHasTheBytesOfTheFormat() {
        let flow = MatchingFlow.small
        let bytes = flow.header.bytes + flow.records.withUnsafeBytes { Array($0) }
        #expect(bytes.count == 6_464_128)
        #expect(HMACSHA256(key: Array("oflw".utf8)).hexDigest(bytes) == Self.smallCode)
    }

    @Test func smallHasTheTotalsOfTheFormat() {
        let header = MatchingFlow.small.header
        #expect(header.prefillCount == 2000)
        #expect(header.recordCount == 202_000)
        #expect(header.priceMin == 1)
        #expect(header.priceMax == 99_999)
        #expect(header.totals.trades == 34_596)
        #expect(header.totals.quantity == 1_279_571)
        #expect(header.totals.notional == 63_926_668_542)
        #expect(header.totals.restingOrders == 1987)
        #expect(header.totals.restingQuantity == 160_966)
        #expect(header.totals.makerSum == 48_515_686_877)
        #expect(header.publishedMakerSum == header.totals.makerSum)
    }

    @Test func seedChoosesTheFlow() {
        let plan = FlowPlan.brief("one")
        var other = plan
        other.seed += 1
        #expect(FlowGenerator.flow(plan).records == FlowGenerator.flow(plan).records)
        #expect(FlowGenerator.flow(plan).records != FlowGenerator.flow(other).records)
    }

    @Test func everyRecordCanStandInAFlow() {
        for plan in FlowPlan.briefs {
            let flow = FlowGenerator.flow(plan)
            var kinds: Set<FlowRecord.Kind> = []
            for (index, record) in flow.records.enumerated() {
                let isPrefill = index < flow.prefillCount
                let defect = record.defect(header: flow.header, isPrefill: isPrefill)
                #expect(defect == nil, "\(plan.name), record \(index)")
                if let kind = record.kind { kinds.insert(kind) }
            }
            #expect(kinds.count == (plan.mix.reduce > 0 ? 6 : 5), "\(plan.name)")
        }
    }

    @Test func symbolsAreAllUsed() {
        let flow = FlowGenerator.flow(.brief("four", symbolCount: 4))
        #expect(Set(flow.records.map(\.symbol)) == [0, 1, 2, 3])
    }

    @Test(arguments: FlowPlan.named)
    func namedPlansAreSound(plan: FlowPlan) {
        #expect(plan.defect == nil)
    }

    @Test func unsoundPlansSayWhy() {
        var shallow = FlowPlan.small
        shallow.middle = 100
        var mixed = FlowPlan.small
        mixed.mix.add += 1
        var empty = FlowPlan.small
        empty.symbolCount = 0
        #expect(shallow.defect?.contains("middle") == true)
        #expect(mixed.defect?.contains("1000") == true)
        #expect(empty.defect != nil)
    }
}

extension MatchingFlow {
    /// Made once: it takes seconds in a debug build.
    static let small = FlowGenerator.flow(FlowPlan.small)
}

extension FlowPlan {
    /// Short enough for tests in debug builds.
    static func brief(
        _ name: String,
        symbolCount: UInt32 = 1,
        mix: Mix = Mix(),
        depth: UInt32 = 500
    ) -> FlowPlan {
        FlowPlan(
            name: name,
            seed: 11,
            restingCount: 1000 * symbolCount,
            measuredCount: 20_000,
            depth: depth,
            symbolCount: symbolCount,
            mix: mix,
            middle: 20_000
        )
    }

    /// One like each named flow.
    static let briefs = [
        brief("mixed"), brief("multi", symbolCount: 4), brief("reduce", mix: .withReduces),
        brief("deep", depth: 8000),
    ]
}
