import Foundation
import Testing

/// Holds the written rules and the articles to what there is: tests and symbols by their names.
@Suite struct RulesTests {
    private let root: URL
    private let rules: RuleBook

    init() throws {
        root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = root.appending(path: "Sources/Matching/Matching.docc/Rules.md")
        rules = RuleBook(try String(contentsOf: path, encoding: .utf8))
    }

    @Test func everyRuleNamesATest() {
        #expect(rules.rules.map(\.number) == Array(1...25))
        for rule in rules.rules {
            #expect(!rule.tests.isEmpty || !rule.suites.isEmpty, "rule \(rule.number)")
        }
    }

    @Test func namedTestsExist() throws {
        let tests = try TestNames(below: root.appending(path: "Tests/MatchingTests"))
        #expect(tests.functions.count > 200)
        for rule in rules.rules {
            for name in rule.tests {
                let isThere = tests.functions.contains(name)
                #expect(isThere, "rule \(rule.number) names \(name)")
            }
            for name in rule.suites {
                let isThere = tests.suites.contains(name)
                #expect(isThere, "rule \(rule.number) names \(name)")
            }
        }
        #expect(tests.functions.contains("engineAgreesWithTheNaiveExchange"))
    }

    /// What stands in double backticks in an article is public in its module.
    @Test func symbolsOfTheArticlesArePublic() throws {
        let modules = try FileManager.default.contentsOfDirectory(
            at: root.appending(path: "Sources"),
            includingPropertiesForKeys: nil
        )
        var count = 0
        for module in modules.sorted(by: { $0.path < $1.path }) {
            let name = module.lastPathComponent
            let folder = module.appending(path: "\(name).docc")
            guard FileManager.default.fileExists(atPath: folder.path) else { continue }
            let names = PublicNames(try SourceFile.all(below: module))
            for article in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let path = folder.appending(path: article)
                let text = try String(contentsOf: path, encoding: .utf8)
                for symbol in Self.symbols(in: text) where symbol != name {
                    count += 1
                    let isPublic = names.contains(symbol)
                    #expect(isPublic, "\(name), \(article): \(symbol)")
                }
            }
        }
        #expect(count > 20)
    }

    static func symbols(in text: String) -> [String] {
        text.matches(of: /``([A-Z][^`\n]*)``/).map { String($0.1) }
    }
}

/// The rules' own rules: each must be able to fail.
@Suite struct RuleBookTests {
    @Test func bracketsBelongToTheirRule() {
        let book = RuleBook(
            """
            **1 One.** Text [`aTest`,
            `another`] and `noTest`.

            Not a rule [`outside`].

            **2 Two** words [SomeTests, `third`]
            """
        )
        #expect(book.rules.map(\.number) == [1, 2])
        #expect(book.rules.map(\.tests) == [["aTest", "another"], ["third"]])
        #expect(book.rules.map(\.suites) == [[], ["SomeTests"]])
    }

    @Test func functionsAreTestsOnlyBehindTheirAttribute() {
        let names = TestNames(
            """
            @Suite struct SomeTests {
                @Test func plain() {}
                @Test(arguments: [1, 2])
                func withArguments(number: Int) {}
                @Test(
                    arguments: [(1, "a)"), (2, "b")]
                )
                func onSeveralLines(number: Int, text: String) {}
                func helper() {}
            }
            """
        )
        #expect(names.functions == ["plain", "withArguments", "onSeveralLines"])
        #expect(names.suites == ["SomeTests"])
    }

    @Test func symbolsAreFoundByTypeAndMember() {
        let text = """
            public struct One {
                public var member: Int
                func hidden() {}
            }
            """
        let names = PublicNames([SourceFile(path: "x", module: "X", text: text)])
        #expect(names.contains("One"))
        #expect(names.contains("One/member"))
        #expect(!names.contains("One/hidden()"))
        #expect(!names.contains("Two"))
    }
}

/// The rules of an article: paragraphs that begin with a number in bold.
private struct RuleBook {
    struct Rule {
        var number: Int
        /// Names in backticks within brackets.
        var tests: [String]
        /// Other words within brackets.
        var suites: [String]
    }

    private(set) var rules: [Rule] = []

    init(_ text: String) {
        for paragraph in text.split(separator: "\n\n") {
            guard let head = paragraph.prefixMatch(of: #/\s*\*\*(\d+)\s/#), let number = Int(head.1)
            else { continue }
            var rule = Rule(number: number, tests: [], suites: [])
            for bracket in paragraph.matches(of: /\[([^\]]*)\]/) {
                for word in bracket.1.split(separator: ",") {
                    let name = word.trimmingCharacters(in: .whitespacesAndNewlines)
                    if name.hasPrefix("`") {
                        rule.tests.append(name.trimmingCharacters(in: ["`"]))
                    } else {
                        rule.suites.append(name)
                    }
                }
            }
            rules.append(rule)
        }
    }
}

/// The names of test functions and suites.
private struct TestNames {
    private(set) var functions: Set<String> = []
    private(set) var suites: Set<String> = []

    init(below folder: URL) throws {
        for file in try SourceFile.all(below: folder) {
            let names = TestNames(file.lines.joined(separator: "\n"))
            functions.formUnion(names.functions)
            suites.formUnion(names.suites)
        }
    }

    init(_ text: String) {
        suites = Set(text.matches(of: /@Suite[^\n]* struct (\w+)/).map { String($0.1) })
        // What stands between an attribute and its function is the attribute's arguments: no other
        // function begins there.
        for part in text.components(separatedBy: "@Test").dropFirst() {
            if let name = part.firstMatch(of: /\bfunc (\w+)/) { functions.insert(String(name.1)) }
        }
    }
}

/// What a module declares as public.
private struct PublicNames {
    private var names: Set<String> = []

    init(_ files: [SourceFile]) {
        let declaration =
            /\bpublic (?:private\(set\) )?(?:static |final |mutating |indirect )*(?:struct|class|enum|protocol|actor|typealias|func|var|let|case) (\w+)/
        for line in files.flatMap(\.lines) {
            for match in line.matches(of: declaration) { names.insert(String(match.1)) }
        }
    }

    /// Whether a path such as `Type/member(label:)` is made of public names.
    func contains(_ symbol: String) -> Bool {
        symbol.split(separator: "/").allSatisfy { part in
            names.contains(String(part.prefix { $0 != "(" }))
        }
    }
}
