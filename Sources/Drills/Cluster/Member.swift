/// A part of a cluster that can be broken.
public enum Member: Hashable, Sendable, CustomStringConvertible {
    /// A shard node or a router.
    case node(String)
    /// A Redis instance.
    case redis(String)
    /// A coordinator.
    case coordinator(String)
    /// The proxy.
    case edge

    /// For reports: its name in the topology.
    public var description: String {
        switch self {
        case .node(let id), .redis(let id), .coordinator(let id): id
        case .edge: "edge"
        }
    }
}
