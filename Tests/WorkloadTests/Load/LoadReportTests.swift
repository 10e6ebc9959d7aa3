import Testing
import Trading

@testable import Workload

@Suite struct LatencySummaryTests {
    @Test func percentilesAreOfTheSamples() {
        let summary = LatencySummary((1...1000).map { UInt64($0) * 1_000_000 })
        #expect(summary.count == 1000)
        #expect((500_000_000...504_000_000).contains(summary.p50))
        #expect((900_000_000...908_000_000).contains(summary.p90))
        #expect((990_000_000...998_000_000).contains(summary.p99))
        #expect((999_000_000...1_000_000_000).contains(summary.p999))
        #expect(summary.max == 1_000_000_000)
    }

    @Test(arguments: [
        (0, "0.00"), (1_204_999, "1.20"), (1_205_000, "1.21"), (99_990_000, "99.99"),
        (100_000_000, "100.0"), (1_050_000, "1.05"), (18_449_999_999, "18450.0"),
    ])
    func millisecondsAreRounded(nanoseconds: UInt64, text: String) {
        #expect(LatencySummary.milliseconds(nanoseconds) == text)
    }

    @Test func nothingIsSaidOfNoSamples() {
        #expect(LatencySummary([]).text == "no samples")
    }
}

@Suite struct LoadStatisticsTests {
    private static let order = FlowRequest.place(
        FlowOrder(key: 1, pair: 0, role: .maker, side: .buy, price: 1, quantity: 1)
    )
    private static let acknowledged = RequestOutcome.acknowledged(
        Acknowledgement(orderID: 1, status: "NEW", executedUnits: 0)
    )
    private static let unknownOrder = RequestOutcome.refused(
        Refusal(status: 400, code: -2011, message: "Unknown order sent.")
    )

    @Test func lateCancelIsNoError() {
        var statistics = LoadStatistics()
        statistics.note(.cancel(key: 1, pair: 0), Self.unknownOrder, nanoseconds: 5)
        #expect(statistics.lateCancels == 1)
        #expect(statistics.errorCount == 0)
        statistics.note(Self.order, Self.unknownOrder, nanoseconds: 5)
        #expect(statistics.errorCount == 1)
    }

    @Test func refusalsAndUnknownsMakeTheReportUnclean() {
        var statistics = LoadStatistics()
        #expect(!report(statistics).isClean, "nothing was acknowledged")
        statistics.note(Self.order, Self.acknowledged, nanoseconds: 5)
        #expect(report(statistics).isClean)
        var unknown = statistics
        unknown.note(Self.order, .unknown("transport: timed out"), nanoseconds: 5)
        #expect(!report(unknown).isClean)
        var refused = statistics
        let overloaded = Refusal(status: 503, code: -1008, message: "overloaded")
        refused.note(Self.order, .unavailable(overloaded), nanoseconds: 5)
        #expect(!report(refused).isClean)
        #expect(report(refused).text.contains("rejects     1 × -1008 overloaded (HTTP 503)"))
    }

    @Test func kindsOfUnknownsAreBounded() {
        var statistics = LoadStatistics()
        for index in 0..<1000 { statistics.noteUnknown("reason \(index)") }
        #expect(statistics.unknowns.count <= 65)
        #expect(statistics.errorCount == 1000)
    }

    @Test func reportSaysWhatWasMeasured() {
        var statistics = LoadStatistics()
        for _ in 0..<100 { statistics.note(Self.order, Self.acknowledged, nanoseconds: 2_000_000) }
        var report = report(statistics)
        report.redisAppend = LatencySummary([1_000_000])
        #expect(report.text.contains("acked       100 orders in 2.0 s: 50.0 orders/s"))
        #expect(report.text.contains("orders      p50 2.00 ms"))
        #expect(report.text.contains("ratio       p50 2.0, p99 2.0 × a bare append"))
        #expect(report.text.contains("unknowns    none"))
    }

    private func report(_ statistics: LoadStatistics) -> LoadReport {
        LoadReport(
            statistics,
            nanoseconds: 2_000_000_000,
            flow: "synthetic",
            pace: "50 orders/s",
            connections: 1,
            lostConnections: 0
        )
    }
}

@Suite struct LoadScheduleTests {
    private let order = TimedRequest(
        nanoseconds: 8_000,
        request: .place(FlowOrder(key: 1, pair: 0, role: .maker, side: .buy, price: 1, quantity: 1))
    )
    private let cancel = TimedRequest(nanoseconds: 8_000, request: .cancel(key: 1, pair: 0))

    @Test func rateCountsOrdersAndCancelsGoAlong() {
        var schedule = LoadSchedule(pace: .rate(1000), durationNanoseconds: 3_000_000)
        let requests = [order, cancel, cancel, order, order, order]
        let times = requests.map { schedule.intendedTime(of: $0, now: 99) }
        #expect(times == [0, 1_000_000, 1_000_000, 1_000_000, 2_000_000, nil])
    }

    @Test func recordedTimesAreSpedUp() {
        var schedule = LoadSchedule(pace: .recorded(speed: 4), durationNanoseconds: 2001)
        let inside = schedule.intendedTime(of: order, now: 0)
        schedule = LoadSchedule(pace: .recorded(speed: 4), durationNanoseconds: 2000)
        let outside = schedule.intendedTime(of: order, now: 0)
        #expect(inside == 2000)
        #expect(outside == nil)
    }

    @Test func unpacedIsNow() {
        var schedule = LoadSchedule(pace: .unpaced, durationNanoseconds: 10)
        let times = [9, 10].map { schedule.intendedTime(of: order, now: $0) }
        #expect(times == [9, nil])
    }
}

@Suite struct LoadOptionsTests {
    @Test func paceIsChosen() throws {
        #expect(try LoadOptions([]).pace == .rate(1000))
        #expect(try LoadOptions(["--rate", "0"]).pace == .unpaced)
        #expect(
            try LoadOptions(["--flow", "x.gz", "--speed", "5"]).pace == .recorded(speed: 5)
        )
    }

    @Test(arguments: [
        ["--rate", "-1"], ["--through", "wire"], ["--speed", "2"], ["--connections", "0"],
        ["--flow", "x", "--speed", "2", "--rate", "5"], ["extra"], ["--nope"],
    ])
    func badCommandLineIsRefused(words: [String]) {
        #expect(throws: (any Error).self) { try LoadOptions(words) }
        #expect(LoadCommand.run(arguments: words) == 64)
    }

    @Test func clusterThatIsNotThereIsSaid() {
        #expect(LoadCommand.run(arguments: ["--dir", "/nonexistent"]) == 1)
    }
}

@Suite struct RedisProbeTests {
    @Test(arguments: [
        ("$3\r\n1-0\r\n", false), ("-ERR no\r\n", true), ("$3\r\n1-0", nil), ("$3\r\n", nil),
        ("", nil),
    ])
    func replyIsJudgedWhenItIsWhole(reply: String, isRefusal: Bool?) {
        #expect(RedisProbe.isRefusal(Array(reply.utf8)) == isRefusal)
    }

    @Test func commandIsAnArrayOfBulkStrings() {
        let bytes = RedisProbe.command([Array("DEL".utf8), Array("a b".utf8)])
        #expect(String(decoding: bytes, as: UTF8.self) == "*2\r\n$3\r\nDEL\r\n$3\r\na b\r\n")
    }
}
