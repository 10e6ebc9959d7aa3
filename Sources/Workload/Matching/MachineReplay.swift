import Accounts
import Matching
import Shard
import Trading
import Wire

/// The whole shard machine under a flow: accounts, holds, fees, sessions, events.
struct MachineReplay: FlowEngine, ~Copyable {
    private static let baseAsset = AssetID(0)
    private static let quoteAsset = AssetID(1)
    private static let session = SessionID(rawValue: 1)
    /// Half a million commands a second of log time.
    private static let microsecondsPerCommand: Int64 = 2
    private static let deposit = Amount(units: 1 << 50)

    private var machine = ShardMachine()
    /// Public events that were not drained yet.
    private(set) var events: [MarketEvent] = []
    private var sums = FlowTotals()
    private var sequence: UInt64 = 0
    private let symbolCount: Int
    private let accountCount: UInt32
    /// The machine's ids, by the flow's: dense per pair, in the order of the flow.
    private var ids: ContiguousArray<OrderID> = [OrderID(0)]
    /// By the flow's id; made beforehand, since a router's work is not the machine's.
    private var names: ContiguousArray<ClientOrderID> = [.none]
    private var makers: MachineAudit
    private var unexpectedReplies = 0
    private var firstUnexpected: Reply?

    static func prepare(_ flow: MatchingFlow) -> MatchingFlow { MachinePreparation.prepare(flow) }

    init(for flow: MatchingFlow) {
        symbolCount = Int(flow.header.symbolCount)
        accountCount = flow.header.accountCount
        makers = MachineAudit(symbolCount: symbolCount)
        nameOrders(flow)
        open(flow.header)
    }

    /// Events of one command at a time are what a primary sends on.
    mutating func apply(_ record: FlowRecord) {
        run(command(record))
        let subject = machine.subject(of: sequence, in: Self.session)
        let isExpected =
            switch subject?.kind {
            case .placed: subject?.order == ids[Int(record.id)]
            case .amended, .canceled: true
            // Late cancels are part of the flow.
            case .rejected(.unknownOrder): record.kind == .cancel
            case .done: record.kind == nil
            default: false
            }
        if !isExpected { noteUnexpected() }
    }

    mutating func drain() {
        for event in events {
            guard case .trade(let trade) = event else { continue }
            // The public is not told the maker: the audit asks.
            sums.add(maker: 0, price: trade.price.ticks, quantity: trade.quantity.lots)
        }
        events.removeAll(keepingCapacity: true)
    }

    mutating func audit() {
        for event in events {
            if case .trade(let trade) = event { makers.note(trade) }
        }
        drain()
        makers.askWhereDue(machine, accountCount: accountCount)
    }

    var digest: UInt64? { machine.digest }

    mutating func totals() -> FlowTotals {
        var totals = sums
        totals.makerSum = makers.makerSum(machine, accountCount: accountCount)
        for symbol in 0..<symbolCount {
            let depth = depth(symbol)
            for (_, quantity) in depth.bids + depth.asks {
                totals.restingQuantity += UInt64(quantity.lots)
            }
        }
        for account in 1...accountCount {
            let query = Query.openOrders(account: AccountID(account), instrument: nil)
            guard case .orders(let orders) = machine.engine.answer(query) else { continue }
            totals.restingOrders += UInt64(orders.count)
        }
        return totals
    }

    mutating func faults() -> [String] {
        var faults = machine.engine.conservation().filter { !$0.isConserved }.map {
            "asset \($0.asset) is not conserved: \($0)"
        }
        faults += makers.faults
        if let firstUnexpected {
            faults.append("\(unexpectedReplies) unexpected replies, the first: \(firstUnexpected)")
        }
        return faults
    }

    var memorySize: Int? { nil }

    /// The whole book of a pair, best first.
    func depth(_ symbol: Int) -> (bids: [(Price, Quantity)], asks: [(Price, Quantity)]) {
        let depth = machine.engine.depth(InstrumentID(UInt16(symbol)))
        return (depth.bids, depth.asks)
    }

    @inline(__always)
    private mutating func run(_ command: consuming Command) {
        sequence += 1
        _ = machine.apply(
            SessionCommand(
                session: Self.session,
                sequence: sequence,
                acknowledged: sequence - 1,
                command: command
            ),
            at: Timestamp(microseconds: Int64(sequence) * Self.microsecondsPerCommand),
            events: &events
        )
    }

    @inline(never)
    private mutating func noteUnexpected() {
        unexpectedReplies += 1
        guard firstUnexpected == nil else { return }
        firstUnexpected = machine.withReply(to: sequence, of: Self.session) { $0 }
    }
}

// Commands.
extension MachineReplay {
    /// What a router would send for a message.
    @inline(__always)
    func command(_ record: FlowRecord) -> Command {
        switch record.kind {
        case .add: place(record, .limit, .goodTilCancelled)
        case .immediate: place(record, .limit, .immediateOrCancel)
        case .market: place(record, .market, .goodTilCancelled)
        case .cancel: cancel(record)
        case .replace: amend(record, keepsPriority: false)
        case .reduce: record.quantity == 0 ? cancel(record) : amend(record, keepsPriority: true)
        case nil: .void
        }
    }

    @inline(__always)
    private func amend(_ record: FlowRecord, keepsPriority: Bool) -> Command {
        .amend(
            AmendOrder(
                account: AccountID(record.account),
                instrument: InstrumentID(record.symbol),
                order: .id(ids[Int(record.id)]),
                quantity: Quantity(lots: record.quantity),
                price: Price(ticks: record.price),
                keepsPriority: keepsPriority,
                clientOrderID: .none
            )
        )
    }

    @inline(__always)
    private func place(
        _ record: FlowRecord,
        _ type: OrderType,
        _ timeInForce: TimeInForce
    ) -> Command {
        .place(
            PlaceOrder(
                account: AccountID(record.account),
                instrument: InstrumentID(record.symbol),
                side: record.sideCode == 0 ? .buy : .sell,
                type: type,
                timeInForce: timeInForce,
                selfTradePrevention: nil,
                price: Price(ticks: record.price),
                quantity: Quantity(lots: record.quantity),
                quoteQuantity: .zero,
                clientOrderID: names[Int(record.id)]
            )
        )
    }

    @inline(__always)
    private func cancel(_ record: FlowRecord) -> Command {
        .cancel(
            account: AccountID(record.account),
            instrument: InstrumentID(record.symbol),
            order: .id(ids[Int(record.id)])
        )
    }
}

// The market before the flow.
extension MachineReplay {
    private mutating func nameOrders(_ flow: MatchingFlow) {
        ids.reserveCapacity(Int(flow.header.orderIDMax) + 1)
        names.reserveCapacity(Int(flow.header.orderIDMax) + 1)
        var last = [Int64](repeating: 0, count: symbolCount)
        for record in flow.records where record.id == UInt64(ids.count) {
            last[Int(record.symbol)] += 1
            ids.append(OrderID(last[Int(record.symbol)]))
            makers.name(record)
            names.append(ClientOrderID("flow-\(record.id)") ?? .none)
        }
    }

    private mutating func open(_ header: FlowHeader) {
        for command in Self.opening(header) { expect(command) }
    }

    /// What comes before a flow: assets, pairs, and as much money as anybody could want.
    static func opening(_ header: FlowHeader) -> [Command] {
        var commands: [Command] = [
            .addAsset(Asset(id: baseAsset, symbol: "BASE")),
            .addAsset(Asset(id: quoteAsset, symbol: "QUOTE")),
        ]
        for symbol in 0..<Int(header.symbolCount) {
            commands.append(.addInstrument(instrument(symbol, priceMax: header.priceMax)))
        }
        for account in 1...header.accountCount {
            for asset in [baseAsset, quoteAsset] {
                commands.append(
                    .deposit(
                        account: AccountID(account),
                        asset: asset,
                        amount: deposit,
                        reference: UInt64(account) * 2 + UInt64(asset.rawValue)
                    )
                )
            }
        }
        return commands
    }

    private mutating func expect(_ command: consuming Command) {
        run(command)
        let isDone = machine.withReply(to: sequence, of: Self.session) { $0 == .done }
        if isDone != true { noteUnexpected() }
    }

    /// Filters wide open, fees of 0.05 % and 0.1 %, one unit of quote for each tick and lot.
    ///
    /// The market band is as wide as the prices: a band of 0 would stop at the best price.
    private static func instrument(_ symbol: Int, priceMax: Int64) -> Instrument {
        Instrument(
            id: InstrumentID(UInt16(symbol)),
            symbol: "PAIR\(symbol)",
            base: baseAsset,
            quote: quoteAsset,
            tickUnits: 10_000,
            lotUnits: 10_000,
            priceMin: Price(ticks: 1),
            priceMax: Price(ticks: priceMax),
            quantityMin: Quantity(lots: 1),
            quantityMax: Quantity(lots: 1 << 30),
            marketQuantityMax: .zero,
            notionalMin: .zero,
            notionalMax: Amount(units: .max),
            bidMultiplierUp: 0,
            bidMultiplierDown: 0,
            askMultiplierUp: 0,
            askMultiplierDown: 0,
            marketBand: 100_000_000,
            openOrdersMax: 1_000_000,
            makerRate: 50_000,
            takerRate: 100_000,
            defaultSelfTradePrevention: .none
        )
    }
}
