import Testing

@testable import Drills

@Suite struct ThroughputPlotTests {
    private func timeline(from start: Int64, to end: Int64, _ moments: [Int64]) -> RunTimeline {
        RunTimeline(
            title: "kill-primary: killed n2 <&\">",
            startMicroseconds: start * 1000,
            endMicroseconds: end * 1000,
            acknowledgedMicroseconds: moments.map { $0 * 1000 },
            marks: [.init(microseconds: 0, text: "n2")]
        )
    }

    @Test func momentsFallIntoBinsAroundTheFault() {
        let moments: [Int64] = [-45, -40, -21, -20, -1, 0, 19, 20, 65]
        let bins = TimelineBins(timeline(from: -50, to: 70, moments))
        #expect(bins.widthMilliseconds == 20)
        // From -40 to 60: what is before and after is covered in part only.
        #expect(bins.first == -2)
        #expect(bins.counts == [2, 2, 2, 1, 0])
        #expect(bins.rates == [100, 100, 100, 50, 0])
        #expect(bins.startMilliseconds(0) == -40)
        #expect(bins.startMilliseconds(5) == 60)
    }

    @Test(arguments: [(8000, 20), (8001, 20), (9000, 50), (30_000, 100), (500_000, 1000)])
    func longRunHasWiderBins(milliseconds: Int64, width: Int64) {
        #expect(TimelineBins(timeline(from: 0, to: milliseconds, [])).widthMilliseconds == width)
    }

    @Test func emptyRunHasNoBins() {
        #expect(TimelineBins(timeline(from: 0, to: 5, [1])).counts.isEmpty)
    }

    @Test(arguments: [(0, 1, 1), (1, 6, 1), (7, 6, 2), (100, 6, 20), (2400, 12, 500), (99, 10, 10)])
    func stepIsRoundAndLargeEnough(span: Int64, countMax: Int64, step: Int64) {
        #expect(PlotAxis.step(span, countMax: countMax) == step)
    }

    @Test func ticksAreWithinTheAxisOnBothSidesOfZero() {
        let axis = PlotAxis(low: -840, high: 1260, origin: 100, length: 210)
        #expect(axis.ticks(countMax: 12) == Array(stride(from: -800, through: 1200, by: 200)))
        #expect(axis.pixel(0) == 184)
        let upwards = PlotAxis(low: 0, high: 0, origin: 300, length: -200)
        #expect(upwards.pixel(1) == 100)
    }

    @Test(arguments: [(0.0, "0"), (-0.04, "0"), (-1.25, "-1.3"), (74.0, "74"), (0.96, "1")])
    func numberIsShort(value: Double, text: String) {
        #expect(SVGCanvas.number(value) == text)
    }

    @Test func pictureIsLabelled() {
        let svg = ThroughputPlot.svg(timeline(from: -700, to: 900, Array(-700..<900)))
        #expect(svg.count { $0 == "<" } == svg.count { $0 == ">" })
        for text in [
            "time since the fault (ms), bins of 20 ms", "acknowledged orders (1/s)",
            "kill-primary: killed n2 &lt;&amp;&quot;&gt;", ">n2</text>", ">-600</text>",
            ">1000</text>", "stroke-dasharray",
        ] {
            #expect(svg.contains(text), "\(text)")
        }
    }

    @Test func runWithoutAnAnswerCanBeDrawn() {
        #expect(ThroughputPlot.svg(timeline(from: 0, to: 0, [])).hasSuffix("</svg>\n"))
    }
}
