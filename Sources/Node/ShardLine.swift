import Membership
import Observability
import Routing
import Trading
import Wire

/// A conversation with one shard on a real connection: finds its primary by the map, sends again
/// after a failover.
final class ShardLine {
    /// Gets the outcome of each command and question.
    var onComplete: ((UInt64, RequestOutcome) -> Void)?
    /// Gets the number of a shard that this one has sent funds to.
    var onReach: ((ShardID) -> Void)?
    /// Gets what an account has used of its orders.
    var onOrders: ((AccountID, [OrderUsage]) -> Void)?
    let shard: ShardID
    /// When anything came from the shard; monotonic nanoseconds.
    private(set) var lastHeard: UInt64 = 0
    private let context: ProcessContext
    private var session: ShardSession
    private var link: StreamLink?

    /// Makes a conversation that knows no primary yet.
    ///
    /// - Parameters:
    ///   - context: The process.
    ///   - shard: With which shard.
    ///   - session: Unique in the cluster's life.
    init(context: ProcessContext, shard: ShardID, session: UInt64) {
        self.context = context
        self.shard = shard
        self.session = ShardSession(session: SessionID(rawValue: session), shard: shard)
    }

    /// Whether the shard's primary serves it.
    var isOpen: Bool { session.isOpen }

    /// Commands and questions not yet answered.
    var inFlightCount: Int { session.inFlightCount }

    func follow(_ map: ShardMap) {
        guard let assignment = map.assignment(shard) else { return }
        let address = assignment.primary.flatMap { map.member($0)?.address }
        assign(address: address, epoch: assignment.epoch)
    }

    func assign(address: String?, epoch: Epoch) {
        perform { $0.assign(address: address, epoch: epoch, effects: &$1) }
    }

    func submit(_ command: Command, generation: UInt32 = 0, token: UInt64, deadline: UInt64) {
        perform {
            $0.submit(
                command,
                generation: generation,
                token: token,
                deadline: deadline,
                effects: &$1
            )
        }
    }

    func ask(_ query: Query, token: UInt64, deadline: UInt64) {
        perform { $0.ask(query, token: token, deadline: deadline, effects: &$1) }
    }

    func tick() {
        let now = context.now
        perform { $0.tick(now: now, effects: &$1) }
    }

    private func perform(_ input: (inout ShardSession, inout [SessionEffect]) -> Void) {
        var effects: [SessionEffect] = []
        input(&session, &effects)
        var output = ByteWriter()
        for effect in effects {
            switch effect {
            case .send(let request): request.write(to: &output)
            case .connect(let address): link = connect(to: address)
            case .disconnect:
                link?.close()
                link = nil
            case .reaches(let other): onReach?(other)
            case .ordersUsed(let account, let usage): onOrders?(account, usage)
            case .complete(let token, let outcome):
                // Whoever is told may send more, and that comes after what is to be sent here.
                write(&output)
                onComplete?(token, outcome)
            }
        }
        write(&output)
    }

    private func write(_ output: inout ByteWriter) {
        guard !output.bytes.isEmpty else { return }
        link?.write(output.bytes)
        output = ByteWriter()
    }

    private func connect(to address: String) -> StreamLink {
        let link = StreamLink(
            context: context,
            address: address,
            path: SessionPath.session,
            sizeMax: SessionResponse.sizeMax
        )
        link.onOpen = { [weak self] in self?.perform { $0.connected(effects: &$1) } }
        link.onClose = { [weak self, weak link] reason in
            guard let self, let link, link === self.link else { return }
            self.link = nil
            context.log.log(
                .warning,
                "session closed",
                ["shard": LogValue(shard.rawValue), "reason": .text(reason)]
            )
            let now = context.now
            perform { $0.disconnected(now: now, effects: &$1) }
        }
        link.onFrame = { [weak self, weak link] frame throws(DecodeError) in
            guard let self, let link, link === self.link else { return }
            let response = try SessionResponse(from: &frame)
            lastHeard = context.now
            perform { $0.received(response, now: lastHeard, effects: &$1) }
        }
        link.connect()
        return link
    }
}
