import Trading

// The layouts of order limits, loans and usage.

extension ByteWriter {
    /// Appends order limits, 8 bytes.
    public mutating func write(_ limits: OrderLimits) {
        write(limits.tenSeconds)
        write(limits.day)
    }

    /// Appends a loan, 17 bytes.
    public mutating func write(_ loan: OrderLoan) {
        write(loan.account)
        write(loan.interval)
        write(loan.start)
        write(loan.count)
    }

    /// Appends what was used, 16 bytes.
    public mutating func write(_ usage: OrderUsage) {
        write(usage.start)
        write(usage.used)
        write(usage.free)
    }
}

extension ByteReader {
    /// Reads order limits.
    ///
    /// - Returns: The limits.
    /// - Throws: `DecodeError`.
    public mutating func readOrderLimits() throws(DecodeError) -> OrderLimits {
        OrderLimits(tenSeconds: try read(Int32.self), day: try read(Int32.self))
    }

    /// Reads a loan.
    ///
    /// - Returns: The loan.
    /// - Throws: `DecodeError`.
    public mutating func readOrderLoan() throws(DecodeError) -> OrderLoan {
        OrderLoan(
            account: try read(AccountID.self),
            interval: try read(OrderInterval.self),
            start: try readTimestamp(),
            count: try read(Int32.self)
        )
    }

    /// Reads what was used.
    ///
    /// - Returns: The record.
    /// - Throws: `DecodeError`.
    public mutating func readOrderUsage() throws(DecodeError) -> OrderUsage {
        OrderUsage(
            start: try readTimestamp(),
            used: try read(Int32.self),
            free: try read(Int32.self)
        )
    }
}
