import Accounts
import Trading

extension TradingEngine {
    /// Answers a question about the state after the last command.
    ///
    /// - Parameter query: Any but `position`, which only the log knows; it is answered `done`.
    /// - Returns: The answer; lists are oldest first.
    public borrowing func answer(_ query: Query) -> Reply {
        switch query {
        case .order(let account, let instrument, let reference):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            guard let owner = shared.ledger.slot(of: account),
                let order = box.market.order(reference, of: owner, shared)
            else { return .rejected(.noSuchOrder) }
            return .orders([order])
        case .openOrders(let account, let instrument):
            return openOrders(of: account, instrument)
        case .orders(let account, let instrument, let range):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
            return .orders(box.market.blotter.orders(of: owner, in: range))
        case .fills(let account, let instrument, let order, let range):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else { return .fills([]) }
            return .fills(box.market.blotter.fills(of: owner, order: order, in: range))
        case .balances(let account):
            return .balances(shared.ledger.balances(of: account))
        case .positions(let account):
            return .positions(positions(of: account))
        case .orderList(let account, let instrument, let reference):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            guard let owner = shared.ledger.slot(of: account),
                let list = box.market.blotter.lists.find(reference, of: owner)
            else { return .rejected(.noSuchList) }
            return .orderLists([list])
        case .openOrderLists(let account, let instrument):
            return openLists(of: account, instrument)
        case .test(let request):
            return test(request)
        case .position:
            return .done
        }
    }

    /// Makes every check of a new order, without effect.
    private borrowing func test(_ request: PlaceOrder) -> Reply {
        guard let box = box(request.instrument) else { return .rejected(.unknownInstrument) }
        guard let owner = shared.ledger.slot(of: request.account) else {
            return .rejected(box.market.refusalOfStranger(request, shared))
        }
        let name = shared.names.name(request.clientOrderID, of: owner)
        let reason = box.market.refusal(of: request, name, shared)
        return reason.map { .rejected($0) } ?? .done
    }

    /// The open orders of an account, in one pair or in all, by instrument id and order id.
    private borrowing func openOrders(of account: AccountID, _ instrument: InstrumentID?) -> Reply {
        guard let instrument else {
            guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
            return .orders(boxes.flatMap { $0.market.blotter.openOrders(of: owner) })
        }
        guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
        guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
        return .orders(box.market.blotter.openOrders(of: owner))
    }

    /// The open lists of an account, in one pair or in all, by instrument id and list id.
    private borrowing func openLists(of account: AccountID, _ instrument: InstrumentID?) -> Reply {
        guard let instrument else {
            guard let owner = shared.ledger.slot(of: account) else { return .orderLists([]) }
            return .orderLists(boxes.flatMap { $0.market.blotter.lists.open(of: owner) })
        }
        guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
        guard let owner = shared.ledger.slot(of: account) else { return .orderLists([]) }
        return .orderLists(box.market.blotter.lists.open(of: owner))
    }

    /// What an account bought and sold, by instrument id; pairs where all is zero are left out.
    private borrowing func positions(of account: AccountID) -> [Position] {
        guard let owner = shared.ledger.slot(of: account) else { return [] }
        return boxes.compactMap { box in
            let entry = box.market.blotter.owner(owner).position
            return entry.isEmpty ? nil : entry.position(in: box.market.instrument.id)
        }
    }
}
