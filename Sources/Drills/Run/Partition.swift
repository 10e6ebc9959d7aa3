import Workload

/// A way to cut a cluster's network in two: who is cut from whom, and in which direction.
struct Partition: Equatable, Sendable {
    /// A part that processes play for one shard.
    enum Part: String, CaseIterable, Sendable {
        case primary
        case standby
        case router
        case redis
        case coordinator
    }

    /// What becomes of the packets between the two.
    enum Mode: String, CaseIterable, Sendable {
        /// None gets through.
        case both = "-"
        /// Those from the first to the second are lost.
        case forth = ">"
        /// Those from the second to the first are lost.
        case back = "<"
        /// None gets through for a moment, again and again.
        case flapping = "~"
    }

    let first: Part
    /// `nil` is all others.
    let second: Part?
    let mode: Mode

    /// Such as `primary>redis` or `primary~all`.
    var name: String { first.rawValue + mode.rawValue + (second?.rawValue ?? "all") }

    /// Every one, in the order in which a drill walks through them: whole cuts first.
    static let all: [Partition] = Mode.allCases.flatMap { mode in
        Part.allCases.enumerated().flatMap { index, first in
            let others = [nil] + Part.allCases.dropFirst(index + 1).map(Optional.some)
            return others.map { Partition(first: first, second: $0, mode: mode) }
        }
    }

    /// The one of a name.
    init?(name: String) {
        guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    private init(first: Part, second: Part?, mode: Mode) {
        self.first = first
        self.second = second
        self.mode = mode
    }

    /// What is dropped, given who plays the parts.
    ///
    /// - Parameters:
    ///   - members: Who plays each part.
    ///   - names: Every process of the cluster.
    /// - Returns: One cut for each pair and direction.
    func cuts(_ members: [Part: String], among names: [String]) -> [PrivateNetwork.Cut] {
        guard let one = members[first] else { return [] }
        let others = second.map { [members[$0]].compactMap { $0 } } ?? names.filter { $0 != one }
        let forth = others.map { PrivateNetwork.Cut(from: one, to: $0) }
        let back = forth.map(\.reversed)
        return switch mode {
        case .forth: forth
        case .back: back
        case .both, .flapping: forth + back
        }
    }

    /// How long packets are dropped, let through, dropped again and so on, in milliseconds.
    func phases(_ random: inout some RandomNumberGenerator) -> [UInt64] {
        guard mode == .flapping else { return [UInt64.random(in: 1000...3000, using: &random)] }
        return (0..<11).map { _ in UInt64.random(in: 50...300, using: &random) }
    }
}
