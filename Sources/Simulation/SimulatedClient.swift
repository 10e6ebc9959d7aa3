import Trading

/// What a client wants done.
struct ClientWish {
    enum Kind {
        case command(Command)
        case query(Query)
    }

    var kind: Kind
    /// The order it is about, where it places one or asks for one.
    var name: ClientOrderID?
    /// The place of the shard that is asked.
    var shard: Int
}

/// A client of a router: one request at a time, each repeated until it is answered for certain.
struct SimulatedClient {
    var router: Int
    var account: AccountID
    var wish: ClientWish?
    /// Everything acknowledged anywhere when the question was first asked is in an entry up to here.
    var floor: UInt64 = 0
    /// Whether an attempt of the present wish may have happened.
    var mayHaveHappened = false
    /// Every order it ever wished for, with its pair.
    var orders: [(name: ClientOrderID, pair: InstrumentID)] = []
    /// Lots known to be executed, of orders known to be accepted.
    var known: [ClientOrderID: Int64] = [:]
    /// Orders given up after "it did not happen and will not".
    var failed: [ClientOrderID] = []
    var completedCount = 0
    var depositCount: UInt64 = 0

    init(router: Int, account: AccountID) {
        self.router = router
        self.account = account
    }
}
