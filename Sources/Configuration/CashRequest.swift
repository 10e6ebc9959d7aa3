import Trading

/// What an operator says of a deposit or a withdrawal.
public struct CashRequest: Codable, Equatable, Sendable {
    /// The largest id: every JSON reader has it exactly.
    public static let idMax: UInt64 = 1 << 53 - 1

    /// The caller's reference; the same one never counts twice.
    ///
    /// Range: `1...idMax`.
    public var id: UInt64
    /// Number of the account, from 1.
    public var account: UInt32
    /// Symbol of the asset.
    public var asset: String
    /// Decimal amount, more than zero.
    public var amount: String

    /// Reads a request.
    ///
    /// - Parameter body: JSON with all fields.
    /// - Returns: The request and its amount.
    /// - Throws: `ConfigurationError` naming the field.
    public static func decode(
        _ body: [UInt8]
    ) throws(ConfigurationError) -> (request: CashRequest, amount: Amount) {
        let request = try JSONFile.decode(CashRequest.self, from: body, file: "request")
        guard (1...idMax).contains(request.id) else {
            throw .invalid(file: "request", field: "id", reason: "is not in 1...\(idMax)")
        }
        guard request.account > 0 else {
            throw .invalid(file: "request", field: "account", reason: "is the venue itself")
        }
        // Why it is no decimal does not matter to who wrote it.
        guard let units = try? FixedPoint.parse(request.amount), units > 0 else {
            throw .invalid(
                file: "request",
                field: "amount",
                reason: "is not a decimal above zero with at most 8 places"
            )
        }
        return (request, Amount(units: units))
    }
}
