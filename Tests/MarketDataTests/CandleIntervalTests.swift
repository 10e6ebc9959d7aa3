import MarketData
import Testing
import Trading

@Suite struct CandleIntervalTests {
    private static let day: Int64 = 86_400_000_000

    @Test(arguments: CandleInterval.allCases)
    func intervalsFollowOneAnotherWithoutHoles(_ interval: CandleInterval) {
        let first = interval.index(of: Timestamp(microseconds: 1_709_164_800_000_000))
        for index in first..<first + 40 {
            let open = interval.openTime(at: index)
            let close = interval.closeTime(at: index)
            #expect(interval.index(of: open) == index)
            #expect(interval.index(of: close) == index)
            #expect(interval.openTime(at: index + 1).microseconds == close.microseconds + 1)
            #expect(interval.indexOpening(atOrAfter: open) == index)
            #expect(interval.indexOpening(atOrAfter: close) == index + 1)
        }
    }

    @Test(arguments: [
        // Day since 1970, first day of its month, days of the month.
        (0, 0, 31), (58, 31, 28), (11_016, 10_988, 29), (11_017, 11_017, 31), (19_782, 19_754, 29),
        (20_088, 20_058, 31), (20_089, 20_089, 31), (47_540, 47_513, 28),
    ])
    func monthsFollowTheCivilCalendar(_ day: Int64, _ first: Int64, _ length: Int64) {
        let interval = CandleInterval.oneMonth
        let index = interval.index(of: Timestamp(microseconds: day * Self.day + 5))
        #expect(interval.openTime(at: index).microseconds == first * Self.day)
        #expect(interval.closeTime(at: index).microseconds == (first + length) * Self.day - 1)
    }

    @Test func weeksStartOnMonday() {
        let interval = CandleInterval.oneWeek
        // 2024-01-01 was a Monday.
        let monday = Timestamp(microseconds: 1_704_067_200_000_000)
        #expect(interval.openTime(at: interval.index(of: monday)) == monday)
        let sunday = Timestamp(microseconds: monday.microseconds + 7 * Self.day - 1)
        #expect(interval.index(of: sunday) == interval.index(of: monday))
    }

    @Test(arguments: [Int64.min, -1, Int64.max])
    func absurdTimesDoNotTrap(_ microseconds: Int64) {
        for interval in CandleInterval.allCases {
            let index = interval.indexOpening(atOrAfter: Timestamp(microseconds: microseconds))
            #expect(index >= 0)
        }
    }
}
