import EventLoop

/// How much a log line matters.
public enum LogLevel: String, Sendable, CaseIterable, Comparable {
    case debug, info, warning, error

    /// Orders by how much it matters.
    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}

/// The value of a field of a log line.
public enum LogValue: Equatable, Sendable, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    case text(String)
    case integer(Int64)
    case truth(Bool)

    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .truth(value) }
    /// A whole number; beyond 63 bits it is written as text.
    public init(_ value: some BinaryInteger) {
        self = Int64(exactly: value).map { .integer($0) } ?? .text("\(value)")
    }
}

/// Structured log of a process: one JSON object a line, on the standard output.
///
/// Lines are collected and leave before the loop polls. When the reader does not keep up, lines are
/// dropped and counted rather than holding up the loop.
public final class EventLog: Flushable {
    /// Size in bytes of what waits for the reader before lines are dropped.
    public static let pendingSizeMax = 1 << 20

    private let loop: EventLoop
    private let node: String
    private let levelMin: LogLevel
    private let write: (UnsafeRawBufferPointer) -> Int
    private var pending: [UInt8] = []
    private var droppedCount: UInt64 = 0
    private var isFlushAsked = false

    /// Makes the log of a process.
    ///
    /// - Parameters:
    ///   - loop: Flushes the lines before it polls.
    ///   - node: Name of the process, in each line.
    ///   - levelMin: Lines that matter less are not written.
    public convenience init(loop: EventLoop, node: String, levelMin: LogLevel = .info) {
        self.init(loop: loop, node: node, levelMin: levelMin, write: StandardOutput.write)
    }

    /// Makes a log that writes elsewhere, for tests; the function returns how many bytes it took.
    package init(
        loop: EventLoop,
        node: String,
        levelMin: LogLevel,
        write: @escaping (UnsafeRawBufferPointer) -> Int
    ) {
        self.loop = loop
        self.node = node
        self.levelMin = levelMin
        self.write = write
    }

    /// Writes a line.
    ///
    /// - Parameters:
    ///   - level: How much it matters.
    ///   - message: What happened, the same words each time; what differs goes into fields.
    ///   - fields: Such as shard, epoch and seq; no names twice.
    public func log(
        _ level: LogLevel,
        _ message: String,
        _ fields: KeyValuePairs<String, LogValue> = [:]
    ) {
        guard level >= levelMin else { return }
        guard pending.count < Self.pendingSizeMax else {
            droppedCount += 1
            return
        }
        append(level, message, fields)
        guard !isFlushAsked else { return }
        isFlushAsked = true
        loop.flushBeforeSleep(self)
    }

    /// Hands over as much as the reader takes; called by the loop, and once before the process ends.
    public func flush() {
        isFlushAsked = false
        let taken = pending.withUnsafeBytes { write($0) }
        pending.removeFirst(min(taken, pending.count))
        guard droppedCount > 0, pending.isEmpty else { return }
        let count = droppedCount
        droppedCount = 0
        append(.warning, "log lines were dropped", ["count": LogValue(count)])
    }

    private func append(
        _ level: LogLevel,
        _ message: String,
        _ fields: KeyValuePairs<String, LogValue>
    ) {
        pending.append(contentsOf: "{\"time\":\"".utf8)
        ISOTime.write(microseconds: loop.wallClockMicroseconds, to: &pending)
        pending.append(contentsOf: "\",\"level\":\"\(level.rawValue)\",\"node\":".utf8)
        LogLine.quote(node, to: &pending)
        pending.append(contentsOf: ",\"message\":".utf8)
        LogLine.quote(message, to: &pending)
        for (name, value) in fields {
            pending.append(UInt8(ascii: ","))
            LogLine.quote(name, to: &pending)
            pending.append(UInt8(ascii: ":"))
            LogLine.write(value, to: &pending)
        }
        pending.append(contentsOf: "}\n".utf8)
    }
}

/// JSON as a log line needs it.
enum LogLine {
    static func write(_ value: LogValue, to output: inout [UInt8]) {
        switch value {
        case .text(let text): quote(text, to: &output)
        case .integer(let number): output.append(contentsOf: "\(number)".utf8)
        case .truth(let truth): output.append(contentsOf: (truth ? "true" : "false").utf8)
        }
    }

    static func quote(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                output.append(UInt8(ascii: "\\"))
                output.append(byte)
            case UInt8(ascii: "\n"): output.append(contentsOf: "\\n".utf8)
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                output.append(contentsOf: "\\u00".utf8)
                output.append(digits[Int(byte >> 4)])
                output.append(digits[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}
