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
            router,
            shard,
            to: nodes[random.index(below: nodes.count)],
            isFeed: true
        )
        routers[router].channels[shard].feedStream = id
    }

    func follow(_ message: FeedMessage, _ router: Int, _ shard: Int) {
        routers[router].channels[shard].feedHeard = now
        checkContinuity(message, router, routers[router].channels[shard].followed)
        var effects: [MirrorEffect] = []
        routers[router].take(message, from: shard, now: now, &effects)
        let followed = routers[router].channels[shard].followed
        if effects.contains(.resync) {
            violation("feed: router \(router) misses events after \(followed)")
        }
        if let position = routers[router].channels[shard].mirror.position {
            routers[router].channels[shard].followed = max(followed, position.rawValue)
        }
    }

    /// A follower never goes back, and nothing is left out or sent twice.
    private func checkContinuity(_ message: FeedMessage, _ router: Int, _ followed: UInt64) {
        switch message {
        case .events(let first, _):
            guard first.rawValue != followed + 1 else { return }
            violation("feed: router \(router) has \(followed) and gets \(first)")
        case .snapshot(let position, _):
            guard position.rawValue < followed else { return }
            violation("feed: router \(router) is taken back from \(followed) to \(position)")
        case .heartbeat(let position):
            guard position.rawValue != followed else { return }
            violation("feed: router \(router) has \(followed) and hears of \(position)")
        }
    }
}

extension SimulatedRouter {
    fileprivate mutating func take(
        _ message: FeedMessage,
        from shard: Int,
        now: UInt64,
        _ effects: inout [MirrorEffect]
    ) {
        channels[shard].mirror.received(
            message,
            now: now,
            markets: &markets,
            observer: SilentObserver(),
            effects: &effects
        )
    }
}

private final class SilentObserver: MarketObserver {
    func applied(_ event: MarketEvent, _ markets: [PairMarket]) {}
    func replaced(_ old: PairMarket, by new: PairMarket) {}
    func finishedBatch(_ markets: [PairMarket]) {}
}
