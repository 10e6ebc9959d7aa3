import MarketData
import Routing
import Trading
import Wire

// The feeds that routers follow, one of each shard.

extension SimulatedCluster {
    /// Any replica serves the feed; which one is left to chance.
    func openFeed(_ router: Int, _ shard: Int) {
        if let id = routers[router].channels[shard].feedStream { sendToNode(.end, id) }
        routers[router].channels[shard].feedHeard = now
        let nodes = layout.shards[shard].nodes
        let id = connect(
            .router(router),
            shard,
            to: nodes[random.index(below: nodes.count)],
            isFeed: true
        )
        routers[router].channels[shard].feedStream = id
    }

    func follow(_ message: FeedMessage, _ router: Int, _ shard: Int) {
        routers[router].channels[shard].feedHeard = now
        checkContinuity(message, router, routers[router].channels[shard])
        switch message {
        case .events(let first, let events):
            routers[router].channels[shard].received =
                first.rawValue + UInt64(events.count) - 1
        case .snapshot(let position, _):
            routers[router].channels[shard].received = position.rawValue
        case .heartbeat: break
        }
        let mayResync =
            routers[router].channels[shard].mirror.isHolding
            || message.isOlder(than: routers[router].channels[shard].followed)
            || (hasMoves && message.tells(of: routers[router].markets.map(\.generation)))
        let now = now
        applyFeed(router, shard, mayResync: mayResync) { mirror, markets, observer, effects in
            mirror.received(
                message,
                now: now,
                markets: &markets,
                observer: observer,
                effects: &effects
            )
        }
        // Pairs that come from here may have been waited for elsewhere, as `RouterNode`.
        for other in shards.indices
        where other != shard && routers[router].channels[other].mirror.isHolding {
            applyFeed(router, other, mayResync: true) { mirror, markets, observer, effects in
                mirror.goOn(markets: &markets, observer: observer, effects: &effects)
            }
        }
    }

    /// Gives a mirror an input; a router that has waited for a pair in vain asks anew.
    private func applyFeed(
        _ router: Int,
        _ shard: Int,
        mayResync: Bool,
        _ body: (inout MarketMirror, inout [PairMarket], FeedObserver, inout [MirrorEffect]) -> Void
    ) {
        var effects: [MirrorEffect] = []
        let observer = FeedObserver(routers[router].markets)
        routers[router].withMirror(of: shard) { body(&$0, &$1, observer, &effects) }
        if let defect = observer.defect { violation("feed: router \(router) \(defect)") }
        if let position = routers[router].channels[shard].mirror.position {
            let followed = routers[router].channels[shard].followed
            if position.rawValue < followed {
                violation("feed: router \(router) goes back from \(followed) to \(position)")
            }
            routers[router].channels[shard].followed = max(followed, position.rawValue)
        }
        for case .arrived(let arrival) in effects {
            route(router) {
                $0.assign(
                    arrival.instrument,
                    to: layout.shards[shard].id,
                    generation: arrival.generation,
                    effects: &$1
                )
            }
        }
        guard effects.contains(.resync) else { return }
        guard mayResync else {
            let followed = routers[router].channels[shard].followed
            return violation("feed: router \(router) misses events after \(followed)")
        }
        note("resync", router, UInt64(shard))
        routers[router].channels[shard].mirror.forget()
        openFeed(router, shard)
    }

    /// Nothing is left out or sent twice.
    private func checkContinuity(
        _ message: FeedMessage,
        _ router: Int,
        _ channel: SimulatedChannel
    ) {
        let received = channel.received.map(String.init) ?? "nothing"
        switch message {
        case .events(let first, _):
            guard channel.received != first.rawValue - 1 else { return }
            violation("feed: router \(router) has \(received) and gets \(first)")
        // A router that asks anew may meet a replica that is behind, and asks again.
        case .snapshot: break
        case .heartbeat(let position):
            guard position.rawValue != channel.received else { return }
            violation("feed: router \(router) has \(received) and hears of \(position)")
        }
    }
}

extension SimulatedRouter {
    fileprivate mutating func withMirror(
        of shard: Int,
        _ body: (inout MarketMirror, inout [PairMarket]) -> Void
    ) { body(&channels[shard].mirror, &markets) }
}

extension FeedMessage {
    /// Whether it is a snapshot from a replica that is behind.
    fileprivate func isOlder(than followed: UInt64) -> Bool {
        guard case .snapshot(let position, _) = self else { return false }
        return position.rawValue < followed
    }

    /// Whether it has events of pairs that have moved, by what their markets say.
    fileprivate func tells(of generations: [UInt32]) -> Bool {
        guard case .events(_, let events) = self else { return false }
        return events.contains { generations[Int($0.instrument.rawValue)] > 0 }
    }
}

/// Looks at what a router's listeners are told: each pair's trades and changes of its book come
/// without a hole and never again, whatever shard they come from.
private final class FeedObserver: MarketObserver {
    private var trades: [Int64]
    private var updates: [Int64]
    private(set) var defect: String?

    init(_ markets: [PairMarket]) {
        trades = markets.map(\.history.lastTradeID.rawValue)
        updates = markets.map(\.book.lastUpdateID)
    }

    func applied(_ event: MarketEvent, _ markets: [PairMarket]) {
        let pair = Int(event.instrument.rawValue)
        switch event {
        case .trade(let trade):
            if trade.id.rawValue != trades[pair] + 1 {
                defect = "has trade \(trades[pair]) of pair \(pair) and gets \(trade.id)"
            }
            trades[pair] = trade.id.rawValue
        case .level(let change):
            if change.updateID != updates[pair] + 1 {
                defect = "has update \(updates[pair]) of pair \(pair) and gets \(change.updateID)"
            }
            updates[pair] = change.updateID
        case .phase, .arrival: break
        }
    }

    func replaced(_ old: PairMarket, by new: PairMarket) {
        let pair = Int(new.instrument.id.rawValue)
        if new.history.lastTradeID < old.history.lastTradeID
            || new.book.lastUpdateID < old.book.lastUpdateID
        {
            defect = "is taken back in pair \(pair) to \(new.history.lastTradeID)"
        }
        trades[pair] = new.history.lastTradeID.rawValue
        updates[pair] = new.book.lastUpdateID
    }

    func finishedBatch(_ markets: [PairMarket]) {}
}
