import API
import Configuration
import Coordination
import HTTP
import Membership
import Trading

// What an operator asks of the coordinator that leads: `/control/…`.

extension CoordinatorNode {
    /// Answers a request below `/control`.
    func control(_ request: HTTPRequest, _ exchange: HTTPExchange) {
        do throws(ControlError) {
            let path = String(decoding: request.path, as: UTF8.self)
            let asked = try ControlRequest(
                method: request.method,
                path: path,
                body: request.body
            )
            if asked.isAboutKeys, !isOperator(request) { throw .notOperator }
            guard isConfirmed else { throw .notLeading(knownLeader) }
            if case .setPhase(let pair, let phase, let isDryRun) = asked {
                return try setPhase(of: pair, phase, isDryRun: isDryRun, exchange)
            }
            if case .addShard(let wanted, let isDryRun) = asked {
                return try addShard(wanted, isDryRun: isDryRun, exchange)
            }
            if case .createKey(let body) = asked { return try createKey(body, exchange) }
            if case .revokeKey(let key, let isDryRun) = asked {
                return try revokeKey(key, isDryRun: isDryRun, exchange)
            }
            exchange.respond(json: try carryOut(asked))
        } catch {
            exchange.respond(json: ControlJSON.encode(error), status: error.status)
        }
    }

    private func carryOut(_ asked: ControlRequest) throws(ControlError) -> [UInt8] {
        switch asked {
        case .status: return ControlJSON.status(view, leader: context.endpoint.id, scheme)
        case .nodes: return ControlJSON.nodes(view, scheme)
        case .shards: return ControlJSON.shards(view)
        case .switchOver(let shard, let target, let isDryRun):
            let node = try operate { (coordinator, effects) throws(OperationRefusal) in
                try coordinator.switchOver(
                    shard,
                    to: target,
                    why: "switch-over asked for by an operator",
                    isDryRun: isDryRun,
                    now: now,
                    &effects
                )
            }
            return ControlJSON.done("shard \(shard) is handed to \(node)", isDryRun: isDryRun)
        case .drain(let node, let isOn, let isDryRun):
            let outlook = try operate { (coordinator, effects) throws(OperationRefusal) in
                try coordinator.drain(node, isOn: isOn, isDryRun: isDryRun, now: now, &effects)
            }
            return ControlJSON.done(outlook, isDryRun: isDryRun)
        case .rebalancePlan, .rebalance(isDryRun: true):
            return ControlJSON.proposals(coordinator.rebalancingPlan(now: now), isDryRun: true)
        case .rebalance:
            let begun = try operate { (coordinator, effects) throws(OperationRefusal) in
                try coordinator.rebalance(now: now, &effects)
            }
            return ControlJSON.proposals(begun, isDryRun: false)
        case .move(let pair, let shard, let isDryRun):
            let source = try operate { (coordinator, effects) throws(OperationRefusal) in
                try coordinator.move(
                    pair,
                    to: shard,
                    why: "asked for by an operator",
                    isDryRun: isDryRun,
                    now: now,
                    &effects
                )
            }
            return ControlJSON.done(
                "\(pair) moves from shard \(source) to shard \(shard)",
                isDryRun: isDryRun
            )
        case .keys: return listKeys()
        case .setPhase, .addShard, .createKey, .revokeKey:
            throw ControlError(status: 500, code: "INTERNAL", message: "answered later")
        }
    }

    private func setPhase(
        of pair: String,
        _ phase: TradingPhase,
        isDryRun: Bool,
        _ exchange: HTTPExchange
    ) throws(ControlError) {
        guard coordinator.state.map.owner(of: pair) != nil else {
            throw ControlError(OperationRefusal.noSuchPair(pair))
        }
        let done = ControlJSON.done("\(pair) is \(phase)", isDryRun: isDryRun)
        guard !isDryRun else { return exchange.respond(json: done) }
        moves.setPhase(of: pair, phase) { reply in
            let error: ControlError
            switch reply {
            case .done?: return exchange.respond(json: done)
            case .rejected(.pairMoved)?: error = ControlError(OperationRefusal.isMoving(pair))
            case nil: error = .noAnswer(pair)
            default: error = .refused(pair)
            }
            exchange.respond(json: ControlJSON.encode(error), status: error.status)
        }
    }

    /// Makes the log first; what is asked for is judged anew once it is there.
    private func addShard(
        _ wanted: ShardID?,
        isDryRun: Bool,
        _ exchange: HTTPExchange
    ) throws(ControlError) {
        guard growth == nil else { throw ControlError(OperationRefusal.isAddingShard) }
        let shard = try propose(wanted, isDryRun: true)
        guard !isDryRun else {
            return exchange.respond(json: ControlJSON.added(shard, isDryRun: true))
        }
        growth = ShardGrowth(context: context, shard: shard.shard) { [unowned self] fault in
            growth = nil
            do throws(ControlError) {
                if let fault { throw .noLog(fault) }
                guard isConfirmed else { throw .notLeading(knownLeader) }
                let shard = try propose(shard.shard, isDryRun: false)
                exchange.respond(json: ControlJSON.added(shard, isDryRun: false))
            } catch {
                exchange.respond(json: ControlJSON.encode(error), status: error.status)
            }
        }
    }

    private func propose(
        _ wanted: ShardID?,
        isDryRun: Bool
    ) throws(ControlError) -> Coordination.ShardPlan {
        try operate { (coordinator, effects) throws(OperationRefusal) in
            try coordinator.addShard(
                wanted,
                why: "asked for by an operator",
                isDryRun: isDryRun,
                now: now,
                &effects
            )
        }
    }

    private var scheme: String { context.plan.tls == nil ? "http" : "https" }

    private var view: ClusterView { coordinator.clusterView(now: now) }

    func operate<Outcome>(
        _ input: (inout Coordinator, inout [CoordinatorEffect]) throws(OperationRefusal) -> Outcome
    ) throws(ControlError) -> Outcome {
        var result: Result<Outcome, OperationRefusal>?
        perform { coordinator, effects in
            result = Result { () throws(OperationRefusal) in
                try input(&coordinator, &effects)
            }
        }
        switch result {
        case .success(let outcome)?: return outcome
        case .failure(let refusal)?: throw ControlError(refusal)
        case nil: throw .notLeading(nil)
        }
    }
}

extension ControlError {
    init(_ refusal: OperationRefusal) {
        let status =
            switch refusal {
            case .notLeading: 503
            case .noSuchShard, .noSuchNode, .noSuchPair: 404
            case .busy, .notServing, .isPrimary, .notReady, .noStandby, .unchanged, .isThere,
                .isMoving, .tooManyMoves, .shardExists, .shardNumberPassed, .tooManyShards,
                .isAddingShard, .noNode, .badKey:
                409
            }
        self.init(status: status, code: refusal.code, message: refusal.description)
    }

    /// The shard did not say in time; the change may have happened, and may be asked for again.
    static func noAnswer(_ pair: String) -> ControlError {
        ControlError(
            status: 504,
            code: "NO_ANSWER",
            message: "the shard of \(pair) did not answer in time; ask again"
        )
    }

    /// Nothing has changed; asked again it goes on where it was.
    static func noLog(_ fault: String) -> ControlError {
        ControlError(
            status: 504,
            code: "NO_LOG",
            message: "the shard's log cannot be made: \(fault)"
        )
    }

    static func refused(_ pair: String) -> ControlError {
        ControlError(status: 409, code: "REFUSED", message: "the shard of \(pair) refused")
    }

    /// Names the one that leads, if it is known.
    static func notLeading(_ leader: String?) -> ControlError {
        let hint = leader.map { "\($0) does" } ?? "ask another"
        var error = ControlError(
            status: 503,
            code: "NOT_LEADING",
            message: "this coordinator does not lead; \(hint)"
        )
        error.leader = leader
        return error
    }
}
