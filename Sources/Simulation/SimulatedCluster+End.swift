import MarketData
import Routing
import Shard
import Trading
import Wire

// The end of a run: everything is healed, and must come to rest with everybody at the same place.

extension SimulatedCluster {
    func healAll() {
        note("heal all", 0)
        isHealing = true
        for acceptor in acceptors.indices {
            acceptors[acceptor].isRefusing = false
            if !acceptors[acceptor].isUp { startAcceptor(acceptor) }
            wakeAcceptor(acceptor)
        }
        for link in held.keys.sorted(by: { $0.number < $1.number }) { heal(link) }
        for process in processes.indices { wake(process) }
    }

    /// Whether all that clients wished for is done and everybody has it.
    var isQuiet: Bool {
        clients.allSatisfy { $0.wish == nil }
            && nodes.indices.allSatisfy {
                processes[$0].isUp && nodes[$0].replica.position.rawValue == oracle.count
            }
            && routers.allSatisfy { $0.mirror.position?.rawValue == UInt64(oracle.events.count) }
    }

    func checkTheEnd() {
        guard isQuiet else { return violation("progress: \(progress)") }
        let depth = oracle.depth(SimulatedMarket.instrument.id)
        for (index, router) in routers.enumerated() {
            let book = router.markets[0].book.depth(limit: .max)
            guard (book.bids + book.asks).map(\.price) == depth.map(\.price),
                (book.bids + book.asks).map(\.quantity) == depth.map(\.quantity)
            else { return violation("feed: the book of router \(index) is not the shard's") }
        }
        for client in clients { checkNames(of: client) }
    }

    private func checkNames(of client: SimulatedClient) {
        for name in client.names {
            let pair = SimulatedMarket.instrument.id
            let count = oracle.executions(of: client.account, name, pair)
            if count > 1 { violation("exactly once: \(name.text) has traded \(count) times") }
        }
        for name in client.failed where oracle.hasPlaced(name, of: client.account) {
            violation("failed: \(name.text) was placed, though the client heard that it was not")
        }
    }

    private var progress: String {
        let wishes = clients.count { $0.wish != nil }
        let positions = nodes.map { "\($0.replica.position)" }.joined(separator: " ")
        let feeds = routers.map { "\($0.mirror.position?.rawValue ?? 0)" }.joined(separator: " ")
        let lead = leader.map { "coordinator \($0) leads" } ?? "no coordinator leads"
        return "\(wishes) clients wait; log at \(oracle.count), nodes at \(positions); "
            + "feed at \(oracle.events.count), routers at \(feeds); \(lead)"
    }
}
