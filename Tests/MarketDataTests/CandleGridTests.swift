import Testing
import Trading

@testable import MarketData

@Suite struct CandleGridTests {
    private static let hour: Int64 = 3_600_000_000

    @Test(arguments: [CandleInterval.oneDay, .threeDays, .oneWeek, .oneMonth, .fourHours])
    func candlesOfAZoneFollowOneAnother(interval: CandleInterval) {
        let grid = CandleGrid(interval, offset: 8 * Self.hour)
        let first = grid.index(of: Timestamp(microseconds: 1_709_164_800_000_000))
        for index in first..<first + 40 {
            let (open, close) = (grid.openTime(at: index), grid.closeTime(at: index))
            #expect(grid.index(of: open) == index)
            #expect(grid.index(of: close) == index)
            #expect(grid.openTime(at: index + 1).microseconds == close.microseconds + 1)
            #expect(grid.indexOpening(atOrAfter: open) == index)
            #expect(grid.indexOpening(atOrAfter: close) == index + 1)
        }
    }

    @Test func dayBeginsAtMidnightOfTheZone() {
        // 2024-01-01 00:00 UTC.
        let noon = Timestamp(microseconds: 1_704_067_200_000_000 + 12 * Self.hour)
        let east = CandleGrid(.oneDay, offset: 8 * Self.hour)
        let open = east.openTime(at: east.index(of: noon)).microseconds
        #expect(open == 1_704_067_200_000_000 - 8 * Self.hour)
        let west = CandleGrid(.oneDay, offset: -5 * Self.hour)
        let other = west.openTime(at: west.index(of: noon)).microseconds
        #expect(other == 1_704_067_200_000_000 + 5 * Self.hour)
    }

    @Test(arguments: [
        (CandleInterval.oneDay, 0 as Int64, CandleInterval.oneDay), (.oneDay, 8, .oneHour),
        (.oneWeek, -5, .oneHour), (.fourHours, 8, .oneHour), (.fifteenMinutes, 8, .oneMinute),
        (.oneSecond, 8, .oneSecond),
    ])
    func foldedFromTheLongestThatFits(
        interval: CandleInterval,
        hours: Int64,
        stored: CandleInterval
    ) {
        #expect(CandleGrid(interval, offset: hours * Self.hour).stored == stored)
    }

    @Test func halfHoursAreFoldedFromMinutes() {
        let half = Self.hour / 2
        #expect(CandleGrid(.oneDay, offset: 5 * Self.hour + half).stored == .oneMinute)
        #expect(CandleGrid(.oneHour, offset: half).stored == .oneMinute)
    }

    @Test func partOfAMinuteIsDropped() {
        #expect(CandleGrid(.oneDay, offset: 61_000_000).offset == 60_000_000)
        #expect(CandleGrid(.oneDay, offset: -1).offset == -60_000_000)
    }
}
