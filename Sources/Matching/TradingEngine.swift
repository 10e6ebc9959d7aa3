import Accounts
import Trading

/// The trading core of one shard: a deterministic state machine over the command log.
///
/// The same commands at the same log times give the same replies, the same events, the same digest
/// and the same snapshot bytes on every machine.
public struct TradingEngine: ~Copyable {
    /// Most pairs on a shard.
    public static let instrumentsMax = 256

    var shared = SharedState()
    /// By instrument id.
    var boxes: ContiguousArray<MarketBox> = []
    /// Where a pair is in `boxes`, by the bare number of its id; −1 for none.
    private var positions: ContiguousArray<Int16> = []

    /// Starts with nothing: no asset, no pair, no account.
    public init() {}

    /// Applies one command.
    ///
    /// - Parameters:
    ///   - command: From the log.
    ///   - time: Log time; one that goes back counts as the latest seen.
    ///   - events: Where the public events are appended: the trades, then one level change for
    ///     each price touched.
    /// - Returns: The answer for who asked; a refusal has no effect.
    public mutating func apply(
        _ command: Command,
        at time: Timestamp,
        events: inout [MarketEvent]
    ) -> Reply {
        shared.now = max(shared.now, time)
        shared.executions.expire(at: shared.now)
        switch command {
        case .place(let request):
            guard let box = box(request.instrument) else { return .rejected(.unknownInstrument) }
            return box.market.place(request, &shared, &events)
        case .cancel(let account, let instrument, let order):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            return box.market.cancel(order, of: account, &shared, &events)
        case .cancelAll(let account, let instrument):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            return box.market.cancelAll(of: account, &shared, &events)
        case .deposit(let account, let asset, let amount, let reference):
            return Self.reply(
                shared.ledger.deposit(amount, to: account, asset: asset, reference: reference)
            )
        case .addAsset(let asset): return Self.reply(shared.ledger.add(asset))
        case .addInstrument(let instrument): return Self.reply(add(instrument))
        case .void: return .done
        default: return .rejected(.malformed)
        }
    }

    /// Digest of every state change since the beginning, in log order.
    public var digest: UInt64 {
        var sum = StateDigest()
        sum.add(shared.ledger.digest)
        for box in boxes { sum.add(box.market.digest.value) }
        return sum.value
    }

    /// All assets by id.
    public var assets: [Asset] { shared.ledger.assets }

    /// All pairs by id.
    public var instruments: [Instrument] { boxes.map { $0.market.instrument } }

    /// The whole book of a pair.
    ///
    /// - Parameter instrument: The pair; an unknown one has an empty book.
    /// - Returns: The number of its last level change, and its levels, best first.
    public func depth(
        _ instrument: InstrumentID
    ) -> (updateID: Int64, bids: [(Price, Quantity)], asks: [(Price, Quantity)]) {
        guard let box = box(instrument) else { return (0, [], []) }
        return (box.market.updateID, box.market.book.bids.depth, box.market.book.asks.depth)
    }

    /// Where all units of each asset are, for the check of invariant I7.
    ///
    /// O(accounts × assets).
    ///
    /// - Returns: One record per asset, by asset id.
    public func conservation() -> [AssetTotals] { shared.ledger.totals() }

    func box(_ instrument: InstrumentID) -> MarketBox? {
        let index = Int(instrument.rawValue)
        guard index < positions.count, positions[index] >= 0 else { return nil }
        return boxes[Int(positions[index])]
    }

    mutating func insert(_ box: MarketBox) {
        let id = box.market.instrument.id
        let position = boxes.firstIndex { $0.market.instrument.id > id } ?? boxes.count
        boxes.insert(box, at: position)
        for index in boxes.indices {
            let raw = Int(boxes[index].market.instrument.id.rawValue)
            while positions.count <= raw { positions.append(-1) }
            positions[raw] = Int16(index)
        }
    }

    private mutating func add(_ instrument: Instrument) -> RejectReason? {
        guard instrument.defect == nil else { return .malformed }
        if let box = box(instrument.id) {
            return box.market.instrument == instrument ? nil : .malformed
        }
        guard let base = shared.ledger.column(of: instrument.base),
            let quote = shared.ledger.column(of: instrument.quote)
        else { return .unknownAsset }
        guard boxes.count < Self.instrumentsMax else { return .overloaded }
        insert(MarketBox(Market(instrument, base: base, quote: quote)))
        return nil
    }

    private static func reply(_ reason: RejectReason?) -> Reply {
        reason.map { .rejected($0) } ?? .done
    }
}
