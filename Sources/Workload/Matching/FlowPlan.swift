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

    /// All that have a name.
    public static let named = [mixed, deep, reduce, multi, small]

    /// The plan of a name.
    ///
    /// - Parameter name: Such as `mixed`.
    /// - Returns: `nil` when there is none.
    public static func named(_ name: String) -> FlowPlan? { named.first { $0.name == name } }
}
