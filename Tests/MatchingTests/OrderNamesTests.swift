import Accounts
import Testing
import Trading

@testable import Matching

/// The table of names by itself: what growing and forgetting cost with one operation.
@Suite struct OrderNamesTests {
    /// The names in a box, since the test macros copy what they look at.
    final class Names {
        var names = OrderNames()

        func name(_ number: Int) -> OrderName {
            names.name(
                ClientOrderID("n\(number)") ?? .none,
                of: AccountSlot(index: 3),
                in: InstrumentID(1)
            )
        }

        func close(_ number: Int, at microseconds: Int64) {
            names.insertClosed(name(number), terms: 1, at: Timestamp(microseconds: microseconds))
        }

        func expire(at microseconds: Int64) {
            names.expire(at: Timestamp(microseconds: microseconds))
        }

        var closedCount: Int { names.closedCount }
        var movedCount: Int { names.movedCount }
        var times: [Int64] {
            var times: [Int64] = []
            names.visitClosed { times.append($0.time.microseconds) }
            return times
        }
    }

    @Test func noInsertionMovesMoreThanAFewOfTheOthers() {
        let names = Names()
        var (moved, worst) = (0, 0)
        let count = 200_000
        for number in 0..<count {
            names.close(number, at: 0)
            worst = max(worst, names.movedCount - moved)
            moved = names.movedCount
        }
        #expect(names.closedCount == count)
        // One table of 256, none of which has twice its share.
        #expect(worst <= count / 128)
        // Amortised constant all the same.
        #expect(moved <= 2 * count)
    }

    @Test func oneCommandForgetsABoundedNumber() {
        let names = Names()
        for number in 0..<1_000 { names.close(number, at: Int64(number)) }
        let later = OrderNames.microseconds + 500
        var left = 1_000
        while left > 500 {
            names.expire(at: later)
            let now = names.closedCount
            #expect(now == max(left - OrderNames.expiredMax, 500))
            left = now
        }
        names.expire(at: later)
        #expect(names.times == Array(500..<1_000))
    }
}
