/// What a generated flow is like; the same plan gives the same bytes on every machine.
public struct FlowPlan: Equatable, Sendable {
    /// Shares of the kinds of messages in per mille; they add to 1000.
    public struct Mix: Equatable, Sendable {
        var add: UInt32 = 300
        var cancel: UInt32 = 200
        var replace: UInt32 = 400
        var immediate: UInt32 = 70
        var market: UInt32 = 30
        var reduce: UInt32 = 0

        static let withReduces = Mix(
            add: 300,
            cancel: 150,
            replace: 150,
            immediate: 70,
            market: 30,
            reduce: 300
        )

        var sum: UInt32 { add + cancel + replace + immediate + market + reduce }
    }

    /// For reports.
    public var name: String
    /// Chooses the flow.
    public var seed: UInt64
    /// Orders the book is filled with and kept near, all pairs together.
    public var restingCount: UInt32 = 100_000
    /// Messages after the filling.
    public var measuredCount: UInt32 = 5_000_000
    /// Price levels a side that get orders.
    public var depth: UInt32 = 500
    /// Number of pairs.
    public var symbolCount: UInt32 = 1
    /// Number of accounts.
    public var accountCount: UInt32 = 1000
    /// Kinds of messages.
    public var mix = Mix()
    /// Cancels in per mille that aim at an order that is gone.
    public var lateCancels: UInt32 = 5
    /// Price in ticks that the market starts at; twice that bounds all prices.
    public var middle: UInt32 = 50_000
    /// How far in ticks the market walks from there.
    public var wander: UInt32 = 2000

    /// Why no flow can be made of the plan, or `nil` when one can.
    public var defect: String? {
        if mix.sum != 1000 { return "the mix must add to 1000" }
        if UInt64(wander) + 2 * UInt64(depth) + 16 > UInt64(middle) {
            return "the middle is too low for depth and wander"
        }
        if symbolCount == 0 || symbolCount > 65_536 || accountCount == 0 || middle > 1 << 29 {
            return "pairs, accounts or prices are out of range"
        }
        return nil
    }
}

extension FlowPlan {
    /// One pair, about 98,000 orders on 1,170 levels.
    public static let mixed = FlowPlan(name: "mixed", seed: 20_240_601)

    /// One pair, about a million orders on 20,000 levels.
    public static let deep = FlowPlan(
        name: "deep",
        seed: 20_240_602,
        restingCount: 1_000_000,
        depth: 10_000,
        middle: 100_000,
        wander: 20_000
    )

    /// As `mixed`, with quantities taken off in place.
    public static let reduce = FlowPlan(name: "reduce", seed: 20_240_603, mix: .withReduces)

    /// 64 pairs.
    public static let multi = FlowPlan(
        name: "multi",
        seed: 20_240_604,
        restingCount: 128_000,
        symbolCount: 64,
        middle: 20_000
    )

    /// For tests.
    public static let small = FlowPlan(
        name: "small",
        seed: 20_240_605,
        restingCount: 2000,
        measuredCount: 200_000
    )

    /// Parts of the large flows, short enough to count instructions under valgrind.
    static let parts = [
        mixed.part("mixed-part", restingCount: 50_000),
        deep.part("deep-part", restingCount: 100_000),
        reduce.part("reduce-part", restingCount: 50_000),
        multi.part("multi-part", restingCount: 25_600),
    ]

    /// All that have a name.
    public static let named = [mixed, deep, reduce, multi, small] + parts

    private func part(_ name: String, restingCount: UInt32) -> FlowPlan {
        var plan = self
        plan.name = name
        plan.restingCount = restingCount
        plan.measuredCount = 50_000
        return plan
    }

    /// The plan of a name.
    ///
    /// - Parameter name: Such as `mixed`.
    /// - Returns: `nil` when there is none.
    public static func named(_ name: String) -> FlowPlan? { named.first { $0.name == name } }
}

extension FlowHeader {
    /// Maker sums of the flows that have a name, which no file tells: by seed and records.
    private static let makerSums: [(seed: UInt64, recordCount: UInt64, sum: UInt64)] = [
        (20_240_601, 5_100_000, 44_544_504_986_861), (20_240_602, 6_000_000, 45_837_545_525_739),
        (20_240_603, 5_100_000, 40_954_121_444_872), (20_240_604, 5_128_000, 30_991_451_440_449),
        (20_240_605, 202_000, 48_515_686_877),
    ]

    /// The maker sum that was published for this flow; 0 for one that is not known.
    var publishedMakerSum: UInt64 {
        Self.makerSums.first { $0.seed == seed && $0.recordCount == recordCount }?.sum ?? 0
    }
}
