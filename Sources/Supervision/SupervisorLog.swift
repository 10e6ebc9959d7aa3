import FoundationEssentials

/// The supervisor's own log: one JSON object a line, appended to `supervisor.log`.
public final class SupervisorLog {
    private struct Line: Encodable {
        var time: String
        var level: String
        var node: String
        var message: String
        var process: String?
        var pid: Int32?
        var detail: String?
    }

    private let path: String

    /// Writes to a file, made when it is not there.
    public init(path: String) { self.path = path }

    /// Writes a line.
    ///
    /// - Parameters:
    ///   - level: `info`, `warning` or `error`.
    ///   - message: What happened.
    ///   - process: Name of the process it happened to.
    ///   - pid: Its number.
    ///   - detail: What differs each time.
    public func log(
        _ level: String,
        _ message: String,
        process: String? = nil,
        pid: Int32? = nil,
        detail: String? = nil
    ) {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        let line = Line(
            time: Date.now.formatted(style),
            level: level,
            node: "supervisor",
            message: message,
            process: process,
            pid: pid,
            detail: detail
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Only numbers and strings: there is nothing that cannot be encoded.
        guard let data = try? encoder.encode(line) else { return }
        OperatingSystem.append(Array(data) + [UInt8(ascii: "\n")], to: path)
    }
}
