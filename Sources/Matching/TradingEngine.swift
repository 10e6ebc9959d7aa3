import Accounts
import Trading

/// The trading core of one shard: a deterministic state machine over the command log.
///
/// The same commands at the same log times give the same replies, the same events, the same digest
/// and the same snapshot bytes on every machine.
public struct TradingEngine: ~Copyable {
    private let pinned = Pinned()
    /// Most pairs on a shard.
    public static let instrumentsMax = 256

    var shared = SharedState()
    var markets = MarketTable()

    /// Starts with nothing: no asset, no pair, no account.
    public init() {}

    /// The answer to the last command, for who asked; a refusal has no effect.
    public var lastAnswer: CommandAnswer {
        @inline(__always) _read { yield shared.answer }
    }

    /// Applies one command and returns its answer as a value, which costs more than to look at
    /// `lastAnswer`.
    ///
    /// - Parameters:
    ///   - command: From the log.
    ///   - generation: Of its pair, as its sender knows it.
    ///   - time: Log time; one that goes back counts as the latest seen.
    ///   - events: Where the public events are appended.
    /// - Returns: The answer.
    public mutating func apply(
        _ command: Command,
        generation: UInt32 = 0,
        at time: Timestamp,
        events: inout [MarketEvent]
    ) -> Reply {
        run(command, generation: generation, at: time, events: &events)
        return shared.answer.reply
    }

    /// Applies one command; `lastAnswer` has what it came to.
    ///
    /// - Parameters:
    ///   - command: From the log.
    ///   - generation: Of its pair, as its sender knows it.
    ///   - time: Log time; one that goes back counts as the latest seen.
    ///   - events: Where the public events are appended, step by step: the trades of a step, then one
    ///     level change for each price it touched.
    public mutating func run(
        _ command: borrowing Command,
        generation: UInt32,
        at time: Timestamp,
        events: inout [MarketEvent]
    ) {
        shared.generation = generation
        shared.now = max(shared.now, time)
        shared.names.expire(at: shared.timeOfNames)
        swap(&shared.events, &events)
        shared.answer.reset()
        forgetReports()
        if shared.nextDue <= shared.now { doDueWork() }
        run(command)
        swap(&shared.events, &events)
    }

    /// What accounts are told of the last command, in order.
    public var reports: ReportBuffer {
        @inline(__always) _read { yield shared.reports }
    }

    /// Empties `reports`: for a command that does not come to run.
    public mutating func forgetReports() { shared.reports.removeAll() }

    /// A new leader's clock goes on from here.
    ///
    /// What passed since the last command counts for nothing when names are forgotten: it may be a
    /// wall clock that is wrong, and a retry would trade again.
    ///
    /// - Parameter time: Log time of the leader's first entry.
    public mutating func beginTerm(at time: Timestamp) {
        guard time > shared.now else { return }
        shared.skipped += time.microseconds - shared.now.microseconds
        shared.now = time
    }

    @inline(__always)
    private mutating func run(_ command: borrowing Command) {
        switch command {
        case .place(let request):
            trade(in: request.instrument) { $0.place(request, &$1) }
        case .cancel(let account, let instrument, let order):
            trade(in: instrument) { $0.cancel(order, of: account, &$1) }
        case .cancelIf(let account, let instrument, let order, let restriction):
            trade(in: instrument) { $0.cancel(order, of: account, only: restriction, &$1) }
        case .amend(let request):
            trade(in: request.instrument) { $0.amend(request, &$1) }
        case .cancelReplace(let request):
            trade(in: request.place.instrument) { $0.cancelReplace(request, &$1) }
        case .cancelAll(let account, let instrument):
            trade(in: instrument) { $0.cancelAll(of: account, &$1) }
        case .placeList(let request):
            guard let first = request.orders.first else { return shared.answer.reject(.malformed) }
            trade(in: first.instrument) { $0.placeList(request, &$1) }
        case .cancelList(let account, let instrument, let list):
            trade(in: instrument) { $0.cancelList(list, of: account, &$1) }
        case .setPhase(let instrument, let phase):
            trade(in: instrument) { $0.setPhase(phase, &$1) }
        case .deposit(let account, let asset, let amount, let reference):
            let funds = Funds(account: account, asset: asset, amount: amount)
            refuse(shared.ledger.deposit(funds, reference: reference, at: shared.now))
            reportMovement()
        case .transfer(let funds, let shard, let reference):
            transfer(funds, to: shard, reference)
            reportMovement()
        case .credit(let funds, let shard, let sequence):
            refuse(
                shared.ledger.credit(funds, from: shard, sequence: sequence, at: shared.now)
            )
            reportMovement()
        case .settle(let shard, let sequence):
            refuse(shared.ledger.settle(to: shard, through: sequence))
        case .withdraw(let funds, let reference):
            refuse(shared.ledger.withdraw(funds, reference: reference, at: shared.now))
            reportMovement()
        case .endWithdrawal(let reference, let isPaid):
            refuse(shared.ledger.endWithdrawal(reference, isPaid: isPaid, at: shared.now))
            reportMovement()
        case .addAsset(let asset): refuse(shared.ledger.add(asset))
        case .addInstrument(let instrument): refuse(add(instrument))
        case .setAccountTerms(let terms): refuse(shared.ledger.set(terms))
        case .setFeeSchedule(let schedule):
            let reason = shared.ledger.set(schedule)
            if reason == nil { feesChanged() }
            refuse(reason)
        case .movePair(let instrument, let generation, let step):
            refuse(move(instrument, generation, step))
            shared.reports.append(.reshuffled)
        case .setOrderLimits(let limits): refuse(shared.orders.set(limits))
        case .lendOrders(let loan): lend(loan)
        case .borrowOrders(let loan): borrow(loan)
        case .void: break
        }
    }

    /// Tells of the movement of funds that a command made, if it made one.
    private mutating func reportMovement() {
        if let movement = shared.ledger.takeMovement() { shared.reports.append(.moved(movement)) }
    }

    /// Runs a command of one pair, then all that it sets off.
    @inline(__always)
    private mutating func trade(
        in instrument: InstrumentID,
        _ body: (inout Market, inout SharedState) -> Void
    ) {
        guard let number = markets.number(of: instrument) else {
            return shared.answer.reject(.unknownInstrument)
        }
        guard markets[number].accepted == Int64(shared.generation) else {
            return shared.answer.reject(.pairMoved)
        }
        body(&markets[number], &shared)
        markets[number].runQueue(&shared)
    }

    /// Does what is due in all pairs, by instrument id.
    private mutating func doDueWork() {
        var next = Timestamp.never
        for number in markets.numbers where markets[number].isActive {
            markets[number].doDueWork(&shared)
            next = min(next, markets[number].nextDue)
        }
        shared.nextDue = next
    }

    /// When work is due without a command, such as an expiry or a reopening; `nil` for never.
    ///
    /// It may be too early: the order that was to expire may have ended. It is never too late.
    public var nextDue: Timestamp? { shared.nextDue == .never ? nil : shared.nextDue }

    /// Digest of every state change since the beginning, in log order.
    public var digest: UInt64 {
        var sum = StateDigest()
        sum.add(shared.ledger.digest)
        for number in markets.numbers { sum.add(markets[number].digest) }
        for departure in shared.departures {
            sum.add(UInt64(departure.instrument.rawValue) << 32 | UInt64(departure.generation))
        }
        if orderLimits != .none {
            sum.add(UInt64(UInt32(bitPattern: orderLimits.tenSeconds)))
            sum.add(UInt64(UInt32(bitPattern: orderLimits.day)))
        }
        return sum.value
    }

    /// All assets by id.
    public var assets: [Asset] { shared.ledger.assets }

    /// All pairs by id.
    public var instruments: [Instrument] { markets.map { $0.instrument } }

    /// Number of pairs.
    public var instrumentCount: Int { markets.count }

    /// The phase of a pair; `nil` for an unknown one.
    public func phase(of instrument: InstrumentID) -> TradingPhase? {
        markets.number(of: instrument).map { markets[$0].phase }
    }

    /// The whole book of a pair.
    ///
    /// - Parameter instrument: The pair; an unknown one has an empty book.
    /// - Returns: The number of its last level change, and its levels, best first.
    public func depth(
        _ instrument: InstrumentID
    ) -> (updateID: Int64, bids: [(Price, Quantity)], asks: [(Price, Quantity)]) {
        guard let number = markets.number(of: instrument) else { return (0, [], []) }
        return (
            markets[number].updateID, markets[number].depth(.buy), markets[number].depth(.sell)
        )
    }

    /// Where all units of each asset are, for the check of invariant I7.
    ///
    /// O(accounts × assets).
    ///
    /// - Returns: One record per asset, by asset id.
    public func conservation() -> [AssetTotals] { shared.ledger.totals() }

    private mutating func add(_ instrument: Instrument) -> RejectReason? {
        guard instrument.defect == nil,
            !shared.departures.contains(where: { $0.instrument == instrument.id })
        else { return .malformed }
        if let number = markets.number(of: instrument.id) {
            return markets[number].instrument == instrument ? nil : .malformed
        }
        guard let base = shared.ledger.column(of: instrument.base),
            let quote = shared.ledger.column(of: instrument.quote)
        else { return .unknownAsset }
        guard markets.count < Self.instrumentsMax else { return .overloaded }
        markets.insert(Market(instrument, number: markets.nextNumber, base: base, quote: quote))
        feesChanged()
        return nil
    }

    /// Works out rates and conversions anew: after a new schedule or a new pair.
    mutating func feesChanged() {
        let schedule = shared.ledger.feeSchedule
        for number in markets.numbers { markets[number].blotter.setRates(schedule) }
        rebuildConversion()
    }

    /// Works out conversions anew: after new fees, or when a pair comes or goes.
    mutating func rebuildConversion() {
        shared.conversion.rebuild(
            pairs: markets.map { $0.pairForFees }.compactMap { $0 },
            discount: shared.ledger.discountColumn,
            columnCount: shared.ledger.assets.count
        )
    }

    private mutating func refuse(_ reason: RejectReason?) {
        if let reason { shared.answer.reject(reason) }
    }
}

extension Market {
    /// All levels of a side, best first.
    func depth(_ side: Side) -> [(Price, Quantity)] {
        var levels: [(Price, Quantity)] = []
        var price = Price.none
        while let level = book.level(side, after: price) {
            levels.append((level.price, Quantity(lots: level.lots)))
            price = level.price
        }
        return levels
    }

    /// What a conversion of fees has to know of the pair; `nil` unless it trades here.
    fileprivate var pairForFees: PairForFees? {
        guard isActive else { return nil }
        return PairForFees(
            number: blotter.number,
            base: blotter.base,
            quote: blotter.quote,
            tickUnits: blotter.instrument.tickUnits,
            lastPrice: blotter.lastPrice
        )
    }

    /// Names the state, moves included.
    fileprivate var digest: UInt64 {
        guard generation > 0 else { return blotter.digest.value }
        var sum = blotter.digest
        sum.add(UInt64(generation) << 32 | UInt64(state.rawValue) << 24)
        sum.add(UInt64(stagedParts))
        return sum.value
    }
}
