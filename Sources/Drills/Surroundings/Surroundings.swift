import Configuration
import Workload

/// What a drill puts around the processes of its cluster to break them from outside.
enum Surroundings {
    /// The machine as it is.
    case plain
    /// Packets can be dropped.
    case network(PrivateNetwork)
    /// Disks can be filled.
    case disks(SmallDisks, ShellScript)
    /// Clocks can jump.
    case clocks(FakeClocks)

    /// Makes what a kind of drill needs.
    ///
    /// - Throws: `LoadError` when it cannot be made here.
    init(_ kind: DrillKind, _ topology: Topology, _ waiter: LoopWaiter) throws(LoadError) {
        if let obstacle = kind.obstacle { throw LoadError(obstacle) }
        let own = topology.coordinators + topology.nodes + topology.routers
        switch kind {
        case .partition:
            let names = (topology.redis + own).map(\.id) + [topology.edge.id]
            self = .network(try PrivateNetwork(names, waiter: waiter))
        case .fillDisk:
            let disks = SmallDisks(topology.redis.map(\.id), waiter: waiter)
            self = .disks(disks, ShellScript(waiter: waiter))
        case .clockJump: self = .clocks(try FakeClocks(own.map(\.id), waiter: waiter))
        default: self = .plain
        }
    }

    /// Puts it where a cluster is about to start.
    ///
    /// - Parameter directory: The cluster's.
    /// - Returns: What is special about the processes, if anything is.
    /// - Throws: `LoadError` when it cannot be put there.
    func prepare(_ directory: String) throws(LoadError) -> PlacesFile? {
        switch self {
        case .plain: return nil
        case .network(let network): return network.places
        case .disks(let disks, _):
            try disks.mount(in: directory)
            return nil
        case .clocks(let clocks): return try clocks.make(in: directory)
        }
    }

    /// Whether everything is as it was before a fault.
    var isRestored: Bool {
        switch self {
        case .plain: true
        case .network(let network): network.isWhole
        case .disks(let disks, _): disks.full.isEmpty
        case .clocks(let clocks): clocks.wrong.isEmpty
        }
    }

    /// Why a fault could not be made or ended; `nil` when all went well.
    var failure: String? {
        let text =
            switch self {
            case .plain, .disks: ""
            case .network(let network): network.failure
            case .clocks(let clocks): clocks.failure
            }
        return text.isEmpty ? nil : text
    }

    /// Makes everything as it was before a fault, as far as it still is not.
    func restore() {
        switch self {
        case .plain, .network: break
        case .disks(let disks, _): disks.freeAll()
        case .clocks(let clocks): clocks.setAllRight()
        }
    }

    /// Takes away what stands in the way of removing a cluster's directory.
    func clear(_ directory: String, keepingFiles: Bool) {
        if case .disks(let disks, let shell) = self {
            disks.unmount(keepingFiles: keepingFiles, shell)
        }
    }

    /// Gives up what is left, once the cluster is gone.
    func end() {
        if case .network(let network) = self { network.end() }
    }
}

extension DrillKind {
    /// Why it cannot run here; `nil` when it can.
    var obstacle: String? {
        switch self {
        case .partition:
            PrivateNamespaces.obstacle(others: PrivateNamespaces.networkPrograms)
        case .fillDisk: PrivateNamespaces.obstacle()
        case .clockJump: PrivateNamespaces.obstacle() ?? FakeClocks.obstacle
        default: nil
        }
    }

    /// Whether it breaks things in namespaces of its own.
    var needsNamespaces: Bool {
        self == .partition || self == .fillDisk || self == .clockJump
    }
}
