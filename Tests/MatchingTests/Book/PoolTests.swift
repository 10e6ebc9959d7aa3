import Testing
import Trading

@testable import Matching

@Suite struct PoolTests {
    /// Counts how many of its kind are alive.
    private final class Census {
        var alive = 0
    }

    private struct Citizen: ~Copyable {
        let census: Census
        var name: Int

        init(_ census: Census, _ name: Int) {
            self.census = census
            self.name = name
            census.alive += 1
        }

        deinit { census.alive -= 1 }
    }

    @Test func elementsKeepTheirNumbersWhenThePoolGrows() {
        var pool = Pool<Int>(capacity: 1)
        for number in 0..<1000 { expectEqual(pool.append(number * 3), UInt32(number)) }
        for number in 0..<1000 { expectEqual(pool[UInt32(number)], number * 3) }
        expectEqual(pool.count, 1000)
        expectEqual(pool.capacity >= 1000, true)
        expectEqual(pool.memorySize, Int(pool.capacity) * 8)
    }

    @Test func elementsChangeInPlace() {
        var pool = Pool<BookNode>(repeating: BookNode(), count: 3)
        pool[1].lots = 7
        pool[1].lots -= 2
        expectEqual(pool[1].lots, 5)
        expectEqual(pool[0].lots, 0)
        expectEqual(pool[2].lots, 0)
    }

    @Test func fillAddsElementsAndNeverTakesAny() {
        var pool = Pool<Int>(repeating: 1, count: 2)
        pool.fill(to: 5, with: 9)
        expectEqual((0..<5).map { pool[$0] }, [1, 1, 9, 9, 9])
        pool.fill(to: 3, with: 4)
        expectEqual(pool.count, 5)
        expectEqual(pool.capacity, 5)
    }

    @Test func uncopyableElementsLiveAsLongAsThePool() {
        let census = Census()
        do {
            var pool = Pool<Citizen>(capacity: 0)
            for name in 0..<9 { pool.append(Citizen(census, name)) }
            pool[4].name = 40
            expectEqual(census.alive, 9)
            expectEqual(pool[4].name, 40)
        }
        expectEqual(census.alive, 0)
    }

    @Test func readingBehindTheEndStops() async {
        await #expect(processExitsWith: .failure) {
            let pool = Pool<Int>(repeating: 0, count: 4)
            print(pool[4])
        }
    }

    @Test func writingToMemoryNotYetUsedStops() async {
        await #expect(processExitsWith: .failure) {
            var pool = Pool<Int>(capacity: 4)
            pool[0] = 1
        }
    }

    @Test func nodesAndLevelsAreHalfACacheLineAndEventsAWholeOne() {
        expectEqual(MemoryLayout<BookNode>.stride, 32)
        expectEqual(MemoryLayout<BookLevel>.stride, 32)
        expectEqual(MemoryLayout<BookEvent>.stride, 64)
    }
}
