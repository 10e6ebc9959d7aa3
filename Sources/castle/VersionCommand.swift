import Wire

/// `castle version`.
enum VersionCommand {
    /// Version of the program.
    private static let castle = "0.1.0"

    static func run(_ words: [String]) -> Int32 {
        guard words.isEmpty else {
            refuse("castle version: unexpected argument \"\(words[0])\"")
        }
        print("castle \(castle)")
        print("log \(LogEntry.version)")
        print("session \(SessionRequest.version)")
        print("swift \(swift)")
        return 0
    }

    /// The language version of the compiler, which Swift tells at compile time only.
    private static var swift: String {
        #if compiler(>=6.4)
            "6.4 or newer"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
