import Accounts
import Coordination
import MarketData
import Membership
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
        clients.allSatisfy { $0.wish == nil } && isSettled
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

    /// Whether nothing is on its way between shards.
    private var isSettled: Bool {
        mapOracle.state.moves.isEmpty
            && shards.allSatisfy { $0.oracle.outboxes.allSatisfy(\.entries.isEmpty) }
    }

    func checkTheEnd() {
        guard isQuiet else { return violation("progress: \(progress)") }
        for pair in layout.pairs { checkPlace(of: pair) }
        for pair in layout.pairs { checkBooks(of: pair.id) }
        for client in clients { checkNames(of: client) }
        if let defect = money.defect { violation(defect) }
    }

    /// The shard that the map names has the pair, and no other has anything of it.
    private func checkPlace(of pair: Instrument) {
        let map = mapOracle.state.map
        guard let owner = map.owner(of: pair.symbol)?.shard else { return }
        for shard in shards where shard.oracle.count > 0 {
            let standing = shard.oracle.standing(of: pair.id)
            guard standing.state == (shard.id == owner ? .active : .absent) else {
                return violation(
                    "moves: \(pair.symbol) is \(standing.state) on shard \(shard.id), "
                        + "the map gives it to shard \(owner)"
                )
            }
            if shard.id == owner, standing.generation != map.generation(of: pair.symbol) {
                violation(
                    "moves: \(pair.symbol) has generation \(standing.generation), "
                        + "the map says \(map.generation(of: pair.symbol))"
                )
            }
        }
    }

    /// The place of the shard that has a pair in the end.
    private func owner(of pair: InstrumentID) -> Int {
        let symbol = layout.pairs[Int(pair.rawValue)].symbol
        return mapOracle.state.map.owner(of: symbol).map { layout.place(of: $0.shard) }
            ?? layout.shard(of: pair)
    }

    private func checkBooks(of pair: InstrumentID) {
        let depth = shards[owner(of: pair)].oracle.depth(pair)
        for (index, router) in routers.enumerated() {
            let book = router.markets[Int(pair.rawValue)].book.depth(limit: .max)
            guard (book.bids + book.asks).map(\.price) == depth.map(\.price),
                (book.bids + book.asks).map(\.quantity) == depth.map(\.quantity)
            else {
                return violation("feed: router \(index)'s book of pair \(pair) is not the shard's")
            }
        }
    }

    /// Every shard is looked through for orders of the name; the one that has the pair says what
    /// became of them.
    private func checkNames(of client: SimulatedClient) {
        for (name, pair) in client.orders {
            let orders = Set(shards.flatMap { $0.oracle.orders(of: client.account, name) })
            let owner = shards[owner(of: pair)]
            let count = orders.count { owner.oracle.hasTraded($0, of: client.account, pair) }
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
        let ways = mapOracle.state.moves.map { "\($0.symbol) moves" }.joined(separator: ", ")
        return "\(wishes) clients wait; \(all); \(lead); \(ways)"
    }

    private func progress(of shard: Int) -> String {
        let positions = replicas.filter { $0.shard == shard }
            .map { "\($0.node): \($0.replica.position)" }.joined(separator: " ")
        let feeds = routers.map { "\($0.channels[shard].mirror.position?.rawValue ?? 0)" }
            .joined(separator: " ")
        let oracle = (count: shards[shard].oracle.count, events: shards[shard].oracle.events.count)
        let outboxes = shards[shard].oracle.outboxes.map { "\($0.entries.count)" }
            .joined(separator: " ")
        return "shard \(shard + 1) log at \(oracle.count), nodes at \(positions), "
            + "feed at \(oracle.events), routers at \(feeds), outboxes \(outboxes)"
    }
}
