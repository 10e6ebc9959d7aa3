import Configuration
import Testing

@testable import Workload

@Suite struct MatchingOptionsTests {
    @Test func standardIsThreeBooksAndTheMachine() throws {
        let tasks = try MatchingOptions([]).tasks.map { "\($0.flow) \($0.level)" }
        #expect(tasks == ["mixed book", "mixed machine", "deep book", "multi book"])
        #expect(try MatchingOptions([]).runs == 5)
    }

    @Test(arguments: [
        (["--level", "book"], "mixed book, deep book, multi book"),
        (["--level=machine"], "mixed machine"),
        (["--flow", "small"], "small book, small machine"),
        (["--flow", "a.oflw", "--level", "book"], "a.oflw book"),
        (["--flows", "deep,reduce", "--level", "book"], "deep book, reduce book"),
    ])
    func flowsAndLevelsMakeTasks(words: [String], tasks: String) throws {
        let found = try MatchingOptions(words).tasks.map { "\($0.flow) \($0.level)" }
        #expect(found.joined(separator: ", ") == tasks)
    }

    @Test(arguments: [
        ["--flows", "nothing"], ["--flows", ""], ["--level", "shard"], ["--runs", "0"],
        ["--flow", "small", "--flows", "mixed"], ["--save", "x"], ["--observe", "5"], ["small"],
    ])
    func badCommandLinesAreRefused(words: [String]) {
        #expect(throws: ArgumentError.self) { try MatchingOptions(words) }
    }
}

@Suite struct SpreadTests {
    @Test func medianIsInTheMiddle() {
        #expect(Spread([3, 1, 2]).median == 2)
        #expect(Spread([4, 1, 2, 3]).median == 2.5)
        let spread = Spread([5, 1, 9])
        #expect(spread.lowest == 1)
        #expect(spread.highest == 9)
        #expect(spread.runs == [5, 1, 9])
    }
}

@Suite struct MatchingReportTests {
    private func report(differences: [String]) -> MatchingReport {
        var totals = FlowTotals()
        totals.add(maker: 7, price: 10, quantity: 3)
        var report = MatchingReport(
            revision: "abc",
            machine: MachineFacts(),
            processor: 1,
            command: "castle bench matching",
            clockNanoseconds: 25
        )
        report.results = [
            MatchingReport.Result(
                flow: "mixed",
                level: "book",
                prefillCount: 1,
                measuredCount: 2,
                speed: Spread([12.345, 11, 13]),
                textbookSpeed: Spread([2, 2, 2]),
                ratio: Spread([6.2, 5.5, 6.5]),
                latency: LatencySummary([100, 200, 300]),
                bytesPerRestingOrder: 64.04,
                allocations: .init(count: 3, messages: 1000),
                allocationsFailure: "",
                totals: totals,
                differences: differences
            )
        ]
        return report
    }

    @Test func figuresAreInTheTable() {
        let report = report(differences: [])
        #expect(report.isCorrect)
        for word in ["abc", "25 ns", "processor 1", "12.35", "13.00", "64.0", "maker sum 21"] {
            #expect(report.text.contains(word), "\(word)")
        }
        #expect(report.text.contains("as expected"))
    }

    @Test func differenceIsSaidAndFails() {
        let report = report(differences: ["run 1: trades: 1, expected 2"])
        #expect(!report.isCorrect)
        #expect(report.text.contains("WRONG"))
        #expect(report.text.contains("trades: 1, expected 2"))
    }

    @Test func nothingMeasuredIsNotCorrect() {
        var report = report(differences: [])
        report.results = []
        #expect(!report.isCorrect)
    }
}
