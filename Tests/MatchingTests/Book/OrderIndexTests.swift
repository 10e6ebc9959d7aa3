import Testing
import Trading

@testable import Matching

@Suite struct OrderIndexTests {
    /// The index with the nodes it asks, against a dictionary.
    private struct Rig: ~Copyable {
        var index: OrderIndex
        var nodes = Pool<BookNode>(repeating: BookNode(), count: 5001)
        var free: [UInt32] = (1...5000).reversed()
        var expected: [Int64: UInt32] = [:]
        var ids: [Int64] = []

        init(reserved: Int) { index = OrderIndex(reserved: reserved) }

        mutating func insert(_ id: Int64) {
            guard let slot = free.popLast() else { return }
            let isNew = expected[id] == nil
            expectEqual(index.insert(id, slot, in: nodes), isNew)
            guard isNew else { return free.append(slot) }
            nodes[slot].id = id
            expected[id] = slot
            ids.append(id)
        }

        mutating func remove(at position: Int) {
            ids.swapAt(position, ids.count - 1)
            guard let id = ids.popLast(), let slot = expected.removeValue(forKey: id) else {
                return
            }
            index.remove(id, slot, in: nodes)
            nodes[slot].id = -1
            free.append(slot)
        }

        func check(_ report: String) throws {
            try requireEqual(Int(index.count), expected.count, "\(report)")
            for (id, slot) in expected {
                try requireEqual(index.find(id, in: nodes), slot, "\(report), id \(id)")
                try requireEqual(
                    index.find(id + 1, in: nodes),
                    expected[id + 1] ?? 0,
                    "\(report), id \(id + 1)"
                )
            }
        }
    }

    /// How ids come: dense, with gaps, all with one home, all over the range.
    private static let patterns: [@Sendable (Int64, inout SeededGenerator) -> Int64] = [
        { step, _ in step },
        { step, random in step * 7 + Int64.random(in: 0...6, using: &random) },
        { step, _ in 1 + step << 36 },
        { _, random in Int64.random(in: 1..<1 << 53, using: &random) },
    ]

    @Test(arguments: BookSeeds.all, 0..<4)
    func agreesWithADictionary(seed: UInt64, pattern: Int) throws {
        var random = SeededGenerator(state: seed)
        var rig = Rig(reserved: 1)
        for step in 1...Int64(3000) {
            if random.chance(60) || rig.ids.isEmpty {
                // Those with one home cost as much as there are.
                if pattern == 2, rig.ids.count > 120 { continue }
                rig.insert(Self.patterns[pattern](step, &random))
            } else if random.chance(20), let id = rig.ids.randomElement(using: &random) {
                rig.insert(id)
            } else {
                rig.remove(at: Int.random(in: 0..<rig.ids.count, using: &random))
            }
            if step % 250 == 0 { try rig.check("CASTLE_SEED=\(seed), step \(step)") }
        }
    }

    @Test func reservedOrdersTakeNoMoreMemory() {
        var rig = Rig(reserved: 4000)
        let size = rig.index.memorySize
        for id in 1...Int64(4000) { rig.insert(id) }
        expectEqual(rig.index.memorySize, size)
        rig.insert(4001)
        expectEqual(rig.index.memorySize > size, true)
        expectEqual(size <= 4000 * 20, true)
    }

    @Test func memoryIsTakenAgainAfterOrdersThatAreGone() {
        var rig = Rig(reserved: 64)
        let size = rig.index.memorySize
        for id in 1...Int64(100_000) {
            rig.insert(id * 3)
            if rig.ids.count > 60 { rig.remove(at: 0) }
        }
        expectEqual(rig.index.memorySize, size)
    }
}
