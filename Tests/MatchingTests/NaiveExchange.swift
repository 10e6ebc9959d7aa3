import Accounts
import Trading

/// The rules of the exchange said as plainly as possible: flat arrays, sorts, copies.
///
/// Slow on purpose; the engine must agree with it in everything.
/// It keeps no held amounts: what an account holds is derived from its open orders.
struct NaiveExchange {
    var assets: [Asset] = []
    var instruments: [Instrument] = []
    var accounts: [AccountID] = []
    var total: [AccountID: [AssetID: Int64]] = [:]
    var fees: [AssetID: Int64] = [:]
    var deposits: [AssetID: Int64] = [:]
    var references: Set<UInt64> = []
    var open: [Order] = []
    var closed: [Order] = []
    var fills: [Fill] = []
    var trades: [Trade] = []
    var orderCount: [InstrumentID: Int64] = [:]
    var updateCount: [InstrumentID: Int64] = [:]
    var now = Timestamp.zero

    mutating func apply(_ command: Command, at time: Timestamp) -> (Reply, [MarketEvent]) {
        now = max(now, time)
        let before = self
        let reply = answer(command)
        var events = trades[before.trades.count...].map { MarketEvent.trade($0) }
        if let id = command.instrument, let instrument = find(id) {
            for (side, price) in changedLevels(since: before, instrument, command) {
                updateCount[id, default: 0] += 1
                let lots = levels(id, side)[price] ?? 0
                let change = LevelChange(
                    instrument: id,
                    side: side,
                    price: Price(ticks: price),
                    quantity: Quantity(lots: lots),
                    updateID: updateCount[id, default: 0]
                )
                events.append(.level(change))
            }
        }
        return (reply, events)
    }

    /// The opposite side of an incoming order first, for a cancel the bids; best prices first.
    private func changedLevels(
        since before: NaiveExchange,
        _ instrument: Instrument,
        _ command: Command
    ) -> [(Side, Int64)] {
        var sides: [Side] = [.buy, .sell]
        if case .place(let request) = command {
            sides = [request.side.opposite, request.side]
        }
        return sides.flatMap { side in
            let (old, new) = (before.levels(instrument.id, side), levels(instrument.id, side))
            let prices = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
            return (side == .buy ? prices.sorted(by: >) : prices.sorted()).map { (side, $0) }
        }
    }

    func levels(_ instrument: InstrumentID, _ side: Side) -> [Int64: Int64] {
        var levels: [Int64: Int64] = [:]
        for order in open where order.instrument == instrument && order.side == side {
            levels[order.price.ticks, default: 0] += order.remaining.lots
        }
        return levels
    }

    private mutating func answer(_ command: Command) -> Reply {
        switch command {
        case .place(let request):
            guard let instrument = find(request.instrument) else {
                return .rejected(.unknownInstrument)
            }
            if let reason = refusal(of: request, instrument) { return .rejected(reason) }
            let (order, fills) = run(request, instrument)
            return .placed(order, fills: fills)
        case .cancel(let account, let instrument, let reference):
            guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
            let mine = open.filter { $0.account == account && $0.instrument == instrument }
            let target = mine.last { $0.isNamed(by: reference) }
            guard let target else { return .rejected(.unknownOrder) }
            return .canceled([close(target, .canceled)])
        case .cancelAll(let account, let instrument):
            guard find(instrument) != nil else { return .rejected(.unknownInstrument) }
            let mine = open.filter { $0.account == account && $0.instrument == instrument }
            guard !mine.isEmpty else { return .rejected(.unknownOrder) }
            var result: [Order] = []
            for order in mine.sorted(by: { $0.id < $1.id }) {
                result.append(close(order, .canceled))
            }
            return .canceled(result)
        case .deposit(let account, let asset, let amount, let reference):
            if references.contains(reference) { return .done }
            guard amount.units > 0 else { return .rejected(.malformed) }
            guard assets.contains(where: { $0.id == asset }) else {
                return .rejected(.unknownAsset)
            }
            references.insert(reference)
            if !accounts.contains(account) { accounts.append(account) }
            total[account, default: [:]][asset, default: 0] += amount.units
            deposits[asset, default: 0] += amount.units
            return .done
        case .addAsset(let asset):
            assets.append(asset)
            return .done
        case .addInstrument(let instrument):
            instruments.append(instrument)
            return .done
        case .void: return .done
        default: return .rejected(.malformed)
        }
    }

    func find(_ instrument: InstrumentID) -> Instrument? {
        instruments.first { $0.id == instrument }
    }

    /// What the open orders hold: the quote at its price for a buy, the base for a sell.
    func holds(of owner: AccountID?) -> [AccountID: [AssetID: Int64]] {
        var holds: [AccountID: [AssetID: Int64]] = [:]
        for order in open where owner == nil || order.account == owner {
            guard let instrument = find(order.instrument) else { continue }
            let lots = order.remaining.lots
            if order.side == .buy {
                let cost = Int64(instrument.exactNotional(order.price.ticks, lots))
                holds[order.account, default: [:]][instrument.quote, default: 0] += cost
            } else {
                let amount = lots * instrument.lotUnits
                holds[order.account, default: [:]][instrument.base, default: 0] += amount
            }
        }
        return holds
    }

    func free(_ account: AccountID, _ asset: AssetID) -> Int64 {
        (total[account]?[asset] ?? 0) - (holds(of: account)[account]?[asset] ?? 0)
    }

    func balances() -> [AccountID: [Balance]] {
        let holds = holds(of: nil)
        var balances: [AccountID: [Balance]] = [:]
        for account in accounts {
            balances[account] = assets.sorted { $0.id < $1.id }.map { asset in
                let locked = holds[account]?[asset.id] ?? 0
                return Balance(
                    asset: asset.id,
                    free: Amount(units: (total[account]?[asset.id] ?? 0) - locked),
                    locked: Amount(units: locked)
                )
            }
        }
        return balances
    }

    @discardableResult
    mutating func close(_ order: Order, _ status: OrderStatus) -> Order {
        open.removeAll { $0.id == order.id && $0.instrument == order.instrument }
        var order = order
        order.status = status
        order.updatedAt = now
        closed.append(order)
        return order
    }
}

extension Command {
    /// The pair whose book a command may change.
    var instrument: InstrumentID? {
        switch self {
        case .place(let request): request.instrument
        case .cancel(_, let instrument, _): instrument
        case .cancelAll(_, let instrument): instrument
        default: nil
        }
    }
}

extension Order {
    func isNamed(by reference: OrderReference) -> Bool {
        switch reference {
        case .id(let id): self.id == id
        case .clientOrderID(let name): clientOrderID == name
        }
    }
}

extension Instrument {
    /// Price × quantity in quote units, in 128 bits.
    func exactNotional(_ ticks: Int64, _ lots: Int64) -> Int128 {
        Int128(ticks) * Int128(tickUnits) * Int128(lots) * Int128(lotUnits) / 100_000_000
    }
}
