import Trading

// The layouts of what an account's history tells beside orders and fills.

extension Amendment {
    /// The least bytes an amendment takes.
    public static let wireSizeMin = 40
}

extension PreventedMatch {
    /// The bytes a prevented match takes.
    public static let wireSizeMin = 67
}

extension ByteWriter {
    /// Appends an amendment.
    public mutating func write(_ amendment: Amendment) {
        write(amendment.instrument)
        write(amendment.account)
        write(amendment.order)
        write(amendment.previousName)
        write(amendment.name)
        write(amendment.previousQuantity)
        write(amendment.quantity)
        write(amendment.time)
    }

    /// Appends a prevented match.
    public mutating func write(_ match: PreventedMatch) {
        write(match.instrument)
        write(match.id)
        write(match.account)
        write(match.taker)
        write(match.maker)
        write(match.tradeGroup)
        write(match.mode)
        write(match.price)
        write(match.makerQuantity)
        write(match.takerQuantity)
        write(match.time)
    }
}

extension ByteReader {
    /// Reads an amendment.
    ///
    /// - Returns: The amendment.
    /// - Throws: `DecodeError`.
    public mutating func readAmendment() throws(DecodeError) -> Amendment {
        Amendment(
            instrument: try read(InstrumentID.self),
            account: try read(AccountID.self),
            order: try read(OrderID.self),
            previousName: try readClientOrderID(),
            name: try readClientOrderID(),
            previousQuantity: try readQuantity(),
            quantity: try readQuantity(),
            time: try readTimestamp()
        )
    }

    /// Reads a prevented match.
    ///
    /// - Returns: The match.
    /// - Throws: `DecodeError`.
    public mutating func readPreventedMatch() throws(DecodeError) -> PreventedMatch {
        PreventedMatch(
            instrument: try read(InstrumentID.self),
            id: try read(Int64.self),
            account: try read(AccountID.self),
            taker: try read(OrderID.self),
            maker: try read(OrderID.self),
            tradeGroup: try read(UInt32.self),
            mode: try read(SelfTradePrevention.self),
            price: try readPrice(),
            makerQuantity: try readQuantity(),
            takerQuantity: try readQuantity(),
            time: try readTimestamp()
        )
    }
}
