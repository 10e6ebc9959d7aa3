import Accounts
import Matching
import Trading
import Wire

/// A small exchange with four funded accounts and two pairs, held to its invariants after every
/// command.
///
/// Two engines take the same commands; one of them is now and then restored from a snapshot of the
/// other and must not be told apart. A third book lives on the public events alone.
struct FuzzExchange: ~Copyable {
    static let accounts: [AccountID] = (1...4).map { AccountID($0) }
    static let instruments = [pair(0, base: 0, quote: 2), pair(1, base: 1, quote: 2, isCalm: true)]
    /// Commands between two snapshots.
    private static let snapshotInterval = 23

    private var engine = TradingEngine()
    private var twin = TradingEngine()
    private var time = Timestamp(microseconds: 1_700_000_000_000_000)
    private var books: [FeedBook] = instruments.map { FeedBook($0.id) }
    private(set) var commandCount = 0

    init() {
        for asset in 0..<3 {
            apply(.addAsset(Asset(id: AssetID(UInt16(asset)), symbol: "A\(asset)")), after: 0)
        }
        for instrument in Self.instruments { apply(.addInstrument(instrument), after: 0) }
        var reference: UInt64 = 1 << 60
        for account in Self.accounts {
            for (asset, units) in [(0, 300), (1, 300), (2, 9000)] as [(UInt16, Int64)] {
                let deposit = Command.deposit(
                    account: account,
                    asset: AssetID(asset),
                    amount: Amount(units: units),
                    reference: reference
                )
                apply(deposit, after: 0)
                reference += 1
            }
        }
        commandCount = 0
    }

    /// One unit of price and of quantity each, so that small numbers meet.
    private static func pair(
        _ id: UInt16,
        base: UInt16,
        quote: UInt16,
        isCalm: Bool = false
    ) -> Instrument {
        Instrument(
            id: InstrumentID(id),
            symbol: "P\(id)",
            base: AssetID(base),
            quote: AssetID(quote),
            tickUnits: 100_000_000,
            lotUnits: 1,
            priceMin: Price(ticks: 1),
            priceMax: Price(ticks: 1000),
            quantityMin: Quantity(lots: 1),
            quantityMax: Quantity(lots: 200),
            marketQuantityMax: Quantity(lots: 100),
            notionalMin: Amount(units: 5),
            notionalMax: Amount(units: 8000),
            bidMultiplierUp: 500_000_000,
            bidMultiplierDown: 20_000_000,
            askMultiplierUp: 500_000_000,
            askMultiplierDown: 20_000_000,
            marketBand: 25_000_000,
            openOrdersMax: 12,
            makerRate: 10_000_000,
            takerRate: 20_000_000,
            defaultSelfTradePrevention: .expireMaker,
            icebergPartsMax: 6,
            algoOrdersMax: 4,
            positionMax: Quantity(lots: isCalm ? 500 : 0),
            trailingDeltaMin: 10,
            trailingDeltaMax: 5000,
            haltBand: isCalm ? 20_000_000 : 0,
            haltMicroseconds: 1000,
            referenceMicroseconds: 5000
        )
    }

    /// Applies a command to both engines.
    mutating func apply(_ command: Command, after microseconds: Int64) {
        time.microseconds += microseconds
        var events: [MarketEvent] = []
        var twinEvents: [MarketEvent] = []
        let reply = engine.apply(command, at: time, events: &events)
        let twinReply = twin.apply(command, at: time, events: &twinEvents)
        invariant(reply == twinReply, "a restored engine answers alike")
        invariant(events == twinEvents, "a restored engine tells alike")
        invariant(engine.digest == twin.digest, "a restored engine digests alike")
        for event in events { note(event) }
        for totals in engine.conservation() {
            invariant(totals.isConserved, "no unit of an asset is lost or made")
            invariant(totals.free >= .zero && totals.locked >= .zero, "no total is negative")
        }
        if case .rejected = reply { checkNoTrade(events, command) }
        commandCount += 1
        if commandCount % Self.snapshotInterval == 0 { finish() }
    }

    /// A refused command trades nothing itself; only due work before it may have.
    private func checkNoTrade(_ events: [MarketEvent], _ command: Command) {
        guard case .deposit = command else { return }
        let isCalm = events.allSatisfy { if case .phase = $0 { false } else { true } }
        let hasTrade = events.contains { if case .trade = $0 { true } else { false } }
        invariant(!(isCalm && hasTrade), "a refused deposit trades nothing")
    }

    /// Asks both engines a question.
    borrowing func ask(_ query: Query) {
        invariant(engine.answer(query) == twin.answer(query), "a restored engine knows as much")
    }

    /// Checks what is too dear to check after each command, and restores the twin anew.
    mutating func finish() {
        for index in books.indices {
            let depth = engine.depth(books[index].instrument)
            books[index].check(depth.updateID, depth.bids, depth.asks)
        }
        checkAccounts()
        var snapshot = ByteWriter()
        engine.encode(into: &snapshot)
        var reader = ByteReader(snapshot.bytes)
        do throws(DecodeError) {
            twin = try TradingEngine(decoding: &reader)
        } catch {
            invariant(false, "an own snapshot is refused: \(error)")
        }
        invariant(reader.remaining == 0, "a snapshot is read to its end")
        invariant(twin.digest == engine.digest, "a snapshot keeps the digest")
        var again = ByteWriter()
        twin.encode(into: &again)
        invariant(again.bytes == snapshot.bytes, "a restored engine writes the same snapshot")
    }

    private borrowing func checkAccounts() {
        for account in Self.accounts {
            ask(.openOrders(account: account, instrument: nil))
            ask(.positions(account: account))
            ask(.openOrderLists(account: account, instrument: nil))
            guard case .balances(let balances) = engine.answer(.balances(account: account)) else {
                continue
            }
            for balance in balances {
                invariant(balance.free >= .zero && balance.locked >= .zero, "no debt")
            }
        }
        let range = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1000)
        for account in Self.accounts {
            for instrument in Self.instruments {
                ask(.orders(account: account, instrument: instrument.id, range))
                ask(.fills(account: account, instrument: instrument.id, order: nil, range))
            }
        }
    }

    private mutating func note(_ event: MarketEvent) {
        for index in books.indices { books[index].note(event) }
    }
}

/// A pair as its followers see it: built of public events alone.
struct FeedBook {
    let instrument: InstrumentID
    private var levels: [Side: [Int64: Int64]] = [.buy: [:], .sell: [:]]
    private var phase = TradingPhase.continuous
    private var updateID: Int64 = 0
    private var tradeID: Int64 = 0

    init(_ instrument: InstrumentID) { self.instrument = instrument }

    mutating func note(_ event: MarketEvent) {
        switch event {
        case .trade(let trade) where trade.instrument == instrument:
            invariant(trade.id.rawValue == tradeID + 1, "trades are numbered without a hole")
            invariant(trade.quantity > .zero && trade.price > .none, "a trade moves something")
            tradeID += 1
        case .level(let change) where change.instrument == instrument:
            invariant(change.updateID == updateID + 1, "levels are numbered without a hole")
            updateID += 1
            let lots = change.quantity.lots
            invariant(lots >= 0, "no level is negative")
            levels[change.side, default: [:]][change.price.ticks] = lots == 0 ? nil : lots
        case .phase(let change) where change.instrument == instrument: phase = change.phase
        default: break
        }
    }

    /// Compares with the engine's own book.
    func check(_ number: Int64, _ bids: [(Price, Quantity)], _ asks: [(Price, Quantity)]) {
        invariant(number == updateID, "every level change was told")
        check(bids, levels[.buy, default: [:]].sorted { $0.key > $1.key })
        check(asks, levels[.sell, default: [:]].sorted { $0.key < $1.key })
        guard phase == .continuous, let bid = bids.first, let ask = asks.first else { return }
        invariant(bid.0 < ask.0, "an open book is not crossed")
    }

    private func check(_ own: [(Price, Quantity)], _ told: [(key: Int64, value: Int64)]) {
        invariant(own.count == told.count, "the feed tells every level")
        for (level, other) in zip(own, told) {
            invariant(level.0.ticks == other.key, "the feed tells every price")
            invariant(level.1.lots == other.value, "the feed tells every quantity")
        }
    }
}
