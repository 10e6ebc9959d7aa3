import Membership
import Wire

/// Two parties whose messages can be held up.
enum SimulatedLink: Hashable {
    case log(process: Int, acceptor: Int)
    case router(node: Int, router: Int)
    case member(member: Int, coordinator: Int)
    case coordinators(Int, Int)
    /// A node, or a coordinator, and another node.
    case line(process: Int, node: Int)

    /// A number for the trace.
    var number: Int {
        switch self {
        case .log(let process, let acceptor): 100 + 10 * process + acceptor
        case .router(let node, let router): 200 + 10 * node + router
        case .member(let member, let coordinator): 300 + 10 * member + coordinator
        case .coordinators(let one, let other): 400 + 10 * min(one, other) + max(one, other)
        case .line(let process, let node): 500 + 10 * process + node
        }
    }
}

/// Which way a message goes: away from the process, router or member that opened the connection,
/// or back to it.
enum Way {
    case out
    case back
}

/// A cut link: what it holds up, and which ways.
struct LinkCut {
    var ways: Set<Way>
    var events: [SimulatedEvent] = []
}

/// What happens at a moment.
enum SimulatedEvent {
    // Processes.
    case start(process: Int)
    case wake(process: Int)
    case tick(process: Int, instance: UInt64)
    case flush(process: Int, instance: UInt64)
    // Acceptors; the next request of a connection arrives, or the next answer.
    case connectLog(party: Int, acceptor: Int, instance: UInt64)
    case request(connection: UInt64)
    case answer(connection: UInt64)
    case breakLog(connection: UInt64)
    case pollTail(replica: Int, acceptor: Int, generation: UInt64)
    case deliverTail(replica: Int, acceptor: Int, generation: UInt64, [LogRecord])
    case startAcceptor(Int)
    case wakeAcceptor(Int)
    case acceptWrites(Int)
    // Streams and clients; the next message of a stream arrives at the node, or at its opener.
    case openStream(UInt64)
    case toNode(stream: UInt64)
    case toOpener(stream: UInt64)
    case tickRouter(Int)
    case turn(client: Int)
    // Coordinators and members; the next message of a member's link arrives at either end.
    case openMember(link: UInt64)
    case toCoordinator(link: UInt64)
    case toMember(link: UInt64)
    case connectMember(Int, instance: UInt64)
    case beat(member: Int, instance: UInt64)
    case tickCoordinator(process: Int, instance: UInt64)
    case look(process: Int, instance: UInt64)
    case sight(process: Int, instance: UInt64, other: Int)
    case probe(process: Int, instance: UInt64, NodeID)
    // Faults.
    case fault
    case operate
    case move
    case heal(SimulatedLink)
}
