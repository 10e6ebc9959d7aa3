import Accounts
import Trading

extension TradingEngine {
    /// Transfers under way to other shards, by shard.
    public var outboxes: ContiguousArray<Outbox> { shared.ledger.outboxes }

    /// Shards that transfers have ever gone to, by number.
    public var destinations: [ShardID] { shared.ledger.outboxes.map(\.shard) }

    /// The number of the last transfer taken in from another shard; 0 for none.
    public func received(from shard: ShardID) -> UInt64 { shared.ledger.received(from: shard) }

    mutating func transfer(_ funds: Funds, to shard: ShardID, _ reference: UInt64) {
        let result = shared.ledger.send(funds, to: shard, reference: reference, at: shared.now)
        switch result {
        case .success(let sequence): shared.answer.set(.transferred(sequence: sequence))
        case .failure(let refusal): shared.answer.reject(refusal.reason)
        }
    }

    /// A window of the movements of an account.
    borrowing func statement(
        of account: AccountID,
        _ asset: AssetID?,
        in range: HistoryRange
    ) -> Reply {
        guard range.isWellFormed else { return .rejected(.malformed) }
        let movements = shared.ledger.movements(of: account, asset: asset).filter {
            range.contains(Int64(clamping: $0.number), $0.time)
        }
        let window =
            range.isUpwards ? movements.prefix(range.limit) : movements.suffix(range.limit)
        return .movements(Array(window))
    }

    /// What an account lacks for a command to have the funds it needs.
    ///
    /// - Parameter command: One that needs free funds; any other is malformed.
    /// - Returns: `shortfall`, or why the command cannot be judged.
    borrowing func shortfall(of command: Command) -> Reply {
        switch command {
        case .withdraw(let funds, _): return shortfall(of: funds)
        case .place(let request):
            guard let number = markets.number(of: request.instrument) else {
                return .rejected(.unknownInstrument)
            }
            return shortfall(of: markets[number].fundsNeeded(for: request, shared))
        case .placeList(let request):
            guard let instrument = request.orders.first?.instrument,
                let number = markets.number(of: instrument)
            else { return .rejected(.unknownInstrument) }
            return shortfall(of: markets[number].fundsNeeded(for: request, shared))
        case .amend(let request):
            guard let number = markets.number(of: request.instrument) else {
                return .rejected(.unknownInstrument)
            }
            return shortfall(of: markets[number].fundsNeeded(for: request, shared))
        default: return .rejected(.malformed)
        }
    }

    /// What is missing of funds; `nil` stands for more than there can be.
    private borrowing func shortfall(of need: Funds?) -> Reply {
        guard let need else { return .rejected(.insufficientBalance) }
        guard let column = shared.ledger.column(of: need.asset) else {
            return .rejected(.unknownAsset)
        }
        let slot = shared.ledger.slot(of: need.account)
        let free = slot.map { shared.ledger.free($0, column) } ?? .zero
        return .shortfall(need.asset, max(.zero, need.amount - free))
    }
}
