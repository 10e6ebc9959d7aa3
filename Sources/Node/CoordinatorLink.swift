import Configuration
import EventLoop
import HTTP
import Membership
import Observability
import Trading
import Wire

/// A member's stream to the coordinator: says hello, reports every heartbeat, brings the map.
///
/// When it breaks, the next coordinator of the plan is tried after a jittered pause; meanwhile the
/// member goes on with the map it has (DESIGN, section 4, "coordinator dead").
final class CoordinatorLink {
    static let path = "/member"

    private let context: ProcessContext
    private let member: Member
    private let status: () -> ([ReplicaStatus], [Observation])
    private let onMap: (ShardMap) -> Void
    /// Gets what is said of API keys: routers alone.
    var onKeys: ((MembershipMessage) -> Void)?
    private var client: HTTPClient?
    private var stream: HTTPStream?
    private var frames = FrameReader(sizeMax: MembershipMessage.sizeMax)
    private var search = CoordinatorSearch()
    private var lastHeard: UInt64 = 0
    private(set) var map = ShardMap.empty

    init(
        context: ProcessContext,
        role: MemberRole,
        status: @escaping () -> ([ReplicaStatus], [Observation]),
        onMap: @escaping (ShardMap) -> Void
    ) {
        self.context = context
        self.status = status
        self.onMap = onMap
        member = Member(
            id: NodeID(context.endpoint.id),
            role: role,
            zone: context.endpoint.zone,
            address: context.endpoint.address,
            pid: currentProcessID(),
            instance: context.instance
        )
    }

    /// Connects, and stays connected from now on.
    func start() {
        connect()
        let interval = context.plan.detector.tickMilliseconds
        _ = context.loop.schedule(afterMilliseconds: interval, repeatingMilliseconds: interval) {
            [unowned self] in beat()
        }
    }

    /// Reports now rather than at the next heartbeat.
    func report() {
        let (statuses, observations) = status()
        send(.status(statuses, observations: observations))
    }

    private func beat() {
        guard stream != nil else { return }
        report()
        if context.now - lastHeard > context.plan.detector.returnMilliseconds * 1_000_000 {
            lost("the coordinator is silent")
        }
    }

    private func connect() {
        let coordinators = context.plan.coordinators
        let target = coordinators[search.target(of: coordinators.count)]
        HTTPClient.connect(
            loop: context.loop,
            host: target.host,
            port: target.port,
            tls: context.clientTLS,
            timeoutMilliseconds: 1000
        ) { [weak self] result in
            guard let self else { return }
            switch result {
            case .success(let client): opened(client)
            case .failure: retry()
            }
        }
    }

    private func opened(_ client: HTTPClient) {
        self.client = client
        client.onClose = { [weak self] reason in self?.lost(reason) }
        let stream = client.openStream(method: "POST", path: Self.path)
        self.stream = stream
        frames = FrameReader(sizeMax: MembershipMessage.sizeMax)
        lastHeard = context.now
        stream.onData = { [weak self] bytes in self?.received(bytes) }
        stream.onClose = { [weak self] reason in self?.lost(reason) }
        send(.hello(member))
        report()
    }

    private func received(_ bytes: UnsafeRawBufferPointer) {
        lastHeard = context.now
        search.heard()
        frames.append(bytes)
        do {
            while var frame = try frames.next() {
                let message = try MembershipMessage(
                    decoding: try frame.read(count: frame.remaining)
                )
                switch message {
                case .map(let map): take(map)
                case .keys, .keyChange: onKeys?(message)
                default: continue
                }
            }
        } catch {
            lost("cannot read the coordinator: \(error)")
        }
    }

    private func take(_ map: ShardMap) {
        guard map.version > self.map.version else { return }
        self.map = map
        context.log.log(.info, "map", ["version": LogValue(map.version)])
        onMap(map)
    }

    /// Says something, if a coordinator is there to hear it.
    func send(_ message: MembershipMessage) {
        guard let stream else { return }
        var writer = ByteWriter()
        Frame.write(to: &writer) { $0.write(raw: message.encoded()) }
        stream.write(writer.bytes)
    }

    private func lost(_ reason: String) {
        guard let client else { return }
        self.client = nil
        stream?.onClose = nil
        stream?.onData = nil
        stream = nil
        client.onClose = nil
        client.close()
        context.log.log(.warning, "coordinator lost", ["reason": .text(reason)])
        retry()
    }

    private func retry() {
        let pause = search.lost(seed: context.instance)
        _ = context.loop.schedule(afterMilliseconds: pause) { [weak self] in self?.connect() }
    }
}
