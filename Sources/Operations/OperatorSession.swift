import EventLoop
import Workload

/// Carries one command out against the coordinator that leads.
struct OperatorSession {
    static let pollMilliseconds: UInt64 = 200
    private static let watchMilliseconds: UInt64 = 1000
    /// A hand-over takes milliseconds; longer means that somebody died meanwhile.
    private static let handOverMilliseconds: UInt64 = 10_000
    /// Time without progress after which a drain is not waited for any more.
    private static let stallMilliseconds: UInt64 = 30_000
    /// How often a move is asked for whose order was lost with the coordinator that took it.
    private static let ordersMax = 5

    let client: ControlClient
    let order: OperatorOrder

    func run() throws(OperationError) -> Int32 {
        switch order.command {
        case .status where order.isWatching: try watch()
        case .status: try show("/control/status", StatusTable.text)
        case .nodes: try show("/control/nodes", StatusTable.nodes)
        case .shards: try show("/control/shards", StatusTable.shards)
        case .move: try move()
        case .drain: return try drain()
        case .undrain: try tell("/control/nodes/\(order.subject)/undrain")
        case .rebalance: Terminal.say(try client.order("/control/rebalance", body()).msg)
        case .halt: try tell(phasePath, phase: order.isCancelOnly ? "cancelOnly" : "halted")
        case .resume: try tell(phasePath, phase: "continuous")
        case .addShard where order.isJSON:
            Terminal.say(try client.orderJSON(Self.newShardPath, body(shard: order.shard)))
        case .addShard: try addShard(order.shard)
        case .split: try split()
        }
        return 0
    }

    private var phasePath: String { "/control/pairs/\(order.subject)/phase" }

    private func show(
        _ path: String,
        _ table: (ClusterAnswer) -> String
    ) throws(OperationError) {
        Terminal.say(order.isJSON ? try client.json(path) : table(try client.status()))
    }

    private func watch() throws(OperationError) {
        while !client.waiter.isInterrupted {
            // Home and clear, as `watch` does.
            let text = StatusTable.text(try client.status())
            Terminal.say("\u{1b}[H\u{1b}[2J\(text)")
            client.waiter.pause(milliseconds: Self.watchMilliseconds)
        }
    }

    @discardableResult
    func tell(
        _ path: String,
        to node: String? = nil,
        shard: Int? = nil,
        phase: String? = nil
    ) throws(OperationError) -> ControlReply {
        let reply = try client.order(path, body(to: node, shard: shard, phase: phase))
        Terminal.say(order.isDryRun ? "would: \(reply.msg)" : reply.msg)
        return reply
    }

    func body(
        to node: String? = nil,
        shard: Int? = nil,
        phase: String? = nil
    ) -> OrderBody {
        OrderBody(to: node, shard: shard, phase: phase, dryRun: order.isDryRun)
    }

    // MARK: - Moves

    private func move() throws(OperationError) {
        switch order.target {
        case .own(let pair, let shard)?:
            try move(pair, to: Int(shard))
        case .lead(let shard, let node)?:
            try tell("/control/shards/\(shard)/switch", to: node)
            if !order.isDryRun { try waitUntil(shard, isLedBy: node) }
        case nil: throw OperationError("a move needs a target")
        }
    }

    private func waitUntil(_ shard: UInt16, isLedBy node: String) throws(OperationError) {
        let deadline = client.waiter.loop.nowNanoseconds + Self.handOverMilliseconds * 1_000_000
        while client.waiter.loop.nowNanoseconds < deadline, !client.waiter.isInterrupted {
            let now = try client.status().shards.first { $0.id == Int(shard) }
            if let now, now.primary == node, now.serving {
                return Terminal.say("shard \(shard) is served by \(node) in epoch \(now.epoch)")
            }
            client.waiter.pause(milliseconds: Self.pollMilliseconds / 10)
        }
        throw OperationError("\(node) does not serve shard \(shard) yet; see: castle shards")
    }

    /// The coordinator tries again by itself what a failover cut short; only what it never wrote
    /// down is asked for again.
    func move(_ pair: String, to shard: Int) throws(OperationError) {
        let path = "/control/pairs/\(pair)/move"
        let former = order.isDryRun ? nil : try client.status().newestRefusal(of: pair)
        try tell(path, shard: shard)
        guard !order.isDryRun else { return }
        for _ in 1..<Self.ordersMax {
            if try waitForEnd(of: pair, on: shard, former) { return }
            client.waiter.pause(milliseconds: Self.pollMilliseconds)
            do throws(OperationError) {
                try tell(path, shard: shard)
            } catch {
                // A shard that fails over just now does not take it; the last word is said below.
                Terminal.note("\(error)")
            }
        }
        guard try !waitForEnd(of: pair, on: shard, former) else { return }
        throw OperationError("the coordinator does not know of the move of \(pair); ask again")
    }

    /// A move ends by itself, whatever becomes of it: there is nothing to give up here.
    ///
    /// - Returns: Whether the pair trades there; `false` when nobody knows of the move.
    private func waitForEnd(
        of pair: String,
        on shard: Int,
        _ former: ClusterAnswer.Event?
    ) throws(OperationError) -> Bool {
        while !client.waiter.isInterrupted {
            let status = try client.status()
            if !status.moves.contains(pair) {
                if status.shards.contains(where: { $0.id == shard && $0.pairs.contains(pair) }) {
                    Terminal.say("\(pair) trades on shard \(shard)")
                    return true
                }
                guard let event = status.newestRefusal(of: pair), event != former else {
                    return false
                }
                throw OperationError("\(event.what): \(event.why)")
            }
            client.waiter.pause(milliseconds: Self.pollMilliseconds / 10)
        }
        throw OperationError("the move of \(pair) goes on; see: castle status --json")
    }

    // MARK: - Drain

    private func drain() throws(OperationError) -> Int32 {
        let node = order.subject
        try tell("/control/nodes/\(node)/drain")
        guard !order.isDryRun else { return 0 }
        var last = ""
        var stalledAt = client.waiter.loop.nowNanoseconds
        while !client.waiter.isInterrupted {
            let roles = try client.status().roles(of: node)
            if roles.led.isEmpty, roles.followed.isEmpty {
                Terminal.say("\(node) is empty")
                return 0
            }
            let text = "\(node) leads \(roles.led.count), follows \(roles.followed.count)"
            let now = client.waiter.loop.nowNanoseconds
            if text != last {
                Terminal.say(text)
                (last, stalledAt) = (text, now)
            }
            if now > stalledAt + Self.stallMilliseconds * 1_000_000 { break }
            client.waiter.pause(milliseconds: Self.pollMilliseconds)
        }
        throw OperationError(
            "\(last) and nothing goes on; it stays drained until castle undrain \(node)"
        )
    }
}
