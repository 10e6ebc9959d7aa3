import Trading

/// What a request amounts to, for the router to carry out.
public enum Operation: Sendable {
    /// Answered at once.
    case respond(APIResponse)
    /// To the shard of a pair, through its log.
    case command(instrument: InstrumentID, Command, RenderPlan)
    /// To the shard of a pair.
    case query(instrument: InstrumentID, Query, RenderPlan)
    /// To every shard; the replies are put together by `Reply.merge(_:)`.
    case queryAll(Query, RenderPlan)
    /// From the router's own mirror, once it is up to date for these pairs.
    case market([InstrumentID], MarketPlan)
    /// The router's own: its listen keys.
    case listenKey(ListenKeyRequest)
}

/// How to render a shard's reply; plain data, so that it can wait in a table.
public struct RenderPlan: Equatable, Sendable {
    enum Kind: Equatable, Sendable {
        case placement(ResponseType)
        /// The pair whose commission rates are shown; `nil` shows nothing.
        case test(commission: InstrumentID?)
        case listPlacement(ResponseType)
        /// The cancel's own id, and which order it was for, as others of its list end with it.
        case cancellation(ClientOrderID, of: OrderReference)
        case cancellations(ClientOrderID)
        /// The cancel's own id, and how much the new order's answer tells.
        case replacement(cancel: ClientOrderID, ResponseType)
        case listCancellation(ClientOrderID)
        case amendment
        case amendments
        /// The one asked for; `nil` shows all.
        case preventedMatches(only: Int64?)
        /// The newest of those found.
        case orderList
        /// The window asked for; `nil` shows all.
        case orderLists(HistoryRange?)
        case order
        case orders
        case fills
        case account(AccountID, canTrade: Bool, omitsZeros: Bool)
        case coins
        case orderLimits
    }

    let kind: Kind
    /// Unit of the times in the answer.
    let unit: TimeUnit
    /// When the request was read.
    let now: Timestamp
    /// What makes the request the same as another; `nil` for one that nobody signed.
    public internal(set) var identity: RequestIdentity?
}

extension Reply {
    /// Puts the replies of every shard to one question together.
    ///
    /// - Parameter replies: One of each shard, all of the same kind unless one was refused.
    /// - Returns: The first refusal if there is one; else balances added up by asset, orders and
    ///   fills in order of time, lists as they come.
    public static func merge(_ replies: [Reply]) -> Reply {
        guard let first = replies.first else { return .rejected(.overloaded) }
        for case .rejected(let reason) in replies { return .rejected(reason) }
        var balances: [Balance] = []
        var orders: [Order] = []
        var fills: [Fill] = []
        var usages: [OrderUsage] = []
        var lists: [OrderList] = []
        for reply in replies {
            switch reply {
            case .balances(let some): balances += some
            case .orders(let some), .canceled(let some): orders += some
            case .fills(let some): fills += some
            case .orderUsage(let some): usages = total(usages, some)
            case .orderLists(let some, let members):
                lists += some
                orders += members
            default: continue
            }
        }
        switch first {
        case .balances: return .balances(total(balances))
        case .orders: return .orders(orders.sorted(by: isEarlier))
        case .canceled: return .canceled(orders.sorted(by: isEarlier))
        case .fills: return .fills(fills.sorted(by: isEarlier))
        case .orderUsage: return .orderUsage(usages)
        // Which lists belong to the window is for the one to say who asked.
        case .orderLists: return .orderLists(lists, orders: orders)
        default: return first
        }
    }

    /// Adds up what was used of the same interval; an interval that is over counts for nothing.
    private static func total(_ some: [OrderUsage], _ more: [OrderUsage]) -> [OrderUsage] {
        guard !some.isEmpty else { return more }
        return zip(some, more).map { one, other in
            guard one.start == other.start else { return one.start < other.start ? other : one }
            return OrderUsage(
                start: one.start,
                used: one.used.saturatingAdd(other.used),
                free: one.free.saturatingAdd(other.free)
            )
        }
    }

    private static func total(_ balances: [Balance]) -> [Balance] {
        var totals: [Balance] = []
        for balance in balances.sorted(by: { $0.asset < $1.asset }) {
            if let last = totals.indices.last, totals[last].asset == balance.asset {
                totals[last].free += balance.free
                totals[last].locked += balance.locked
                totals[last].sent += balance.sent
                totals[last].withdrawing += balance.withdrawing
            } else {
                totals.append(balance)
            }
        }
        return totals
    }

    private static func isEarlier(_ left: Order, _ right: Order) -> Bool {
        (left.createdAt.microseconds, left.id.rawValue, left.instrument.rawValue)
            < (right.createdAt.microseconds, right.id.rawValue, right.instrument.rawValue)
    }

    private static func isEarlier(_ left: Fill, _ right: Fill) -> Bool {
        let (one, other) = (left.trade, right.trade)
        return (one.time.microseconds, one.id.rawValue, one.instrument.rawValue)
            < (other.time.microseconds, other.id.rawValue, other.instrument.rawValue)
    }
}

extension Int32 {
    fileprivate func saturatingAdd(_ other: Int32) -> Int32 {
        Int32(clamping: Int64(self) + Int64(other))
    }
}
