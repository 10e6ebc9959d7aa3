import Trading

/// The questions, answered by looking through everything.
extension NaiveExchange {
    func answer(_ query: Query) -> Reply {
        if let instrument = query.instrument, find(instrument) == nil {
            return .rejected(.unknownInstrument)
        }
        if let limit = query.limit, !(1...1000).contains(limit) { return .rejected(.malformed) }
        switch query {
        case .order(let account, let instrument, let reference):
            // An open order has its name to itself, an older one may have been given it late.
            let open = openOrders(account, instrument).first { $0.isNamed(by: reference) }
            let newest = orders(account, instrument).last { $0.isNamed(by: reference) }
            return (open ?? newest).map { .orders([$0]) } ?? .rejected(.noSuchOrder)
        case .openOrders(let account, let instrument):
            return .orders(openOrders(account, instrument))
        case .orders(let account, let instrument, let range):
            let orders = orders(account, instrument)
            return .orders(page(orders, range, id: \.id.rawValue, time: \.createdAt))
        case .fills(let account, let instrument, let order, let range):
            let mine = fills.filter {
                $0.account == account && $0.trade.instrument == instrument
                    && (order == nil || $0.order == order)
            }
            return .fills(page(mine, range, id: \.trade.id.rawValue, time: \.trade.time))
        case .balances(let account): return .balances(balances(account))
        case .positions(let account):
            let mine = (positions[account] ?? [:]).values.filter {
                $0.quantity != .zero || $0.cost != .zero || $0.realized != .zero
            }
            return .positions(mine.sorted { $0.instrument < $1.instrument })
        case .orderList(let account, let instrument, let reference):
            let newest = lists(account, instrument).last { $0.isNamed(by: reference) }
            return newest.map { .orderLists([$0], orders: members(of: [$0])) }
                ?? .rejected(.noSuchList)
        case .openOrderLists(let account, let instrument):
            let lists = lists(account, instrument).filter { $0.status == .executing }
            return .orderLists(lists, orders: members(of: lists))
        case .orderLists(let account, let name, let range):
            let named = lists(account, nil).filter { name.isEmpty || $0.clientOrderID == name }
                .sorted { $0.comes(before: $1, in: range) }
            let lists = page(named, range, id: \.venueWideID, time: \.createdAt)
            let byPair = lists.sorted { ($0.instrument, $0.id) < ($1.instrument, $1.id) }
            return .orderLists(lists, orders: members(of: byPair))
        case .amendments(let account, let instrument, let order, let range):
            let mine = amendments.filter {
                $0.account == account && $0.instrument == instrument && $0.order == order
            }
            return .amendments(page(mine, range, id: \.executionID, time: \.time))
        case .test(let request):
            return refusal(of: request).map { .rejected($0) } ?? .done
        case .statement(let account, let asset, let range):
            let mine = funds.movements.filter {
                $0.funds.account == account && (asset == nil || asset == $0.funds.asset)
            }
            return .movements(page(mine, range, id: { Int64($0.number) }, time: \.time))
        case .credited(let shard, let sequence):
            let isHere = sequence <= funds.received[shard] ?? 0
            return isHere ? .done : .rejected(.transferGap)
        case .shortfall(let command): return shortfall(command)
        // The model does not keep what it prevented: see `PreventedMatchTests`.
        case .preventedMatches: return .preventedMatches([])
        case .position, .pairPart, .pairDelta, .pairStanding, .orderUsage: return .done
        }
    }

    /// The orders of some lists, list by list.
    func members(of lists: [OrderList]) -> [Order] {
        lists.flatMap { list in
            list.orders.compactMap { id in
                (open.map(\.order) + closed)
                    .first { $0.id == id && $0.instrument == list.instrument }
            }
        }
    }

    private func openOrders(_ account: AccountID, _ instrument: InstrumentID?) -> [Order] {
        open.map(\.order)
            .filter {
                $0.account == account && (instrument == nil || $0.instrument == instrument)
            }
            .sorted { ($0.instrument, $0.id) < ($1.instrument, $1.id) }
    }

    private func orders(_ account: AccountID, _ instrument: InstrumentID) -> [Order] {
        (open.map(\.order) + closed)
            .filter { $0.account == account && $0.instrument == instrument }
            .sorted { $0.id < $1.id }
    }

    private func page<Record>(
        _ records: [Record],
        _ range: HistoryRange,
        id: (Record) -> Int64,
        time: (Record) -> Timestamp
    ) -> [Record] {
        let inside = records.filter {
            id($0) >= range.fromID ?? 0 && time($0) >= range.start ?? .zero
                && time($0).microseconds <= range.end?.microseconds ?? Int64.max
        }
        return range.fromID == nil && range.start == nil
            ? Array(inside.suffix(range.limit)) : Array(inside.prefix(range.limit))
    }
}

extension Query {
    /// How many records a query asks for.
    var limit: Int? {
        switch self {
        case .orders(_, _, let range), .fills(_, _, _, let range): range.limit
        case .orderLists(_, _, let range), .amendments(_, _, _, let range): range.limit
        case .statement(_, _, let range): range.limit
        default: nil
        }
    }
}
