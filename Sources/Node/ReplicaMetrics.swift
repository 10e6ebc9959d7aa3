import Observability
import Shard
import Trading

/// What a replica counts, labelled with its shard.
struct ReplicaMetrics {
    private let registry: MetricsRegistry
    private let shard: ShardID
    private let commands: MetricsRegistry.Counter
    private let acks: MetricsRegistry.Counter
    private let rejects: [MetricsRegistry.Counter]
    private let batchCommands: MetricsRegistry.Histogram
    private let appendLatency: MetricsRegistry.Histogram
    private let logBytes: MetricsRegistry.Counter
    private let position: MetricsRegistry.Gauge
    private let epoch: MetricsRegistry.Gauge
    private let isPrimary: MetricsRegistry.Gauge

    init(_ registry: MetricsRegistry, shard: ShardID) {
        self.registry = registry
        self.shard = shard
        let label = "\(shard)"
        commands = registry.counter(
            "castle_commands_total",
            help: "Commands committed and answered as primary.",
            labels: ["shard": label]
        )
        acks = registry.counter(
            "castle_acks_total",
            help: "Commands committed and accepted as primary.",
            labels: ["shard": label]
        )
        rejects = RejectReason.names.map {
            registry.counter(
                "castle_rejects_total",
                help: "Commands refused, by reason.",
                labels: ["shard": label, "reason": $0]
            )
        }
        batchCommands = registry.histogram(
            "castle_batch_commands",
            help: "Commands in a committed batch.",
            scale: .powersOfTwo,
            labels: ["shard": label]
        )
        appendLatency = registry.histogram(
            "castle_append_seconds",
            help: "From proposing a batch to its commit.",
            labels: ["shard": label]
        )
        logBytes = registry.counter(
            "castle_log_bytes_total",
            help: "Bytes committed as primary.",
            labels: ["shard": label]
        )
        position = registry.gauge(
            "castle_log_position",
            help: "Last entry applied.",
            labels: ["shard": label]
        )
        epoch = registry.gauge(
            "castle_epoch",
            help: "Epoch held or followed.",
            labels: ["shard": label]
        )
        isPrimary = registry.gauge(
            "castle_is_primary",
            help: "1 while serving as primary.",
            labels: ["shard": label]
        )
    }

    func committed(commands count: Int, bytes: Int, after nanoseconds: UInt64) {
        registry.increment(logBytes, by: UInt64(bytes))
        registry.observe(batchCommands, UInt64(count))
        registry.observe(appendLatency, nanoseconds)
    }

    func answered(_ reason: RejectReason?) {
        registry.increment(commands)
        registry.increment(reason.map { rejects[$0.index] } ?? acks)
    }

    func measure(_ replica: Replica) {
        registry.set(position, to: Double(replica.position.rawValue))
        registry.set(epoch, to: Double(replica.epoch.rawValue))
        registry.set(isPrimary, to: replica.isServing ? 1 : 0)
    }
}

extension RejectReason {
    fileprivate static let names = [
        "filter", "insufficient_balance", "duplicate_order", "would_take", "unknown_order",
        "no_such_order", "unknown_instrument", "unknown_asset", "duplicate_expired", "malformed",
        "overloaded", "market_closed", "would_trigger", "bad_prices", "iceberg_too_large",
        "no_change",
        "quantity_increase", "unknown_list", "no_such_list", "transfer_gap", "recently_credited",
        "reference_taken", "no_such_withdrawal",
    ]

    fileprivate var index: Int {
        switch self {
        case .filter: 0
        case .insufficientBalance: 1
        case .duplicateOrder: 2
        case .wouldTake: 3
        case .unknownOrder: 4
        case .noSuchOrder: 5
        case .unknownInstrument: 6
        case .unknownAsset: 7
        case .duplicateExpired: 8
        case .malformed: 9
        case .overloaded: 10
        case .marketClosed: 11
        case .wouldTrigger: 12
        case .badPrices: 13
        case .icebergTooLarge: 14
        case .noChange: 15
        case .quantityIncrease: 16
        case .unknownList: 17
        case .noSuchList: 18
        case .transferGap: 19
        case .recentlyCredited: 20
        case .referenceTaken: 21
        case .noSuchWithdrawal: 22
        case .pairMoved: 23
        case .moveRefused: 24
        case .moveAborted: 25
        }
    }
}
