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
            return .orders(box.market.orders(of: owner, in: range))
        case .fills(let account, let instrument, let order, let range):
            guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
            guard range.isWellFormed else { return .rejected(.malformed) }
            guard let owner = shared.ledger.slot(of: account) else { return .fills([]) }
            return .fills(box.market.fills(of: owner, order: order, in: range))
        case .balances(let account):
            return .balances(shared.ledger.balances(of: account))
        case .test(let request):
            guard let box = box(request.instrument) else { return .rejected(.unknownInstrument) }
            let owner = shared.ledger.slot(of: request.account)
            let reason = box.market.refusal(of: request, owner: owner, shared)
            return reason.map { .rejected($0) } ?? .done
        case .position:
            return .done
        default:
            return .rejected(.malformed)
        }
    }

    /// The open orders of an account, in one pair or in all, by instrument id and order id.
    private borrowing func openOrders(of account: AccountID, _ instrument: InstrumentID?) -> Reply {
        guard let instrument else {
            guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
            return .orders(boxes.flatMap { $0.market.openOrders(of: owner) })
        }
        guard let box = box(instrument) else { return .rejected(.unknownInstrument) }
        guard let owner = shared.ledger.slot(of: account) else { return .orders([]) }
        return .orders(box.market.openOrders(of: owner))
    }
}
