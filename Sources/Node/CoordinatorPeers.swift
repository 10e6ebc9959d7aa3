import Configuration
import Coordination
import EventLoop
import HTTP

/// Asks the other coordinators what they are, again and again, until this one leads.
final class CoordinatorPeers {
    /// Between two questions to one of them.
    private static let intervalMilliseconds: UInt64 = 40

    private let context: ProcessContext
    private var candidacy: Candidacy
    private var clients: [HTTPClient?]
    /// Questions without an answer yet.
    private var isAsking: [Bool]
    private var timer: LoopTimer?
    private let onTurn: (Bool) -> Void

    /// Begins to ask.
    ///
    /// - Parameters:
    ///   - context: The process.
    ///   - onTurn: Called with whether to take the lead, after every round and every loss.
    init(context: ProcessContext, onTurn: @escaping (Bool) -> Void) {
        self.context = context
        self.onTurn = onTurn
        let coordinators = context.plan.coordinators
        let rank = coordinators.firstIndex { $0.id == context.endpoint.id } ?? 0
        candidacy = Candidacy(
            rank: rank,
            count: coordinators.count,
            now: context.now / 1_000_000
        )
        clients = coordinators.map { _ in nil }
        isAsking = coordinators.map { _ in false }
        timer = context.loop.schedule(
            afterMilliseconds: 0,
            repeatingMilliseconds: Self.intervalMilliseconds
        ) { [weak self] in
            guard let self else { return }
            for index in coordinators.indices where index != rank { ask(index) }
            decide()
        }
    }

    private func decide() { onTurn(candidacy.shouldLead(now: context.now / 1_000_000)) }

    /// Place in the topology of the one that leads, as far as is known.
    var leader: Int? { candidacy.leader(now: context.now / 1_000_000) }

    /// Ends all connections.
    func stop() {
        timer?.cancel()
        for client in clients { client?.close() }
        clients = clients.map { _ in nil }
    }

    private func ask(_ index: Int) {
        guard !isAsking[index] else { return }
        isAsking[index] = true
        guard let client = clients[index] else { return connect(index) }
        client.request(
            method: "GET",
            path: "/health",
            timeoutMilliseconds: Candidacy.patienceMilliseconds
        ) { [weak self] result in
            guard let self else { return }
            isAsking[index] = false
            guard case .success(let response) = result else { return lost(index) }
            let text = String(decoding: response.body, as: UTF8.self)
            saw(index, CoordinatorRole.isTaken(text) ? .leading : .waiting)
        }
    }

    private func connect(_ index: Int) {
        let target = context.plan.coordinators[index]
        HTTPClient.connect(
            loop: context.loop,
            host: target.host,
            port: target.port,
            tls: context.clientTLS,
            timeoutMilliseconds: Candidacy.patienceMilliseconds
        ) { [weak self] result in
            guard let self else { return }
            isAsking[index] = false
            guard case .success(let client) = result else { return saw(index, .gone) }
            guard timer?.isCancelled == false else { return client.close() }
            clients[index] = client
            client.onClose = { [weak self] _ in self?.lost(index) }
            ask(index)
        }
    }

    private func lost(_ index: Int) {
        clients[index]?.onClose = nil
        clients[index]?.close()
        clients[index] = nil
        saw(index, .gone)
        if timer?.isCancelled == false { decide() }
    }

    private func saw(_ index: Int, _ sighting: Candidacy.Sighting) {
        candidacy.saw(index, sighting, now: context.now / 1_000_000)
    }
}

/// What a coordinator is, as its health line tells.
enum CoordinatorRole: String {
    /// Is about to lead: makes the logs of a new cluster, or reads those of an old one.
    case taking
    /// Leads, and its log answers.
    case leader
    /// Waits for the lead, or has lost touch with its log.
    case candidate

    /// Whether a health line says that the lead is taken.
    static func isTaken(_ line: String) -> Bool {
        line.contains(" role=\(Self.leader.rawValue) ")
            || line.contains(" role=\(Self.taking.rawValue) ")
    }
}
