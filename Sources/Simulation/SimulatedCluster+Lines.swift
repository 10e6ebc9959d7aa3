import Membership
import Routing
import Shard
import Trading
import Wire

/// Which conversation with a shard it is that a node or a coordinator has.
struct LineRoute: Hashable {
    var process: Int
    /// The place of the shard whose transfers it carries; nil for the steps of moves.
    var source: Int?
    /// The place of the shard it leads to.
    var shard: Int

    /// A number for the trace and for an order.
    var number: Int { 100 * process + 10 * (source.map { $0 + 1 } ?? 0) + shard }
}

/// A conversation of a process with a shard, as `ShardLine`.
struct SimulatedLine {
    var session: ShardSession
    var stream: UInt64?
}

// The lines of nodes, which carry transfers, and of coordinators, which carry the steps of moves.

extension SimulatedCluster {
    private func lineRoutes(of process: Int) -> [LineRoute] {
        lines.keys.filter { $0.process == process }.sorted { $0.number < $1.number }
    }

    func tickLines(of process: Int) {
        let now = now
        for route in lineRoutes(of: process) { perform(route) { $0.tick(now: now, effects: &$1) } }
    }

    /// Goes where the map says.
    func followLines(_ map: ShardMap, of process: Int) {
        for route in lineRoutes(of: process) { follow(map, route) }
    }

    private func follow(_ map: ShardMap, _ route: LineRoute) {
        guard let assignment = map.assignment(shards[route.shard].id) else { return }
        let address = assignment.primary.flatMap { map.member($0)?.address }
        perform(route) { $0.assign(address: address, epoch: assignment.epoch, effects: &$1) }
    }

    /// The process died.
    func endLines(of process: Int) {
        for route in lineRoutes(of: process) {
            guard let line = lines.removeValue(forKey: route) else { continue }
            if let id = line.stream { sendToNode(.end, id) }
        }
    }

    /// Carries a transfer to the shard it is for, as `TransferRelay`.
    func relay(_ funds: Funds, to destination: ShardID, _ sequence: UInt64, from number: Int) {
        let (node, source) = (replicas[number].node, replicas[number].shard)
        let shard = layout.place(of: destination)
        var number = sequence
        if plan.planted == .numbersCreditsAnew {
            number = max(sequence, shards[shard].oracle.received(from: shards[source].id) + 1)
        }
        let credit = Command.credit(funds, from: shards[source].id, sequence: number)
        let route = LineRoute(process: node, source: source, shard: shard)
        openLine(route, members[node].map)
        perform(route) {
            $0.submit(credit, token: sequence, deadline: .max, effects: &$1)
        }
    }

    /// Makes a line unless there is one.
    func openLine(_ route: LineRoute, _ map: ShardMap) {
        guard lines[route] == nil else { return }
        let session = SessionID(rawValue: random.next())
        lines[route] = SimulatedLine(
            session: ShardSession(session: session, shard: shards[route.shard].id)
        )
        follow(map, route)
    }

    func perform(
        _ route: LineRoute,
        _ body: (inout ShardSession, inout [SessionEffect]) -> Void
    ) {
        guard var session = lines[route]?.session else { return }
        var effects: [SessionEffect] = []
        body(&session, &effects)
        lines[route]?.session = session
        for effect in effects {
            switch effect {
            case .connect(let address):
                let node = Int(address) ?? 0
                lines[route]?.stream = connect(.line(route), route.shard, to: node, isFeed: false)
            case .disconnect:
                if let id = lines[route]?.stream { sendToNode(.end, id) }
                lines[route]?.stream = nil
            case .send(let request):
                if let id = lines[route]?.stream { sendToNode(.request(request), id) }
            case .complete(let token, let outcome): completed(token, outcome, on: route)
            case .reaches, .ordersUsed: break
            }
        }
    }

    private func completed(_ token: UInt64, _ outcome: RequestOutcome, on route: LineRoute) {
        var reply: Reply?
        if case .reply(let said) = outcome { reply = said }
        guard let source = route.source else {
            return movesAnswered(route.process, reply, to: token)
        }
        guard let number = replica(of: source, on: route.process) else { return }
        let shard = shards[route.shard].id
        input(number) { $0.delivered(token, to: shard, reply, effects: &$1) }
    }
}
