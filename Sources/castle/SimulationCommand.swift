import Configuration
import Simulation

/// `castle simulate`: the roles' own code in a simulated cluster with faults, checked all the time.
enum SimulationCommand {
    static let summary = "Run the roles in a simulated cluster with faults, and check it."

    private static let flags = [
        Arguments.Flag("--seed", "N", help: "the first seed (1)"),
        Arguments.Flag("--seeds", "M", help: "how many, one after another (100)"),
        Arguments.Flag("--steps", "K", help: "events under faults for each (400)"),
    ]

    static func run(_ words: [String]) -> Int32 {
        if Arguments.asksForHelp(words) {
            print(
                Arguments.help(usage: "castle simulate [options]", summary: summary, flags: flags)
            )
            return 0
        }
        do throws(ArgumentError) {
            let arguments = try Arguments(words, flags: flags)
            let passes = SimulateCommand.run(
                seed: UInt64(try arguments.integer("--seed", in: 0...Int.max, default: 1)),
                seeds: try arguments.integer("--seeds", in: 1...10_000_000, default: 100),
                steps: try arguments.integer("--steps", in: 1...1_000_000, default: 400),
                print: { print($0) }
            )
            return passes ? 0 : 1
        } catch {
            refuse("castle simulate: \(error)")
        }
    }
}
