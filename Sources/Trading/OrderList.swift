/// How the orders of a list depend on each other.
public enum ContingencyType: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// One cancels the other: as soon as one trades or triggers, the other expires.
    case oneCancelsOther = 0
    /// One triggers the other: the pending order starts when the working order is filled whole.
    case oneTriggersOther = 1
    /// One triggers a pair of which one cancels the other.
    case oneTriggersOneCancelsOther = 2

    /// Number of orders in such a list.
    @inlinable
    public var orderCount: Int { self == .oneTriggersOneCancelsOther ? 3 : 2 }
}

extension OrderListID {
    /// The number that names the list among those of all pairs: what clients see.
    ///
    /// - Parameter instrument: The pair of the list.
    /// - Returns: Rises with the lists of the pair.
    public func venueWide(in instrument: InstrumentID) -> Int64 {
        rawValue << 16 | Int64(instrument.rawValue)
    }

    /// Takes such a number apart.
    ///
    /// - Parameter venueWide: Not negative.
    /// - Returns: The list and its pair, whether or not there are any.
    public static func split(
        venueWide: Int64
    ) -> (list: OrderListID, instrument: InstrumentID) {
        (
            OrderListID(venueWide >> 16),
            InstrumentID(UInt16(truncatingIfNeeded: venueWide))
        )
    }
}

extension OrderList {
    /// The number that names it among those of all pairs.
    public var venueWideID: Int64 { id.venueWide(in: instrument) }

    /// Whether it comes before another in a window over all pairs: from an id on by ids, so that
    /// paging by them leaves nothing out, else by time.
    ///
    /// - Parameters:
    ///   - other: Another list.
    ///   - range: The window.
    /// - Returns: Whether it does; a total order.
    public func comes(before other: OrderList, in range: HistoryRange) -> Bool {
        guard range.fromID == nil, createdAt != other.createdAt else {
            return venueWideID < other.venueWideID
        }
        return createdAt < other.createdAt
    }
}

/// Where a list is in its life.
public enum OrderListStatus: UInt8, Sendable, CaseIterable, BitwiseCopyable {
    /// An order of it is open.
    case executing = 0
    /// No order of it is open.
    case allDone = 1
}

/// A list of orders as its owner sees it.
public struct OrderList: Equatable, Sendable {
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
    /// Its orders as they were placed: OCO the two legs; OTO working, pending; OTOCO working and
    /// the two pending legs.
    public var orders: [OrderID]
    /// Log time of acceptance.
    public var createdAt: Timestamp

    /// Makes a record of all its fields.
    public init(
        id: OrderListID,
        instrument: InstrumentID,
        account: AccountID,
        clientOrderID: ClientOrderID,
        contingency: ContingencyType,
        status: OrderListStatus,
        orders: [OrderID],
        createdAt: Timestamp
    ) {
        self.id = id
        self.instrument = instrument
        self.account = account
        self.clientOrderID = clientOrderID
        self.contingency = contingency
        self.status = status
        self.orders = orders
        self.createdAt = createdAt
    }
}
