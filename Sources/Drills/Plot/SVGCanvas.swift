/// The few shapes of a plot, written as SVG 1.1; coordinates are pixels from the upper left.
struct SVGCanvas {
    /// Which part of a text stands at its place.
    enum Anchor: String {
        case start
        case middle
        case end
    }

    private let head: String
    private var body = ""

    /// Starts an empty white canvas; `title` is what a reader without pictures gets.
    init(width: Double, height: Double, title: String) {
        let size = "width=\"\(Self.number(width))\" height=\"\(Self.number(height))\""
        let box = "viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\""
        head =
            "<svg xmlns=\"http://www.w3.org/2000/svg\" \(size) \(box) role=\"img\""
            + " font-family=\"sans-serif\">\n<title>\(Self.escaped(title))</title>\n"
            + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
    }

    /// Everything drawn so far, as a whole document.
    var document: String { head + body + "</svg>\n" }

    mutating func line(
        _ x1: Double,
        _ y1: Double,
        _ x2: Double,
        _ y2: Double,
        color: String,
        isDashed: Bool = false
    ) {
        let from = "x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\""
        let to = "x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\""
        let dash = isDashed ? " stroke-dasharray=\"5 3\"" : ""
        body += "<line \(from) \(to) stroke=\"\(color)\"\(dash)/>\n"
    }

    mutating func area(_ points: [(x: Double, y: Double)], fill: String, stroke: String) {
        let list = points.map { "\(Self.number($0.x)),\(Self.number($0.y))" }
        body +=
            "<polygon points=\"\(list.joined(separator: " "))\" fill=\"\(fill)\""
            + " stroke=\"\(stroke)\"/>\n"
    }

    mutating func text(
        _ text: String,
        x: Double,
        y: Double,
        size: Int = 12,
        anchor: Anchor,
        color: String = "#333"
    ) {
        body +=
            "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" font-size=\"\(size)\""
            + " text-anchor=\"\(anchor.rawValue)\" fill=\"\(color)\">"
            + "\(Self.escaped(text))</text>\n"
    }

    /// Writes upwards, with the middle of the text at its place.
    mutating func verticalText(_ text: String, x: Double, y: Double, size: Int) {
        let place = "\(Self.number(x)) \(Self.number(y))"
        body +=
            "<text transform=\"translate(\(place)) rotate(-90)\" font-size=\"\(size)\""
            + " text-anchor=\"middle\" fill=\"#333\">\(Self.escaped(text))</text>\n"
    }

    /// Characters that XML gives a meaning are written by name.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// At most one digit after the point.
    static func number(_ value: Double) -> String {
        let tenths = Int64((value * 10).rounded())
        let (whole, rest) = (tenths.magnitude / 10, tenths.magnitude % 10)
        return "\(tenths < 0 ? "-" : "")\(whole)\(rest == 0 ? "" : ".\(rest)")"
    }
}
