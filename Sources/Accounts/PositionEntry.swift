import Trading
import Wire

/// What an account bought on a pair and has not sold on it, valued by average cost (rule 9).
///
/// It is a report: nothing is ever paid out of it. Legs are bounded by the ledger, but their sums
/// are not, for funds may leave the pair by another one and come back: an account with enough funds
/// could reach any sum. Sums therefore stay at the end of their range instead of stopping the
/// process, which would let an account stop its shard.
public struct PositionEntry: Equatable, Sendable {
    /// Lots bought and not yet sold; never negative.
    public private(set) var lots: Quantity
    /// What these lots cost, before fees; never negative.
    public private(set) var cost: Amount
    /// Proceeds less cost of what was sold out of the position, before fees; may be negative.
    public private(set) var realized: Amount

    /// Makes an entry of an account that never traded the pair.
    public init() {
        lots = .zero
        cost = .zero
        realized = .zero
    }

    /// Whether the account never traded the pair, as far as this entry shows.
    public var isEmpty: Bool { self == PositionEntry() }

    /// The entry as the API shows it.
    ///
    /// - Parameter instrument: The pair.
    /// - Returns: The position.
    public func position(in instrument: InstrumentID) -> Position {
        Position(instrument: instrument, quantity: lots, cost: cost, realized: realized)
    }

    /// Adds lots and what they cost.
    ///
    /// - Parameters:
    ///   - quantity: Lots bought; at least one.
    ///   - amount: The quote paid for them, before fees; not negative.
    public mutating func buy(lots quantity: Quantity, cost amount: Amount) {
        invariant(quantity.lots > 0 && amount.units >= 0, "a trade has at least one lot")
        lots.lots = Self.sum(lots.lots, quantity.lots)
        cost.units = Self.sum(cost.units, amount.units)
    }

    /// Takes lots out, as far as the position goes, and keeps the gain or loss on them.
    ///
    /// - Parameters:
    ///   - quantity: Lots sold; at least one.
    ///   - amount: The quote received for them, before fees; not negative.
    public mutating func sell(lots quantity: Quantity, proceeds amount: Amount) {
        invariant(quantity.lots > 0 && amount.units >= 0, "a trade has at least one lot")
        let taken = min(quantity, lots)
        guard taken.lots > 0 else { return }
        let costOut = Self.part(cost.units, taken.lots, of: lots.lots)
        let gain = Self.part(amount.units, taken.lots, of: quantity.lots) - costOut
        lots -= taken
        cost.units -= costOut
        realized.units = Self.sum(realized.units, gain)
    }

    /// `amount` × `part` ÷ `whole` rounded down; at most `amount`, since the part is at most the
    /// whole, so that the quotient of the 128-bit product always fits.
    private static func part(_ amount: Int64, _ part: Int64, of whole: Int64) -> Int64 {
        if part == whole { return amount }
        return whole.dividingFullWidth(amount.multipliedFullWidth(by: part)).quotient
    }

    private static func sum(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflows) = left.addingReportingOverflow(right)
        guard overflows else { return sum }
        return right < 0 ? .min : .max
    }
}

extension PositionEntry {
    /// Least and only number of bytes of an entry in a snapshot.
    public static let encodedSize = 24

    /// Appends the entry, 24 bytes.
    ///
    /// - Parameter writer: Where the bytes go.
    public func encode(into writer: inout ByteWriter) {
        writer.write(lots)
        writer.write(cost)
        writer.write(realized)
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameter reader: At the first byte of an entry.
    /// - Throws: `DecodeError`, also when no trades lead to such an entry.
    public init(decoding reader: inout ByteReader) throws(DecodeError) {
        let start = reader.position
        lots = try reader.readQuantity()
        cost = try reader.readAmount()
        realized = try reader.readAmount()
        guard lots.lots >= 0, cost.units >= 0, lots.lots > 0 || cost.units == 0 else {
            throw .badValue(field: "PositionEntry", at: start)
        }
    }
}
