import Routing
import Trading

// The way of each pair's requests in a router, as `RouterNode`.

extension SimulatedCluster {
    func makeRoutes() -> PairRoutes {
        var routes = PairRoutes(count: layout.pairs.count)
        // What was planned; the first map may know better.
        var effects: [RouteEffect] = []
        for shard in layout.shards {
            for pair in shard.pairs {
                routes.assign(pair.id, to: shard.id, generation: 0, effects: &effects)
            }
        }
        return routes
    }

    /// Takes what a shard said; a request whose pair was not there goes on.
    func took(_ token: UInt64, _ outcome: RequestOutcome, _ router: Int, _ shard: Int) {
        guard routers[router].routes.hasSent(token) else {
            return completed(token, outcome, from: shard)
        }
        route(router, from: shard) { $0.completed(token, outcome, effects: &$1) }
    }

    /// Gives the routes an input and carries out what they want.
    ///
    /// - Parameters:
    ///   - router: Whose.
    ///   - shard: The place of the shard that answers; any where none does.
    ///   - body: The input.
    func route(
        _ router: Int,
        from shard: Int = 0,
        _ body: (inout PairRoutes, inout [RouteEffect]) -> Void
    ) {
        var effects: [RouteEffect] = []
        body(&routers[router].routes, &effects)
        for effect in effects {
            switch effect {
            case .complete(let token, let outcome): completed(token, outcome, from: shard)
            case .send(let request, let owner, let generation, let token, let deadline):
                perform(router, layout.place(of: owner)) { session, effects in
                    switch request {
                    case .command(let command):
                        session.submit(
                            command,
                            generation: generation,
                            token: token,
                            deadline: deadline,
                            effects: &effects
                        )
                    case .query(let query):
                        session.ask(query, token: token, deadline: deadline, effects: &effects)
                    }
                }
            }
        }
    }
}
