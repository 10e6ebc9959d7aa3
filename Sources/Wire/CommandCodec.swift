import Trading

// The layouts of commands and queries: one byte of kind, then the fields in this order.

extension ByteWriter {
    /// Appends a request to place an order.
    public mutating func write(_ place: PlaceOrder) {
        write(place.account)
        write(place.instrument)
        write(place.side)
        write(place.type)
        write(place.timeInForce)
        // 255 is "the instrument's default".
        write(place.selfTradePrevention?.rawValue ?? 255)
        write(place.price)
        write(place.quantity)
        write(place.quoteQuantity)
        write(place.clientOrderID)
    }

    /// Appends a reference to an order.
    public mutating func write(_ reference: OrderReference) {
        switch reference {
        case .id(let id):
            write(UInt8(0))
            write(id)
        case .clientOrderID(let id):
            write(UInt8(1))
            write(id)
        }
    }

    /// Appends a command.
    public mutating func write(_ command: Command) {
        switch command {
        case .void: write(UInt8(0))
        case .place(let place):
            write(UInt8(1))
            write(place)
        case .cancel(let account, let instrument, let order):
            write(UInt8(2))
            write(account)
            write(instrument)
            write(order)
        case .cancelAll(let account, let instrument):
            write(UInt8(3))
            write(account)
            write(instrument)
        case .deposit(let account, let asset, let amount, let reference):
            write(UInt8(4))
            write(account)
            write(asset)
            write(amount)
            write(reference)
        case .addAsset(let asset):
            write(UInt8(5))
            write(asset)
        case .addInstrument(let instrument):
            write(UInt8(6))
            write(instrument)
        }
    }

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
            write(instrument != nil)
            write(instrument ?? InstrumentID(0))
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
        }
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
    /// Reads a request to place an order.
    ///
    /// - Returns: The request.
    /// - Throws: `DecodeError`.
    public mutating func readPlaceOrder() throws(DecodeError) -> PlaceOrder {
        let account = try read(AccountID.self)
        let instrument = try read(InstrumentID.self)
        let side = try read(Side.self)
        let type = try read(OrderType.self)
        let timeInForce = try read(TimeInForce.self)
        let prevention = try read(UInt8.self)
        guard prevention == 255 || SelfTradePrevention(rawValue: prevention) != nil else {
            throw .badValue(field: "SelfTradePrevention", at: position - 1)
        }
        return PlaceOrder(
            account: account,
            instrument: instrument,
            side: side,
            type: type,
            timeInForce: timeInForce,
            selfTradePrevention: SelfTradePrevention(rawValue: prevention),
            price: try readPrice(),
            quantity: try readQuantity(),
            quoteQuantity: try readAmount(),
            clientOrderID: try readClientOrderID()
        )
    }

    /// Reads a reference to an order.
    ///
    /// - Returns: The reference.
    /// - Throws: `DecodeError`.
    public mutating func readOrderReference() throws(DecodeError) -> OrderReference {
        try readBool() ? .clientOrderID(try readClientOrderID()) : .id(try read(OrderID.self))
    }

    /// Reads a command.
    ///
    /// - Returns: The command.
    /// - Throws: `DecodeError`.
    public mutating func readCommand() throws(DecodeError) -> Command {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .void
        case 1: return .place(try readPlaceOrder())
        case 2:
            return .cancel(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try readOrderReference()
            )
        case 3:
            return .cancelAll(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self)
            )
        case 4:
            return .deposit(
                account: try read(AccountID.self),
                asset: try read(AssetID.self),
                amount: try readAmount(),
                reference: try read(UInt64.self)
            )
        case 5: return .addAsset(try readAsset())
        case 6: return .addInstrument(try readInstrument())
        default: throw .badValue(field: "Command", at: start)
        }
    }

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
            let account = try read(AccountID.self)
            let isNamed = try readBool()
            let instrument = try read(InstrumentID.self)
            return .openOrders(account: account, instrument: isNamed ? instrument : nil)
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
        default: throw .badValue(field: "Query", at: start)
        }
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
        let isPresent = try readBool()
        let value = try read(Int64.self)
        return isPresent ? value : nil
    }
}
