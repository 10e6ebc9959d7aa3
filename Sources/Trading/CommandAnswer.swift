/// The answer to a command, gathered in place: the common ones lie flat, so that nothing is
/// allocated, counted or copied on their way from the engine to where they are kept.
public struct CommandAnswer: ~Copyable {
    /// What it says, and where the rest of it is.
    public enum Kind: Equatable, Sendable, BitwiseCopyable {
        case done
        case rejected(RejectReason)
        /// `order` and `fills`.
        case placed
        /// `order` and `fills`.
        case amended
        /// One order, `order`.
        case canceled
        /// Any other reply, `other`.
        case other
    }

    private let pinned = Pinned()
    /// What it says.
    public private(set) var kind = Kind.done
    /// By its kind; left over from an earlier one else.
    public private(set) var order = Order.blank
    /// What the order made at once.
    public private(set) var fills = Pool<Fill>(capacity: 16)
    /// By its kind; left over from an earlier one else.
    public private(set) var other = Reply.done

    /// Says "done".
    public init() {}

    /// Says "done", without fills.
    public mutating func reset() {
        kind = .done
        fills.truncate(to: 0)
    }

    /// Says why a command was refused.
    public mutating func reject(_ reason: RejectReason) { kind = .rejected(reason) }

    /// Says what became of one order, beside the fills that were added.
    ///
    /// - Parameters:
    ///   - kind: `placed`, `amended` or `canceled`.
    ///   - order: The order.
    @inline(__always)
    public mutating func set(_ kind: Kind, _ order: Order) {
        self.kind = kind
        self.order = order
    }

    /// Adds a fill of the order.
    @inline(__always)
    public mutating func append(_ fill: Fill) { fills.append(fill) }

    /// The fills as an array.
    public var fillArray: [Fill] { (0..<fills.count).map { fills[$0] } }

    /// Says what a reply says.
    public mutating func set(_ reply: Reply) {
        reset()
        switch reply {
        case .done: break
        case .rejected(let reason): reject(reason)
        case .placed(let order, let fills):
            set(.placed, order)
            for fill in fills { append(fill) }
        case .amended(let order, let fills):
            set(.amended, order)
            for fill in fills { append(fill) }
        case .canceled(let orders) where orders.count == 1: set(.canceled, orders[0])
        default:
            kind = .other
            other = reply
        }
    }

    /// The answer as a value.
    public var reply: Reply {
        switch kind {
        case .done: .done
        case .rejected(let reason): .rejected(reason)
        case .placed: .placed(order, fills: fillArray)
        case .amended: .amended(order, fills: fillArray)
        case .canceled: .canceled([order])
        case .other: other
        }
    }
}

extension Order {
    /// What a place for an order holds before its first use.
    public static var blank: Order {
        Order(
            id: OrderID(0),
            instrument: InstrumentID(0),
            account: AccountID(0),
            clientOrderID: .none,
            side: .buy,
            type: .limit,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: .none,
            price: .none,
            quantity: .zero,
            quoteQuantity: .zero,
            executed: .zero,
            cumulativeQuote: .zero,
            status: .new,
            createdAt: .zero,
            updatedAt: .zero
        )
    }
}
