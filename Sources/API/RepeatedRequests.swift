/// Remembers requests, so that one that comes twice is carried out once and answered twice.
///
/// Bounded: the oldest are forgotten, and then the ids of orders still tell a repetition. One thread.
public struct RepeatedRequests {
    /// Gets the answer of the first.
    public typealias Waiter = (APIResponse) -> Void

    /// What to do with a request.
    public enum Admission {
        /// To be carried out; the answer goes to `answered(_:_:)`.
        case first
        /// The first is under way, and the waiter gets its answer.
        case underWay
        /// It was answered so.
        case answered(APIResponse)
    }

    private enum State {
        case underWay([Waiter])
        case answered(APIResponse)
    }

    /// Most repetitions that wait for one request.
    static let waiterCountMax = 16

    private let countMax: Int
    private var states: [RequestIdentity: State] = [:]
    /// Those that were answered, oldest first, from `head` on.
    private var order: [RequestIdentity] = []
    private var head = 0

    /// Starts with none.
    ///
    /// - Parameter countMax: How many answers are kept.
    public init(countMax: Int = 16_384) { self.countMax = countMax }

    /// Number of requests remembered.
    public var count: Int { states.count }

    /// Takes a request.
    ///
    /// - Parameters:
    ///   - identity: Of the request; its signature is valid.
    ///   - waiter: Kept only if the first is under way.
    /// - Returns: What to do with it; `first` also when too many wait already, since its order is then
    ///   refused as a duplicate.
    public mutating func admit(
        _ identity: RequestIdentity,
        _ waiter: @escaping Waiter
    ) -> Admission {
        switch states[identity] {
        case .answered(let response)?: return .answered(response)
        case .underWay(let waiters)?:
            guard waiters.count < Self.waiterCountMax else { return .first }
            states[identity] = .underWay(waiters + [waiter])
            return .underWay
        case nil:
            states[identity] = .underWay([])
            return .first
        }
    }

    /// Takes the answer of a request that was the first.
    ///
    /// An answer that says "not known", "too busy" or "too many" is not kept: the next may do better.
    ///
    /// - Parameters:
    ///   - identity: Of the request.
    ///   - response: Its answer.
    /// - Returns: Who waits for it.
    public mutating func answered(
        _ identity: RequestIdentity,
        _ response: APIResponse
    ) -> [Waiter] {
        guard case .underWay(let waiters)? = states[identity] else { return [] }
        guard response.status < 500, response.status != 429 else {
            states[identity] = nil
            return waiters
        }
        states[identity] = .answered(response)
        order.append(identity)
        if order.count - head > countMax { forgetOldest() }
        return waiters
    }

    private mutating func forgetOldest() {
        states[order[head]] = nil
        head += 1
        guard head > countMax else { return }
        order.removeFirst(head)
        head = 0
    }
}
