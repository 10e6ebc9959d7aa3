import Configuration
import Testing

@Suite struct ArgumentsTests {
    private static let flags = [
        Arguments.Flag("--dir", "DIR", help: "where"),
        Arguments.Flag("--runs", "N", help: "how often"),
        Arguments.Flag("--detach", help: "return at once"),
    ]

    @Test func bothFormsOfAValueAreTheSame() throws {
        let words = ["--dir", "a=b", "--runs=3", "--detach", "name"]
        let arguments = try Arguments(words, flags: Self.flags, wordMax: 1)
        #expect(arguments.text("--dir") == "a=b")
        #expect(try arguments.integer("--runs", in: 1...9, default: 1) == 3)
        #expect(arguments.has("--detach"))
        #expect(arguments.words == ["name"])
        #expect(try Arguments([], flags: Self.flags).integer("--runs", in: 1...9, default: 7) == 7)
    }

    @Test(arguments: [
        (["--dri", "x"], ArgumentError.unknownFlag("--dri")),
        (["-x"], .unknownFlag("-x")),
        (["--dir"], .missingValue("--dir")),
        (["--dir", "--detach"], .missingValue("--dir")),
        (["--detach=yes"], .unexpectedValue("--detach")),
        (["--dir", "a", "--dir", "b"], .repeated("--dir")),
        (["word"], .unexpectedWord("word")),
    ])
    func mistakeIsNamed(words: [String], expected: ArgumentError) {
        #expect(throws: expected) { _ = try Arguments(words, flags: Self.flags) }
    }

    @Test(arguments: ["0", "10", "3x", "", "99999999999999999999"])
    func numberOutOfRangeIsRefused(text: String) throws {
        let arguments = try Arguments(["--runs=\(text)"], flags: Self.flags)
        let error = #expect(throws: ArgumentError.self) {
            _ = try arguments.integer("--runs", in: 1...9, default: 1)
        }
        #expect(error?.description == "--runs must be a number from 1 to 9, not \"\(text)\"")
    }

    @Test func missingFlagIsNamed() throws {
        let arguments = try Arguments([], flags: Self.flags)
        #expect(throws: ArgumentError.required("--dir")) { _ = try arguments.required("--dir") }
    }

    @Test func helpAlignsWhatIsSaid() {
        let help = Arguments.help(usage: "castle x", summary: "Does x.", flags: Self.flags)
        #expect(help.contains("  --dir DIR  where\n"))
        #expect(help.contains("  --runs N   how often\n"))
        #expect(Arguments.asksForHelp(["--dir", "x", "--help"]))
    }
}
