import Testing

@testable import Matching

@Suite struct PriceLadderTests {
    /// The ladder beside a sorted array.
    private struct Rig: ~Copyable {
        var ladder = PriceLadder()
        var keys: [Int64] = []

        static func level(_ key: Int64) -> UInt32 { UInt32(truncatingIfNeeded: key) | 1 << 31 }

        mutating func insert(_ key: Int64) {
            let position = keys.firstIndex { $0 >= key } ?? keys.count
            if position < keys.count, keys[position] == key {
                // What the book does for an order at a level that is there.
                if !ladder.covers(key) { ladder.stray(key) }
                return
            }
            ladder.insert(key, Self.level(key))
            keys.insert(key, at: position)
        }

        mutating func remove(_ key: Int64) {
            guard let position = keys.firstIndex(of: key) else { return }
            ladder.remove(key)
            keys.remove(at: position)
        }

        func check(_ report: String) throws {
            try requireEqual(ladder.best, keys.first.map(Self.level) ?? 0, "\(report)")
            try requireEqual(ladder.bestKey, keys.first ?? Int64.max, "\(report)")
            var walked: [Int64] = []
            var next = ladder.next(after: Int64.min)
            while next.level != 0, walked.count <= keys.count {
                walked.append(next.key)
                try requireEqual(next.level, Self.level(next.key), "\(report)")
                next = ladder.next(after: next.key)
            }
            try requireEqual(walked, keys, "\(report)")
            for key in keys {
                try requireEqual(ladder.find(key), Self.level(key), "\(report), key \(key)")
                let other = keys.contains(key + 1) ? Self.level(key + 1) : 0
                try requireEqual(ladder.find(key + 1), other, "\(report), key \(key + 1)")
                try requireEqual(ladder.next(after: key - 1).key, key, "\(report), key \(key)")
            }
        }
    }

    /// Where keys are drawn: how far around a centre that jumps now and then.
    private static let spreads: [Int64] = [5, 300, 3_000, 100_000, 1 << 50]

    @Test(arguments: BookSeeds.all, spreads)
    func agreesWithASortedArray(seed: UInt64, spread: Int64) throws {
        var random = SeededGenerator(state: seed)
        var rig = Rig()
        var centre: Int64 = -4_000_000
        for step in 1...2000 {
            if random.chance(1) {
                centre += Int64.random(in: -2 * spread...2 * spread, using: &random)
            }
            if random.chance(3) { centre += random.pick([-40, 40]) }
            let key = centre + Int64.random(in: -spread...spread, using: &random)
            if random.chance(55) {
                rig.insert(key)
            } else if random.chance(50), let best = rig.keys.first {
                rig.remove(best)
            } else if let other = rig.keys.randomElement(using: &random) {
                rig.remove(other)
            }
            if step % 100 == 0 {
                try rig.check("CASTLE_SEED=\(seed), spread \(spread), step \(step)")
            }
        }
        while let key = rig.keys.first { rig.remove(key) }
        try rig.check("CASTLE_SEED=\(seed), spread \(spread), empty")
    }

    @Test func bandFollowsTheTouch() throws {
        var rig = Rig()
        for key in Int64(0)..<200 { rig.insert(key) }
        // The market moves by ten bands, level by level.
        for key in Int64(200)..<10_240 {
            rig.insert(key)
            rig.remove(key - 200)
        }
        expectEqual(rig.ladder.width, PriceLadder.widthMin)
        expectEqual(rig.ladder.farCount <= 200 / 4 + 33, true)
        expectEqual(rig.ladder.covers(rig.ladder.bestKey), true)
        try rig.check("up")
        for key in (Int64(-10_240)..<10_040).reversed() {
            rig.insert(key)
            rig.remove(key + 200)
        }
        expectEqual(rig.ladder.covers(rig.ladder.bestKey), true)
        try rig.check("down")
    }

    @Test func bandGrowsWithADeepBookUpToItsLimit() throws {
        var rig = Rig()
        for key in Int64(1)...6_000 { rig.insert(key) }
        expectEqual(rig.ladder.width, 8192)
        // Orders at levels that are there count too.
        for _ in 1...8 { for key in Int64(0)..<3_000 { rig.insert(key * 40) } }
        expectEqual(rig.ladder.width, PriceLadder.widthMax)
        expectEqual(rig.ladder.memorySize < 600_000, true)
        try rig.check("deep")
    }

    @Test func pricesFarAwayMoveNothing() {
        var rig = Rig()
        for key in Int64(1)...100 { rig.insert(key) }
        let before = rig.ladder.memorySize
        for step in Int64(1)...2_000 { rig.insert(step << 40) }
        expectEqual(rig.ladder.width, PriceLadder.widthMin)
        expectEqual(rig.ladder.covers(50), true)
        expectEqual(rig.ladder.farCount, 2_000)
        expectEqual(rig.ladder.memorySize - before < 2_000 * 64, true)
        expectEqual(rig.ladder.next(after: 100).key, 1 << 40)
    }

    @Test func oneFarBetterPriceIsBestAndMovesNothing() {
        var rig = Rig()
        for key in Int64(1)...100 { rig.insert(key) }
        rig.insert(-1 << 50)
        expectEqual(rig.ladder.bestKey, -1 << 50)
        expectEqual(rig.ladder.covers(50), true)
        rig.remove(-1 << 50)
        expectEqual(rig.ladder.bestKey, 1)
    }
}
