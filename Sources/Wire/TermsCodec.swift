import Trading

// The layouts of what the venue agreed with an account, of its fees and of positions.

extension ByteWriter {
    /// Appends the terms of an account, 10 bytes.
    public mutating func write(_ terms: AccountTerms) {
        write(terms.account)
        write(terms.feeTier)
        write(terms.paysInDiscountAsset)
        write(terms.tradeGroup)
    }

    /// Appends a fee schedule.
    public mutating func write(_ schedule: FeeSchedule) {
        write(count: schedule.tiers.count)
        for tier in schedule.tiers {
            write(tier.makerShare)
            write(tier.takerShare)
        }
        write(schedule.discountAsset != nil)
        write(schedule.discountAsset ?? AssetID(0))
        write(schedule.discount)
    }

    /// Appends a position, 26 bytes.
    public mutating func write(_ position: Position) {
        write(position.instrument)
        write(position.quantity)
        write(position.cost)
        write(position.realized)
    }
}

extension ByteReader {
    /// Reads the terms of an account.
    ///
    /// - Returns: The terms.
    /// - Throws: `DecodeError`.
    public mutating func readAccountTerms() throws(DecodeError) -> AccountTerms {
        AccountTerms(
            account: try read(AccountID.self),
            feeTier: try read(UInt8.self),
            paysInDiscountAsset: try readBool(),
            tradeGroup: try read(UInt32.self)
        )
    }

    /// Reads a fee schedule.
    ///
    /// - Returns: The schedule.
    /// - Throws: `DecodeError`, also when it has no tier or more than `FeeSchedule.tiersMax`.
    public mutating func readFeeSchedule() throws(DecodeError) -> FeeSchedule {
        let start = position
        let count = try readCount(elementSizeMin: 16)
        guard (1...FeeSchedule.tiersMax).contains(count) else {
            throw .badValue(field: "tier count", at: start)
        }
        var tiers: [FeeTier] = []
        for _ in 0..<count {
            tiers.append(
                FeeTier(makerShare: try read(Int64.self), takerShare: try read(Int64.self))
            )
        }
        let asset = try readOptional(UInt16.self)
        return FeeSchedule(
            tiers: tiers,
            discountAsset: asset.map { AssetID($0) },
            discount: try read(Int64.self)
        )
    }

    /// Reads a position.
    ///
    /// - Returns: The position.
    /// - Throws: `DecodeError`.
    public mutating func readPosition() throws(DecodeError) -> Position {
        Position(
            instrument: try read(InstrumentID.self),
            quantity: try readQuantity(),
            cost: try readAmount(),
            realized: try readAmount()
        )
    }
}
