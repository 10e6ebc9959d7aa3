import Testing
import Trading

/// The random flow is worth something only if it meets every rule; the naive exchange tells.
@Suite struct FlowCoverageTests {
    /// Counts by name of what 60 parts of the flow met, 24,000 commands.
    static let seen: [String: Int] = {
        var seen: [String: Int] = [:]
        for seed in 1...60 as ClosedRange<UInt64> {
            var flow = RandomFlow(seed: seed)
            var naive = NaiveExchange()
            for command in flow.setUp() { _ = naive.apply(command.command, at: command.time) }
            for _ in 0..<400 {
                let command = flow.next(naive)
                let (reply, _) = naive.apply(command.command, at: command.time)
                for label in labels(reply) { seen[label, default: 0] += 1 }
            }
            for order in naive.closed { seen["\(order.type) \(order.status)", default: 0] += 1 }
            seen.merge(naive.situations) { $0 + $1 }
        }
        return seen
    }()

    static func labels(_ reply: Reply) -> [String] {
        switch reply {
        case .done: ["done"]
        case .rejected(let reason): ["\(reason)"]
        case .placed(let order, let fills):
            ["\(order.type) \(order.status)", fills.isEmpty ? "placed" : "placed and traded"]
                + (order.timeInForce == .fillOrKill ? ["fillOrKill \(order.status)"] : [])
        case .placedList(let list, _, let fills):
            ["placed \(list.contingency)"] + (fills.isEmpty ? [] : ["list traded at once"])
        case .canceledList: ["canceledList"]
        case .amended(_, let fills): [fills.isEmpty ? "amended" : "amended and traded at once"]
        case .replaced(let outcome): ["replaced \(label(outcome.cancel)) \(label(outcome.place))"]
        case .canceled: ["canceled"]
        default: ["answers"]
        }
    }

    private static func label(_ step: CancelReplaceOutcome.Step) -> String {
        switch step {
        case .notAttempted: "notAttempted"
        case .failed: "failed"
        case .done: "done"
        }
    }

    static let filters = Filter.allCases.map { "\(RejectReason.filter($0))" }

    /// `overloaded` needs thousands of orders, and `noSuch…` and `duplicateExpired` are no answers
    /// to commands.
    static let reasons: [RejectReason] = [
        .insufficientBalance, .duplicateOrder, .wouldTake, .unknownOrder, .unknownInstrument,
        .malformed, .marketClosed, .wouldTrigger, .badPrices, .icebergTooLarge, .noChange,
        .quantityIncrease, .unknownList,
    ]

    @Test(arguments: filters + reasons.map { "\($0)" })
    func flowMeetsEveryRefusal(reason: String) {
        #expect(Self.seen[reason, default: 0] >= 3)
    }

    @Test(arguments: [
        "done", "placed", "placed and traded", "placed oneCancelsOther",
        "placed oneTriggersOther", "placed oneTriggersOneCancelsOther", "list traded at once",
        "canceledList", "canceled", "amended", "amended and traded at once", "replaced done done",
        "replaced done failed", "replaced failed notAttempted", "replaced failed done",
        "replaced failed failed",
    ])
    func flowMeetsEveryReply(label: String) { #expect(Self.seen[label, default: 0] >= 3) }

    static let statuses: [OrderStatus] = [.filled, .canceled, .expired, .expiredInMatch]

    @Test(arguments: OrderType.allCases, statuses)
    func everyTypeEndsInEveryWay(type: OrderType, status: OrderStatus) {
        // A market order is never open in the book; only a pending one can be cancelled.
        #expect(Self.seen["\(type) \(status)", default: 0] >= 3)
    }

    @Test(arguments: ["limit rejected", "fillOrKill filled", "fillOrKill expired"])
    func ordersEndInTheirSpecialWays(label: String) {
        #expect(Self.seen[label, default: 0] >= 3)
    }

    @Test(arguments: [
        "cascade", "expiry", "reopening", "halt", "uncross", "uncross of several levels",
        "uncross of several rounds", "prevented in the auction", "fired", "trailing fired",
        "trailing activated", "trailing moved", "fired outside continuous", "refill met again",
        "OCO by trade", "OCO by trigger", "OCO by prevention", "list cancelled",
        "oneTriggersOther started", "oneTriggersOneCancelsOther started", "rejected at its start",
        "pending ended with the working order", "decrement ended the maker",
        "decrement ended the taker", "met its trade group", "discount fee paid",
        "discount fee fallen back", "discount in the received asset", "amended in its place",
        "amended to the back", "amended and traded", "cancel of a pending order",
        "cancel of a waiting order", "cancel of a working order", "phase preOpen",
        "phase cancelOnly", "phase halted", "phase continuous",
    ])
    func flowMeetsEverySituation(situation: String) {
        #expect(Self.seen[situation, default: 0] >= 1)
    }
}
