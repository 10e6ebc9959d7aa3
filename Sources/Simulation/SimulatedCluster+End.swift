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
            && replicas.allSatisfy {
                processes[$0.node].isUp
                    && $0.replica.position.rawValue == shards[$0.shard].oracle.count
            }
            && routers.allSatisfy { router in
                shards.indices.allSatisfy {
                    router.channels[$0].mirror.position?.rawValue
                        == UInt64(shards[$0].oracle.events.count)
                }
            }
    }

    func checkTheEnd() {
        guard isQuiet else { return violation("progress: \(progress)") }
        for pair in layout.pairs { checkBooks(of: pair.id) }
        for client in clients { checkNames(of: client) }
        if let defect = money.defect { violation(defect) }
    }

    private func checkBooks(of pair: InstrumentID) {
        let depth = shards[layout.shard(of: pair)].oracle.depth(pair)
        for (index, router) in routers.enumerated() {
            let book = router.markets[Int(pair.rawValue)].book.depth(limit: .max)
            guard (book.bids + book.asks).map(\.price) == depth.map(\.price),
                (book.bids + book.asks).map(\.quantity) == depth.map(\.quantity)
            else {
                return violation("feed: router \(index)'s book of pair \(pair) is not the shard's")
            }
        }
    }

    /// Every shard is looked through: a name is placed on one of them at most.
    private func checkNames(of client: SimulatedClient) {
        for (name, pair) in client.orders {
            let count = shards.reduce(0) {
                $0 + $1.oracle.executions(of: client.account, name, pair)
            }
            if count > 1 { violation("exactly once: \(name.text) has traded \(count) times") }
        }
        for name in client.failed
        where shards.contains(where: { $0.oracle.hasPlaced(name, of: client.account) }) {
            violation("failed: \(name.text) was placed, though the client heard that it was not")
        }
    }

    private var progress: String {
        let wishes = clients.count { $0.wish != nil }
        let lead = leader.map { "coordinator \($0) leads" } ?? "no coordinator leads"
        let all = shards.indices.map(progress).joined(separator: "; ")
        return "\(wishes) clients wait; \(all); \(lead)"
    }

    private func progress(of shard: Int) -> String {
        let positions = replicas.filter { $0.shard == shard }
            .map { "\($0.node): \($0.replica.position)" }.joined(separator: " ")
        let feeds = routers.map { "\($0.channels[shard].mirror.position?.rawValue ?? 0)" }
            .joined(separator: " ")
        let oracle = (count: shards[shard].oracle.count, events: shards[shard].oracle.events.count)
        return "shard \(shard + 1) log at \(oracle.count), nodes at \(positions), "
            + "feed at \(oracle.events), routers at \(feeds)"
    }
}
