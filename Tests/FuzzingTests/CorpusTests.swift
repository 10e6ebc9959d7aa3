import Foundation
import Testing

/// The inputs that fuzzing kept, without the fuzzer: each was once the only way to some branch, or
/// a find.
@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Corpus")

    @Test(arguments: FuzzTarget.allCases) func everyInputIsTaken(target: FuzzTarget) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: target.rawValue),
            includingPropertiesForKeys: nil
        )
        #expect(files.count >= 20)
        // An input that breaks an invariant ends the process and names it.
        for file in files { target.run(Array(try Data(contentsOf: file))) }
    }

    /// What `Ops/fuzz` compiles is linked against nothing but the pure modules.
    @Test func entryTakesNoBytes() { #expect(testOneInput(nil, 0) == 0) }
}
