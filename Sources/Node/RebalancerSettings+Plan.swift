import Configuration
import Coordination

extension Rebalancer.Settings {
    /// The limits of a plan, and the defaults of what it does not say.
    init(_ limits: RebalanceLimits?) {
        self.init()
        guard let limits else { return }
        queueDepthMax = limits.queueDepth ?? queueDepthMax
        processorMax = limits.processor ?? processorMax
        commandsMax = limits.commands ?? commandsMax
        movesPerMinute = limits.movesPerMinute ?? movesPerMinute
        if let hold = limits.holdMilliseconds { holdMilliseconds = UInt64(hold) }
        if let settle = limits.settleMilliseconds { settleMilliseconds = UInt64(settle) }
    }
}
