import Coordination
import Foundation
import Membership
import Testing
import Trading

/// Seeded kills, restarts, pauses, cut links and coordinator changes.
@Suite struct RandomFaultTests {
    static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["CASTLE_SEED"].flatMap(UInt64.init).map { [$0] }
        ?? Array(1...25)

    @Test(.timeLimit(.minutes(1)), arguments: seeds)
    func clusterHealsAndTermsAreUnique(_ seed: UInt64) throws {
        var generator = SplitMix(state: seed)
        var rig = Rig.running()
        for _ in 0..<40 {
            fault(&rig, &generator)
            rig.advance(generator.next() % 400)
        }
        heal(&rig)
        rig.advance(12_000)
        checkHistory(rig, seed: seed)
        checkSettled(rig, seed: seed)
        let copy = try ClusterState(decoding: rig.coordinator.state.encoded())
        #expect(copy == rig.coordinator.state, "seed \(seed)")
        let version = rig.coordinator.state.map.version
        rig.advance(3000)
        #expect(rig.coordinator.state.map.version == version, "seed \(seed): the map is at rest")
    }

    private func fault(_ rig: inout Rig, _ generator: inout SplitMix) {
        let name = ["n1", "n2", "n3", "r1"][Int(generator.next() % 4)]
        guard let process = rig.process(name) else { return }
        rig.commitDelay = 1 + generator.next() % 60
        switch generator.next() % 8 {
        case 0: rig.kill(name)
        case 1, 2: rig.start(name, role: process.member.role, zone: process.member.zone)
        case 3: rig.pause(name)
        case 4: rig.resume(name)
        case 5: if process.isConnected { rig.cut(name) }
        case 6: if process.isUp, !process.isConnected { rig.connect(name) }
        default:
            if generator.next() % 3 == 0 {
                rig.replaceCoordinator()
                reconnect(&rig)
            } else {
                rig.advance(generator.next() % 200, ticking: false)
            }
        }
    }

    private func reconnect(_ rig: inout Rig) {
        for process in rig.processes where process.isRunning && !process.isConnected {
            rig.connect(process.member.id.rawValue)
        }
    }

    private func heal(_ rig: inout Rig) {
        for process in rig.processes { rig.resume(process.member.id.rawValue) }
        reconnect(&rig)
    }

    private func checkHistory(_ rig: Rig, seed: UInt64) {
        var state = ClusterState.empty
        var twin = ClusterState.empty
        var terms: [ShardID: [UInt64: Term]] = [:]
        for command in rig.history {
            let before = state.map
            state.apply(command, at: .zero)
            twin.apply(command, at: .zero)
            #expect(state.digest == twin.digest, "seed \(seed)")
            #expect(
                state.map.version > before.version || state.map == before,
                "seed \(seed): no change without a version"
            )
            for now in state.map.shards {
                let old = before.assignment(now.shard)
                let term = Term(node: now.primary, instance: now.primaryInstance)
                if let old, term != Term(node: old.primary, instance: old.primaryInstance) {
                    #expect(now.epoch > old.epoch, "seed \(seed)")
                }
                let known = terms[now.shard, default: [:]][now.epoch.rawValue]
                #expect(known == nil || known == term, "seed \(seed): one primary a term")
                terms[now.shard, default: [:]][now.epoch.rawValue] = term
                let isBoth = now.primary.map(now.standbys.contains) ?? false
                #expect(!isBoth, "seed \(seed): primary and standbys are disjoint")
            }
        }
        #expect(state.map == rig.coordinator.state.map, "seed \(seed): state = f(log)")
    }

    private func checkSettled(_ rig: Rig, seed: UInt64) {
        for shard in rig.coordinator.state.map.shards {
            let live = rig.coordinator.state.replicas(of: shard.shard).filter {
                rig.process($0.rawValue)?.isRunning ?? false
            }
            let primary = shard.primary.flatMap { rig.process($0.rawValue) }
            guard !live.isEmpty else {
                #expect(shard.primary == nil, "seed \(seed)")
                continue
            }
            #expect(primary?.isRunning == true, "seed \(seed): shard \(shard.shard)")
            #expect(primary?.member.instance == shard.primaryInstance, "seed \(seed)")
            let followers = live.filter { $0 != shard.primary }
            #expect(Set(shard.standbys) == Set(followers), "seed \(seed)")
        }
    }

    private struct Term: Equatable {
        var node: NodeID?
        var instance: UInt64
    }
}
