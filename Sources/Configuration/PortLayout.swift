/// Which port each process of a cluster gets: an offset from the cluster's port base.
///
/// A cluster spans a hundred ports, so that several run side by side a hundred apart.
public struct PortLayout: Equatable, Sendable {
    /// Ports of one cluster.
    public static let span = 100
    /// Most routers of a cluster.
    public static let routerMax = 19
    /// Most coordinators of a cluster.
    public static let coordinatorMax = 10
    /// Most Redis instances of a cluster.
    public static let redisMax = 9
    /// Most shard nodes of a cluster.
    public static let nodeMax = 59
    /// What `--port-base` may be.
    public static let bases = 1024...65_000

    /// The first port.
    public var base: Int

    /// Lays the ports out.
    ///
    /// - Parameter base: The first port. Range: `PortLayout.bases`.
    public init(base: Int) { self.base = base }

    /// Where clients connect.
    public var edge: Int { base }

    /// The port of a router by its position in the topology.
    public func router(_ index: Int) -> Int { base + 1 + index }

    /// The port of a coordinator by its position in the topology.
    public func coordinator(_ index: Int) -> Int { base + 20 + index }

    /// The port of a Redis instance by its position in the topology.
    public func redis(_ index: Int) -> Int { base + 30 + index }

    /// The port of a node by its position in the topology.
    public func node(_ index: Int) -> Int { base + 40 + index }
}
