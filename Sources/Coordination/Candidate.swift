import Membership
import Trading

/// A node that could take over a shard.
struct Candidate: Equatable, Sendable {
    var node: NodeID
    var instance: UInt64
    /// Whether it follows the log closely.
    var isCaughtUp: Bool
    var position: SequenceNumber
    /// Whether it stands in another failure zone than the primary it replaces.
    var isElsewhere: Bool

    /// The best candidate, or `nil` when there is none.
    ///
    /// A laggard loses to any that keeps up; then another zone wins, then the higher position, then
    /// the earlier place in the list. Zone comes before position because positions of nodes that
    /// keep up differ only by the moment of their last report.
    ///
    /// - Parameters:
    ///   - candidates: In replica order.
    ///   - laggardEntries: How far behind the best one a node is a laggard.
    /// - Returns: One of them.
    static func best(of candidates: [Candidate], laggardEntries: UInt64) -> Candidate? {
        let front = candidates.filter(\.isCaughtUp).map(\.position.rawValue).max() ?? 0
        func keepsUp(_ candidate: Candidate) -> Bool {
            candidate.isCaughtUp && front - candidate.position.rawValue <= laggardEntries
        }
        func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
            if keepsUp(left) != keepsUp(right) { return keepsUp(left) }
            if left.isElsewhere != right.isElsewhere { return left.isElsewhere }
            return left.position > right.position
        }
        var best: Candidate?
        for candidate in candidates {
            if let holder = best, !isBetter(candidate, holder) { continue }
            best = candidate
        }
        return best
    }
}
