/// The answer to a command or a query.
public enum Reply: Equatable, Sendable {
    case done
    case rejected(RejectReason)
    /// An accepted order with the fills it made at once.
    case placed(Order, fills: [Fill])
    case placedList(OrderList, orders: [Order], fills: [Fill])
    case canceledList(OrderList, orders: [Order])
    /// What `cancelAll` cancelled where lists are among it.
    case canceledLists([OrderList], orders: [Order])
    /// The order as it is after the change, with the fills it made at once.
    case amended(Order, fills: [Fill])
    /// The order as it is after a change that kept its place and gave it a name, and what changed.
    indirect case amendedInPlace(Order, Amendment)
    case amendments([Amendment])
    case preventedMatches([PreventedMatch])
    indirect case replaced(CancelReplaceOutcome)
    case canceled([Order])
    case orders([Order])
    case fills([Fill])
    case balances([Balance])
    case positions([Position])
    /// Lists, and of their orders those still kept.
    case orderLists([OrderList], orders: [Order])
    case position(SequenceNumber)
    /// Funds are on their way; the number of the transfer among those to its destination.
    case transferred(sequence: UInt64)
    /// What is missing, and of what; zero when nothing is.
    case shortfall(AssetID, Amount)
    case movements([Movement])
    /// A part of a copy, and whether it is the last.
    case pairPart(PairPart, isLast: Bool)
    case pairDelta(PairDelta)
    case pairStanding(PairStanding)
    /// How many orders were given up for another shard.
    case lent(Int32)
    /// One record for each interval, in the order of `OrderInterval.allCases`.
    case orderUsage([OrderUsage])
}

/// What became of the two halves of a cancel-replace.
public struct CancelReplaceOutcome: Equatable, Sendable {
    /// One half.
    public enum Step: Equatable, Sendable {
        case notAttempted
        case failed(RejectReason)
        case done(Order, fills: [Fill])
    }

    /// The cancel; its order is the cancelled one, without fills.
    public var cancel: Step
    /// The new order.
    public var place: Step

    /// Makes an outcome.
    public init(cancel: Step, place: Step) {
        self.cancel = cancel
        self.place = place
    }
}
