import Coordination
import Membership
import Trading
import Wire

// The members' links to the coordinators: hello and heartbeats one way, maps the other.

extension SimulatedCluster {
    func memberID(_ member: Int) -> NodeID { SimulatedCluster.names[member] }

    private static let names = (0..<nodeCount + routerCount).map { NodeID("\($0)") }

    func instance(of member: Int) -> UInt64 {
        member < Self.nodeCount
            ? processes[member].instance : routers[member - Self.nodeCount].life
    }

    /// Whether the process that started something for a member still runs.
    private func isPresent(_ member: Int, _ instance: UInt64) -> Bool {
        guard self.instance(of: member) == instance else { return false }
        return member >= Self.nodeCount || processes[member].isUp
    }

    private func keepsMember(_ event: SimulatedEvent, _ member: Int) -> Bool {
        member < Self.nodeCount && keeps(event, member)
    }

    func startMember(_ member: Int) {
        members[member] = SimulatedMember()
        let instance = instance(of: member)
        schedule(.connectMember(member, instance: instance), in: 100...3000)
        schedule(.beat(member: member, instance: instance), in: 1000...20_000)
    }

    /// The process of a member died; its coordinator sees the connection close.
    func endMember(_ member: Int) {
        guard let id = members[member].link else { return }
        members[member].link = nil
        sendToCoordinator(.end, id)
    }

    // MARK: The member's side, as `CoordinatorLink`

    func connectMember(_ member: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard isPresent(member, instance), !keepsMember(event, member) else { return }
        guard members[member].link == nil else { return }
        let count = processes.count - Self.nodeCount
        let id = newID()
        let target = Self.nodeCount + members[member].search.target(of: count)
        memberLinks[id] = MemberLink(
            member: member,
            memberInstance: instance,
            coordinator: target
        )
        members[member].link = id
        members[member].isOpen = false
        schedule(.openMember(link: id), in: 100...1500)
    }

    /// The connection is taken, by the kernel of a paused process too; refused; or lost on its way.
    func openMember(_ id: UInt64, _ event: SimulatedEvent) {
        guard let link = memberLinks[id] else { return }
        let member = link.member
        guard isPresent(member, link.memberInstance), members[member].link == id else { return }
        if keepsMember(event, member) { return }
        let wire = SimulatedLink.member(member: member, coordinator: link.coordinator)
        if held[wire] != nil {
            // It is given up after a second, if not for another reason before.
            members[member].isOpen = true
            members[member].lastHeard = now
            return
        }
        guard processes[link.coordinator].isUp else { return lostCoordinator(member) }
        memberLinks[id]?.instance = processes[link.coordinator].instance
        members[member].isOpen = true
        members[member].lastHeard = now
        sendToCoordinator(.message(.hello(introduction(of: member))), id)
        report(member)
    }

    private func introduction(of member: Int) -> Member {
        Member(
            id: memberID(member),
            role: member < Self.nodeCount ? .node : .router,
            zone: "z\(member % Self.nodeCount)",
            address: "\(member)",
            pid: Int32(truncatingIfNeeded: instance(of: member)),
            instance: instance(of: member)
        )
    }

    func beat(_ member: Int, _ instance: UInt64, _ event: SimulatedEvent) {
        guard isPresent(member, instance), !keepsMember(event, member) else { return }
        let interval = detector.tickMilliseconds * 1000
        schedule(.beat(member: member, instance: instance), in: interval...interval)
        guard members[member].isOpen else { return }
        report(member)
        if now > members[member].lastHeard + detector.returnMilliseconds * Self.millisecond {
            lostCoordinator(member)
        }
    }

    /// Reports now rather than at the next heartbeat.
    func report(_ member: Int) {
        guard members[member].isOpen, let id = members[member].link else { return }
        let isNode = member < Self.nodeCount
        let status = MembershipMessage.status(
            isNode ? statuses(of: member) : [],
            observations: isNode ? [] : observations(of: member - Self.nodeCount)
        )
        sendToCoordinator(.message(status), id)
    }

    /// How long a router has not heard each primary, as `RouterNode`.
    private func observations(of router: Int) -> [Observation] {
        var heard: [Int: UInt64] = [:]
        for assignment in members[Self.nodeCount + router].map.shards {
            guard let node = assignment.primary.flatMap({ Int($0.rawValue) }) else { continue }
            let channel = routers[router].channels[layout.place(of: assignment.shard)]
            heard[node] = max(heard[node] ?? 0, channel.heard[node])
        }
        return heard.sorted { $0.key < $1.key }.map { node, time in
            Observation(
                node: memberID(node),
                silenceMilliseconds: UInt32(clamping: (now - time) / Self.millisecond)
            )
        }
    }

    private func lostCoordinator(_ member: Int) {
        guard let id = members[member].link else { return }
        sendToCoordinator(.end, id)
        members[member].link = nil
        members[member].isOpen = false
        let instance = instance(of: member)
        let pause = members[member].search.lost(seed: instance &* 0x9E37_79B9) * 1000
        schedule(.connectMember(member, instance: instance), in: pause...pause)
    }

    func arriveAtMember(_ id: UInt64, _ event: SimulatedEvent) {
        guard let link = memberLinks[id], !link.toMember.isEmpty else { return }
        let member = link.member
        let wire = SimulatedLink.member(member: member, coordinator: link.coordinator)
        if isHeld(event, by: wire, .back) { return }
        guard isPresent(member, link.memberInstance), members[member].link == id else {
            memberLinks[id]?.toMember = []
            return
        }
        if keepsMember(event, member) { return }
        guard let item = memberLinks[id]?.toMember.removeFirst() else { return }
        switch item {
        case .end: lostCoordinator(member)
        case .message(let message):
            members[member].lastHeard = now
            members[member].search.heard()
            guard case .map(let map) = message, map.version > members[member].map.version else {
                return
            }
            members[member].map = map
            if member < Self.nodeCount {
                follow(map, node: member)
            } else {
                follow(map, router: member - Self.nodeCount)
            }
        }
    }

    // MARK: Carrying

    func sendToMember(_ item: MemberLink.Item, _ id: UInt64) {
        guard memberLinks[id] != nil else { return }
        memberLinks[id]?.toMember.append(item)
        schedule(.toMember(link: id), in: delay)
    }

    func sendToCoordinator(_ item: MemberLink.Item, _ id: UInt64) {
        guard memberLinks[id] != nil else { return }
        memberLinks[id]?.toCoordinator.append(item)
        schedule(.toCoordinator(link: id), in: delay)
    }
}
