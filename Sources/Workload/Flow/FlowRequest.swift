import Trading

/// Which of the two accounts of a flow acts: resting orders and aggressors differ.
public enum TraderRole: Int, Sendable, CaseIterable {
    /// Places orders that rest, and cancels them.
    case maker = 0
    /// Places immediate-or-cancel orders.
    case taker = 1
}

/// A limit order of a flow.
public struct FlowOrder: Equatable, Sendable {
    /// Number of the order in its flow, from 1.
    public var key: UInt64
    /// Position of its pair in the flow's pairs.
    public var pair: Int
    /// Who places it.
    public var role: TraderRole
    /// Buy or sell.
    public var side: Side
    /// Limit price in units of 10⁻⁸.
    public var price: Int64
    /// Quantity in units of 10⁻⁸.
    public var quantity: Int64

    /// Makers' orders rest; takers' are immediate-or-cancel.
    public var timeInForce: TimeInForce {
        role == .maker ? .goodTilCancelled : .immediateOrCancel
    }
}

/// What a flow asks of the exchange next.
public enum FlowRequest: Equatable, Sendable {
    /// A new order.
    case place(FlowOrder)
    /// The end of a maker's earlier order.
    case cancel(key: UInt64, pair: Int)
}

/// A request with its moment.
public struct TimedRequest: Equatable, Sendable {
    /// Nanoseconds since the flow began; 0 where the flow has no times of its own.
    public var nanoseconds: UInt64
    /// What is asked.
    public var request: FlowRequest
}

/// Where the requests of a load come from.
public enum OrderFlow: Sendable {
    /// Made up, on every pair.
    case synthetic(SyntheticFlow)
    /// Out of a market recording, on one pair.
    case recorded(RecordedFlow)

    /// The pairs that are traded.
    public var pairs: [PairRules] {
        switch self {
        case .synthetic(let flow): flow.pairs
        case .recorded(let flow): [flow.pair]
        }
    }

    /// Orders that must rest before the flow begins.
    public mutating func seed() -> [FlowRequest] {
        switch self {
        case .synthetic: return []
        case .recorded(var flow):
            let requests = flow.seed()
            self = .recorded(flow)
            return requests
        }
    }

    /// The next request; there is always one.
    public mutating func next() -> TimedRequest {
        switch self {
        case .synthetic(var flow):
            // Taken out and put back without a copy: the enum holds the only reference between.
            self = .synthetic(SyntheticFlow(pairs: [], seed: 0))
            let request = flow.next()
            self = .synthetic(flow)
            return TimedRequest(nanoseconds: 0, request: request)
        case .recorded(var flow):
            self = .synthetic(SyntheticFlow(pairs: [], seed: 0))
            let request = flow.next()
            self = .recorded(flow)
            return request
        }
    }

    /// Cancels of everything that should still rest.
    public var cleanUp: [FlowRequest] {
        switch self {
        case .synthetic(let flow): flow.cleanUp
        case .recorded(let flow): flow.cleanUp
        }
    }
}
