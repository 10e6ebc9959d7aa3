import Routing
import Trading

/// What a client wants done.
struct ClientWish {
    /// Who is asked.
    enum Place {
        /// The shard that trades the pair.
        case pair(InstrumentID)
        /// The shard at a place.
        case shard(Int)
    }

    var kind: PairRequest
    /// The order it is about, where it places one or asks for one.
    var name: ClientOrderID?
    var place: Place
}

/// A client of a router: one request at a time, each repeated until it is answered for certain.
struct SimulatedClient {
    var router: Int
    var account: AccountID
    var wish: ClientWish?
    /// Everything acknowledged anywhere when the question was first asked is in an entry up to here,
    /// by shard.
    var floors: [UInt64] = []
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
    var transferCount: UInt64 = 0

    init(router: Int, account: AccountID) {
        self.router = router
        self.account = account
    }
}
