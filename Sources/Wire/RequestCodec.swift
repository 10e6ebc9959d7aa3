import Trading

// The layouts of the requests inside commands and queries.

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
        writeExtras(of: place)
    }

    @inline(__always)
    private mutating func writeExtras(of place: PlaceOrder) {
        var extras: OrderExtras = []
        if place.stopPrice != .none { extras.insert(.stopPrice) }
        if place.trailingDelta != 0 { extras.insert(.trailingDelta) }
        if place.icebergQuantity != .zero { extras.insert(.icebergQuantity) }
        if place.expiresAt != .zero { extras.insert(.expiresAt) }
        write(extras.rawValue)
        // Most orders have none of these.
        guard !extras.isEmpty else { return }
        if extras.contains(.stopPrice) { write(place.stopPrice) }
        if extras.contains(.trailingDelta) { write(place.trailingDelta) }
        if extras.contains(.icebergQuantity) { write(place.icebergQuantity) }
        if extras.contains(.expiresAt) { write(place.expiresAt) }
    }

    /// Appends a request to place a list of orders.
    public mutating func write(_ list: PlaceOrderList) {
        write(list.contingency)
        write(list.clientOrderID)
        write(count: list.orders.count)
        for order in list.orders { write(order) }
    }

    /// Appends a request to change an order.
    public mutating func write(_ amend: AmendOrder) {
        write(amend.account)
        write(amend.instrument)
        write(amend.order)
        write(amend.quantity)
        write(amend.price)
        write(amend.keepsPriority)
        write(amend.clientOrderID)
    }

    /// Appends a request to replace an order by another.
    public mutating func write(_ request: CancelReplace) {
        write(request.cancel)
        // The mode, and above it the restriction, which few have.
        write(request.mode.rawValue | (request.restriction?.rawValue ?? 0) << 1)
        write(request.place)
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

    /// Appends a reference to a list of orders.
    public mutating func write(_ reference: OrderListReference) {
        switch reference {
        case .id(let id):
            write(UInt8(0))
            write(id)
        case .clientOrderID(let id):
            write(UInt8(1))
            write(id)
        }
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
        var place = PlaceOrder(
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
        let extras = OrderExtras(rawValue: try read(UInt8.self))
        if !extras.isEmpty { try readExtras(extras, of: &place) }
        return place
    }

    private mutating func readExtras(
        _ extras: OrderExtras,
        of place: inout PlaceOrder
    ) throws(DecodeError) {
        guard extras.isSubset(of: .ofPlacement) else {
            throw .badValue(field: "OrderExtras", at: position - 1)
        }
        if extras.contains(.stopPrice) { place.stopPrice = Price(ticks: try readExtra()) }
        if extras.contains(.trailingDelta) { place.trailingDelta = try readExtra() }
        if extras.contains(.icebergQuantity) {
            place.icebergQuantity = Quantity(lots: try readExtra())
        }
        if extras.contains(.expiresAt) {
            place.expiresAt = Timestamp(microseconds: try readExtra())
        }
    }

    /// Reads a request to place a list of orders.
    ///
    /// - Returns: The request.
    /// - Throws: `DecodeError`, also when it has not as many orders as its contingency says.
    public mutating func readPlaceOrderList() throws(DecodeError) -> PlaceOrderList {
        var list = PlaceOrderList(
            contingency: try read(ContingencyType.self),
            clientOrderID: try readClientOrderID(),
            orders: []
        )
        for _ in 0..<(try readCount(of: list.contingency)) {
            list.orders.append(try readPlaceOrder())
        }
        return list
    }

    /// Reads a request to change an order.
    ///
    /// - Returns: The request.
    /// - Throws: `DecodeError`.
    public mutating func readAmendOrder() throws(DecodeError) -> AmendOrder {
        AmendOrder(
            account: try read(AccountID.self),
            instrument: try read(InstrumentID.self),
            order: try readOrderReference(),
            quantity: try readQuantity(),
            price: try readPrice(),
            keepsPriority: try readBool(),
            clientOrderID: try readClientOrderID()
        )
    }

    /// Reads a request to replace an order by another.
    ///
    /// - Returns: The request.
    /// - Throws: `DecodeError`.
    public mutating func readCancelReplace() throws(DecodeError) -> CancelReplace {
        let cancel = try readOrderReference()
        let start = position
        let byte = try read(UInt8.self)
        let restriction = CancelRestriction(rawValue: byte >> 1)
        guard let mode = CancelReplaceMode(rawValue: byte & 1), restriction != nil || byte < 2
        else { throw .badValue(field: "CancelReplaceMode", at: start) }
        return CancelReplace(
            cancel: cancel,
            mode: mode,
            place: try readPlaceOrder(),
            restriction: restriction
        )
    }

    /// Reads a reference to an order.
    ///
    /// - Returns: The reference.
    /// - Throws: `DecodeError`.
    public mutating func readOrderReference() throws(DecodeError) -> OrderReference {
        try readBool() ? .clientOrderID(try readClientOrderID()) : .id(try read(OrderID.self))
    }

    /// Reads a reference to a list of orders.
    ///
    /// - Returns: The reference.
    /// - Throws: `DecodeError`.
    public mutating func readOrderListReference() throws(DecodeError) -> OrderListReference {
        try readBool() ? .clientOrderID(try readClientOrderID()) : .id(try read(OrderListID.self))
    }
}
