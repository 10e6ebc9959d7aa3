import Observability
import Shard
import Trading

/// What a replica counts, labelled with its shard.
struct ReplicaMetrics {
    private let registry: MetricsRegistry
    private let shard: ShardID
    private let commands: MetricsRegistry.Counter
    private let acks: MetricsRegistry.Counter
    /// By label; the commonest from the start, others from their first refusal on.
    private var rejects: [String: MetricsRegistry.Counter] = [:]
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
        let common: [RejectReason] = [.filter(.price), .insufficientBalance, .unknownOrder]
        for reason in common { _ = counter(of: reason.metricName) }
    }

    func committed(commands count: Int, bytes: Int, after nanoseconds: UInt64) {
        registry.increment(logBytes, by: UInt64(bytes))
        registry.observe(batchCommands, UInt64(count))
        registry.observe(appendLatency, nanoseconds)
    }

    mutating func answered(_ reason: RejectReason?) {
        registry.increment(commands)
        registry.increment(reason.map { counter(of: $0.metricName) } ?? acks)
    }

    private mutating func counter(of reason: String) -> MetricsRegistry.Counter {
        if let counter = rejects[reason] { return counter }
        let counter = registry.counter(
            "castle_rejects_total",
            help: "Commands refused, by reason.",
            labels: ["shard": "\(shard)", "reason": reason]
        )
        rejects[reason] = counter
        return counter
    }

    func measure(_ replica: Replica) {
        registry.set(position, to: Double(replica.position.rawValue))
        registry.set(epoch, to: Double(replica.epoch.rawValue))
        registry.set(isPrimary, to: replica.isServing ? 1 : 0)
    }
}

extension RejectReason {
    /// Its label.
    fileprivate var metricName: String {
        switch self {
        case .filter: "filter"
        case .insufficientBalance: "insufficient_balance"
        case .duplicateOrder: "duplicate_order"
        case .wouldTake: "would_take"
        case .unknownOrder: "unknown_order"
        case .noSuchOrder: "no_such_order"
        case .unknownInstrument: "unknown_instrument"
        case .unknownAsset: "unknown_asset"
        case .duplicateExpired: "duplicate_expired"
        case .malformed: "malformed"
        case .overloaded: "overloaded"
        case .marketClosed: "market_closed"
        case .wouldTrigger: "would_trigger"
        case .badPrices: "bad_prices"
        case .icebergTooLarge: "iceberg_too_large"
        case .noChange: "no_change"
        case .quantityIncrease: "quantity_increase"
        case .unknownList: "unknown_list"
        case .noSuchList: "no_such_list"
        case .transferGap: "transfer_gap"
        case .recentlyCredited: "recently_credited"
        case .referenceTaken: "reference_taken"
        case .noSuchWithdrawal: "no_such_withdrawal"
        case .pairMoved: "pair_moved"
        case .moveRefused: "move_refused"
        case .moveAborted: "move_aborted"
        case .tooManyOrders: "too_many_orders"
        case .cancelRestricted: "cancel_restricted"
        }
    }
}
