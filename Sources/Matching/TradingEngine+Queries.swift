import Accounts
import Trading

extension TradingEngine {
    /// Answers a question about the state after the last command.
    ///
    /// - Parameter query: Any but `position`, `pairPart` and `pairDelta`, which the state alone does
    ///   not know; they are answered `done`.
    /// - Returns: The answer; lists are oldest first.
    public borrowing func answer(_ query: Query) -> Reply {
        if let reason = refusal(of: query) { return .rejected(reason) }
        switch query {
        case .order(let account, let instrument, let reference):
            guard let number = markets.number(of: instrument) else {
                return .rejected(.unknownInstrument)
            }
            guard let owner = shared.ledger.slot(of: account),
                let order = markets[number].order(reference, of: owner, shared)
            else { return .rejected(.noSuchOrder) }
            return .orders([order])
        case .openOrders(let account, let instrument):
            return openOrders(of: account, instrument)
        case .orders(let account, let instrument, let range):
            guard let number = markets.number(of: instrument) else {
                return .rejected(.unknownInstrument)
            }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
            return .orders(markets[number].blotter.orders(of: owner, in: range))
        case .fills(let account, let instrument, let order, let range):
            guard let number = markets.number(of: instrument) else {
                return .rejected(.unknownInstrument)
            }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else { return .fills([]) }
            return .fills(markets[number].blotter.fills(of: owner, order: order, in: range))
        case .balances(let account):
            return .balances(shared.ledger.balances(of: account))
        case .positions(let account):
            return .positions(positions(of: account))
        case .orderList(let account, let instrument, let reference):
            guard let number = markets.number(of: instrument) else {
                return .rejected(.unknownInstrument)
            }
            guard let owner = shared.ledger.slot(of: account),
                let list = markets[number].blotter.lists.find(reference, of: owner)
            else { return .rejected(.noSuchList) }
            return .orderLists([list], orders: markets[number].members(of: [list], owner))
        case .openOrderLists(let account, let instrument):
            return openLists(of: account, instrument)
        case .orderLists(let account, let name, let range):
            return lists(of: account, named: name, in: range)
        case .amendments(let account, let instrument, let order, let range):
            guard let number = markets.number(of: instrument) else {
                return .rejected(.unknownInstrument)
            }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else { return .amendments([]) }
            return .amendments(markets[number].blotter.amendments(of: order, owner, in: range))
        case .preventedMatches(let account, let instrument, let order, let range):
            guard let number = markets.number(of: instrument) else {
                return .rejected(.unknownInstrument)
            }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else {
                return .preventedMatches([])
            }
            return .preventedMatches(
                markets[number].blotter.preventedMatches(of: owner, order: order, in: range)
            )
        case .test(let request):
            return test(request)
        case .statement(let account, let asset, let range):
            return statement(of: account, asset, in: range)
        case .shortfall(let command):
            return shortfall(of: command)
        case .credited(let shard, let sequence):
            let isHere = sequence <= shared.ledger.received(from: shard)
            return isHere ? .done : .rejected(.transferGap)
        case .pairStanding(let instrument):
            return .pairStanding(standing(of: instrument))
        case .orderUsage(let account): return .orderUsage(orderUsage(of: account))
        case .position, .pairPart, .pairDelta:
            return .done
        }
    }

    /// Why there is no answer here: the pair, or any if all are asked of, is elsewhere or moving.
    private borrowing func refusal(of query: Query) -> RejectReason? {
        switch query {
        case .openOrders(_, nil), .openOrderLists(_, nil), .orderLists, .positions:
            let isMoving = markets.numbers.contains { markets[$0].state == .frozen }
            return isMoving ? .pairMoved : nil
        default: break
        }
        guard let instrument = query.instrument else { return nil }
        guard let number = markets.number(of: instrument) else { return .unknownInstrument }
        return markets[number].isActive ? nil : .pairMoved
    }

    /// Makes every check of a new order but for how many there are, without effect.
    private borrowing func test(_ request: PlaceOrder) -> Reply {
        guard let number = markets.number(of: request.instrument) else {
            return .rejected(.unknownInstrument)
        }
        guard let owner = shared.ledger.slot(of: request.account) else {
            return .rejected(markets[number].refusalOfStranger(request, shared))
        }
        let name = shared.names.name(
            request.clientOrderID,
            of: owner,
            in: request.instrument
        )
        let reason = markets[number].refusal(of: request, name, shared)
        return reason.map { .rejected($0) } ?? .done
    }

    /// The open orders of an account, in one pair or in all, by instrument id and order id.
    private borrowing func openOrders(of account: AccountID, _ instrument: InstrumentID?) -> Reply {
        guard let instrument else {
            guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
            return .orders(markets.mapActive { $0.blotter.openOrders(of: owner) }.flatMap { $0 })
        }
        guard let number = markets.number(of: instrument) else {
            return .rejected(.unknownInstrument)
        }
        guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
        return .orders(markets[number].blotter.openOrders(of: owner))
    }

    /// The open lists of an account, in one pair or in all, by instrument id and list id.
    private borrowing func openLists(of account: AccountID, _ instrument: InstrumentID?) -> Reply {
        if let instrument, markets.number(of: instrument) == nil {
            return .rejected(.unknownInstrument)
        }
        guard let owner = shared.ledger.slot(of: account) else {
            return .orderLists([], orders: [])
        }
        let found = markets.mapActive { market -> ([OrderList], [Order]) in
            guard instrument == nil || market.instrument.id == instrument else { return ([], []) }
            let lists = market.blotter.lists.open(of: owner)
            return (lists, market.members(of: lists, owner))
        }
        return .orderLists(found.flatMap(\.0), orders: found.flatMap(\.1))
    }

    /// The lists of an account in all pairs: from an id on by ids, else by time.
    private borrowing func lists(
        of account: AccountID,
        named name: ClientOrderID,
        in range: HistoryRange
    ) -> Reply {
        guard range.isWellFormed else { return .rejected(.malformed) }
        guard let owner = shared.ledger.slot(of: account) else {
            return .orderLists([], orders: [])
        }
        let all = markets.mapActive { $0.lists(of: owner, named: name, in: range) }.flatMap { $0 }
        let lists = range.cut(all.sorted { $0.comes(before: $1, in: range) })
        let orders = markets.mapActive { market in
            market.members(of: lists.filter { $0.instrument == market.instrument.id }, owner)
        }
        return .orderLists(lists, orders: orders.flatMap { $0 })
    }

    /// What an account bought and sold, by instrument id; pairs where all is zero are left out.
    private borrowing func positions(of account: AccountID) -> [Position] {
        guard let owner = shared.ledger.slot(of: account) else { return [] }
        return markets.mapActive { market -> Position? in
            let entry = market.blotter.owner(owner).position
            return entry.isEmpty ? nil : entry.position(in: market.instrument.id)
        }.compactMap { $0 }
    }
}
