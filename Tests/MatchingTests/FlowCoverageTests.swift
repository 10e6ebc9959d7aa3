import Testing
import Trading

/// The random flow is worth something only if it meets every rule.
@Suite struct FlowCoverageTests {
    @Test(.timeLimit(.minutes(1)))
    func flowMeetsEveryOutcome() {
        var seen: [String: Int] = [:]
        for seed in 1...3 as ClosedRange<UInt64> {
            let duel = Duel(seed: seed)
            for _ in 0..<3000 {
                duel.exchange.time = duel.flow.time
                let command = duel.flow.next()
                seen[Self.label(duel.exchange.apply(command), command), default: 0] += 1
            }
        }
        let filters = Filter.allCases.map { "\(RejectReason.filter($0))" }
        let reasons: [RejectReason] = [
            .insufficientBalance, .duplicateOrder, .wouldTake, .unknownOrder, .unknownInstrument,
            .malformed,
        ]
        var expected = filters + reasons.map { "\($0)" } + ["canceled", "done"]
        for status in OrderStatus.allCases where status != .canceled {
            expected.append("limit \(status)")
        }
        expected += ["market filled", "market expired", "market expiredInMatch", "limitMaker new"]
        expected += ["limit fillOrKill filled", "limit fillOrKill expired"]
        for label in expected {
            #expect(seen[label, default: 0] >= 3, "\(label) in \(seen)")
        }
    }

    private static func label(_ reply: Reply, _ command: Command) -> String {
        switch reply {
        case .rejected(let reason): return "\(reason)"
        case .canceled: return "canceled"
        case .placed(let order, _):
            guard order.type == .limit, order.timeInForce == .fillOrKill else {
                return "\(order.type) \(order.status)"
            }
            return "\(order.type) \(order.timeInForce) \(order.status)"
        default: return "done"
        }
    }
}
