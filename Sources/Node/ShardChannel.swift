import EventLoop
import HTTP
import Membership
import Observability
import Routing
import Trading
import Wire

/// A router's side of one shard: the session stream for requests, the feed stream for market data.
///
/// Each has a connection of its own, so that a burst of events never delays a reply.
final class ShardChannel {
    /// A request older than this is answered "unknown" or "unavailable".
    static let deadlineMilliseconds: UInt64 = 5000
    /// A feed silent for so long is opened anew; the primary's heartbeat comes every 100 ms.
    static let feedSilenceMilliseconds: UInt64 = 1000

    let shard: ShardID
    private let context: ProcessContext
    private unowned let router: RouterNode
    private let line: ShardLine
    private(set) var mirror = MarketMirror()
    private var feedLink: StreamLink?
    private var feedAddress: String?
    private var feedRetryAt: UInt64 = 0
    private var feedHeard: UInt64 = 0

    init(context: ProcessContext, router: RouterNode, shard: ShardID) {
        self.context = context
        self.router = router
        self.shard = shard
        line = ShardLine(
            context: context,
            shard: shard,
            session: context.instance &+ UInt64(shard.rawValue)
        )
        line.onComplete = { [unowned router] in router.complete($0, $1) }
        line.onReach = { [unowned router] in router.roster.reach($0) }
        line.onOrders = { [unowned router] in router.orders.note($0, on: shard, $1) }
    }

    /// Whether the session's stream is up.
    var isOpen: Bool { line.isOpen }

    /// Commands and questions not yet answered.
    var inFlightCount: Int { line.inFlightCount }

    /// Whether market data of this shard has ever arrived.
    var isLoaded: Bool { mirror.position != nil }

    /// When anything came from the shard, on either stream.
    var lastHeard: UInt64 { max(line.lastHeard, feedHeard) }

    func assign(address: String?, epoch: Epoch) {
        line.assign(address: address, epoch: epoch)
        guard address != feedAddress else { return }
        feedAddress = address
        openFeed()
    }

    func submit(
        _ command: Command,
        generation: UInt32 = 0,
        token: UInt64,
        deadline: UInt64? = nil
    ) {
        let deadline = deadline ?? self.deadline
        line.submit(command, generation: generation, token: token, deadline: deadline)
    }

    func ask(_ query: Query, token: UInt64, deadline: UInt64? = nil) {
        line.ask(query, token: token, deadline: deadline ?? self.deadline)
    }

    /// Waits until the mirror has reached a position.
    func wait(for position: SequenceNumber, token: UInt64) {
        var effects: [MirrorEffect] = []
        mirror.wait(for: position, token: token, deadline: deadline, effects: &effects)
        carryOut(effects)
    }

    func tick() {
        let now = context.now
        line.tick()
        var effects: [MirrorEffect] = []
        mirror.tick(now: now, effects: &effects)
        carryOut(effects)
        let isSilent = now > lastHeard + Self.feedSilenceMilliseconds * 1_000_000
        if feedLink == nil || isSilent, now >= feedRetryAt { openFeed() }
    }

    private var deadline: UInt64 { context.now + Self.deadlineMilliseconds * 1_000_000 }

    // MARK: Feed

    private func closeFeed() {
        feedLink?.close()
        feedLink = nil
    }

    private func openFeed() {
        closeFeed()
        feedRetryAt = context.now + 50_000_000
        guard let feedAddress else { return }
        let query = FeedQuery(shard: shard, position: mirror.position)
        let link = StreamLink(
            context: context,
            address: feedAddress,
            path: query.path(),
            sizeMax: FeedMessage.sizeMax
        )
        feedLink = link
        feedHeard = context.now
        link.onClose = { [weak self, weak link] reason in
            guard let self, let link, link === feedLink else { return }
            feedLink = nil
            context.log.log(
                .warning,
                "feed closed",
                ["shard": LogValue(shard.rawValue), "reason": .text(reason)]
            )
        }
        link.onFrame = { [weak self, weak link] frame throws(DecodeError) in
            guard let self, let link, link === feedLink else { return }
            received(try FeedMessage(from: &frame))
        }
        link.connect()
    }

    private func received(_ message: FeedMessage) {
        feedHeard = context.now
        var effects: [MirrorEffect] = []
        router.board.update { markets, board in
            mirror.received(
                message,
                now: feedHeard,
                markets: &markets,
                observer: board,
                effects: &effects
            )
        }
        carryOut(effects)
        router.goOn(besides: shard)
    }

    /// Applies what waited for a pair to arrive from another shard, if that has come so far.
    func goOn() {
        guard mirror.isHolding else { return }
        var effects: [MirrorEffect] = []
        router.board.update { markets, board in
            mirror.goOn(markets: &markets, observer: board, effects: &effects)
        }
        carryOut(effects)
    }

    private func carryOut(_ effects: [MirrorEffect]) {
        for effect in effects {
            switch effect {
            case .ready(let token, let isCurrent): router.ready(token, isCurrent: isCurrent)
            case .arrived(let arrival): router.arrived(arrival, at: shard)
            case .resync:
                mirror.forget()
                // Not at once again to a replica that is behind: the next tick does it.
                if context.now >= feedRetryAt { openFeed() } else { closeFeed() }
            }
        }
    }
}
