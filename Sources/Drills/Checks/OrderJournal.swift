import Workload

/// What a client knows of one of its orders: what it sent, and what it was told.
public struct JournalEntry: Equatable, Sendable {
    /// How the placement stands.
    public enum Placement: Equatable, Sendable {
        /// No final answer yet.
        case pending
        /// Acknowledged, or found by its name after an answer was lost.
        case acknowledged(Acknowledgement)
        /// Judged and refused.
        case refused(Refusal)
    }

    /// How the cancel stands.
    public enum Cancellation: Equatable, Sendable {
        /// Not asked for.
        case none
        /// No final answer yet.
        case pending
        /// Acknowledged.
        case acknowledged(Acknowledgement)
        /// Refused, since the order had ended before; or an earlier try had cancelled it.
        case late
    }

    /// Position of the account in the cluster's accounts.
    public var account: Int
    /// Name of the pair.
    public var symbol: String
    /// Whether it buys.
    public var isBuy: Bool
    /// Limit price in units of 10⁻⁸.
    public var price: Int64
    /// Quantity in units of 10⁻⁸.
    public var quantity: Int64
    /// How often the placement was sent.
    public var attempts = 0
    /// Copies of the placement that have no final answer yet; they go under one name.
    public var copiesInFlight = 0
    /// How the placement stands.
    public var placement = Placement.pending
    /// What copies of the placement were told after the first acknowledgement.
    public var laterAcknowledgements: [Acknowledgement] = []
    /// How the cancel stands.
    public var cancellation = Cancellation.none

    /// An order that was not sent yet.
    public init(account: Int, symbol: String, isBuy: Bool, price: Int64, quantity: Int64) {
        self.account = account
        self.symbol = symbol
        self.isBuy = isBuy
        self.price = price
        self.quantity = quantity
    }

    /// Whether something has no final answer yet.
    public var isPending: Bool {
        placement == .pending || copiesInFlight > 0 || cancellation == .pending
    }

    /// Whether the client was told that the order exists.
    public var isAcknowledged: Bool {
        if case .acknowledged = placement { true } else { false }
    }

    /// Takes the final answer of one copy of the placement.
    ///
    /// An acknowledgement stands whatever other copies are told: they are refused as duplicates.
    ///
    /// - Parameter answer: Acknowledged or refused.
    public mutating func settleCopy(_ answer: Placement) {
        copiesInFlight -= 1
        switch (placement, answer) {
        case (.acknowledged, .refused), (.acknowledged, .pending): break
        case (.acknowledged, .acknowledged(let later)): laterAcknowledgements.append(later)
        case (.pending, _), (.refused, _): placement = answer
        }
    }
}

/// Every order of a drill's run, by the client's own name of it.
public struct OrderJournal: Equatable, Sendable {
    /// By clientOrderId.
    public var entries: [String: JournalEntry] = [:]

    /// Nothing sent yet.
    public init() {}

    /// Orders the client was told exist.
    public var acknowledgedCount: Int { entries.values.count { $0.isAcknowledged } }

    /// Orders that were sent more than once.
    public var retriedCount: Int { entries.values.count { $0.attempts > 1 } }

    /// Orders without a final answer.
    public var pendingCount: Int { entries.values.count { $0.isPending } }
}
