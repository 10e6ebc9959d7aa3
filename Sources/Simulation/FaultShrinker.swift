/// Finds few faults that still make a seed fail: what a person wants to look at.
///
/// Source: Zeller and Hildebrandt, "Simplifying and isolating failure-inducing input", 2002 (ddmin).
struct FaultShrinker {
    private let seed: UInt64
    private let options: SimulateCommand.Options
    /// What the failure starts with: another invariant is another failure.
    private let kind: String
    /// Runs left.
    private var budget: Int
    private var best: SimulateCommand.Run

    init(
        seed: UInt64,
        options: SimulateCommand.Options,
        run: SimulateCommand.Run,
        budget: Int = 200
    ) {
        self.seed = seed
        self.options = options
        self.budget = budget
        kind = Self.kind(of: run)
        best = run
    }

    private static func kind(of run: SimulateCommand.Run) -> String {
        String((run.failure ?? "").prefix { $0 != ":" })
    }

    /// - Returns: A run that fails in the same way, with as few faults as were found.
    mutating func shrunk() -> SimulateCommand.Run {
        if fails(with: []) { return best }
        var parts = 2
        while best.faults.count > 1, budget > 0 {
            let all = best.faults
            let size = (all.count + parts - 1) / parts
            let pieces = stride(from: 0, to: all.count, by: size).map {
                Array(all[$0..<min($0 + size, all.count)])
            }
            if pieces.contains(where: { piece in fails(with: all.filter { !piece.contains($0) }) })
            {
                parts = max(parts - 1, 2)
            } else if size == 1 {
                break
            } else {
                parts = min(2 * parts, all.count)
            }
        }
        return best
    }

    private mutating func fails(with faults: [Int]) -> Bool {
        guard budget > 0 else { return false }
        budget -= 1
        var options = options
        options.faults = Set(faults)
        let run = SimulateCommand.simulate(seed, options)
        guard run.failure != nil, Self.kind(of: run) == kind else { return false }
        best = run
        return true
    }
}
