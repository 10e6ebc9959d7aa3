/// Writes the Prometheus text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    init() { bytes.reserveCapacity(1 << 14) }

    mutating func family(_ name: String, help: String, kind: String) {
        append("# HELP \(name) \(Self.escape(help, quotes: false))\n# TYPE \(name) \(kind)\n")
    }

    mutating func sample(_ name: String, _ labels: String, _ value: String) {
        append(labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n")
    }

    mutating func histogram(
        _ name: String,
        _ labels: String,
        scale: HistogramScale,
        counts: ContiguousArray<UInt64>,
        sum: UInt64
    ) {
        let prefix = labels.isEmpty ? "" : "\(labels),"
        var total: UInt64 = 0
        for (bound, count) in zip(scale.bounds, counts) {
            total += count
            let shown = Self.number(Double(bound) / Double(scale.unit))
            sample("\(name)_bucket", "\(prefix)le=\"\(shown)\"", "\(total)")
        }
        total += counts.last ?? 0
        sample("\(name)_bucket", "\(prefix)le=\"+Inf\"", "\(total)")
        sample("\(name)_sum", labels, Self.number(Double(sum) / Double(scale.unit)))
        sample("\(name)_count", labels, "\(total)")
    }

    static func labels(_ labels: KeyValuePairs<String, String>) -> String {
        labels.map { "\($0.key)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    /// Whole numbers without a point, as Prometheus itself writes them.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }

    private static func escape(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
