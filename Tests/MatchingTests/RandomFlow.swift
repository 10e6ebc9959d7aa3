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

    mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }
}

/// A random stream of commands that meets every rule often: few accounts, few prices, few names,
/// scarce money, and retries.
struct RandomFlow {
    var random: SeededGenerator
    var time = Timestamp(microseconds: 1_700_000_000_000_000)
    var reference: UInt64 = 0
    var sent: [PlaceOrder] = []
    let instruments: [Instrument]
    let accounts: [AccountID] = (1...5).map { AccountID($0) }

    init(seed: UInt64, instruments: [Instrument]) {
        random = SeededGenerator(state: seed)
        self.instruments = instruments
    }

    mutating func next() -> Command {
        time.microseconds += random.pick([0, 0, 7, 1500])
        if random.chance(1) { time.microseconds += random.pick([20_000_000, 60_000_000]) }
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<70: return .place(place())
        case 70..<88:
            return .cancel(
                account: account(),
                instrument: random.pick(instruments).id,
                order: random.chance(50)
                    ? .id(OrderID(Int64.random(in: 1...200, using: &random)))
                    : .clientOrderID(name())
            )
        case 88..<91: return .cancelAll(account: account(), instrument: instrument())
        case 91: return .void
        default: return deposit()
        }
    }

    private mutating func deposit() -> Command {
        // One in five repeats a reference and must not count twice.
        if !random.chance(20) { reference += 1 }
        return .deposit(
            account: random.pick(accounts),
            asset: AssetID(UInt16.random(in: 1...3, using: &random)),
            amount: Amount(units: Int64.random(in: 0...60, using: &random)),
            reference: reference
        )
    }

    /// Now and then an account without a deposit.
    private mutating func account() -> AccountID {
        random.chance(1) ? AccountID(99) : random.pick(accounts)
    }

    private mutating func instrument() -> InstrumentID {
        random.chance(1) ? InstrumentID(77) : random.pick(instruments).id
    }

    private mutating func name() -> ClientOrderID {
        ClientOrderID("n\(Int.random(in: 0..<60, using: &random))") ?? .none
    }

    private mutating func place() -> PlaceOrder {
        if random.chance(5), !sent.isEmpty { return random.pick(sent) }
        let type = random.pick([OrderType.limit, .limit, .limit, .limit, .limitMaker, .market])
        let isByQuote = type == .market && random.chance(50)
        let lots = random.chance(2) ? 0 : Int64.random(in: 1...12, using: &random)
        let request = PlaceOrder(
            account: account(),
            instrument: instrument(),
            side: random.pick(Side.allCases),
            type: type,
            timeInForce: type == .limitMaker && !random.chance(2)
                ? .goodTilCancelled
                : random.pick([
                    .goodTilCancelled, .goodTilCancelled, .immediateOrCancel, .fillOrKill,
                ]),
            selfTradePrevention: random.chance(40)
                ? nil : random.pick(SelfTradePrevention.allCases),
            price: type == .market
                ? .none : Price(ticks: Int64.random(in: 18...42, using: &random)),
            quantity: Quantity(lots: isByQuote ? 0 : lots),
            quoteQuantity: Amount(
                units: isByQuote ? Int64.random(in: 1...700, using: &random) : 0
            ),
            clientOrderID: random.chance(1) ? .none : name()
        )
        sent.append(request)
        if sent.count > 40 { sent.removeFirst() }
        return request
    }
}
