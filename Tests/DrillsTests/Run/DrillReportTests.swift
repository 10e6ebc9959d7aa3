import FoundationEssentials
import Testing
import Workload

@testable import Drills

@Suite struct DrillReportTests {
    private func run(_ violations: [Violation] = [], gap: UInt64 = 18_000_000) -> RunReport {
        RunReport(
            run: 3,
            runs: 20,
            kind: .killPrimary,
            fault: "killed n2 (pid 4711; shards 2,3)",
            gapNanoseconds: gap,
            longestNanoseconds: 20_000_000,
            orders: 1234,
            acknowledged: 1230,
            retried: 4,
            violations: violations
        )
    }

    @Test func lineOfARunSaysEverything() {
        let expected =
            "run 3/20 kill-primary: killed n2 (pid 4711; shards 2,3) gap 18.00 ms longest 20.00 ms"
            + " orders 1234 acked 1230 retried 4 lost 0 duplicated 0 balances ok trades ok depth ok"
        #expect(run().text == expected)
    }

    @Test(arguments: Violation.Kind.allCases)
    func everyKindOfViolationShowsAndFails(kind: Violation.Kind) {
        let spoilt = run([Violation(kind, "x")])
        #expect(!spoilt.hasPassed)
        #expect(spoilt.text.hasSuffix("FAILED"))
        let shown = spoilt.text.dropLast(" FAILED".count)
        #expect(shown != run().text)
    }

    @Test func closingLineCountsRunsThatNeverCame() {
        var report = DrillReport(
            drill: .killPrimary,
            machine: MachineFacts(),
            seed: 1,
            rate: 400,
            runs: 4
        )
        report.finished = [run(gap: 10_000_000), run([Violation(.lost, "x")], gap: 30_000_000)]
        report.abortReason = "the cluster is not healthy"
        let lines = report.closing.split(separator: "\n")
        #expect(lines.last == "1 passed, 3 failed")
        #expect(lines.first?.hasSuffix("max 30.00 ms  of 2 runs") == true)
        #expect(lines[1] == "ended early: the cluster is not healthy")
    }

    @Test func jsonHasThePercentilesOfTheGaps() throws {
        var report = DrillReport(
            drill: .killPrimary,
            machine: MachineFacts(),
            seed: 1,
            rate: 400,
            runs: 2
        )
        for gap: UInt64 in [10_000_000, 30_000_000] { report.finished.append(run(gap: gap)) }
        report.plot = "gap.svg"
        let read = try JSONDecoder().decode(DrillReport.self, from: JSONEncoder().encode(report))
        #expect(read == report)
        #expect(read.gaps.count == 2)
        #expect(read.gaps.max == 30_000_000)
        #expect(read.gaps.p50 < 11_000_000)
        #expect(report.closing.contains("\nplot gap.svg\n"))
    }

    @Test(arguments: [
        [], ["kill-cat"], ["kill-primary", "--runs", "0"], ["kill-primary", "--rate", "1"],
        ["kill-primary", "kill-router"], ["kill-primary", "--seed", "x"],
        ["partition", "--cut", "redis-primary"],
    ])
    func badCommandLineIsRefused(words: [String]) {
        #expect(DrillCommand.run(arguments: words) == 64)
    }

    @Test(arguments: [
        ["all", "--json", "x"], ["all", "--plot", "x"], ["all", "kill-edge"],
        ["all", "--runs", "0"],
    ])
    func badCommandLineForAllIsRefused(words: [String]) {
        #expect(DrillCommand.run(arguments: words) == 64)
    }

    @Test func everyDrillOfAllWritesFilesOfItsOwn() throws {
        let words = ["--runs", "3", "--seed", "5", "--report", "/reports"]
        let options = try DrillSeries(words).options
        #expect(options.map(\.kind) == DrillKind.allCases)
        #expect(options.allSatisfy { $0.runs == 3 && $0.seed == 5 })
        #expect(options[0].reportPath == "/reports/kill-primary.json")
        #expect(options[1].plotPath == "/reports/kill-standby.svg")
        #expect(try DrillSeries([]).options[0].plotPath == nil)
    }

    @Test func summarySaysWhatFailed() {
        var report = DrillReport(
            drill: .killEdge,
            machine: MachineFacts(),
            seed: 1,
            rate: 400,
            runs: 2
        )
        report.finished = [run(), run()]
        #expect(report.summary.hasPrefix("kill-edge         2/2 passed  gap p50 18"))
        #expect(report.summary.hasSuffix("of 2 runs  lost 0  duplicated 0"))
        report.finished[1].violations = [Violation(.lost, "x")]
        #expect(report.summary.hasSuffix("lost 1  duplicated 0  FAILED"))
        report.finished = []
        report.abortReason = "no"
        #expect(report.summary == "kill-edge         0/2 passed  ended early: no  FAILED")
    }

    @Test func mixedRunsAreCountedByKind() throws {
        var report = DrillReport(
            drill: .mixed,
            machine: MachineFacts(),
            seed: 1,
            rate: 400,
            runs: 3
        )
        report.finished = [run(), run([Violation(.lost, "x")], gap: 90_000_000), run()]
        report.finished[2].kind = .killEdge
        report.sumUp()
        let read = try JSONDecoder().decode(DrillReport.self, from: JSONEncoder().encode(report))
        #expect(read.kinds.map(\.kind) == [.killPrimary, .killEdge])
        #expect(read.kinds[0].injections == 2)
        #expect(read.kinds[0].failed == 1)
        #expect(read.kinds[0].lost == 1)
        #expect(read.kinds[0].gaps.max == 90_000_000)
        let lines = report.closing.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[0].hasPrefix("kill-primary      1/2 passed  lost 1  duplicated 0  gap p"))
        #expect(lines[1].hasPrefix("kill-edge         1/1 passed  lost 0"))
    }

    @Test func drillThatCannotRunHereHasNotPassed() {
        var report = DrillReport(
            drill: .partition,
            machine: MachineFacts(),
            seed: 1,
            rate: 400,
            runs: 2
        )
        report.obstacle = "it needs root"
        #expect(report.closing == "cannot run here: it needs root")
        #expect(report.summary == "partition         cannot run here: it needs root")
        #expect(!report.hasPassed)
    }

    @Test func drillsAreListed() {
        #expect(DrillCommand.run(arguments: ["list"]) == 0)
    }
}
