/// What an amendment that kept an order's place changed.
public struct Amendment: Equatable, Sendable {
    /// The pair.
    public var instrument: InstrumentID
    /// The owner.
    public var account: AccountID
    /// The order.
    public var order: OrderID
    /// Its name before.
    public var previousName: ClientOrderID
    /// Its name since.
    public var name: ClientOrderID
    /// Its quantity before, what had traded included.
    public var previousQuantity: Quantity
    /// Its quantity since; smaller.
    public var quantity: Quantity
    /// Log time.
    public var time: Timestamp

    /// The number of the execution: its log time in microseconds, so that it rises.
    public var executionID: Int64 { time.microseconds }

    /// Makes a record of all its fields.
    public init(
        instrument: InstrumentID,
        account: AccountID,
        order: OrderID,
        previousName: ClientOrderID,
        name: ClientOrderID,
        previousQuantity: Quantity,
        quantity: Quantity,
        time: Timestamp
    ) {
        self.instrument = instrument
        self.account = account
        self.order = order
        self.previousName = previousName
        self.name = name
        self.previousQuantity = previousQuantity
        self.quantity = quantity
        self.time = time
    }
}
