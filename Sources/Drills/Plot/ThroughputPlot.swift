/// Acknowledged orders a second around a fault, as a picture.
public enum ThroughputPlot {
    private static let width = 960.0
    private static let height = 420.0
    private static let left = 74.0
    private static let right = 24.0
    private static let top = 72.0
    private static let bottom = 58.0
    /// Labels of marks that are nearer than this go on lines of their own.
    private static let labelPixels = 90.0

    /// Draws a run.
    ///
    /// - Parameter timeline: What happened when.
    /// - Returns: An SVG document.
    public static func svg(_ timeline: RunTimeline) -> String {
        let bins = TimelineBins(timeline)
        let rates = bins.rates
        let highest = Int64(rates.max() ?? 0)
        let step = PlotAxis.step(max(1, highest), countMax: 6)
        let across = PlotAxis(
            low: bins.startMilliseconds(0),
            high: bins.startMilliseconds(rates.count),
            origin: left,
            length: width - left - right
        )
        let up = PlotAxis(
            low: 0,
            high: (highest / step + 1) * step,
            origin: height - bottom,
            length: top + bottom - height
        )
        var canvas = SVGCanvas(width: width, height: height, title: timeline.title)
        canvas.text(timeline.title, x: left, y: 24, size: 15, anchor: .start)
        drawAxes(across, up, bins, &canvas)
        drawRates(rates, bins, across, up, &canvas)
        drawMarks(timeline.marks, across, &canvas)
        return canvas.document
    }

    private static func drawAxes(
        _ across: PlotAxis,
        _ up: PlotAxis,
        _ bins: TimelineBins,
        _ canvas: inout SVGCanvas
    ) {
        let floor = up.pixel(0)
        for tick in up.ticks(countMax: 6) {
            let y = up.pixel(Double(tick))
            canvas.line(left, y, width - right, y, color: tick == 0 ? "#333" : "#ddd")
            canvas.text("\(tick)", x: left - 8, y: y + 4, anchor: .end)
        }
        for tick in across.ticks(countMax: 12) {
            let x = across.pixel(Double(tick))
            canvas.line(x, floor, x, floor + 5, color: "#333")
            canvas.text("\(tick)", x: x, y: floor + 20, anchor: .middle)
        }
        let middle = (left + width - right) / 2
        let label = "time since the fault (ms), bins of \(bins.widthMilliseconds) ms"
        canvas.text(label, x: middle, y: height - 14, size: 13, anchor: .middle)
        canvas.verticalText(
            "acknowledged orders (1/s)",
            x: 20,
            y: (top + floor) / 2,
            size: 13
        )
    }

    private static func drawRates(
        _ rates: [Int],
        _ bins: TimelineBins,
        _ across: PlotAxis,
        _ up: PlotAxis,
        _ canvas: inout SVGCanvas
    ) {
        var points: [(x: Double, y: Double)] = [(across.origin, up.pixel(0))]
        for (index, rate) in rates.enumerated() {
            let y = up.pixel(Double(rate))
            points.append((across.pixel(Double(bins.startMilliseconds(index))), y))
            points.append((across.pixel(Double(bins.startMilliseconds(index + 1))), y))
        }
        points.append((across.origin + across.length, up.pixel(0)))
        canvas.area(points, fill: "#9dbfe0", stroke: "#2f6ea8")
    }

    private static func drawMarks(
        _ marks: [RunTimeline.Mark],
        _ across: PlotAxis,
        _ canvas: inout SVGCanvas
    ) {
        var last = -Double.infinity
        var isLower = false
        for mark in marks {
            let x = across.pixel(Double(mark.microseconds) / 1000)
            guard x >= across.origin, x <= across.origin + across.length else { continue }
            isLower = x - last < labelPixels && !isLower
            last = x
            canvas.line(x, top, x, height - bottom, color: "#c0392b", isDashed: true)
            // A label at the right edge would run out of the picture.
            let anchor: SVGCanvas.Anchor = x > width - right - labelPixels ? .end : .start
            let y = isLower ? top - 4 : top - 20
            canvas.text(mark.text, x: x, y: y, anchor: anchor, color: "#c0392b")
        }
    }
}
