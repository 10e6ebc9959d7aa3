import Coordination
import Membership
import Replication
import Trading
import Wire

// What goes wrong. Each fault draws from dice of its own, so that leaving one out changes nothing
// about the next.

extension SimulatedCluster {
    func fault() {
        if isHealing { return }
        var dice = RandomSource(seed: chance.next())
        queue.add(.fault, at: now + dice.pick(1000...25_000) * faultPace * 1000)
        faultCount += 1
        guard plan.faults?.contains(faultCount) ?? true else { return }
        trace.begin(fault: faultCount)
        defer { trace.endFault() }
        if dice.isOne(in: 3) { faultOfTheNetwork(&dice) } else { faultOfAParty(&dice) }
    }

    /// A time in microseconds at the pace of this run.
    private func time(_ dice: inout RandomSource, _ range: ClosedRange<UInt64>) -> UInt64 {
        dice.pick(range) * faultPace
    }

    private func faultOfAParty(_ dice: inout RandomSource) {
        let node = dice.isOne(in: 2) ? primary(&dice) : dice.index(below: Self.nodeCount)
        let coordinator = Self.nodeCount + dice.index(below: coordinators.count)
        let acceptor = dice.index(below: acceptors.count)
        switch dice.pick(0...17) {
        case 0, 1, 2: crash(node, &dice)
        case 3, 4: pause(node, &dice)
        case 5: crash(coordinator, &dice)
        case 6: pause(coordinator, &dice)
        case 7: crashAcceptor(acceptor, &dice)
        case 8: pauseAcceptor(acceptor, &dice)
        case 9: refuseWrites(acceptor, &dice)
        case 10: loseDisk(acceptor, &dice)
        case 11: replaceRouter(dice.index(below: Self.routerCount))
        case 12, 13: jumpClock(dice.index(below: processes.count), &dice)
        default: moveForNoReason(&dice)
        }
    }

    private func faultOfTheNetwork(_ dice: inout RandomSource) {
        let node = dice.isOne(in: 2) ? primary(&dice) : dice.index(below: Self.nodeCount)
        let process = dice.isOne(in: 2) ? node : dice.index(below: processes.count)
        let coordinator = Self.nodeCount + dice.index(below: coordinators.count)
        let acceptor = dice.index(below: acceptors.count)
        switch dice.pick(0...10) {
        case 0, 1: cut(.log(process: process, acceptor: acceptor), &dice)
        case 2, 3: cut(.router(node: node, router: dice.index(below: Self.routerCount)), &dice)
        case 4:
            cut(.member(member: dice.index(below: members.count), coordinator: coordinator), &dice)
        case 5:
            // A primary that will not hear for a while that it was replaced.
            cut(.member(member: primary(&dice), coordinator: coordinator), &dice)
            moveForNoReason(&dice)
        case 6:
            guard coordinators.count > 1 else { return }
            cut(.coordinators(Self.nodeCount, Self.nodeCount + 1), &dice)
        case 7: isolate(process, &dice)
        case 8, 9: breakLog(of: process, acceptor, &dice)
        default: resetStream(&dice)
        }
    }

    /// One of the shards.
    private func anyShard(_ dice: inout RandomSource) -> ShardID {
        shards[shards.count > 1 ? dice.index(below: shards.count) : 0].id
    }

    /// Who holds the newest term of some shard, or the first node.
    private func primary(_ dice: inout RandomSource) -> Int {
        let newest = members.max { $0.map.version < $1.map.version }?.map
        let primary = newest?.assignment(anyShard(&dice))?.primary
        return primary.flatMap { Int($0.rawValue) } ?? 0
    }

    // MARK: Processes

    private func crash(_ process: Int, _ dice: inout RandomSource) {
        let delay = time(&dice, 5000...80_000)
        crash(process, startsIn: delay...delay)
    }

    private func pause(_ process: Int, _ dice: inout RandomSource) {
        guard processes[process].isUp, !processes[process].isPaused else { return }
        note("pause", process)
        processes[process].isPaused = true
        queue.add(.wake(process: process), at: now + time(&dice, 5000...150_000) * 1000)
    }

    /// Up to an hour forward or back.
    private func jumpClock(_ process: Int, _ dice: inout RandomSource) {
        let size = Int64(dice.pick(1...3_600_000)) * 1000
        let jump = dice.isOne(in: 2) ? size : -size
        note("clock jumps", process, UInt64(bitPattern: jump))
        processes[process].clockError = jump
    }

    /// An operator, or another coordinator, gives a shard to some node.
    private func moveForNoReason(_ dice: inout RandomSource) {
        let choice = Int(dice.next() >> 33)
        let shard = anyShard(&dice)
        guard let leader else { return }
        let state = coordinators[place(of: leader)].coordinator.state
        guard let assignment = state.map.assignment(shard) else { return }
        let up = layout.shards[layout.place(of: shard)].nodes.sorted()
            .filter { state.map.member(memberID($0)) != nil }
        guard !up.isEmpty else { return }
        let node = up[choice % up.count]
        note("move", node, assignment.epoch.rawValue + 1)
        coordinators[place(of: leader)].log.propose(
            .assign(
                shard: shard,
                epoch: Epoch(assignment.epoch.rawValue + 1),
                primary: memberID(node),
                instance: state.map.member(memberID(node))?.instance ?? 0,
                standbys: up.filter { $0 != node }.map(memberID),
                why: "a fault"
            )
        )
        flushSoon(leader)
    }

    // MARK: Network

    private func cut(_ link: SimulatedLink, _ dice: inout RandomSource) {
        guard held[link] == nil else { return }
        let ways: Set<Way> = [[.out, .back], [.out, .back], [.out], [.back]][dice.index(below: 4)]
        note("cut", link.number, ways.contains(.out) ? 1 : 0, ways.contains(.back) ? 1 : 0)
        held[link] = LinkCut(ways: ways)
        queue.add(.heal(link), at: now + time(&dice, 3000...120_000) * 1000)
    }

    /// All links of a process at once.
    private func isolate(_ process: Int, _ dice: inout RandomSource) {
        note("isolate", process)
        for acceptor in acceptors.indices {
            cut(.log(process: process, acceptor: acceptor), &dice)
        }
        for link in links(of: process) { cut(link, &dice) }
    }

    private func links(of process: Int) -> [SimulatedLink] {
        if isNode(process) {
            return (0..<Self.routerCount).map { .router(node: process, router: $0) }
                + coordinators.indices.map {
                    .member(member: process, coordinator: Self.nodeCount + $0)
                } + lineLinks(of: process)
        }
        return members.indices.map { .member(member: $0, coordinator: process) }
            + lineLinks(of: process)
    }

    /// What transfers and moves need of the network; nothing where there are none.
    private func lineLinks(of process: Int) -> [SimulatedLink] {
        guard hasMoves else { return [] }
        let others = (0..<Self.nodeCount).filter { $0 != process }
        let away = others.map { SimulatedLink.line(process: process, node: $0) }
        guard isNode(process) else { return away }
        return away
            + processes.indices.filter { $0 != process }.map {
                .line(process: $0, node: process)
            }
    }

    func cutBetweenNodes(_ dice: inout RandomSource) {
        let links = lineLinks(of: dice.index(below: processes.count))
        cut(links[dice.index(below: links.count)], &dice)
    }

    func heal(_ link: SimulatedLink) {
        guard let cut = held.removeValue(forKey: link) else { return }
        note("heal", link.number)
        for event in cut.events { queue.add(event, at: now) }
    }

    private func breakLog(of process: Int, _ acceptor: Int, _ dice: inout RandomSource) {
        let own = parties(of: process)
        let party = own[own.count > 1 ? dice.index(below: own.count) : 0]
        guard let id = parties[party].connections[acceptor] else { return }
        note("break", process, UInt64(acceptor))
        queue.add(.breakLog(connection: id), at: now + dice.pick(1...9) * 1000)
    }

    private func resetStream(_ dice: inout RandomSource) {
        let router = dice.index(below: Self.routerCount)
        let channel = layout.place(of: anyShard(&dice))
        let both = [
            routers[router].channels[channel].sessionStream,
            routers[router].channels[channel].feedStream,
        ]
        let delay = dice.pick(50...5000)
        guard let id = both[dice.index(below: 2)] else { return }
        note("reset", router, id)
        sendToOpener(.end, id)
        streams[id]?.toNode.append(.end)
        queue.add(.toNode(stream: id), at: now + delay * 1000)
    }

    // MARK: Acceptors

    private func crashAcceptor(_ acceptor: Int, _ dice: inout RandomSource) {
        guard acceptors[acceptor].isUp else { return }
        note("acceptor crash", acceptor)
        acceptors[acceptor].isUp = false
        acceptors[acceptor].isPaused = false
        acceptors[acceptor].life += 1
        acceptors[acceptor].backlog = []
        for party in parties.indices {
            guard let id = parties[party].connections[acceptor] else { continue }
            queue.add(.breakLog(connection: id), at: now + dice.pick(50...2000) * 1000)
        }
        queue.add(.startAcceptor(acceptor), at: now + time(&dice, 2000...60_000) * 1000)
    }

    /// A crash that takes the disk along.
    ///
    /// As many may be without theirs as leave a majority, in each log.
    private func loseDisk(_ acceptor: Int, _ dice: inout RandomSource) {
        let mayLose = acceptors[acceptor].logs.indices.allSatisfy { log in
            let voters = acceptors.count { $0.logs[log].hasVote }
            return acceptors[acceptor].logs[log].hasVote && voters - 1 > acceptors.count / 2
        }
        guard acceptors[acceptor].isUp, mayLose else { return }
        note("disk lost", acceptor)
        crashAcceptor(acceptor, &dice)
        for log in acceptors[acceptor].logs.indices {
            acceptors[acceptor].logs[log] = ModelAcceptor()
            acceptors[acceptor].logs[log].planted = plan.planted
        }
    }

    func startAcceptor(_ acceptor: Int) {
        note("acceptor start", acceptor)
        acceptors[acceptor].isUp = true
    }

    private func pauseAcceptor(_ acceptor: Int, _ dice: inout RandomSource) {
        guard acceptors[acceptor].isUp, !acceptors[acceptor].isPaused else { return }
        note("acceptor pause", acceptor)
        acceptors[acceptor].isPaused = true
        queue.add(.wakeAcceptor(acceptor), at: now + time(&dice, 2000...70_000) * 1000)
    }

    func wakeAcceptor(_ acceptor: Int) {
        guard acceptors[acceptor].isPaused else { return }
        note("acceptor wake", acceptor)
        acceptors[acceptor].isPaused = false
        let backlog = acceptors[acceptor].backlog
        acceptors[acceptor].backlog = []
        for event in backlog { queue.add(event, at: now) }
    }

    private func refuseWrites(_ acceptor: Int, _ dice: inout RandomSource) {
        note("acceptor refuses", acceptor)
        acceptors[acceptor].isRefusing = true
        queue.add(.acceptWrites(acceptor), at: now + time(&dice, 1000...20_000) * 1000)
    }
}
