import Trading

/// Bytes as choices of plausible commands: few accounts, prices and names, so that orders meet.
enum EngineFuzzer {
    /// Most commands of one input; longer inputs find nothing that shorter ones do not.
    private static let commandsMax = 400

    static func run(_ bytes: [UInt8]) {
        var exchange = FuzzExchange()
        var choices = FuzzChoices(bytes)
        while !choices.isEmpty, exchange.commandCount < commandsMax {
            let pause = choices.pause()
            exchange.apply(choices.command(), after: pause)
        }
        exchange.finish()
    }
}

/// Reads choices off bytes; past their end every choice is the first.
struct FuzzChoices {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isEmpty: Bool { position >= bytes.count }

    private mutating func below(_ count: Int) -> Int {
        guard !isEmpty else { return 0 }
        defer { position += 1 }
        return Int(bytes[position]) % count
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[below(choices.count)]
    }

    /// Microseconds since the command before: often none, now and then a minute.
    mutating func pause() -> Int64 {
        pick([0, 0, 0, 1, 1, 7, 500, 1000, 3000, 6000, 30_000_000, 61_000_000])
    }

    mutating func command() -> Command {
        switch below(32) {
        case 0...15: .place(place())
        case 16...18: .cancel(account: account(), instrument: pair(), order: order())
        case 19: .cancelAll(account: account(), instrument: pair())
        case 20...22: .amend(amend())
        case 23, 24:
            .cancelReplace(
                CancelReplace(
                    cancel: order(),
                    mode: pick(CancelReplaceMode.allCases),
                    place: place()
                )
            )
        case 25...27: .placeList(list())
        case 28: .cancelList(account: account(), instrument: pair(), list: listReference())
        case 29: .setPhase(instrument: pair(), pick(TradingPhase.allCases))
        default: rare()
        }
    }

    private mutating func rare() -> Command {
        switch below(4) {
        case 0: .void
        case 1:
            .setAccountTerms(
                AccountTerms(
                    account: account(),
                    feeTier: UInt8(below(4)),
                    paysInDiscountAsset: below(2) == 1,
                    tradeGroup: UInt32(below(3))
                )
            )
        case 2:
            .setFeeSchedule(
                FeeSchedule(
                    tiers: [.whole, FeeTier(makerShare: 0, takerShare: 50_000_000)],
                    discountAsset: pick([nil, AssetID(0), AssetID(1), AssetID(2)]),
                    discount: Int64(below(5)) * 25_000_000
                )
            )
        default:
            .deposit(
                account: account(),
                asset: AssetID(UInt16(below(4))),
                amount: Amount(units: Int64(below(200))),
                reference: UInt64(below(256))
            )
        }
    }

    /// Of the shape its type needs; one in sixteen has a field too many.
    private mutating func place() -> PlaceOrder {
        let type = pick(
            [.limit, .limit, .limit, .limit, .limit] + OrderType.allCases
        )
        var place = PlaceOrder(
            account: account(),
            instrument: pair(),
            side: pick(Side.allCases),
            type: type,
            timeInForce: timeInForce(type),
            selfTradePrevention: pick([nil] + SelfTradePrevention.allCases),
            price: type.hasLimit ? price() : .none,
            quantity: quantity(),
            quoteQuantity: .zero,
            clientOrderID: name()
        )
        if type == .market, below(3) == 0 {
            place.quantity = .zero
            place.quoteQuantity = Amount(units: Int64(below(256)) * 4)
        }
        if type.isConditional { addTrigger(to: &place) }
        if type.hasLimit, below(4) == 0 { place.icebergQuantity = Quantity(lots: below64(12)) }
        if place.timeInForce == .goodTilDate { addExpiry(to: &place) }
        if below(16) == 15 { place.stopPrice = price() }
        return place
    }

    private mutating func timeInForce(_ type: OrderType) -> TimeInForce {
        type == .limitMaker || !type.hasLimit ? .goodTilCancelled : pick(TimeInForce.allCases)
    }

    private mutating func addTrigger(to place: inout PlaceOrder) {
        let kind = below(4)
        if kind != 3 { place.stopPrice = price() }
        if kind >= 2 { place.trailingDelta = pick([10, 200, 1000, 2500, 5000]) }
    }

    /// Log time starts at a known moment, so that an expiry of either side of now can be named.
    private mutating func addExpiry(to place: inout PlaceOrder) {
        let start: Int64 = 1_700_000_000_000_000
        place.expiresAt.microseconds =
            start + Int64(below(256)) * 997 + Int64(below(4)) * 30_000_000
    }

    private mutating func list() -> PlaceOrderList {
        let contingency = pick(ContingencyType.allCases)
        var orders = (0..<contingency.orderCount).map { _ in place() }
        // Most lists are of one account, pair and, in their pairs, side and quantity.
        if below(8) > 0 {
            for index in orders.indices.dropFirst() {
                orders[index].account = orders[0].account
                orders[index].instrument = orders[0].instrument
            }
            let pair = orders.indices.suffix(contingency == .oneTriggersOther ? 0 : 2)
            for index in pair {
                orders[index].side = orders[pair.startIndex].side
                orders[index].quantity = orders[pair.startIndex].quantity
            }
        }
        return PlaceOrderList(contingency: contingency, clientOrderID: name(), orders: orders)
    }

    private mutating func amend() -> AmendOrder {
        AmendOrder(
            account: account(),
            instrument: pair(),
            order: order(),
            quantity: quantity(),
            price: below(2) == 0 ? .none : price(),
            keepsPriority: below(2) == 0,
            clientOrderID: below(2) == 0 ? .none : name()
        )
    }

    private mutating func account() -> AccountID { pick(FuzzExchange.accounts) }
    private mutating func pair() -> InstrumentID { InstrumentID(UInt16(pick([0, 0, 1]))) }
    private mutating func price() -> Price { Price(ticks: 20 + below64(24)) }
    private mutating func quantity() -> Quantity { Quantity(lots: 1 + below64(24)) }
    private mutating func below64(_ count: Int) -> Int64 { Int64(below(count)) }
    private mutating func name() -> ClientOrderID { ClientOrderID("n\(below(64))") ?? .none }

    private mutating func order() -> OrderReference {
        below(2) == 0 ? .id(OrderID(1 + below64(64))) : .clientOrderID(name())
    }

    private mutating func listReference() -> OrderListReference {
        below(2) == 0 ? .id(OrderListID(1 + below64(16))) : .clientOrderID(name())
    }
}
