import Trading
import Wire

extension OrderCounter {
    /// Appends the limits and every tally.
    func encode(into writer: inout ByteWriter) {
        writer.write(limits)
        writer.write(count: Int(count))
        for number in 0..<count {
            let tallies = tallies(number)
            for tally in [tallies.tenSeconds, tallies.day] {
                writer.write(tally.start)
                writer.write(tally.used)
                writer.write(tally.borrowed)
            }
        }
    }

    /// Reads what `encode(into:)` wrote.
    ///
    /// - Parameters:
    ///   - reader: Where from.
    ///   - accountsMax: Accounts of the ledger.
    /// - Throws: `DecodeError`.
    init(decoding reader: inout ByteReader, accountsMax: Int) throws(DecodeError) {
        self.init()
        let start = reader.position
        let limits = try reader.readOrderLimits()
        guard set(limits) == nil else { throw .badValue(field: "OrderLimits", at: start) }
        let count = try reader.readCount(elementSizeMin: 32)
        guard count <= accountsMax else { throw .badValue(field: "OrderCounter", at: start) }
        for _ in 0..<count {
            append(
                OrderTallies(
                    tenSeconds: try Self.readTally(&reader),
                    day: try Self.readTally(&reader)
                )
            )
        }
    }

    private static func readTally(_ reader: inout ByteReader) throws(DecodeError) -> OrderTally {
        let start = reader.position
        let tally = OrderTally(
            start: try reader.read(Int64.self),
            used: try reader.read(Int32.self),
            borrowed: try reader.read(Int32.self)
        )
        let bounds = -(2 * borrowedMax)...(2 * borrowedMax)
        guard tally.start >= 0, tally.used >= 0, bounds.contains(tally.borrowed) else {
            throw .badValue(field: "OrderTally", at: start)
        }
        return tally
    }
}
