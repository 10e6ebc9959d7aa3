import Configuration
import Foundation
import Testing

@testable import Workload

@Suite struct InstructionGateTests {
    private func entry(
        _ instructions: Double,
        _ allocations: Double = 0
    ) -> InstructionGate.Limits.Entry {
        InstructionGate.Limits.Entry(
            flow: "small",
            level: "book",
            instructionsPerMessage: instructions,
            allocationsPerMessage: allocations
        )
    }

    @Test(arguments: [(100.0, true), (103.0, true), (103.1, false), (50.0, true)])
    func excessBeyondTheLimitFails(instructions: Double, isFine: Bool) {
        let faults = InstructionGate.faults(entry(instructions), entry(100), excessPercent: 3)
        #expect(faults.isEmpty == isFine)
    }

    @Test func anAllocationMoreFails() {
        #expect(InstructionGate.faults(entry(1, 0.005), entry(1), excessPercent: 3) == [])
        #expect(InstructionGate.faults(entry(1, 1), entry(1), excessPercent: 3).count == 1)
        #expect(InstructionGate.faults(entry(1, 1), entry(1, 1), excessPercent: 3) == [])
    }

    @Test func countWithoutARecordFails() {
        #expect(InstructionGate.faults(entry(1), nil, excessPercent: 3).count == 1)
    }

    @Test func recordedCountsCoverWhatIsCounted() throws {
        let path = FileStore.absolute("../../../instructions.json", in: #filePath)
        let bytes = try FileStore.read(path)
        let limits = try JSONDecoder().decode(InstructionGate.Limits.self, from: Data(bytes))
        for task in InstructionGate.tasks {
            let found = limits.entries.filter { entry in
                entry.flow == task.flow && entry.level == task.level.rawValue
            }
            #expect(found.count == 1, "\(task)")
        }
        #expect(limits.entries.count == InstructionGate.tasks.count)
        #expect(limits.excessPercent == 3)
    }

    @Test func sumsOfAProfileAreRead() throws {
        let profile = """
            events: Ir
            fn=(1) castleMeasuredPart
            10 5
            cfn=(2) malloc
            calls=3 0
            10 60
            cfn=(3) _int_malloc
            calls=9 0
            10 60
            fn=(4) grow
            cfn=(2)
            calls=2 0
            11 40
            cfn=(5) realloc'2
            calls=1 0
            11 40
            totals: 1234
            """
        let counts = try #require(CallgrindCounts(profile))
        #expect(counts.instructions == 1234)
        #expect(counts.allocations == 6)
        #expect(CallgrindCounts("events: Ir\n") == nil)
    }

    @Test func lineOfAnObservedReplayIsReadBack() {
        let line = Observed(messages: 12, isTraced: true)
        #expect(Observed(line.text + "\n") == line)
        #expect(Observed("observed x messages traced") == nil)
        #expect(Observed("") == nil)
    }
}
