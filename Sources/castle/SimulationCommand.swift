import Configuration
import Simulation

/// `castle simulate`: the roles' own code in a simulated cluster with faults, checked all the time.
enum SimulationCommand {
    static let summary = "Run the roles in a simulated cluster with faults, and check it."

    private static let flags = [
        Arguments.Flag("--seed", "N", help: "the first seed (1)"),
        Arguments.Flag("--seeds", "M", help: "how many, one after another (100)"),
        Arguments.Flag("--steps", "K", help: "events under faults for each (400)"),
        Arguments.Flag("--minutes", "K", help: "virtual minutes under faults, instead of --steps"),
        Arguments.Flag("--acceptors", "N", help: "1, 3 or 5 (each seed draws its own)"),
        Arguments.Flag("--shards", "N", help: "1 to 3 (each seed draws its own)"),
        Arguments.Flag(
            "--operators",
            "none",
            help: "leave out switch-overs that operators ask for"
        ),
        Arguments.Flag("--moves", "none", help: "let funds and pairs stay on their shards"),
        Arguments.Flag("--without", "CHECK", help: "leave out a check: \(checks)"),
        Arguments.Flag("--faults", "LIST", help: "let these faults through: 3,7,12 or none (all)"),
    ]

    private static var checks: String {
        SimulateCommand.PlantedFault.allCases.map(\.rawValue).joined(separator: ", ")
    }

    private static func faults(_ list: String) -> Set<Int> {
        if list == "none" { return [] }
        let numbers = list.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        let faults = Set(numbers.compactMap(\.self))
        guard faults.count == numbers.count, faults.allSatisfy({ $0 > 0 }) else {
            refuse("castle simulate: --faults is a list of numbers from 1, such as 3,7,12, or none")
        }
        return faults
    }

    static func run(_ words: [String]) -> Int32 {
        if Arguments.asksForHelp(words) {
            print(
                Arguments.help(usage: "castle simulate [options]", summary: summary, flags: flags)
            )
            return 0
        }
        do throws(ArgumentError) {
            let arguments = try Arguments(words, flags: flags)
            var options = SimulateCommand.Options(
                seed: UInt64(try arguments.integer("--seed", in: 0...Int.max, default: 1)),
                seeds: try arguments.integer("--seeds", in: 1...10_000_000, default: 100),
                steps: try arguments.integer("--steps", in: 1...1_000_000, default: 400)
            )
            if arguments.text("--minutes") != nil {
                options.minutes = try arguments.integer("--minutes", in: 1...100_000, default: 1)
            }
            if arguments.text("--acceptors") != nil {
                let count = try arguments.integer("--acceptors", in: 1...5, default: 1)
                guard count % 2 == 1 else { refuse("castle simulate: --acceptors is 1, 3 or 5") }
                options.acceptorCount = count
            }
            if arguments.text("--shards") != nil {
                options.shardCount = try arguments.integer("--shards", in: 1...3, default: 1)
            }
            if let word = arguments.text("--operators") {
                guard word == "none" else { refuse("castle simulate: --operators is none") }
                options.hasOperators = false
            }
            if let word = arguments.text("--moves") {
                guard word == "none" else { refuse("castle simulate: --moves is none") }
                options.hasMoves = false
            }
            if let name = arguments.text("--without") {
                guard let planted = SimulateCommand.PlantedFault(rawValue: name) else {
                    refuse("castle simulate: --without is one of \(checks)")
                }
                options.planted = planted
            }
            if let list = arguments.text("--faults") { options.faults = faults(list) }
            return SimulateCommand.run(options, print: { print($0) }) ? 0 : 1
        } catch {
            refuse("castle simulate: \(error)")
        }
    }
}
