import Foundation
import Testing

/// Holds the sources to the arrows of `Package.swift` and to the rules of the pure part.
@Suite struct LayeringTests {
    private let package: PackageDescription
    private let sources: [SourceFile]
    private let tests: [SourceFile]

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        package = PackageDescription(
            try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
        )
        sources = try SourceFile.all(below: root.appending(path: "Sources"))
        tests = try SourceFile.all(below: root.appending(path: "Tests"))
    }

    @Test func packageIsUnderstood() {
        // A parser that finds nothing would let everything pass.
        #expect(package.dependencies.count >= 30)
        #expect(package.dependencies["Matching"]?.contains("Trading") == true)
        #expect(package.dependencies["Matching"]?.contains("Redis") == false)
        #expect(package.cModules == ["CUV", "COpenSSL", "CNghttp2", "CWslay", "CHiredis"])
        #expect(sources.count >= 20)
        #expect(Set(sources.map(\.module)).isSubset(of: package.dependencies.keys))
    }

    @Test func importsAreDeclaredDependencies() {
        for file in sources + tests {
            let declared = package.dependencies[file.module] ?? []
            for name in file.imports where !Layers.system.contains(name) {
                #expect(declared.contains(name), "\(file.path) imports \(name)")
            }
        }
    }

    @Test func pureModulesDependOnPureModulesOnly() {
        for module in Layers.pure.sorted() {
            let declared = package.dependencies[module] ?? []
            #expect(declared.isSubset(of: Layers.pure), "\(module) depends on \(declared)")
        }
    }

    @Test func pureModulesImportNothingOfTheSystem() {
        for file in sources where Layers.pure.contains(file.module) {
            let system = file.imports.subtracting(Layers.pure)
            #expect(system.isEmpty, "\(file.path) imports \(system.sorted())")
        }
    }

    @Test func effectsImportOnlyTheSystemModulesAllowed() {
        for file in sources where !Layers.pure.contains(file.module) {
            let system = file.imports.intersection(Layers.system)
                .subtracting(Layers.allowedInEffects)
            #expect(system.isEmpty, "\(file.path) imports \(system.sorted())")
        }
    }

    @Test func eachCModuleIsImportedByExactlyOneFile() {
        for module in package.cModules {
            let files = sources.filter { $0.imports.contains(module) }.map(\.path)
            #expect(files.count == 1, "\(module) is imported by \(files)")
        }
    }

    /// Swift's seeded hash says where the indexes of accounts and names look first, so that nobody
    /// can choose names that collide; what they find does not depend on it.
    private static let mayHash = "Accounts/ProcessSecret.swift"

    @Test func pureModulesReadNoClockAndDrawNoRandomness() {
        #expect(sources.contains { $0.path == Self.mayHash })
        for file in sources where Layers.pure.contains(file.module) {
            if file.path == Self.mayHash {
                #expect(file.impurities.allSatisfy { $0.contains("Hasher(") })
                continue
            }
            for fault in file.impurities {
                Issue.record("\(file.path):\(fault)")
            }
        }
    }

    @Test func filesStayReadable() {
        for file in sources {
            if (401...600).contains(file.lines.count) {
                print("long file: \(file.path), \(file.lines.count) lines")
            }
            #expect(file.lines.count <= 600, "\(file.path): split it")
        }
    }
}

/// The rules' own rules: each must be able to fail.
@Suite struct LayeringRulesTests {
    @Test(arguments: [
        ("import CUV", ["CUV"]), ("@testable import Wire", ["Wire"]),
        ("public import struct Trading.Price", ["Trading"]),
        ("import Foundation // why", ["Foundation"]),
        ("// import Glibc", []), ("let text = \"import Glibc\"", []),
        ("#if os(Linux)\n  import Glibc\n#endif", ["Glibc"]),
    ])
    func importsAreFound(text: String, names: [String]) {
        #expect(SourceFile(path: "x", module: "X", text: text).imports == Set(names))
    }

    @Test(arguments: [
        "let now = ContinuousClock().now", "let x = Int.random(in: 0..<4)",
        "var g = SystemRandomNumberGenerator()", "let now = Date()", "list.shuffled()",
        "var hasher = Hasher()",
    ])
    func impurityIsFound(line: String) {
        #expect(SourceFile(path: "x", module: "X", text: line).impurities.count == 1)
    }

    @Test(arguments: [
        "// Never Date() here.", "Int.random(in: 0..<4, using: &generator)",
        "func hash(into hasher: inout Hasher) {", "var openDate: Int",
    ])
    func pureLineIsLeftAlone(line: String) {
        #expect(SourceFile(path: "x", module: "X", text: line).impurities.isEmpty)
    }
}
