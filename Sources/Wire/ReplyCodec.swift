import Trading

// The layouts of replies: one byte of kind, then the fields in this order.

extension ByteWriter {
    /// Appends a reason: one byte of kind, one of detail (the filter, or 0).
    public mutating func write(_ reason: RejectReason) {
        let kind = RejectReason.plainCases.firstIndex(of: reason).map { UInt8($0 + 1) } ?? 0
        write(kind)
        if case .filter(let filter) = reason { write(filter) } else { write(UInt8(0)) }
    }

    /// Appends a reply.
    public mutating func write(_ reply: Reply) {
        switch reply {
        case .done: write(UInt8(0))
        case .rejected(let reason):
            write(UInt8(1))
            write(reason)
        case .placed(let order, let fills):
            write(UInt8(2))
            write(order)
            write(fills)
        case .canceled(let orders):
            write(UInt8(3))
            write(orders)
        case .orders(let orders):
            write(UInt8(4))
            write(orders)
        case .fills(let fills):
            write(UInt8(5))
            write(fills)
        case .balances(let balances):
            write(UInt8(6))
            write(count: balances.count)
            for balance in balances { write(balance) }
        case .position(let position):
            write(UInt8(7))
            write(position)
        }
    }

    private mutating func write(_ orders: [Order]) {
        write(count: orders.count)
        for order in orders { write(order) }
    }

    private mutating func write(_ fills: [Fill]) {
        write(count: fills.count)
        for fill in fills { write(fill) }
    }
}

extension ByteReader {
    /// Reads a reason.
    ///
    /// - Returns: The reason.
    /// - Throws: `DecodeError`.
    public mutating func readRejectReason() throws(DecodeError) -> RejectReason {
        let start = position
        let kind = Int(try read(UInt8.self))
        if kind == 0 { return .filter(try read(Filter.self)) }
        _ = try read(UInt8.self)
        guard kind <= RejectReason.plainCases.count else {
            throw .badValue(field: "RejectReason", at: start)
        }
        return RejectReason.plainCases[kind - 1]
    }

    /// Reads a reply.
    ///
    /// - Returns: The reply.
    /// - Throws: `DecodeError`.
    public mutating func readReply() throws(DecodeError) -> Reply {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .done
        case 1: return .rejected(try readRejectReason())
        case 2: return .placed(try readOrder(), fills: try readFills())
        case 3: return .canceled(try readOrders())
        case 4: return .orders(try readOrders())
        case 5: return .fills(try readFills())
        case 6:
            var balances: [Balance] = []
            for _ in 0..<(try readCount(elementSizeMin: 18)) { balances.append(try readBalance()) }
            return .balances(balances)
        case 7: return .position(try read(SequenceNumber.self))
        default: throw .badValue(field: "Reply", at: start)
        }
    }

    private mutating func readOrders() throws(DecodeError) -> [Order] {
        var orders: [Order] = []
        for _ in 0..<(try readCount(elementSizeMin: 76)) { orders.append(try readOrder()) }
        return orders
    }

    private mutating func readFills() throws(DecodeError) -> [Fill] {
        var fills: [Fill] = []
        for _ in 0..<(try readCount(elementSizeMin: 66)) { fills.append(try readFill()) }
        return fills
    }
}

extension RejectReason {
    /// The reasons without a detail, in the order of their numbers on the wire, from 1.
    fileprivate static let plainCases: [RejectReason] = [
        .insufficientBalance, .duplicateOrder, .wouldTake, .unknownOrder, .noSuchOrder,
        .unknownInstrument, .unknownAsset, .duplicateExpired, .malformed, .overloaded,
    ]
}
