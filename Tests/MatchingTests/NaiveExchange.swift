import Trading

/// The rules of the exchange said as plainly as possible: flat arrays, sorts, copies.
///
/// Slow on purpose; the engine must agree with it in everything. It keeps no held amounts: what an
/// account holds is derived from its open orders. Each file is a chapter of the venue's rules.
struct NaiveExchange {
    var now = Timestamp.zero
    /// When pairs were moved.
    var moves: [(instrument: InstrumentID, time: Timestamp)] = []
    var assets: [Asset] = []
    var instruments: [Instrument] = []
    var markets: [InstrumentID: NaiveMarket] = [:]
    var accounts: [AccountID] = []
    var terms: [AccountID: AccountTerms] = [:]
    var schedule = FeeSchedule.plain
    var total: [AccountID: [AssetID: Int64]] = [:]
    var positions: [AccountID: [InstrumentID: Position]] = [:]
    var fees: [AssetID: Int64] = [:]
    var deposits: [AssetID: Int64] = [:]
    var references: [UInt64: Funds] = [:]
    var funds = NaiveFunds()
    var open: [OpenOrder] = []
    var closed: [Order] = []
    var lists: [OrderList] = []
    var fills: [Fill] = []
    var amendments: [Amendment] = []
    /// The order on its walk through the book, if any; its need counts as held.
    var incoming: IncomingOrder?
    var events: [MarketEvent] = []
    var step = NaiveStep()
    var queue: [NaiveWork] = []
    /// What happened, for those who want to know that it does.
    var situations: [String: Int] = [:]

    mutating func apply(_ command: Command, at time: Timestamp) -> (Reply, [MarketEvent]) {
        now = max(now, time)
        events = []
        doDueWork()
        let reply = answer(command)
        runQueue()
        return (reply, events)
    }

    /// Does what was set off, first come first served, until nothing is left.
    mutating func runQueue() {
        var chain = 0
        while !queue.isEmpty {
            if case .fired = queue[0] { chain += 1 }
            run(queue.removeFirst())
        }
        if chain > 1 { note("cascade") }
    }

    private mutating func answer(_ command: Command) -> Reply {
        switch command {
        case .place(let request): return place(request)
        case .placeList(let request): return placeList(request)
        case .amend(let request): return amend(request)
        case .cancelReplace(let request): return cancelReplace(request)
        case .cancel(let account, let instrument, let reference):
            return cancel(account, instrument, reference)
        case .cancelIf(let account, let instrument, let reference, let restriction):
            return cancel(account, instrument, reference, only: restriction)
        case .cancelAll(let account, let instrument): return cancelAll(account, instrument)
        case .cancelList(let account, let instrument, let reference):
            return cancelList(account, instrument, reference)
        case .deposit(let account, let asset, let amount, let reference):
            let funds = Funds(account: account, asset: asset, amount: amount)
            return deposit(funds, reference)
        case .transfer(let funds, let shard, let reference):
            return transfer(funds, shard, reference)
        case .credit(let funds, let shard, let sequence): return credit(funds, shard, sequence)
        case .settle(let shard, let sequence): return settle(shard, sequence)
        case .withdraw(let funds, let reference): return withdraw(funds, reference)
        case .endWithdrawal(let reference, let isPaid): return endWithdrawal(reference, isPaid)
        case .setPhase(let instrument, let phase): return setPhase(instrument, phase)
        case .addAsset(let asset):
            assets.append(asset)
            return .done
        case .addInstrument(let instrument):
            instruments.append(instrument)
            instruments.sort { $0.id < $1.id }
            markets[instrument.id] = NaiveMarket()
            return .done
        case .setAccountTerms(let record): return setTerms(record)
        case .setFeeSchedule(let record): return setSchedule(record)
        // None of these is sent to it: it knows no limits of orders.
        case .void, .movePair, .setOrderLimits, .lendOrders, .borrowOrders: return .done
        }
    }

    private mutating func setTerms(_ record: AccountTerms) -> Reply {
        if Int(record.feeTier) >= schedule.tiers.count { return .rejected(.malformed) }
        guard accounts.contains(record.account) else { return .rejected(.insufficientBalance) }
        terms[record.account] = record
        return .done
    }

    private mutating func setSchedule(_ record: FeeSchedule) -> Reply {
        if record.defect != nil { return .rejected(.malformed) }
        if let asset = record.discountAsset, !assets.contains(where: { $0.id == asset }) {
            return .rejected(.unknownAsset)
        }
        if terms.values.contains(where: { Int($0.feeTier) >= record.tiers.count }) {
            return .rejected(.malformed)
        }
        schedule = record
        return .done
    }

    func find(_ instrument: InstrumentID) -> Instrument? {
        instruments.first { $0.id == instrument }
    }

    /// The pair of an order, which was found when the order came.
    func pair(_ order: Order) -> Instrument {
        guard let instrument = find(order.instrument) else { fatalError("pair of \(order)") }
        return instrument
    }

    func market(_ instrument: InstrumentID) -> NaiveMarket { markets[instrument] ?? NaiveMarket() }

    mutating func note(_ situation: String) { situations[situation, default: 0] += 1 }
}

/// What a pair remembers besides its orders.
struct NaiveMarket {
    var phase = TradingPhase.continuous
    var reopensAt = Timestamp.zero
    /// Ticks of the last trade.
    var last: Int64?
    /// Ticks around which the price band lies, and since when.
    var reference: Int64?
    var referenceSince = Timestamp.zero
    var orderCount: Int64 = 0
    var listCount: Int64 = 0
    var tradeCount: Int64 = 0
    var updateCount: Int64 = 0
    /// Counts who came to a price, so that the lesser number came first.
    var arrivalCount: Int64 = 0
}

/// An open order and what only the venue knows of it.
struct OpenOrder {
    enum Stage {
        /// In the book.
        case working
        /// Waits for its trigger.
        case waiting
        /// Triggered, its turn has not come.
        case fired
        /// Waits for the working order of its list.
        case pending
    }

    var order: Order
    var stage: Stage
    /// Lots that depth shows.
    var shown: Int64 = 0
    var arrival: Int64 = 0
    /// The price at which a buy holds its funds.
    var holdTicks: Int64 = 0
    /// A trailing stop's best price since its activation; `nil` before.
    var best: Int64?

    func isInBook(_ instrument: InstrumentID, _ side: Side) -> Bool {
        stage == .working && order.instrument == instrument && order.side == side
    }

    func isSame(_ other: Order) -> Bool {
        order.id == other.id && order.instrument == other.instrument
    }
}

/// An order that walks through the other side of the book.
struct IncomingOrder {
    var order: Order
    /// What a market order may spend or bring in; `nil` where the quantity alone bounds it.
    var budget: Int64?
    /// Quote units for a buy, lots for a sell, that a market order was found to need.
    var estimate: Int64 = 0
    /// Value of the lots that self-trade prevention took off an amount.
    var preventedValue: Int64 = 0
    /// The price at which an amended order stood.
    var oldTicks: Int64?

    /// What is left of the budget.
    var left: Int64? { budget.map { $0 - order.cumulativeQuote.units - preventedValue } }
}

extension Instrument {
    /// Price × quantity in quote units, in 128 bits; what leaves even those is just too much.
    func exactNotional(_ ticks: Int64, _ lots: Int64) -> Int128 {
        let units = Int128(tickUnits) * Int128(lotUnits) / 100_000_000
        let (product, overflows) = (Int128(ticks) * Int128(lots))
            .multipliedReportingOverflow(by: units)
        return overflows ? Int128.max : product
    }
}

extension Order {
    func isNamed(by reference: OrderReference) -> Bool {
        switch reference {
        case .id(let id): self.id == id
        case .clientOrderID(let name): clientOrderID == name
        }
    }

    /// Whether it stays in the book with what does not trade.
    var mayRest: Bool { type.hasLimit && timeInForce.mayRest }
}
