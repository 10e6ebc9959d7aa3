import Coordination
import Membership
import Trading

// What operators ask of the coordinator that leads. They draw from dice of their own, and count as
// faults: a seed that fails is shown with those of their requests that matter.

extension SimulatedCluster {
    func operate() {
        if isHealing { return }
        var dice = RandomSource(seed: operators.next())
        queue.add(.operate, at: now + dice.pick(20_000...200_000) * faultPace * 1000)
        faultCount += 1
        guard plan.faults?.contains(faultCount) ?? true else { return }
        trace.begin(fault: faultCount)
        defer { trace.endFault() }
        switchOver(&dice)
    }

    /// Asks for a shard to be handed to a node, or to whichever is best; it may be refused.
    private func switchOver(_ dice: inout RandomSource) {
        let shard = layout.shards[dice.index(below: shards.count)]
        let node = shard.nodes[dice.index(below: shard.nodes.count)]
        let target = dice.isOne(in: 2) ? memberID(node) : nil
        guard let leader else { return }
        let now = milliseconds
        var outcome: Result<NodeID, OperationRefusal> = .failure(.notLeading)
        perform(leader) { coordinator, effects in
            outcome = Result { () throws(OperationRefusal) in
                try coordinator.switchOver(
                    shard.id,
                    to: target,
                    why: "an operator",
                    now: now,
                    &effects
                )
            }
        }
        guard case .success(let node) = outcome, let number = Int(node.rawValue) else { return }
        switchOverCount += 1
        note("switch over", number, UInt64(shard.id.rawValue))
    }
}
