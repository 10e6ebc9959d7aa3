import Accounts
import Trading

/// The name of an open order: unique among the open orders of its account on the shard.
struct OrderName: Hashable {
    var owner: AccountSlot
    var name: ClientOrderID
}

/// Where the open order of a name is.
struct OrderPlace {
    var instrument: InstrumentID
    var order: OrderID
}

/// What the pairs of a shard share: the money, the names in use, and the clock of the log.
struct SharedState: ~Copyable {
    var ledger = Ledger()
    /// Only looked up, never iterated.
    var openNames: [OrderName: OrderPlace] = [:]
    var executions = ExecutionWindow()
    /// Time of the last command.
    var now = Timestamp.zero
}
