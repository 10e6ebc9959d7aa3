import Membership
import Testing

@Suite struct CoordinatorSearchTests {
    @Test func coordinatorsAreTriedInTurnAndLaterEachTime() {
        var search = CoordinatorSearch()
        var targets = [search.target(of: 3)]
        var pauses: [UInt64] = []
        for _ in 0..<9 {
            pauses.append(search.lost(seed: 7))
            targets.append(search.target(of: 3))
        }
        #expect(targets == [0, 1, 2, 0, 1, 2, 0, 1, 2, 0])
        for (index, pause) in pauses.enumerated() {
            let step = min(UInt64(5) << UInt64(index), 250)
            #expect((step..<2 * step).contains(pause))
        }
    }

    @Test func whoIsHeardIsMissedForAMomentOnly() {
        var search = CoordinatorSearch()
        for _ in 0..<20 { _ = search.lost(seed: 1) }
        search.heard()
        #expect(search.lost(seed: 1) < 10)
        #expect(search.lost(seed: 1) >= 10)
    }
}
