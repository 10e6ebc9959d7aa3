import Trading

/// SplitMix64: the same numbers for the same seed everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func chance(_ percent: Int) -> Bool { number(in: 0...99) < percent }

    mutating func number(in range: ClosedRange<Int64>) -> Int64 {
        Int64.random(in: range, using: &self)
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }
}

/// A command and the log time it comes at.
struct TimedCommand: Equatable {
    var time: Timestamp
    var command: Command
}

/// A random stream of commands that meets every rule often: few accounts, few prices, few names,
/// scarce money, retries, and changes of what is open.
struct RandomFlow {
    var random: SeededGenerator
    var time = Timestamp(microseconds: 1_700_000_000_000_000)
    var reference: UInt64 = 0
    var sent: [PlaceOrder] = []
    let instruments: [Instrument]
    let accounts: [AccountID] = (1...5).map { AccountID($0) }

    init(seed: UInt64) {
        random = SeededGenerator(state: seed)
        instruments = Self.instruments(seed)
    }

    /// The next command, aimed by a look at the exchange.
    mutating func next(_ exchange: NaiveExchange) -> TimedCommand {
        time.microseconds += random.pick([0, 0, 7, 1500])
        if random.chance(1) { time.microseconds += random.pick([20_000_000, 60_000_000]) }
        return TimedCommand(time: time, command: command(exchange))
    }

    private mutating func command(_ exchange: NaiveExchange) -> Command {
        if let reopened = reopening(exchange) { return reopened }
        switch random.number(in: 0...999) {
        case 0..<560: return .place(place(exchange))
        case 560..<700: return .placeList(placeList(exchange))
        case 700..<790: return cancel(exchange)
        case 790..<870: return .amend(amend(exchange))
        case 870..<910:
            let place = place(exchange)
            return .cancelReplace(
                CancelReplace(
                    cancel: reference(exchange, place.account, place.instrument),
                    mode: random.pick(CancelReplaceMode.allCases),
                    place: place
                )
            )
        case 910..<920:
            return .cancelAll(account: account(), instrument: instrument())
        case 920..<930: return cancelList(exchange)
        case 930..<940:
            return .setPhase(
                instrument: instrument(),
                random.pick([.preOpen, .preOpen, .preOpen, .continuous, .cancelOnly, .halted])
            )
        case 940..<945: return .setAccountTerms(terms(random.pick(accounts)))
        case 945..<947: return .setFeeSchedule(schedule())
        case 947..<955: return .void
        case 955..<975: return movement(exchange)
        default: return deposit()
        }
    }

    /// Pairs do not stay closed for long.
    private mutating func reopening(_ exchange: NaiveExchange) -> Command? {
        guard random.chance(8) else { return nil }
        let closed = instruments.map(\.id).filter {
            exchange.market($0).phase != .continuous && exchange.market($0).reopensAt == .zero
        }
        return closed.isEmpty ? nil : .setPhase(instrument: random.pick(closed), .continuous)
    }

    private mutating func deposit() -> Command {
        // One in five repeats a reference and must not count twice.
        if !random.chance(20) { reference += 1 }
        return .deposit(
            account: random.pick(accounts),
            asset: AssetID(UInt16(random.number(in: 1...3))),
            amount: Amount(units: random.number(in: 0...90)),
            reference: reference
        )
    }

    private mutating func cancel(_ exchange: NaiveExchange) -> Command {
        let (account, instrument) = aim(exchange)
        let order = reference(exchange, account, instrument)
        // By the clock, which is random enough.
        let turn = exchange.now.microseconds % 12
        guard turn < 2 else {
            return .cancel(account: account, instrument: instrument, order: order)
        }
        let restriction = CancelRestriction.allCases[Int(turn)]
        return .cancelIf(account: account, instrument: instrument, order: order, restriction)
    }

    private mutating func cancelList(_ exchange: NaiveExchange) -> Command {
        let list = exchange.lists.isEmpty ? nil : random.pick(exchange.lists.suffix(12))
        return .cancelList(
            account: list?.account ?? account(),
            instrument: list?.instrument ?? instrument(),
            list: random.chance(50)
                ? .id(list?.id ?? OrderListID(7)) : .clientOrderID(list?.clientOrderID ?? name())
        )
    }

    private mutating func amend(_ exchange: NaiveExchange) -> AmendOrder {
        let (account, instrument) = aim(exchange)
        let order = reference(exchange, account, instrument)
        let present = exchange.target(account, instrument, order)?.order
        let keepsPriority = random.chance(45)
        var lots = random.number(in: 1...12)
        if let present, random.chance(70) {
            lots = max(1, present.quantity.lots - random.number(in: 0...3))
        }
        var price = Price(ticks: ticks(exchange, instrument))
        if random.chance(keepsPriority ? 90 : 20) {
            price = random.chance(50) ? .none : present?.price ?? .none
        }
        return AmendOrder(
            account: account,
            instrument: instrument,
            order: order,
            quantity: Quantity(lots: lots),
            price: price,
            keepsPriority: keepsPriority,
            clientOrderID: random.chance(80) ? .none : name()
        )
    }

    // MARK: Words

    /// Mostly the account and pair of an open order.
    private mutating func aim(_ exchange: NaiveExchange) -> (AccountID, InstrumentID) {
        guard !exchange.open.isEmpty, !random.chance(8) else { return (account(), instrument()) }
        let order = random.pick(exchange.open).order
        return (order.account, order.instrument)
    }

    private mutating func reference(
        _ exchange: NaiveExchange,
        _ account: AccountID,
        _ instrument: InstrumentID
    ) -> OrderReference {
        let mine = exchange.open.map(\.order).filter {
            $0.account == account && $0.instrument == instrument
        }
        if mine.isEmpty || random.chance(10) {
            return random.chance(50)
                ? .id(OrderID(random.number(in: 1...200))) : .clientOrderID(name())
        }
        let order = random.pick(mine)
        return random.chance(50) ? .id(order.id) : .clientOrderID(order.clientOrderID)
    }

    /// Now and then an account without a deposit.
    mutating func account() -> AccountID {
        random.chance(1) ? AccountID(99) : random.pick(accounts)
    }

    mutating func instrument() -> InstrumentID {
        random.chance(1) ? InstrumentID(77) : random.pick(instruments).id
    }

    mutating func name() -> ClientOrderID {
        ClientOrderID("n\(random.number(in: 0...119))") ?? .none
    }

    /// A price near the last one, seldom far away.
    mutating func ticks(_ exchange: NaiveExchange, _ instrument: InstrumentID) -> Int64 {
        if random.chance(5) { return random.number(in: 15...45) }
        let last = exchange.market(instrument).last ?? 30
        return min(max(last + random.number(in: -4...4), 18), 42)
    }
}
