import Accounts
import Trading

extension TradingEngine {
    /// This shard's share of how many orders an account may place.
    public var orderLimits: OrderLimits { shared.orders.limits }

    /// How many orders an account has placed of late, and how many more it may.
    ///
    /// - Parameter account: May be unknown.
    /// - Returns: One record for each interval, in the order of `OrderInterval.allCases`.
    public borrowing func orderUsage(of account: AccountID) -> [OrderUsage] {
        shared.orders.usage(of: shared.ledger.slot(of: account), at: shared.now)
    }

    /// The answer is `lent`.
    mutating func lend(_ loan: OrderLoan) {
        guard let owner = seat(loan) else { return }
        shared.answer.set(.lent(shared.orders.lend(loan, owner, at: shared.now)))
    }

    /// The answer is `done`, or that the interval is over.
    mutating func borrow(_ loan: OrderLoan) {
        guard let owner = seat(loan) else { return }
        guard shared.orders.borrow(loan, owner, at: shared.now) else {
            return shared.answer.reject(.tooManyOrders(loan.interval))
        }
    }

    /// Whose loan it is, if it is sound; else the answer says why not.
    ///
    /// An account that has no funds here may have orders to lend.
    private mutating func seat(_ loan: OrderLoan) -> AccountSlot? {
        guard (1...OrderCounter.loanMax).contains(loan.count), loan.account.rawValue > 0 else {
            shared.answer.reject(.malformed)
            return nil
        }
        guard let owner = shared.ledger.seat(loan.account) else {
            shared.answer.reject(.overloaded)
            return nil
        }
        return owner
    }
}
