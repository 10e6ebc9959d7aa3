import Accounts
import Matching
import Trading
import Wire

/// An engine with two assets, three accounts and one pair, and short words for what tests do.
///
/// One tick × one lot is one unit of the quote asset (3) and one lot one unit of the base (1).
final class Exchange {
    var engine = TradingEngine()
    var events: [MarketEvent] = []
    var time = Timestamp(microseconds: 1_000_000_000)
    /// Of pairs that were moved.
    var generations: [InstrumentID: UInt32] = [:]
    private var nameCount = 0

    /// Without assets, accounts and pairs.
    static func empty() -> Exchange {
        let exchange = Exchange()
        exchange.engine = TradingEngine()
        return exchange
    }

    init(_ change: (inout Instrument) -> Void = { _ in }) {
        var instrument = Instrument.plain(1, "ABC", base: 1, quote: 3)
        change(&instrument)
        for asset in Asset.three { apply(.addAsset(asset)) }
        apply(.addInstrument(instrument))
        for account in 1...3 as ClosedRange<UInt32> {
            for asset in [1, 3] as [UInt16] { fund(account, asset, 100_000) }
        }
    }

    /// What accounts were told of the last command.
    var reports: [AccountEvent] { (0..<engine.reports.count).map { engine.reports[$0] } }

    @discardableResult
    func apply(_ command: Command) -> Reply {
        events = []
        let generation = command.instrument.flatMap { generations[$0] } ?? 0
        return engine.apply(command, generation: generation, at: time, events: &events)
    }

    func fund(_ account: UInt32, _ asset: UInt16, _ units: Int64) {
        nameCount += 1
        apply(
            .deposit(
                account: AccountID(account),
                asset: AssetID(asset),
                amount: Amount(units: units),
                reference: UInt64(nameCount)
            )
        )
    }

    /// A request of a limit order with a fresh name.
    func limit(
        _ side: Side,
        _ lots: Int64,
        at ticks: Int64,
        by account: UInt32 = 1,
        _ timeInForce: TimeInForce = .goodTilCancelled,
        name: String? = nil
    ) -> PlaceOrder {
        nameCount += 1
        return PlaceOrder(
            account: AccountID(account),
            instrument: InstrumentID(1),
            side: side,
            type: .limit,
            timeInForce: timeInForce,
            selfTradePrevention: nil,
            price: Price(ticks: ticks),
            quantity: Quantity(lots: lots),
            quoteQuantity: .zero,
            clientOrderID: ClientOrderID(name ?? "auto-\(nameCount)") ?? .none
        )
    }

    func market(_ side: Side, _ lots: Int64, by account: UInt32 = 2) -> PlaceOrder {
        var request = limit(side, lots, at: 0, by: account)
        request.type = .market
        return request
    }

    func market(_ side: Side, quote: Int64, by account: UInt32 = 2) -> PlaceOrder {
        var request = market(side, 0, by: account)
        request.quoteQuantity = Amount(units: quote)
        return request
    }

    /// Places and returns the order, or `nil` when it was refused.
    @discardableResult
    func order(_ request: PlaceOrder) -> Order? {
        if case .placed(let order, _) = apply(.place(request)) { order } else { nil }
    }

    @discardableResult
    func place(_ request: PlaceOrder) -> Reply { apply(.place(request)) }

    func fills(_ request: PlaceOrder) -> [Fill] {
        if case .placed(_, let fills) = apply(.place(request)) { fills } else { [] }
    }

    func ask(_ query: Query) -> Reply { engine.answer(query) }

    /// The present state of an order.
    func state(_ id: Int64, of account: UInt32 = 1) -> Order? {
        let query = Query.order(
            account: AccountID(account),
            instrument: InstrumentID(1),
            order: .id(OrderID(id))
        )
        if case .orders(let orders) = ask(query) { return orders.first }
        return nil
    }

    /// Free and held units of an asset.
    func balance(_ account: UInt32, _ asset: UInt16) -> [Int64] {
        guard case .balances(let balances) = ask(.balances(account: AccountID(account))),
            let balance = balances.first(where: { $0.asset == AssetID(asset) })
        else { return [] }
        return [balance.free.units, balance.locked.units]
    }

    /// Ticks and lots of a side, best first.
    func depth(_ side: Side) -> [[Int64]] {
        let depth = engine.depth(InstrumentID(1))
        return (side == .buy ? depth.bids : depth.asks).map { [$0.0.ticks, $0.1.lots] }
    }

    var snapshot: [UInt8] {
        var writer = ByteWriter()
        engine.encode(into: &writer)
        return writer.bytes
    }

    var digest: UInt64 { engine.digest }

    var isConserved: Bool { engine.conservation().allSatisfy(\.isConserved) }

    /// Fees collected, by asset id.
    var fees: [Int64] { engine.conservation().map(\.fees.units) }

    func restore(_ bytes: [UInt8]) throws(DecodeError) {
        var reader = ByteReader(bytes)
        engine = try TradingEngine(decoding: &reader)
        try reader.finish()
    }
}

extension Asset {
    static let three = [("ABC", 1), ("XYZ", 2), ("USD", 3)].map {
        Asset(id: AssetID(UInt16($0.1)), symbol: $0.0)
    }
}

extension Instrument {
    /// A pair whose filters are wide open, without fees.
    static func plain(_ id: UInt16, _ symbol: String, base: UInt16, quote: UInt16) -> Instrument {
        Instrument(
            id: InstrumentID(id),
            symbol: symbol,
            base: AssetID(base),
            quote: AssetID(quote),
            tickUnits: 100_000_000,
            lotUnits: 1,
            priceMin: Price(ticks: 1),
            priceMax: Price(ticks: 1_000_000),
            quantityMin: Quantity(lots: 1),
            quantityMax: Quantity(lots: 1_000_000),
            marketQuantityMax: .zero,
            notionalMin: .zero,
            notionalMax: Amount(units: Int64.max),
            bidMultiplierUp: 0,
            bidMultiplierDown: 0,
            askMultiplierUp: 0,
            askMultiplierDown: 0,
            marketBand: FixedPoint.one,
            openOrdersMax: 1000,
            makerRate: 0,
            takerRate: 0,
            defaultSelfTradePrevention: .none
        )
    }
}
