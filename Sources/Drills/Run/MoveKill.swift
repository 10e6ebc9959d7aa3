/// A step of a pair's move, once it is in the log of the shard it concerns.
public enum MoveStep: String, CaseIterable, Codable, Comparable, Sendable {
    /// Shard 0 has the move; the source begins to tell its copy.
    case copy
    /// The destination has the first part.
    case stage
    /// The source has frozen the pair.
    case freeze
    /// The destination has decided: the pair trades there.
    case activate
    /// The map names the new owner.
    case settle
    /// The source has forgotten the pair.
    case release

    /// Orders steps as they follow each other.
    public static func < (left: Self, right: Self) -> Bool {
        guard let first = allCases.firstIndex(of: left) else { return false }
        return allCases[first...].dropFirst().contains(right)
    }
}

/// Who is killed at a step of a move.
public enum MoveVictim: String, CaseIterable, Codable, Sendable {
    /// The primary of the shard that the pair leaves.
    case source
    /// The primary of the shard that it goes to.
    case destination
    case coordinator
    case router
    case redis
}

/// A move of a pair, and who is killed at which of its steps.
struct MoveKill: Equatable, Sendable {
    var step: MoveStep
    var victim: MoveVictim
    var symbol: String
    var source: Int
    var destination: Int

    /// The combination of a run; as many runs as there are combinations have each of them once.
    ///
    /// Numbers of steps and victims have no divisor in common: the next run has both another step
    /// and another victim, and few runs see much.
    ///
    /// - Parameter number: Of the run, from 1.
    /// - Returns: What is hit, and when.
    static func combination(_ number: Int) -> (step: MoveStep, victim: MoveVictim) {
        let steps = MoveStep.allCases
        let victims = MoveVictim.allCases
        return (steps[(number - 1) % steps.count], victims[(number - 1) % victims.count])
    }

    /// For the report.
    var text: String {
        "\(victim.rawValue) at \(step.rawValue) of \(symbol) from shard \(source) to \(destination)"
    }
}

/// What became of a move that somebody was killed in.
public struct MoveKillOutcome: Codable, Equatable, Sendable {
    /// When it was: the newest step whose entry was made before the kill.
    public var step: MoveStep
    /// Who it was.
    public var victim: MoveVictim
    /// Whether the pair trades where it was to go; otherwise it stays where it was.
    public var isDone = false
    /// Attempts the coordinators made.
    public var attempts = 1
    /// From the kill to the last step that was logged.
    public var milliseconds: UInt64 = 0
    /// Promises that were not kept.
    public var problems: [String] = []

    /// For the report.
    var text: String {
        let end = isDone ? "it moved" : "it stays"
        let tries = attempts == 1 ? "1 attempt" : "\(attempts) attempts"
        return "hit at \(step.rawValue), \(end) after \(tries), \(milliseconds) ms"
    }

    /// Moves done of those begun, by step and victim; `nil` without any.
    ///
    /// - Parameter outcomes: Of all runs.
    /// - Returns: A line for each step below the names of the victims.
    static func table(_ outcomes: [MoveKillOutcome]) -> String? {
        guard !outcomes.isEmpty else { return nil }
        func row(_ cells: [String]) -> String {
            cells.map { $0 + String(repeating: " ", count: max(1, 13 - $0.count)) }.joined()
        }
        var lines = [row(["moved/killed"] + MoveVictim.allCases.map(\.rawValue))]
        for step in MoveStep.allCases {
            let cells = MoveVictim.allCases.map { victim in
                let hit = outcomes.filter { $0.step == step && $0.victim == victim }
                return "\(hit.count(where: \.isDone))/\(hit.count)"
            }
            lines.append(row([step.rawValue] + cells))
        }
        return lines.joined(separator: "\n")
    }
}
