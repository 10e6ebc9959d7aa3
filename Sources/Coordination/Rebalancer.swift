import Membership
import Trading

/// Which roles, replicas and pairs to move so that no node has too much to do: a pure policy.
///
/// It only proposes. What is over a limit must stay so for a while before anything moves, moves are
/// few, and none is made while a failover is going on: an overload must never be the reason for more
/// of it.
public struct Rebalancer: Sendable {
    /// When to act, and how often.
    public struct Settings: Equatable, Sendable {
        /// Commands that wait for a batch of one shard.
        public var queueDepthMax = 1000
        /// Share of one core that a node may use, in thousandths.
        public var processorMax = 800
        /// Commands a second of one node's primaries; 0 is no limit.
        public var commandsMax = 0
        /// How long a node must be over a limit.
        public var holdMilliseconds: UInt64 = 5000
        /// Between two moves: the effect of one is to be seen first.
        public var settleMilliseconds: UInt64 = 10_000
        /// The most moves in a minute.
        public var movesPerMinute = 4

        /// The defaults.
        public init() {}
    }

    /// What a node says of its work.
    public struct Node: Equatable, Sendable {
        /// The node.
        public var place: Placement.Node
        /// Share of one core that it uses, in thousandths.
        public var processor: Int

        /// Makes a node.
        public init(_ place: Placement.Node, processor: Int = 0) {
            self.place = place
            self.processor = processor
        }
    }

    /// What a primary says of its shard.
    public struct Shard: Equatable, Sendable {
        /// Where it is, the primary first, and its commands a second.
        public var place: Placement.Shard
        /// Commands that wait for a batch.
        public var queueDepth: Int
        /// Commands a second of each pair, by name.
        public var pairs: [PairLoad]

        /// Makes a shard.
        public init(_ place: Placement.Shard, queueDepth: Int = 0, pairs: [PairLoad] = []) {
            self.place = place
            self.queueDepth = queueDepth
            self.pairs = pairs
        }
    }

    /// Something to move.
    public enum Move: Equatable, Sendable {
        /// A standby is to lead the shard.
        case role(ShardID, from: NodeID, to: NodeID)
        /// A standby is to be on another node.
        case replica(ShardID, from: NodeID, to: NodeID)
        /// A pair is to belong to another shard.
        case pair(String, from: ShardID, to: ShardID)
    }

    /// A move with its reason.
    public struct Proposal: Equatable, Sendable {
        /// What to do.
        public var move: Move
        /// What is over which limit.
        public var why: String
        /// What the giving and the taking side carry now: weighted commands a second of nodes,
        /// commands a second of shards.
        public var before: [Int]
        /// The same after the move.
        public var after: [Int]
    }

    /// When to act.
    public let settings: Settings
    private var overSince: [(node: NodeID, since: UInt64)] = []
    private var moves: [UInt64] = []
    private var disturbedAt: UInt64?

    /// Starts with nothing seen.
    public init(settings: Settings = Settings()) { self.settings = settings }

    /// The next move, if one is due.
    ///
    /// - Parameters:
    ///   - nodes: All of them.
    ///   - shards: All of them.
    ///   - isDisturbed: Whether a failover, a drain or another move is going on.
    ///   - now: Monotonic milliseconds.
    /// - Returns: A move that counts as made; `nil` while there is none.
    public mutating func next(
        _ nodes: [Node],
        _ shards: [Shard],
        isDisturbed: Bool,
        now: UInt64
    ) -> Proposal? {
        if isDisturbed { disturbedAt = now }
        let over = nodes.filter { Self.overload(of: $0, shards, settings) != nil }.map(\.place.id)
        overSince.removeAll { !over.contains($0.node) }
        for node in over where !overSince.contains(where: { $0.node == node }) {
            overSince.append((node, now))
        }
        moves.removeAll { now - $0 >= 60_000 }
        guard moves.count < settings.movesPerMinute else { return nil }
        let quietSince = max(moves.last ?? 0, disturbedAt ?? 0)
        guard quietSince == 0 || now >= quietSince + settings.settleMilliseconds else { return nil }
        let due = overSince.filter { now >= $0.since + settings.holdMilliseconds }.map(\.node)
        guard let proposal = Self.plan(nodes, shards, relieving: due, settings).first else {
            return nil
        }
        moves.append(now)
        return proposal
    }

    /// What would even the load out, one move after another.
    ///
    /// - Parameters:
    ///   - nodes: All of them.
    ///   - shards: All of them.
    ///   - relieved: Only moves off these nodes; `nil` is all.
    ///   - settings: The limits that are named as reasons.
    /// - Returns: In order, each with what it changes.
    public static func plan(
        _ nodes: [Node],
        _ shards: [Shard],
        relieving relieved: [NodeID]? = nil,
        _ settings: Settings = Settings()
    ) -> [Proposal] {
        var placement = Placement(nodes: nodes.map(\.place), placed: shards.map(\.place))
        var proposals: [Proposal] = []
        for change in placement.balance(from: relieved) {
            let reason =
                nodes.first { $0.place.id == change.from }
                .flatMap { overload(of: $0, shards, settings) }
            proposals.append(
                Proposal(
                    move: Move(change.change),
                    why: reason ?? "\(change.from) carries more than \(change.to)",
                    before: change.before,
                    after: change.after
                )
            )
        }
        if proposals.isEmpty { proposals += pairMove(nodes, shards, relieved, settings) }
        return proposals
    }

    /// What a node has too much of, for people; `nil` when it has not.
    static func overload(of node: Node, _ shards: [Shard], _ settings: Settings) -> String? {
        let id = node.place.id
        let led = shards.filter { $0.place.replicas.first == id }
        if let deep = led.first(where: { $0.queueDepth > settings.queueDepthMax }) {
            return "\(deep.queueDepth) commands wait in shard \(deep.place.id) on \(id)"
        }
        if node.processor > settings.processorMax {
            return "\(id) uses \(node.processor / 10) % of a core"
        }
        let commands = led.reduce(0) { $0 + $1.place.load }
        if settings.commandsMax > 0, commands > settings.commandsMax {
            return "\(id) has \(commands) commands a second"
        }
        return nil
    }

    /// Where no role or replica can go, one shard is too much: a pair goes to the lightest shard of
    /// another node, the one that leaves the two most alike.
    private static func pairMove(
        _ nodes: [Node],
        _ shards: [Shard],
        _ relieved: [NodeID]?,
        _ settings: Settings
    ) -> [Proposal] {
        for node in nodes {
            guard relieved?.contains(node.place.id) ?? true,
                let why = overload(of: node, shards, settings)
            else { continue }
            let led = shards.filter { $0.place.replicas.first == node.place.id }
            let others = shards.filter {
                $0.place.replicas.first.map { $0 != node.place.id } ?? false
            }
            guard let source = led.max(by: { $0.place.load < $1.place.load }),
                let target = others.min(by: { $0.place.load < $1.place.load }),
                source.pairs.count > 1
            else { continue }
            func peak(_ pair: PairLoad) -> Int {
                max(source.place.load - pair.commands, target.place.load + pair.commands)
            }
            guard let best = source.pairs.min(by: { peak($0) < peak($1) }),
                peak(best) < source.place.load
            else { continue }
            return [
                Proposal(
                    move: .pair(best.symbol, from: source.place.id, to: target.place.id),
                    why: why,
                    before: [source.place.load, target.place.load],
                    after: [source.place.load - best.commands, target.place.load + best.commands]
                )
            ]
        }
        return []
    }
}

extension Rebalancer.Move {
    init(_ change: Placement.Change) {
        switch change {
        case .lead(let shard, let from, let to): self = .role(shard, from: from, to: to)
        case .replica(let shard, let from, let to): self = .replica(shard, from: from, to: to)
        }
    }
}
