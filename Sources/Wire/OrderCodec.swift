import Trading

// The layouts of orders and their lists. What few orders have stands behind one byte that says
// which of it follows, so that the common order stays small.

/// Which of the fields that few orders have follow, one bit each.
///
/// A field that is there is never zero, so that one order has one encoding.
struct OrderExtras: OptionSet {
    let rawValue: UInt8

    static let stopPrice = OrderExtras(rawValue: 1)
    static let trailingDelta = OrderExtras(rawValue: 2)
    static let icebergQuantity = OrderExtras(rawValue: 4)
    static let expiresAt = OrderExtras(rawValue: 8)
    static let prevented = OrderExtras(rawValue: 16)
    static let list = OrderExtras(rawValue: 32)
    static let workingAt = OrderExtras(rawValue: 64)
    /// `workingAt` is `createdAt` and not written: the order traded from the start.
    static let worksFromStart = OrderExtras(rawValue: 128)

    /// What a placement may have.
    static let ofPlacement: OrderExtras = [
        .stopPrice, .trailingDelta, .icebergQuantity, .expiresAt,
    ]
}

extension Order {
    /// The least bytes an order takes.
    static let wireSizeMin = 77
}

extension ByteWriter {
    /// Appends an order.
    public mutating func write(_ order: Order) {
        write(order.id)
        write(order.instrument)
        write(order.account)
        write(order.clientOrderID)
        write(order.side)
        write(order.type)
        write(order.timeInForce)
        write(order.selfTradePrevention)
        write(order.price)
        write(order.quantity)
        write(order.quoteQuantity)
        write(order.executed)
        write(order.cumulativeQuote)
        write(order.status)
        write(order.createdAt)
        write(order.updatedAt)
        writeExtras(of: order)
    }

    @inline(__always)
    private mutating func writeExtras(of order: Order) {
        var extras: OrderExtras = []
        if order.stopPrice != .none { extras.insert(.stopPrice) }
        if order.trailingDelta != 0 { extras.insert(.trailingDelta) }
        if order.icebergQuantity != .zero { extras.insert(.icebergQuantity) }
        if order.expiresAt != .zero { extras.insert(.expiresAt) }
        if order.prevented != .zero { extras.insert(.prevented) }
        if order.list != .none { extras.insert(.list) }
        if order.workingAt != .zero {
            extras.insert(order.workingAt == order.createdAt ? .worksFromStart : .workingAt)
        }
        write(extras.rawValue)
        // Most orders have none of these.
        guard !extras.subtracting(.worksFromStart).isEmpty else { return }
        if extras.contains(.stopPrice) { write(order.stopPrice) }
        if extras.contains(.trailingDelta) { write(order.trailingDelta) }
        if extras.contains(.icebergQuantity) { write(order.icebergQuantity) }
        if extras.contains(.expiresAt) { write(order.expiresAt) }
        if extras.contains(.prevented) { write(order.prevented) }
        if extras.contains(.list) { write(order.list) }
        if extras.contains(.workingAt) { write(order.workingAt) }
    }

    /// Appends a list of orders.
    public mutating func write(_ list: OrderList) {
        write(list.id)
        write(list.instrument)
        write(list.account)
        write(list.clientOrderID)
        write(list.contingency)
        write(list.status)
        write(list.createdAt)
        write(count: list.orders.count)
        for order in list.orders { write(order) }
    }
}

extension ByteReader {
    /// Reads an order.
    ///
    /// - Returns: The order.
    /// - Throws: `DecodeError`.
    public mutating func readOrder() throws(DecodeError) -> Order {
        var order = Order(
            id: try read(OrderID.self),
            instrument: try read(InstrumentID.self),
            account: try read(AccountID.self),
            clientOrderID: try readClientOrderID(),
            side: try read(Side.self),
            type: try read(OrderType.self),
            timeInForce: try read(TimeInForce.self),
            selfTradePrevention: try read(SelfTradePrevention.self),
            price: try readPrice(),
            quantity: try readQuantity(),
            quoteQuantity: try readAmount(),
            executed: try readQuantity(),
            cumulativeQuote: try readAmount(),
            status: try read(OrderStatus.self),
            createdAt: try readTimestamp(),
            updatedAt: try readTimestamp()
        )
        try readExtras(of: &order)
        return order
    }

    private mutating func readExtras(of order: inout Order) throws(DecodeError) {
        let start = position
        let extras = OrderExtras(rawValue: try read(UInt8.self))
        if extras.contains(.stopPrice) { order.stopPrice = Price(ticks: try readExtra()) }
        if extras.contains(.trailingDelta) { order.trailingDelta = try readExtra() }
        if extras.contains(.icebergQuantity) {
            order.icebergQuantity = Quantity(lots: try readExtra())
        }
        if extras.contains(.expiresAt) {
            order.expiresAt = Timestamp(microseconds: try readExtra())
        }
        if extras.contains(.prevented) { order.prevented = Quantity(lots: try readExtra()) }
        if extras.contains(.list) { order.list = OrderListID(try readExtra()) }
        if extras.contains(.worksFromStart) { order.workingAt = order.createdAt }
        guard extras.contains(.workingAt) else {
            // A start at time zero would say "not working".
            let isSound = !extras.contains(.worksFromStart) || order.workingAt != .zero
            guard isSound else { throw .badValue(field: "Order.workingAt", at: start) }
            return
        }
        let workingAt = Timestamp(microseconds: try readExtra())
        guard !extras.contains(.worksFromStart), workingAt != order.createdAt else {
            throw .badValue(field: "Order.workingAt", at: start)
        }
        order.workingAt = workingAt
    }

    /// Reads a field that is written only when it is not zero.
    ///
    /// - Returns: The value.
    /// - Throws: `DecodeError.badValue` when it is zero all the same.
    mutating func readExtra<Value: FixedWidthInteger>() throws(DecodeError) -> Value {
        let start = position
        let value = try read(Value.self)
        guard value != 0 else { throw .badValue(field: "OrderExtras", at: start) }
        return value
    }

    /// Reads a list of orders.
    ///
    /// - Returns: The list.
    /// - Throws: `DecodeError`, also when it has not as many orders as its contingency says.
    public mutating func readOrderList() throws(DecodeError) -> OrderList {
        var list = OrderList(
            id: try read(OrderListID.self),
            instrument: try read(InstrumentID.self),
            account: try read(AccountID.self),
            clientOrderID: try readClientOrderID(),
            contingency: try read(ContingencyType.self),
            status: try read(OrderListStatus.self),
            orders: [],
            createdAt: try readTimestamp()
        )
        for _ in 0..<(try readCount(of: list.contingency)) {
            list.orders.append(try read(OrderID.self))
        }
        return list
    }

    /// Reads the count of the orders of a list.
    ///
    /// - Parameter contingency: Says how many there must be.
    /// - Returns: The count.
    /// - Throws: `DecodeError`.
    mutating func readCount(of contingency: ContingencyType) throws(DecodeError) -> Int {
        let start = position
        guard Int(try read(UInt32.self)) == contingency.orderCount else {
            throw .badValue(field: "order count", at: start)
        }
        return contingency.orderCount
    }
}
