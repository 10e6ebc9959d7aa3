/// A promise of the exchange that was not kept.
public struct Violation: Codable, Equatable, Sendable, CustomStringConvertible {
    /// Which promise.
    public enum Kind: String, Codable, Sendable, CaseIterable {
        /// An acknowledged order is not there.
        case lost
        /// An order is there twice, or was executed twice.
        case duplicated
        /// An order is there that nobody was told of.
        case phantom
        /// An order is not what its client was told.
        case inconsistent
        /// A request never got a final answer.
        case unresolved
        /// Trades do not add up.
        case trades
        /// Balances do not add up.
        case balances
        /// The depth stream does not lead to the book.
        case depth
        /// What the failure matrix promises for this fault did not happen.
        case expectation
    }

    /// Which promise.
    public var kind: Kind
    /// What was seen.
    public var detail: String

    /// States both.
    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// One line.
    public var description: String { "\(kind.rawValue): \(detail)" }
}
