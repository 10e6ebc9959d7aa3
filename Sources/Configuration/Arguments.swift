/// Why a command line is refused; the exit code is 64, as sysexits(3) has it.
public enum ArgumentError: Error, Equatable, CustomStringConvertible {
    /// No such flag.
    case unknownFlag(String)
    /// A flag that needs a value came without.
    case missingValue(String)
    /// A flag that takes no value came with one.
    case unexpectedValue(String)
    /// A flag came twice.
    case repeated(String)
    /// A word where only flags are taken.
    case unexpectedWord(String)
    /// A flag that must be there is not.
    case required(String)
    /// A value that cannot be used.
    case badValue(flag: String, value: String, expected: String)

    /// Exit code of a process with a bad command line.
    public static let exitCode: Int32 = 64

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .unknownFlag(let flag): "unknown option \(flag)"
        case .missingValue(let flag): "\(flag) needs a value"
        case .unexpectedValue(let flag): "\(flag) takes no value"
        case .repeated(let flag): "\(flag) is there twice"
        case .unexpectedWord(let word): "unexpected argument \"\(word)\""
        case .required(let flag): "\(flag) is needed"
        case .badValue(let flag, let value, let expected):
            "\(flag) must be \(expected), not \"\(value)\""
        }
    }
}

/// A subcommand's command line: what it takes, its help text, and the values that were given.
public struct Arguments: Sendable {
    /// One option of a subcommand.
    public struct Flag: Equatable, Sendable {
        /// Such as `--dir`.
        public var name: String
        /// What stands for its value in the help, such as `DIR`; `nil` takes no value.
        public var value: String?
        /// One line of help.
        public var help: String

        /// Describes an option.
        public init(_ name: String, _ value: String? = nil, help: String) {
            self.name = name
            self.value = value
            self.help = help
        }
    }

    private let values: [String: String]
    /// Words that are no flags, in order.
    public let words: [String]

    /// Reads a command line; `--flag value` and `--flag=value` are the same.
    ///
    /// - Parameters:
    ///   - words: What follows the subcommand.
    ///   - flags: What it takes.
    ///   - wordMax: How many words that are no flags it takes.
    /// - Throws: `ArgumentError` naming the word.
    public init(
        _ words: [String],
        flags: [Flag],
        wordMax: Int = 0
    ) throws(ArgumentError) {
        var values: [String: String] = [:]
        var others: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("-") else {
                guard others.count < wordMax else { throw .unexpectedWord(word) }
                others.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let flag = flags.first(where: { $0.name == name }) else {
                throw .unknownFlag(name)
            }
            let value = try Self.value(of: flag, parts: parts, rest: &rest)
            guard values.updateValue(value, forKey: name) == nil else { throw .repeated(name) }
        }
        self.values = values
        self.words = others
    }

    private static func value(
        of flag: Flag,
        parts: [Substring],
        rest: inout ArraySlice<String>
    ) throws(ArgumentError) -> String {
        guard flag.value != nil else {
            guard parts.count == 1 else { throw .unexpectedValue(flag.name) }
            return ""
        }
        if parts.count == 2 { return String(parts[1]) }
        guard let value = rest.popFirst(), !value.hasPrefix("--") else {
            throw .missingValue(flag.name)
        }
        return value
    }

    /// Whether a command line asks for help rather than for work.
    public static func asksForHelp(_ words: [String]) -> Bool {
        words.contains("--help") || words.contains("-h")
    }

    /// The help text of a subcommand.
    ///
    /// - Parameters:
    ///   - usage: Such as `castle up [options]`.
    ///   - summary: One sentence.
    ///   - flags: What it takes.
    /// - Returns: Lines for the terminal.
    public static func help(usage: String, summary: String, flags: [Flag]) -> String {
        let names = flags.map { flag in flag.value.map { "\(flag.name) \($0)" } ?? flag.name }
        let width = names.map(\.count).max() ?? 0
        var text = "usage: \(usage)\n\n\(summary)\n"
        if !flags.isEmpty { text += "\n" }
        for (name, flag) in zip(names, flags) {
            text +=
                "  \(name)\(String(repeating: " ", count: width - name.count + 2))\(flag.help)\n"
        }
        return text
    }

    /// Whether a flag was given.
    public func has(_ name: String) -> Bool { values[name] != nil }

    /// The value of a flag, or `nil` when it was not given.
    public func text(_ name: String) -> String? { values[name] }

    /// The value of a flag that must be given.
    ///
    /// - Parameter name: The flag.
    /// - Returns: Its value.
    /// - Throws: `ArgumentError.required`.
    public func required(_ name: String) throws(ArgumentError) -> String {
        guard let value = values[name] else { throw .required(name) }
        return value
    }

    /// The value of a flag as a whole number.
    ///
    /// - Parameters:
    ///   - name: The flag.
    ///   - range: What is taken.
    ///   - fallback: The number when the flag was not given.
    /// - Returns: A number in the range, or the fallback.
    /// - Throws: `ArgumentError.badValue`.
    public func integer(
        _ name: String,
        in range: ClosedRange<Int>,
        default fallback: Int
    ) throws(ArgumentError) -> Int {
        guard let text = values[name] else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            let expected = "a number from \(range.lowerBound) to \(range.upperBound)"
            throw .badValue(flag: name, value: text, expected: expected)
        }
        return value
    }
}
