import Workload

/// A fault that was chosen, with the processes that it hits.
struct Fault {
    /// What is done to the targets.
    enum Action: Equatable {
        /// `kill -9`, all at once.
        case kill
        /// SIGSTOP, and SIGCONT so many milliseconds later.
        case pause(milliseconds: UInt64)
        /// SIGTERM, one after another.
        case restart
        /// It is told to hand a shard over.
        case handOver(shard: Int)
        /// It gives everything away, and may be used again afterwards.
        case drain
        /// A new node takes over from it, and leaves again.
        case join
        /// Nodes join and shards are added, and a pair moves to each of them.
        case grow(nodes: Int, shards: Int)
        /// Pairs move to other shards, one after another.
        case move([PairTarget])
        /// Only some pairs get orders, until the cluster has evened that out.
        case crowd(Crowd)
        /// `kill -9` at a step of a pair's move.
        case killAtStep(MoveKill)
        /// Nothing; so many processes of our own spin for a while.
        case spin(processes: Int, seconds: Int)
        /// Packets between some are lost, then get through, and so on by phases in milliseconds.
        case cut(Partition, [PrivateNetwork.Cut], phases: [UInt64])
        /// Nothing more goes on its disk for so long.
        case fill(milliseconds: UInt64)
        /// Its wall clock jumps, and back.
        case jump(ClockJump)

        /// The jump, if it is one.
        var jump: ClockJump? {
            if case .jump(let jump) = self { jump } else { nil }
        }

        /// The crowd, if it is one.
        var crowd: Crowd? {
            if case .crowd(let crowd) = self { crowd } else { nil }
        }

        /// How long it lasts when it ends by itself, in milliseconds.
        var lastsMilliseconds: UInt64? {
            switch self {
            case .pause(let milliseconds), .fill(let milliseconds): milliseconds
            case .cut(_, _, let phases): phases.reduce(0, +)
            case .jump(let jump): jump.milliseconds
            case .kill, .restart, .handOver, .drain, .join, .grow, .move, .killAtStep, .crowd,
                .spin:
                nil
            }
        }

        /// Whether nothing breaks: what counts is how long anybody waits meanwhile.
        var isPlanned: Bool {
            switch self {
            case .handOver, .drain, .join, .grow, .move, .crowd: true
            case .kill, .pause, .restart, .killAtStep, .spin, .cut, .fill, .jump: false
            }
        }
    }

    /// A pair and the shard it is to trade on.
    struct PairTarget: Equatable {
        var symbol: String
        var shard: Int
    }

    /// A process that is hit.
    struct Target: Equatable {
        var member: Member
        /// As it was when the fault was chosen.
        var pid: Int32
    }

    let kind: DrillKind
    let action: Action
    let choice: FaultChoice
    let targets: [Target]

    /// For the report: `killed n2 (pid 4711; shards 2,3)`.
    var text: String {
        let names = targets.map { "\($0.member)" }.joined(separator: " ")
        let pids = targets.map { "\($0.pid)" }.joined(separator: " ")
        let hit = kind.needsStandby ? Set(choice.shards.map(\.id)) : choice.deposed
        let shards = hit.sorted().map { "\($0)" }.joined(separator: ",")
        let what = "\(names) (pid \(pids)\(hit.isEmpty ? "" : "; shards \(shards)"))"
        return switch action {
        case .kill: "killed \(what)"
        case .pause(let milliseconds): "paused for \(milliseconds) ms \(what)"
        case .restart: "restarted \(names)"
        case .handOver: "handed over by \(what)"
        case .drain: "drained \(what)"
        case .join: "a new node took over from \(what)"
        case .grow(let nodes, let shards): "added \(nodes) nodes and \(shards) shards"
        case .move(let pairs):
            "moved " + pairs.map { "\($0.symbol) to shard \($0.shard)" }.joined(separator: ", ")
        case .crowd(let crowd): "all orders for \(crowd.symbols.joined(separator: ", "))"
        case .killAtStep(let kill): "killed \(what), \(kill.text)"
        case .cut(let partition, _, let phases):
            "cut \(partition.name): \(what) for \(phases.map { "\($0)" }.joined(separator: "+")) ms"
        case .fill(let milliseconds): "disk full for \(milliseconds) ms of \(what)"
        case .jump(let jump): "clock \(jump.text) of \(jump.part.rawValue) \(what)"
        case .spin(let processes, let seconds): "\(processes) processes spun for \(seconds) s"
        }
    }

    /// Redis instances that are missing at one time.
    var redisCount: Int {
        let count = targets.count {
            if case .redis = $0.member { true } else { false }
        }
        if case .cut = action { return 0 }
        return action == .restart ? min(count, 1) : count
    }

    /// Whether the lead of the coordinators may change.
    var hitsCoordinator: Bool {
        if case .cut = action { return true }
        return targets.contains {
            if case .coordinator = $0.member { true } else { false }
        }
    }
}
