import Accounts
import Trading

/// The terms of an order in 64 bits, its name and owner aside.
///
/// Two requests of one account and name that differ look equal with a chance of 2⁻⁶⁴; the later one
/// would then be refused as a duplicate.
enum TermsDigest {
    static func of(_ request: PlaceOrder) -> UInt64 {
        var digest = start(request.instrument, request.side, request.type, request.timeInForce)
        digest.add(request.price.ticks)
        digest.add(request.quantity.lots)
        digest.add(request.quoteQuantity.units)
        digest.add(request.stopPrice.ticks)
        digest.add(Int64(request.trailingDelta))
        digest.add(request.icebergQuantity.lots)
        digest.add(request.expiresAt.microseconds)
        return digest.value
    }

    @inline(__always)
    static func of(_ order: Order) -> UInt64 {
        var digest = start(order.instrument, order.side, order.type, order.timeInForce)
        digest.add(order.price.ticks)
        // An order by quote amount shows what it got as its quantity; the request had none.
        digest.add(order.quoteQuantity == .zero ? order.quantity.lots : 0)
        digest.add(order.quoteQuantity.units)
        digest.add(order.stopPrice.ticks)
        digest.add(Int64(order.trailingDelta))
        digest.add(order.icebergQuantity.lots)
        digest.add(order.expiresAt.microseconds)
        return digest.value
    }

    private static func start(
        _ instrument: InstrumentID,
        _ side: Side,
        _ type: OrderType,
        _ timeInForce: TimeInForce
    ) -> StateDigest {
        var digest = StateDigest()
        digest.add(
            UInt64(instrument.rawValue) << 24 | UInt64(side.rawValue) << 16
                | UInt64(type.rawValue) << 8 | UInt64(timeInForce.rawValue)
        )
        return digest
    }
}
