/// Which coordinator a member talks to, and how long it waits before it tries the next.
public struct CoordinatorSearch: Equatable, Sendable {
    /// Attempts since the start; the coordinators of the topology are tried in turn.
    private var attempt = 0
    /// Attempts since a coordinator was last heard.
    private var failures = 0

    /// Starts with the first coordinator of the topology.
    public init() {}

    /// Whom to try.
    ///
    /// - Parameter count: Coordinators of the topology, at least one.
    /// - Returns: A place in the topology, from 0.
    public func target(of count: Int) -> Int { attempt % count }

    /// A coordinator that leads has said something.
    public mutating func heard() { failures = 0 }

    /// The attempt failed, or the connection ended: the next coordinator is to be tried.
    ///
    /// - Parameter seed: Spreads members that lost the same coordinator.
    /// - Returns: Milliseconds to wait: 5 to 9 at first, since another may lead already, then twice
    ///   as long each time, up to 250 to 499.
    public mutating func lost(seed: UInt64) -> UInt64 {
        attempt += 1
        let step = min(UInt64(5) << UInt64(min(failures, 6)), 250)
        failures += 1
        return step + (seed ^ UInt64(attempt)) % step
    }
}
