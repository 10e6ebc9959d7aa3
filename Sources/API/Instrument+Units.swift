import Trading

/// Ticks and lots as units of 10⁻⁸, the way the API shows them.
extension Instrument {
    /// A price in 10⁻⁸ of the quote asset; a bound beyond 63 bits shows as the largest number.
    func units(_ price: Price) -> Int64 { Self.product(price.ticks, tickUnits) }

    /// A quantity in 10⁻⁸ of the base asset.
    func units(_ quantity: Quantity) -> Int64 { Self.product(quantity.lots, lotUnits) }

    private static func product(_ count: Int64, _ unit: Int64) -> Int64 {
        let (units, overflows) = count.multipliedReportingOverflow(by: unit)
        return overflows ? .max : units
    }
}
