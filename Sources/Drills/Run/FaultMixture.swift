import Workload

/// The kinds of fault that one drill tries, and which comes next.
struct FaultMixture {
    /// A kill takes a second and a pause three: as much time goes to each.
    private static let killWeight = 3

    private let chooser: FaultChooser
    private let kinds: [DrillKind]

    /// One kind alone, or for `mixed` every kill and pause that the topology can stand.
    init(_ kind: DrillKind, _ chooser: FaultChooser) throws(LoadError) {
        self.chooser = chooser
        kinds = kind == .mixed ? Self.injections.filter(chooser.canStand) : [kind]
        guard !kinds.isEmpty else { throw LoadError("nothing of this topology can be broken") }
    }

    /// Faults that strike in a moment and need nothing around the cluster; noise and upgrades take
    /// as long as twenty of them.
    static var injections: [DrillKind] {
        DrillKind.allCases.filter { kind in
            switch kind {
            case .noisyNeighbour, .rollingUpgrade, .switchOver, .drainNode, .addNode, .movePair,
                .rebalanceUnderLoad, .grow, .killDuringMove, .autoRebalance, .mixed, .partition,
                .fillDisk, .clockJump:
                false
            case .killPrimary, .killStandby, .killRouter, .killCoordinator, .killRedis, .killEdge,
                .pausePrimary, .pauseStandby, .pauseRouter, .pauseCoordinator, .pauseRedis,
                .pauseEdge, .zoneLoss, .retryStorm:
                true
            }
        }
    }

    /// The kind of the next run.
    ///
    /// - Parameters:
    ///   - status: The cluster just now: without a node that only follows, none is hit.
    ///   - random: Decides.
    /// - Returns: A kind that can be tried now.
    func next(_ status: ClusterStatus, _ random: inout some RandomNumberGenerator) -> DrillKind {
        var lots: [DrillKind] = []
        for kind in kinds where kinds.count == 1 || chooser.canStrike(kind, status) {
            let weight = kind.pauseMilliseconds == nil ? Self.killWeight : 1
            lots += Array(repeating: kind, count: weight)
        }
        return lots.randomElement(using: &random) ?? kinds[0]
    }
}
