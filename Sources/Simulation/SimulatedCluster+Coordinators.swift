import Coordination
import Membership
import Replication
import Trading
import Wire

// The coordinators: who leads, what the leader decides, and the checks of what it decided.

extension SimulatedCluster {
    func makeCoordinator(_ process: Int) -> SimulatedCoordinator {
        let place = process - Self.nodeCount
        var coordinator = Coordinator(plan: layout.topology, settings: detector)
        for pair in layout.pairs { coordinator.instruments[pair.symbol] = pair.id }
        return SimulatedCoordinator(
            coordinator: coordinator,
            log: CoordinatorLog(name: "c\(place)/\(processes[process].instance)"),
            candidacy: Candidacy(
                rank: place,
                count: processes.count - Self.nodeCount,
                now: milliseconds
            )
        )
    }

    /// Virtual milliseconds.
    var milliseconds: UInt64 { now / Self.millisecond }

    func place(of process: Int) -> Int { process - Self.nodeCount }

    /// The party of a coordinator.
    private func party(of process: Int) -> Int { replicas.count + place(of: process) }

    func startCoordinator(_ process: Int) {
        coordinators[place(of: process)] = makeCoordinator(process)
        let instance = processes[process].instance
        schedule(.look(process: process, instance: instance), in: 100...2000)
        schedule(.tickCoordinator(process: process, instance: instance), in: 1000...20_000)
    }

    func coordinatorDied(_ process: Int) {
        for (id, link) in memberLinks.sorted(by: { $0.key < $1.key })
        where link.coordinator == process && link.instance == processes[process].instance {
            memberLinks[id]?.toCoordinator = []
            sendToMember(.end, id)
        }
        coordinators[place(of: process)].links = [:]
        endLines(of: process)
    }

    // MARK: The lead

    /// What it says of itself to others, as `CoordinatorNode`.
    private func sighting(of process: Int) -> Candidacy.Sighting {
        let coordinator = coordinators[place(of: process)]
        let isTaking =
            coordinator.candidacy == nil && !coordinator.log.isLeading && coordinator.isReachable
        return isTaking || isConfirmed(process) ? .leading : .waiting
    }

    func isConfirmed(_ process: Int) -> Bool {
        coordinators[place(of: process)].log.isConfirmed(now: milliseconds)
    }

    func look(_ process: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard isAlive(process, instance), !keeps(event, process) else { return }
        guard coordinators[place(of: process)].candidacy != nil else { return }
        for other in Self.nodeCount..<processes.count where other != process {
            let sight = SimulatedEvent.sight(process: process, instance: instance, other: other)
            schedule(sight, in: delay)
        }
        schedule(.look(process: process, instance: instance), in: 39_000...41_000)
        decide(process)
    }

    /// The other's answer arrives; one that is paused or cut off gives none.
    func sight(_ process: Int, _ instance: UInt64, _ other: Int, _ event: SimulatedEvent) {
        guard isAlive(process, instance), !keeps(event, process) else { return }
        let link = SimulatedLink.coordinators(min(process, other), max(process, other))
        guard held[link] == nil, !processes[other].isPaused else { return }
        let seen = processes[other].isUp ? sighting(of: other) : .gone
        let now = milliseconds
        coordinators[place(of: process)].candidacy?.saw(place(of: other), seen, now: now)
        decide(process)
    }

    private func decide(_ process: Int) {
        let place = place(of: process)
        let now = milliseconds
        guard coordinators[place].candidacy?.shouldLead(now: now) == true,
            coordinators[place].isReachable
        else { return }
        note("take the lead", process)
        coordinators[place].candidacy = nil
        performLog(process) { $0.acceptorReady(effects: &$1) }
    }

    // MARK: The log

    func carryOutCoordinator(_ process: Int, _ effect: LogQuorum.Effect) {
        let place = place(of: process)
        switch effect {
        case .ready:
            coordinators[place].isReachable = true
            guard coordinators[place].candidacy == nil else { return }
            performLog(process) { $0.acceptorReady(effects: &$1) }
        case .lost:
            coordinators[place].isReachable = false
            coordinators[place].log.acceptorLost()
        case .answer(let reply, let request):
            performLog(process) { $0.received(reply, to: request, effects: &$1) }
        case .ask, .note: break
        }
    }

    func flushCoordinator(_ process: Int) {
        let (wall, now) = (wallClock(process), milliseconds)
        var effects: [CoordinatorLogEffect] = []
        coordinators[place(of: process)].log.flush(wall: wall, now: now, effects: &effects)
        carryOut(process, effects)
    }

    private func performLog(
        _ process: Int,
        _ body: (inout CoordinatorLog, inout [CoordinatorLogEffect]) -> Void
    ) {
        var effects: [CoordinatorLogEffect] = []
        body(&coordinators[place(of: process)].log, &effects)
        carryOut(process, effects)
        flushSoon(process)
    }

    private func carryOut(_ process: Int, _ effects: [CoordinatorLogEffect]) {
        let place = place(of: process)
        let now = milliseconds
        for effect in effects where processes[process].isUp {
            switch effect {
            case .ask(let request):
                askQuorum(party(of: process)) { $0.ask(request, effects: &$1) }
            case .lead(let state):
                note("lead", process, coordinators[place].log.epoch.rawValue)
                coordinators[place].coordinator.restore(state)
                checkMap(process)
                perform(process) { $0.becameLeader(now: now, &$1) }
                followMoves(process, areNew: false)
            case .committed(let commands, let time):
                perform(process) { $0.committed(commands, time: time, now: now, &$1) }
                checkMap(process)
                if coordinators[place].log.isLeading { followMoves(process, areNew: true) }
            case .lost(let reason):
                if reason.hasPrefix("shard 0's") || reason.hasPrefix("own entry") {
                    violation("coordinator \(place): \(reason)")
                }
                crash(process, startsIn: 90_000...150_000)
            case .note: break
            }
        }
    }

    /// I3 for the map: what a coordinator acts on is what its durable log says.
    private func checkMap(_ process: Int) {
        let coordinator = coordinators[place(of: process)]
        let position = Int(coordinator.log.position.rawValue)
        guard position < mapOracle.digests.count else {
            return violation("I4: coordinator \(process) acts on entry \(position), not durable")
        }
        guard coordinator.coordinator.state.digest == mapOracle.digests[position] else {
            return violation("I3: coordinator \(process) differs from its log at \(position)")
        }
    }

    // MARK: The policy

    func tickCoordinator(_ process: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard isAlive(process, instance), !keeps(event, process) else { return }
        let interval = detector.tickMilliseconds * 1000
        schedule(.tickCoordinator(process: process, instance: instance), in: interval...interval)
        if coordinators[place(of: process)].log.isLeading, !isConfirmed(process) {
            closeMembers(of: process)
        }
        let now = milliseconds
        perform(process) { $0.tick(now: now, &$1) }
        tickMoves(process)
        flushSoon(process)
    }

    func perform(
        _ process: Int,
        _ body: (inout Coordinator, inout [CoordinatorEffect]) -> Void
    ) {
        var effects: [CoordinatorEffect] = []
        body(&coordinators[place(of: process)].coordinator, &effects)
        for effect in effects {
            switch effect {
            case .propose(let command):
                coordinators[place(of: process)].log.propose(command)
                flushSoon(process)
            case .send(let message, let id):
                guard let member = members.indices.first(where: { memberID($0) == id }) else {
                    continue
                }
                send(message, to: member, from: process)
            case .broadcast(let message):
                for member in members.indices { send(message, to: member, from: process) }
            case .probe(let id, _):
                let instance = processes[process].instance
                schedule(.probe(process: process, instance: instance, id), in: 100...2000)
            case .log: break
            }
        }
    }

    /// The answer to a probe; a cut link gives none.
    func probe(_ process: Int, _ instance: UInt64, _ id: NodeID, _ event: SimulatedEvent) {
        guard isAlive(process, instance), !keeps(event, process) else { return }
        guard let member = members.indices.first(where: { memberID($0) == id }),
            held[.member(member: member, coordinator: process)] == nil
        else { return }
        let isListening = member >= Self.nodeCount || processes[member].isUp
        let now = milliseconds
        perform(process) { $0.connectProbe(id, reachable: isListening, now: now, &$1) }
    }

    /// The one that leads, for the faults: an operator who moves a shard for no reason.
    var leader: Int? {
        (Self.nodeCount..<processes.count).first {
            processes[$0].isUp && coordinators[place(of: $0)].coordinator.isLeader
                && isConfirmed($0)
        }
    }
}
