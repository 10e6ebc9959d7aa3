import Trading

// The layouts of funds and of what moved them.

extension ByteWriter {
    /// Appends funds, 14 bytes.
    public mutating func write(_ funds: Funds) {
        write(funds.account)
        write(funds.asset)
        write(funds.amount)
    }

    /// Appends a movement, 49 bytes.
    public mutating func write(_ movement: Movement) {
        write(movement.number)
        write(movement.time)
        write(movement.kind)
        write(movement.funds)
        write(movement.shard)
        write(movement.sequence)
        write(movement.reference)
    }
}

extension ByteReader {
    /// Reads funds.
    ///
    /// - Returns: The funds.
    /// - Throws: `DecodeError`.
    public mutating func readFunds() throws(DecodeError) -> Funds {
        Funds(
            account: try read(AccountID.self),
            asset: try read(AssetID.self),
            amount: try readAmount()
        )
    }

    /// Reads a movement.
    ///
    /// - Returns: The movement.
    /// - Throws: `DecodeError`.
    public mutating func readMovement() throws(DecodeError) -> Movement {
        Movement(
            number: try read(UInt64.self),
            time: try readTimestamp(),
            kind: try read(Movement.Kind.self),
            funds: try readFunds(),
            shard: try read(ShardID.self),
            sequence: try read(UInt64.self),
            reference: try read(UInt64.self)
        )
    }
}
