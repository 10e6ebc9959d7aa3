/// What happened to something of one account, as its owner is told; the deterministic output of
/// applying the log.
public enum AccountEvent: Equatable, Sendable, BitwiseCopyable {
    /// An order changed.
    case order(OrderReport)
    /// An order list began or ended.
    case list(OrderListReport)
    /// Funds came or went, other than by a trade.
    case moved(Movement)
    /// A pair took its holds to another shard or brought them: anyone's balances here may differ.
    case reshuffled
}

extension AccountEvent {
    /// Whose it is; `nil` for everyone's.
    @inlinable
    public var account: AccountID? {
        switch self {
        case .order(let report): report.order.account
        case .list(let report): report.account
        case .moved(let movement): movement.funds.account
        case .reshuffled: nil
        }
    }
}

/// A change of one order: the order as it is after it, and what happened.
public struct OrderReport: Equatable, Sendable, BitwiseCopyable {
    /// What happened; the execution type of the venue.
    public enum Kind: UInt8, Sendable, CaseIterable, BitwiseCopyable {
        /// Accepted, or it began to work: its trigger fired, or the order before it was filled.
        case new = 0
        /// Ended by its owner.
        case canceled = 1
        /// Changed by its owner.
        case replaced = 2
        /// Could not begin to work.
        case rejected = 3
        /// Traded.
        case trade = 4
        /// Ended by its own terms or those of its list.
        case expired = 5
        /// Made smaller or ended by self-trade prevention.
        case tradePrevention = 6
    }

    /// The order after the change.
    public var order: Order
    /// What happened.
    public var kind: Kind
    /// Rises with every report of a pair, also when the pair moves to another shard.
    public var executionID: Int64
    /// The order's side of the trade; empty unless it traded.
    public var fill: Fill
    /// The client's name for the order before a change of the name; `none` without one.
    public var formerName: ClientOrderID

    /// Makes a report of all its fields.
    public init(
        order: Order,
        kind: Kind,
        executionID: Int64,
        fill: Fill = .blank,
        formerName: ClientOrderID = .none
    ) {
        self.order = order
        self.kind = kind
        self.executionID = executionID
        self.fill = fill
        self.formerName = formerName
    }
}

extension Fill {
    /// What a place for a fill holds before its first use, and a report without a trade.
    public static let blank = Fill(
        trade: Trade(
            instrument: InstrumentID(0),
            id: TradeID(0),
            price: .none,
            quantity: .zero,
            quoteAmount: .zero,
            time: .zero,
            isBuyerMaker: false
        ),
        account: AccountID(0),
        order: OrderID(0),
        isBuyer: false,
        commission: .zero,
        commissionAsset: AssetID(0)
    )
}

/// An order list that began or ended.
public struct OrderListReport: Equatable, Sendable, BitwiseCopyable {
    /// One of its orders.
    public struct Leg: Equatable, Sendable, BitwiseCopyable {
        /// The order; 0 where the list has none.
        public var id: OrderID
        /// The client's name for it.
        public var clientOrderID: ClientOrderID

        /// No order.
        public static let none = Leg(id: OrderID(0), clientOrderID: .none)

        /// Makes a leg.
        public init(id: OrderID, clientOrderID: ClientOrderID) {
            self.id = id
            self.clientOrderID = clientOrderID
        }
    }

    /// Identity within the pair.
    public var id: OrderListID
    /// The pair.
    public var instrument: InstrumentID
    /// The owner.
    public var account: AccountID
    /// The owner's name for it.
    public var clientOrderID: ClientOrderID
    /// How its orders depend on each other.
    public var contingency: ContingencyType
    /// Where it is in its life.
    public var status: OrderListStatus
    /// Log time of the change.
    public var time: Timestamp
    /// Its orders as they were placed.
    public var legs: (Leg, Leg, Leg)

    /// Makes a report.
    ///
    /// - Parameters:
    ///   - list: As it is after the change.
    ///   - time: Log time.
    ///   - legs: Its orders, two or three.
    public init(_ list: OrderList, at time: Timestamp, legs: [Leg]) {
        id = list.id
        instrument = list.instrument
        account = list.account
        clientOrderID = list.clientOrderID
        contingency = list.contingency
        status = list.status
        self.time = time
        self.legs = (
            legs.first ?? .none, legs.dropFirst().first ?? .none, legs.dropFirst(2).first ?? .none
        )
    }

    /// Makes a report of all its fields.
    public init(
        id: OrderListID,
        instrument: InstrumentID,
        account: AccountID,
        clientOrderID: ClientOrderID,
        contingency: ContingencyType,
        status: OrderListStatus,
        time: Timestamp,
        legs: (Leg, Leg, Leg)
    ) {
        self.id = id
        self.instrument = instrument
        self.account = account
        self.clientOrderID = clientOrderID
        self.contingency = contingency
        self.status = status
        self.time = time
        self.legs = legs
    }

    /// The legs it has.
    public var orders: [Leg] { [legs.0, legs.1, legs.2].filter { $0.id.rawValue != 0 } }

    /// Whether all fields are equal.
    public static func == (left: Self, right: Self) -> Bool {
        left.id == right.id && left.instrument == right.instrument
            && left.account == right.account && left.clientOrderID == right.clientOrderID
            && left.contingency == right.contingency && left.status == right.status
            && left.time == right.time && left.legs.0 == right.legs.0
            && left.legs.1 == right.legs.1 && left.legs.2 == right.legs.2
    }
}
