import Foundation

/// The layers of the design.
enum Layers {
    /// No I/O, clock, randomness, C or Foundation.
    static let pure: Set = [
        "Trading", "Wire", "Accounts", "Matching", "MarketData", "Membership", "Replication",
        "Shard", "Routing", "Coordination", "Audit", "Simulation",
    ]
    /// Modules that come with the toolchain.
    static let system: Set = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization", "Dispatch", "Testing",
        "Musl", "Darwin", "Distributed", "Observation", "RegexBuilder", "XCTest",
    ]
    /// Of those, what an effects module may use.
    static let allowedInEffects: Set = [
        "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
    ]
}

/// One Swift file, as far as the rules look into it.
struct SourceFile {
    /// Relative to the folder searched.
    let path: String
    /// The target: the first folder of the path.
    let module: String
    /// As in the file.
    let lines: [Substring]

    init(path: String, module: String, text: String) {
        self.path = path
        self.module = module
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        self.lines = lines
    }

    /// Names of the modules imported.
    var imports: Set<String> {
        let statement =
            #/
            ^\s* (?:@\w+(?:\(\w+\))?\s+)*
            (?:(?:public|package|internal|private|fileprivate)\s+)?
            import\s+
            (?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?
            (\w+)
            /#
        return Set(
            lines.compactMap { line in line.firstMatch(of: statement).map { String($0.1) } }
        )
    }

    /// Lines that read a clock, draw randomness or depend on the process's hash seed.
    var impurities: [String] {
        let forbidden = [
            "SystemRandomNumberGenerator", ".random(", ".randomElement(", ".shuffled(", ".shuffle(",
            "ContinuousClock", "SuspendingClock", "DispatchTime", "clock_gettime", "Task.sleep",
            "Hasher(", ".hashValue",
        ]
        return lines.enumerated().compactMap { number, line in
            let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line
            // With a generator passed in, the caller's seed decides.
            if code.contains("using:") { return nil }
            let isFaulty = forbidden.contains { code.contains($0) } || code.contains(/\bDate\(/)
            return isFaulty ? "\(number + 1): \(code)" : nil
        }
    }

    /// Every Swift file below a folder, by path.
    static func all(below folder: URL) throws -> [SourceFile] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let module = name.prefix { $0 != "/" }
            return SourceFile(path: name, module: String(module), text: text)
        }
    }
}
