/// What `Package.swift` says about targets, read from its text.
struct PackageDescription {
    /// Direct dependencies by target; test targets carry their full name, such as `WireTests`.
    private(set) var dependencies: [String: Set<String>] = [:]
    /// System library targets.
    private(set) var cModules: Set<String> = []

    init(_ manifest: String) {
        for match in manifest.matches(of: /\b(module|tests)\(\s*"(\w+)"\s*(?:,\s*\[([^\]]*)\])?/) {
            let name = match.1 == "tests" ? "\(match.2)Tests" : String(match.2)
            dependencies[name] = Self.names(in: match.3 ?? "")
        }
        let executable = /\.executableTarget\(\s*name:\s*"(\w+)",\s*dependencies:\s*\[([^\]]*)\]/
        for match in manifest.matches(of: executable) {
            dependencies[String(match.1)] = Self.names(in: match.2)
        }
        for match in manifest.matches(of: /\.systemLibrary\(\s*name:\s*"(\w+)"/) {
            cModules.insert(String(match.1))
        }
    }

    private static func names(in list: Substring) -> Set<String> {
        Set(list.matches(of: /"(\w+)"/).map { String($0.1) })
    }
}
