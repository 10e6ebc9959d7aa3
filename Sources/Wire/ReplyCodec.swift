import Trading

// The layouts of replies: one byte of kind, then the fields in this order.

extension ByteWriter {
    /// Appends a reason: one byte of kind, one of detail (the filter, the interval, or 0).
    public mutating func write(_ reason: RejectReason) {
        if case .tooManyOrders(let interval) = reason {
            write(RejectReason.tooManyOrdersKind)
            return write(interval)
        }
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
        case .placedList(let list, let orders, let fills):
            write(UInt8(8))
            write(list)
            write(orders)
            write(fills)
        case .canceledList(let list, let orders):
            write(UInt8(9))
            write(list)
            write(orders)
        case .amended(let order, let fills):
            write(UInt8(10))
            write(order)
            write(fills)
        case .replaced(let outcome):
            write(UInt8(11))
            write(outcome.cancel)
            write(outcome.place)
        case .positions(let positions):
            write(UInt8(12))
            write(count: positions.count)
            for position in positions { write(position) }
        case .orderLists(let lists, let orders):
            write(UInt8(36))
            write(lists)
            write(orders)
        case .canceledLists(let lists, let orders):
            write(UInt8(32))
            write(lists)
            write(orders)
        case .amendedInPlace(let order, let amendment):
            write(UInt8(33))
            write(order)
            write(amendment)
        case .amendments(let amendments):
            write(UInt8(34))
            write(count: amendments.count)
            for amendment in amendments { write(amendment) }
        case .preventedMatches(let matches):
            write(UInt8(35))
            write(count: matches.count)
            for match in matches { write(match) }
        case .transferred(let sequence):
            write(UInt8(14))
            write(sequence)
        case .shortfall(let asset, let amount):
            write(UInt8(15))
            write(asset)
            write(amount)
        case .movements(let movements):
            write(UInt8(16))
            write(count: movements.count)
            for movement in movements { write(movement) }
        case .pairPart(let part, let isLast):
            write(UInt8(20))
            write(part)
            write(isLast)
        case .pairDelta(let delta):
            write(UInt8(21))
            write(delta)
        case .pairStanding(let standing):
            write(UInt8(22))
            write(standing.state)
            write(standing.generation)
        case .lent(let count):
            write(UInt8(30))
            write(count)
        case .orderUsage(let usages):
            write(UInt8(31))
            write(count: usages.count)
            for usage in usages { write(usage) }
        }
    }

    private mutating func write(_ step: CancelReplaceOutcome.Step) {
        switch step {
        case .notAttempted: write(UInt8(0))
        case .failed(let reason):
            write(UInt8(1))
            write(reason)
        case .done(let order, let fills):
            write(UInt8(2))
            write(order)
            write(fills)
        }
    }

    private mutating func write(_ lists: [OrderList]) {
        write(count: lists.count)
        for list in lists { write(list) }
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
        if kind == RejectReason.tooManyOrdersKind {
            return .tooManyOrders(try read(OrderInterval.self))
        }
        guard try read(UInt8.self) == 0 else {
            throw .badValue(field: "RejectReason", at: start + 1)
        }
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
            for _ in 0..<(try readCount(elementSizeMin: 34)) { balances.append(try readBalance()) }
            return .balances(balances)
        case 7: return .position(try read(SequenceNumber.self))
        case 8:
            return .placedList(
                try readOrderList(),
                orders: try readOrders(),
                fills: try readFills()
            )
        case 9: return .canceledList(try readOrderList(), orders: try readOrders())
        case 10: return .amended(try readOrder(), fills: try readFills())
        case 11:
            return .replaced(CancelReplaceOutcome(cancel: try readStep(), place: try readStep()))
        case 12:
            var positions: [Position] = []
            for _ in 0..<(try readCount(elementSizeMin: 26)) {
                positions.append(try readPosition())
            }
            return .positions(positions)
        case 14: return .transferred(sequence: try read(UInt64.self))
        case 15: return .shortfall(try read(AssetID.self), try readAmount())
        case 16:
            var movements: [Movement] = []
            for _ in 0..<(try readCount(elementSizeMin: 49)) {
                movements.append(try readMovement())
            }
            return .movements(movements)
        case 20: return .pairPart(try readPairPart(), isLast: try readBool())
        case 21: return .pairDelta(try readPairDelta())
        case 22:
            return .pairStanding(
                PairStanding(
                    state: try read(PairStanding.State.self),
                    generation: try read(UInt32.self)
                )
            )
        case 30: return .lent(try read(Int32.self))
        case 31:
            var usages: [OrderUsage] = []
            for _ in 0..<(try readCount(elementSizeMin: 16)) {
                usages.append(try readOrderUsage())
            }
            return .orderUsage(usages)
        case 32: return .canceledLists(try readOrderLists(), orders: try readOrders())
        case 33: return .amendedInPlace(try readOrder(), try readAmendment())
        case 34:
            var amendments: [Amendment] = []
            for _ in 0..<(try readCount(elementSizeMin: Amendment.wireSizeMin)) {
                amendments.append(try readAmendment())
            }
            return .amendments(amendments)
        case 35:
            var matches: [PreventedMatch] = []
            for _ in 0..<(try readCount(elementSizeMin: PreventedMatch.wireSizeMin)) {
                matches.append(try readPreventedMatch())
            }
            return .preventedMatches(matches)
        case 36: return .orderLists(try readOrderLists(), orders: try readOrders())
        default: throw .badValue(field: "Reply", at: start)
        }
    }

    private mutating func readStep() throws(DecodeError) -> CancelReplaceOutcome.Step {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .notAttempted
        case 1: return .failed(try readRejectReason())
        case 2: return .done(try readOrder(), fills: try readFills())
        default: throw .badValue(field: "CancelReplaceOutcome.Step", at: start)
        }
    }

    private mutating func readOrderLists() throws(DecodeError) -> [OrderList] {
        var lists: [OrderList] = []
        for _ in 0..<(try readCount(elementSizeMin: 45)) { lists.append(try readOrderList()) }
        return lists
    }

    private mutating func readOrders() throws(DecodeError) -> [Order] {
        var orders: [Order] = []
        for _ in 0..<(try readCount(elementSizeMin: Order.wireSizeMin)) {
            orders.append(try readOrder())
        }
        return orders
    }

    private mutating func readFills() throws(DecodeError) -> [Fill] {
        var fills: [Fill] = []
        for _ in 0..<(try readCount(elementSizeMin: 66)) { fills.append(try readFill()) }
        return fills
    }
}

extension RejectReason {
    /// The number of the reason with an interval as its detail; those without one count up from 1.
    fileprivate static let tooManyOrdersKind: UInt8 = 200

    /// The reasons without a detail, in the order of their numbers on the wire, from 1.
    fileprivate static let plainCases: [RejectReason] = [
        .insufficientBalance, .duplicateOrder, .wouldTake, .unknownOrder, .noSuchOrder,
        .unknownInstrument, .unknownAsset, .duplicateExpired, .malformed, .overloaded,
        .marketClosed, .wouldTrigger, .badPrices, .icebergTooLarge, .noChange, .quantityIncrease,
        .unknownList, .noSuchList, .transferGap, .recentlyCredited, .referenceTaken,
        .noSuchWithdrawal, .pairMoved, .moveRefused, .moveAborted, .cancelRestricted,
    ]
}
