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
    private var session: ShardSession
    private var sessionLink: StreamLink?
    private(set) var mirror = MarketMirror()
    private var feedLink: StreamLink?
    private var feedAddress: String?
    private var feedRetryAt: UInt64 = 0
    private(set) var lastHeard: UInt64 = 0

    init(context: ProcessContext, router: RouterNode, shard: ShardID) {
        self.context = context
        self.router = router
        self.shard = shard
        session = ShardSession(
            session: SessionID(rawValue: context.instance &+ UInt64(shard.rawValue)),
            shard: shard
        )
    }

    /// Whether the session's stream is up.
    var isOpen: Bool { session.isOpen }

    /// Commands and questions not yet answered.
    var inFlightCount: Int { session.inFlightCount }

    /// Whether market data of this shard has ever arrived.
    var isLoaded: Bool { mirror.position != nil }

    func assign(address: String?, epoch: Epoch) {
        perform { $0.assign(address: address, epoch: epoch, effects: &$1) }
        guard address != feedAddress else { return }
        feedAddress = address
        openFeed()
    }

    func submit(_ command: Command, token: UInt64) {
        let deadline = deadline
        perform { $0.submit(command, token: token, deadline: deadline, effects: &$1) }
    }

    func ask(_ query: Query, token: UInt64) {
        let deadline = deadline
        perform { $0.ask(query, token: token, deadline: deadline, effects: &$1) }
    }

    /// Waits until the mirror has reached a position.
    func wait(for position: SequenceNumber, token: UInt64) {
        var effects: [MirrorEffect] = []
        mirror.wait(for: position, token: token, deadline: deadline, effects: &effects)
        carryOut(effects)
    }

    func tick() {
        let now = context.now
        perform { $0.tick(now: now, effects: &$1) }
        var effects: [MirrorEffect] = []
        mirror.tick(now: now, effects: &effects)
        carryOut(effects)
        let isSilent = now > lastHeard + Self.feedSilenceMilliseconds * 1_000_000
        if feedLink == nil || isSilent, now >= feedRetryAt { openFeed() }
    }

    private var deadline: UInt64 { context.now + Self.deadlineMilliseconds * 1_000_000 }

    // MARK: Session

    private func perform(_ input: (inout ShardSession, inout [SessionEffect]) -> Void) {
        var effects: [SessionEffect] = []
        input(&session, &effects)
        var output = ByteWriter()
        for effect in effects {
            switch effect {
            case .send(let request): request.write(to: &output)
            case .connect(let address):
                sessionLink = link(to: address, path: SessionPath.session)
            case .disconnect:
                sessionLink?.close()
                sessionLink = nil
            case .complete(let token, let outcome): router.complete(token, outcome)
            }
        }
        if !output.bytes.isEmpty { sessionLink?.write(output.bytes) }
    }

    private func link(to address: String, path: String) -> StreamLink {
        let link = StreamLink(
            context: context,
            address: address,
            path: path,
            sizeMax: SessionResponse.sizeMax
        )
        link.onOpen = { [weak self] in self?.perform { $0.connected(effects: &$1) } }
        link.onClose = { [weak self, weak link] reason in
            guard let self, let link, link === sessionLink else { return }
            sessionLink = nil
            note("session closed", reason)
            let now = context.now
            perform { $0.disconnected(now: now, effects: &$1) }
        }
        link.onFrame = { [weak self, weak link] frame throws(DecodeError) in
            guard let self, let link, link === sessionLink else { return }
            let response = try SessionResponse(from: &frame)
            let now = context.now
            lastHeard = now
            perform { $0.received(response, now: now, effects: &$1) }
        }
        link.connect()
        return link
    }

    private func note(_ message: String, _ reason: String) {
        context.log.log(
            .warning,
            message,
            ["shard": LogValue(shard.rawValue), "reason": .text(reason)]
        )
    }

    // MARK: Feed

    private func openFeed() {
        feedLink?.close()
        feedLink = nil
        feedRetryAt = context.now + 50_000_000
        guard let feedAddress else { return }
        let query = FeedQuery(shard: shard, position: mirror.position)
        let link = StreamLink(
            context: context,
            address: feedAddress,
            path: query.path,
            sizeMax: FeedMessage.sizeMax
        )
        feedLink = link
        lastHeard = context.now
        link.onClose = { [weak self, weak link] reason in
            guard let self, let link, link === feedLink else { return }
            feedLink = nil
            note("feed closed", reason)
        }
        link.onFrame = { [weak self, weak link] frame throws(DecodeError) in
            guard let self, let link, link === feedLink else { return }
            received(try FeedMessage(from: &frame))
        }
        link.connect()
    }

    private func received(_ message: FeedMessage) {
        lastHeard = context.now
        var effects: [MirrorEffect] = []
        router.board.update { markets, board in
            mirror.received(message, markets: &markets, observer: board, effects: &effects)
        }
        carryOut(effects)
    }

    private func carryOut(_ effects: [MirrorEffect]) {
        for effect in effects {
            switch effect {
            case .ready(let token, let isCurrent): router.ready(token, isCurrent: isCurrent)
            case .resync:
                mirror.forget()
                openFeed()
            }
        }
    }
}
