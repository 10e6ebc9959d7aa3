import Trading

/// A made-up order flow over many pairs.
///
/// Resting orders around a middle price, cancels, and aggressors that cross. The same seed gives
/// the same requests, and the book stays bounded.
public struct SyntheticFlow: Sendable {
    /// Most orders that rest in one pair.
    public static let restingMax = 200
    /// How many price steps away from the middle orders rest.
    private static let stepsMax: Int64 = 20

    private struct Place: Sendable {
        var key: UInt64
        var side: Side
        var price: Int64
    }

    private struct Pair: Sendable {
        let rules: PairRules
        let middle: Int64
        let step: Int64
        let lots: Int64
        var book = FlowBook()
        /// Resting orders by age; those that were filled since are skipped when their turn comes.
        var ages: [Place] = []
        var oldest = 0
    }

    private var random: SplitMix
    private var states: [Pair]
    private var lastKey: UInt64 = 0

    /// Makes a flow.
    ///
    /// - Parameters:
    ///   - pairs: What is traded, each as often as the others.
    ///   - seed: Chooses among all flows.
    public init(pairs: [PairRules], seed: UInt64) {
        random = SplitMix(seed: seed)
        states = pairs.map { rules in
            let middle = Self.middle(of: rules)
            let step = max(1, middle / 10_000 / rules.tickUnits) * rules.tickUnits
            let lot = max(1, PairRules.notional(price: middle, quantity: rules.lotUnits))
            // Four times the minimum at the middle price is above it at every price we use.
            let lots = max(1, (4 * rules.minNotionalUnits + lot - 1) / lot)
            return Pair(rules: rules, middle: middle, step: step, lots: lots)
        }
    }

    /// The pairs that are traded.
    public var pairs: [PairRules] { states.map(\.rules) }

    /// The most orders that rest in one pair just now.
    var restingCountMax: Int { states.map(\.book.count).max() ?? 0 }

    /// The next request.
    public mutating func next() -> FlowRequest {
        let pair = Int(random.next() % UInt64(states.count))
        let roll = random.next() % 100
        if roll >= 90 || states[pair].book.count >= Self.restingMax {
            if let cancel = cancelOldest(pair) { return cancel }
        }
        let side: Side = random.next() & 1 == 0 ? .buy : .sell
        let takes = roll < 35 && !states[pair].book.isEmpty(side.opposite)
        return takes ? take(pair, side) : rest(pair, side)
    }

    /// Cancels of everything that should still rest.
    var cleanUp: [FlowRequest] {
        states.indices.flatMap { pair in
            states[pair].book.keys.map { .cancel(key: $0, pair: pair) }
        }
    }

    private mutating func rest(_ pair: Int, _ side: Side) -> FlowRequest {
        let distance = Int64(random.next() % UInt64(Self.stepsMax)) + 1
        let offset = distance * states[pair].step
        let price = states[pair].middle + (side == .buy ? -offset : offset)
        let order = order(pair, .maker, side, price: price, multiple: 3)
        states[pair].book.rest(side, price: price, key: order.key, quantity: order.quantity)
        states[pair].ages.append(Place(key: order.key, side: side, price: price))
        compact(pair)
        return .place(order)
    }

    private mutating func take(_ pair: Int, _ side: Side) -> FlowRequest {
        let reach = (Self.stepsMax + 5) * states[pair].step
        let price = states[pair].middle + (side == .buy ? reach : -reach)
        let order = order(pair, .taker, side, price: price, multiple: 6)
        _ = states[pair].book.match(side, limit: price, quantity: order.quantity)
        return .place(order)
    }

    private mutating func order(
        _ pair: Int,
        _ role: TraderRole,
        _ side: Side,
        price: Int64,
        multiple: UInt64
    ) -> FlowOrder {
        lastKey += 1
        let lots = states[pair].lots
        let extra = Int64(random.next() % (UInt64(lots) * multiple + 1))
        return FlowOrder(
            key: lastKey,
            pair: pair,
            role: role,
            side: side,
            price: price,
            quantity: (lots + extra) * states[pair].rules.lotUnits
        )
    }

    private mutating func cancelOldest(_ pair: Int) -> FlowRequest? {
        while states[pair].oldest < states[pair].ages.count {
            let place = states[pair].ages[states[pair].oldest]
            states[pair].oldest += 1
            if states[pair].book.cancel(place.side, price: place.price, key: place.key) {
                return .cancel(key: place.key, pair: pair)
            }
        }
        return nil
    }

    /// Drops what the ages list has passed or lost, so that it does not grow with the flow.
    private mutating func compact(_ pair: Int) {
        guard states[pair].ages.count > 8 * Self.restingMax else { return }
        let live = Set(states[pair].book.keys)
        states[pair].ages = states[pair].ages[states[pair].oldest...].filter {
            live.contains($0.key)
        }
        states[pair].oldest = 0
    }

    /// A plausible price of the pair; others trade around 100.
    private static func middle(of rules: PairRules) -> Int64 {
        let known: [String: Int64] = [
            "BTCUSDT": 60_000_00000000, "ETHUSDT": 2_600_00000000, "BNBUSDT": 550_00000000,
            "SOLUSDT": 150_00000000, "XRPUSDT": 60000000, "ADAUSDT": 40000000,
            "ETHBTC": 4300000, "BNBBTC": 900000,
        ]
        let price = max(known[rules.symbol] ?? 100 * FixedPoint.one, 100 * rules.tickUnits)
        return price / rules.tickUnits * rules.tickUnits
    }
}
