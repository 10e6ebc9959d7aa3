import Trading

// The layouts of queries: one byte of kind, then the fields in this order.

extension ByteWriter {
    /// Appends a query.
    public mutating func write(_ query: Query) {
        switch query {
        case .position: write(UInt8(0))
        case .order(let account, let instrument, let order):
            write(UInt8(1))
            write(account)
            write(instrument)
            write(order)
        case .openOrders(let account, let instrument):
            write(UInt8(2))
            write(account)
            write(optional: instrument)
        case .orders(let account, let instrument, let range):
            write(UInt8(3))
            write(account)
            write(instrument)
            write(range)
        case .fills(let account, let instrument, let order, let range):
            write(UInt8(4))
            write(account)
            write(instrument)
            write(optional: order?.rawValue)
            write(range)
        case .balances(let account):
            write(UInt8(5))
            write(account)
        case .test(let place):
            write(UInt8(6))
            write(place)
        case .positions(let account):
            write(UInt8(7))
            write(account)
        case .orderList(let account, let instrument, let list):
            write(UInt8(8))
            write(account)
            write(instrument)
            write(list)
        case .openOrderLists(let account, let instrument):
            write(UInt8(9))
            write(account)
            write(optional: instrument)
        case .shortfall(let command):
            write(UInt8(10))
            write(command)
        case .credited(let shard, let sequence):
            write(UInt8(11))
            write(shard)
            write(sequence)
        case .statement(let account, let asset, let range):
            write(UInt8(12))
            write(account)
            write(asset != nil)
            write(asset ?? AssetID(0))
            write(range)
        case .orderLists(let account, let name, let range):
            write(UInt8(31))
            write(account)
            write(name)
            write(range)
        case .amendments(let account, let instrument, let order, let range):
            write(UInt8(32))
            write(account)
            write(instrument)
            write(order)
            write(range)
        case .preventedMatches(let account, let instrument, let order, let range):
            write(UInt8(33))
            write(account)
            write(instrument)
            write(optional: order?.rawValue)
            write(range)
        case .pairPart(let instrument, let generation, let part):
            write(UInt8(20))
            write(instrument)
            write(generation)
            write(part)
        case .pairDelta(let instrument, let generation):
            write(UInt8(21))
            write(instrument)
            write(generation)
        case .pairStanding(let instrument):
            write(UInt8(22))
            write(instrument)
        case .orderUsage(let account):
            write(UInt8(30))
            write(account)
        }
    }

    private mutating func write(optional instrument: InstrumentID?) {
        write(instrument != nil)
        write(instrument ?? InstrumentID(0))
    }

    private mutating func write(_ range: HistoryRange) {
        write(optional: range.fromID)
        write(optional: range.start?.microseconds)
        write(optional: range.end?.microseconds)
        write(UInt32(range.limit))
    }

    private mutating func write(optional value: Int64?) {
        write(value != nil)
        write(value ?? 0)
    }
}

extension ByteReader {
    /// Reads a query.
    ///
    /// - Returns: The query.
    /// - Throws: `DecodeError`.
    public mutating func readQuery() throws(DecodeError) -> Query {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .position
        case 1:
            return .order(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try readOrderReference()
            )
        case 2:
            return .openOrders(
                account: try read(AccountID.self),
                instrument: try readOptionalInstrument()
            )
        case 3:
            return .orders(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                try readHistoryRange()
            )
        case 4:
            return .fills(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try readOptional().map { OrderID($0) },
                try readHistoryRange()
            )
        case 5: return .balances(account: try read(AccountID.self))
        case 6: return .test(try readPlaceOrder())
        case 7: return .positions(account: try read(AccountID.self))
        case 8:
            return .orderList(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                list: try readOrderListReference()
            )
        case 9:
            return .openOrderLists(
                account: try read(AccountID.self),
                instrument: try readOptionalInstrument()
            )
        case 10: return .shortfall(try readCommand())
        case 11:
            return .credited(from: try read(ShardID.self), sequence: try read(UInt64.self))
        case 12:
            return .statement(
                account: try read(AccountID.self),
                asset: try readOptional(UInt16.self).map { AssetID($0) },
                try readHistoryRange()
            )
        case 20:
            return .pairPart(
                instrument: try read(InstrumentID.self),
                generation: try read(UInt32.self),
                part: try read(UInt32.self)
            )
        case 21:
            return .pairDelta(
                instrument: try read(InstrumentID.self),
                generation: try read(UInt32.self)
            )
        case 22: return .pairStanding(instrument: try read(InstrumentID.self))
        case 30: return .orderUsage(account: try read(AccountID.self))
        case 31:
            return .orderLists(
                account: try read(AccountID.self),
                named: try readClientOrderID(),
                try readHistoryRange()
            )
        case 32:
            return .amendments(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try read(OrderID.self),
                try readHistoryRange()
            )
        case 33:
            return .preventedMatches(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try readOptional().map { OrderID($0) },
                try readHistoryRange()
            )
        default: throw .badValue(field: "Query", at: start)
        }
    }

    private mutating func readOptionalInstrument() throws(DecodeError) -> InstrumentID? {
        try readOptional(UInt16.self).map { InstrumentID($0) }
    }

    private mutating func readHistoryRange() throws(DecodeError) -> HistoryRange {
        HistoryRange(
            fromID: try readOptional(),
            start: try readOptional().map { Timestamp(microseconds: $0) },
            end: try readOptional().map { Timestamp(microseconds: $0) },
            limit: Int(try read(UInt32.self))
        )
    }

    private mutating func readOptional() throws(DecodeError) -> Int64? {
        try readOptional(Int64.self)
    }
}
