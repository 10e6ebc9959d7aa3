import Membership
import Observability
import Routing
import Trading
import Wire

/// The shards at both ends of a transfer.
struct TransferRoute: Hashable {
    let source: ShardID
    let destination: ShardID
}

/// Brings the transfers of a shard that is led here to the primary of another shard.
///
/// A conversation as a router's: it finds the primary by the map, and sends again after a failover.
final class TransferRelay {
    private let context: ProcessContext
    private let route: TransferRoute
    /// Gets the number of a transfer and the answer; `nil` when it is not known.
    private let onAnswer: (UInt64, Reply?) -> Void
    private var session: ShardSession
    private var link: StreamLink?

    init(
        context: ProcessContext,
        route: TransferRoute,
        onAnswer: @escaping (UInt64, Reply?) -> Void
    ) {
        self.context = context
        self.route = route
        self.onAnswer = onAnswer
        // Apart from those of routers, which count up from their instance by the shard alone.
        let offset = UInt64(route.source.rawValue) << 16 | UInt64(route.destination.rawValue)
        session = ShardSession(
            session: SessionID(rawValue: context.instance &+ offset << 16),
            shard: route.destination
        )
    }

    func follow(_ map: ShardMap) {
        guard let assignment = map.shards.first(where: { $0.shard == route.destination }) else {
            return
        }
        let address = assignment.primary.flatMap { map.member($0)?.address }
        perform { $0.assign(address: address, epoch: assignment.epoch, effects: &$1) }
    }

    /// Sends a transfer; there is no deadline, since it has left its account already.
    func deliver(_ funds: Funds, _ sequence: UInt64) {
        let credit = Command.credit(funds, from: route.source, sequence: sequence)
        perform { $0.submit(credit, token: sequence, deadline: .max, effects: &$1) }
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
            case .complete(let sequence, .reply(let reply)): onAnswer(sequence, reply)
            case .complete(let sequence, _): onAnswer(sequence, nil)
            }
        }
        if !output.bytes.isEmpty { link?.write(output.bytes) }
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
                "transfer session closed",
                ["shard": LogValue(route.destination.rawValue), "reason": .text(reason)]
            )
            let now = context.now
            perform { $0.disconnected(now: now, effects: &$1) }
        }
        link.onFrame = { [weak self, weak link] frame throws(DecodeError) in
            guard let self, let link, link === self.link else { return }
            let response = try SessionResponse(from: &frame)
            let now = context.now
            perform { $0.received(response, now: now, effects: &$1) }
        }
        link.connect()
        return link
    }
}
