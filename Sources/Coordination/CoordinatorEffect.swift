import Membership

/// What the coordinator wants done, in order.
public enum CoordinatorEffect: Equatable, Sendable {
    /// Append to shard 0's log; comes back through `committed` or not at all.
    case propose(CoordinationCommand)
    /// Send to one member; nothing when it is not connected.
    case send(MembershipMessage, to: NodeID)
    /// Send to every connected member.
    case broadcast(MembershipMessage)
    /// Try to open a TCP connection and say through `connectProbe` whether it was taken or refused.
    case probe(NodeID, address: String)
    /// A line for the operator's log.
    case log(String)
}
