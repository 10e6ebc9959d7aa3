import Configuration
import EventLoop
import Workload

/// The connections of a drill: lanes for the load, and one more for the reads and depth streams.
final class DrillClient {
    private static let openMilliseconds: UInt64 = 10_000
    private static let watchTries = 20
    private static let watchPauseMilliseconds: UInt64 = 100

    private let waiter: LoopWaiter
    private let own: ClientLane
    private var watch: DepthWatch?
    /// What broke depth streams that were given up since.
    private var earlier: [Violation] = []
    /// Sign the orders: of a maker and a taker.
    let keys: [TradingKey]
    /// Where orders go, two to each place.
    let lanes: [ClientLane]
    /// Asks for orders, trades and balances.
    let reader: StateReader
    /// The pairs that trade.
    let pairs: [PairRules]

    /// Connects to every router, and to the edge if asked.
    init(_ cluster: ClusterUnderTest, throughEdge: Bool) throws(LoadError) {
        waiter = cluster.waiter
        keys = cluster.initial.accounts.prefix(2).map {
            TradingKey(apiKey: $0.apiKey, secret: $0.secret)
        }
        guard keys.count == 2 else { throw LoadError("the cluster needs two accounts") }
        var urls = cluster.routers.map(\.url)
        if throughEdge { urls.append(cluster.initial.rest) }
        let endpoints = urls.compactMap(Endpoint.init(url:))
        guard let first = endpoints.first else { throw LoadError("the cluster has no router") }
        let loop = waiter.loop
        lanes = (endpoints + endpoints).map { ClientLane(endpoint: $0, loop: loop) }
        own = ClientLane(endpoint: first, loop: loop)
        waiter.wait(timeoutMilliseconds: Self.openMilliseconds) { [lanes, own] in
            own.isOpen && lanes.allSatisfy(\.isOpen)
        }
        guard own.isOpen, lanes.allSatisfy(\.isOpen) else {
            throw LoadError("cannot connect to \(urls.joined(separator: ", "))")
        }
        _ = try cluster.waitUntilHealthy()
        reader = StateReader(lane: own, keys: keys, waiter: waiter)
        pairs = try reader.pairs()
        try openWatch()
    }

    /// Ends the connections.
    func stop() {
        watch?.stop()
        for lane in lanes + [own] { lane.stop() }
    }

    /// Waits until there are connections to everywhere.
    ///
    /// - Returns: Where there are none.
    func endpointsThatStayDead() -> Set<Endpoint> {
        waiter.wait(timeoutMilliseconds: Self.openMilliseconds) { [lanes] in
            lanes.allSatisfy(\.isOpen)
        }
        return Set(lanes.filter { !$0.isOpen }.map(\.endpoint))
    }

    // MARK: Depth

    /// Gives up the depth streams, since their router is about to end.
    func closeWatch() {
        guard let watch else { return }
        earlier += watch.violations
        watch.stop()
        self.watch = nil
    }

    /// Opens them again, with new books, as a client does after a reconnect.
    func openWatch() throws(LoadError) {
        guard watch == nil else { return }
        var failure = LoadError("no connection for the depth streams")
        for _ in 0..<Self.watchTries where !waiter.isInterrupted {
            waiter.wait(timeoutMilliseconds: Self.openMilliseconds) { [own] in own.isOpen }
            guard let client = own.client else { break }
            do throws(LoadError) {
                watch = try DepthWatch(pairs, client: client, waiter: waiter)
                return
            } catch {
                // A router that has just started may not have every pair's book yet.
                failure = error
            }
            waiter.pause(milliseconds: Self.watchPauseMilliseconds)
        }
        throw failure
    }

    /// Compares every rebuilt book with the exchange's, while nothing goes on.
    ///
    /// - Returns: What differs, and the books that the exchange shows.
    func checkDepth() throws(LoadError) -> ([Violation], [String: DepthSnapshot]) {
        guard let watch else { throw LoadError("the depth streams are not open") }
        let (found, snapshots) = try watch.check()
        defer { earlier = [] }
        return (earlier + found, snapshots)
    }
}
