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
            isNode ? [status(of: member)] : [],
            observations: isNode ? [] : observations(of: member - Self.nodeCount)
        )
        sendToCoordinator(.message(status), id)
    }

    /// How long a router has not heard the primary, as `RouterNode`.
    private func observations(of router: Int) -> [Observation] {
        let map = members[Self.nodeCount + router].map
        guard let primary = map.assignment(Self.shard)?.primary,
            let node = Int(primary.rawValue)
        else { return [] }
        let silence = (now - routers[router].heard[node]) / Self.millisecond
        return [Observation(node: primary, silenceMilliseconds: UInt32(clamping: silence))]
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

    // MARK: The coordinator's side, as `CoordinatorNode` and `MemberStreams`

    func arriveAtCoordinator(_ id: UInt64, _ event: SimulatedEvent) {
        guard let link = memberLinks[id], !link.toCoordinator.isEmpty else { return }
        let (member, process) = (link.member, link.coordinator)
        let wire = SimulatedLink.member(member: member, coordinator: process)
        if isHeld(event, by: wire, .out) { return }
        guard isAlive(process, link.instance) else {
            if members[member].link != id { memberLinks[id] = nil }
            return
        }
        if keeps(event, process) { return }
        guard let item = memberLinks[id]?.toCoordinator.removeFirst() else { return }
        let place = place(of: process)
        let isPresent = coordinators[place].links[member]?.link == id
        let time = milliseconds
        switch item {
        case .end:
            memberLinks[id] = nil
            guard isPresent else { return }
            coordinators[place].links[member] = nil
            perform(process) {
                $0.memberDisconnected(
                    self.memberID(member),
                    instance: link.memberInstance,
                    now: time,
                    &$1
                )
            }
        case .message(.hello(let introduced)): welcome(introduced, id, link)
        case .message(let message):
            guard isPresent else { return }
            coordinators[place].links[member]?.heard = now
            perform(process) { $0.received(message, from: self.memberID(member), now: time, &$1) }
        }
    }

    private func welcome(_ introduced: Member, _ id: UInt64, _ link: MemberLink) {
        let place = place(of: link.coordinator)
        guard isConfirmed(link.coordinator) else { return sendToMember(.end, id) }
        if let old = coordinators[place].links[link.member], old.link != id {
            let isOther = memberLinks[old.link]?.memberInstance != link.memberInstance
            // A name that was heard of late belongs to the process that has it.
            if isOther, memberLinks[old.link] != nil, now < old.heard + 150 * Self.millisecond {
                return sendToMember(.end, id)
            }
            sendToMember(.end, old.link)
        }
        coordinators[place].links[link.member] = (id, now)
        let time = milliseconds
        perform(link.coordinator) { $0.memberConnected(introduced, now: time, &$1) }
    }

    func closeMembers(of process: Int) {
        for member in members.indices {
            guard let id = coordinators[place(of: process)].links.removeValue(forKey: member)?.link
            else { continue }
            sendToMember(.end, id)
            let instance = memberLinks[id]?.memberInstance ?? 0
            let time = milliseconds
            perform(process) {
                $0.memberDisconnected(
                    self.memberID(member),
                    instance: instance,
                    now: time,
                    &$1
                )
            }
        }
    }

    func send(_ message: MembershipMessage, to member: Int, from process: Int) {
        guard let link = coordinators[place(of: process)].links[member]?.link else { return }
        sendToMember(.message(message), link)
    }

    // MARK: Carrying

    func sendToMember(_ item: MemberLink.Item, _ id: UInt64) {
        guard memberLinks[id] != nil else { return }
        memberLinks[id]?.toMember.append(item)
        schedule(.toMember(link: id), in: delay)
    }

    private func sendToCoordinator(_ item: MemberLink.Item, _ id: UInt64) {
        guard memberLinks[id] != nil else { return }
        memberLinks[id]?.toCoordinator.append(item)
        schedule(.toCoordinator(link: id), in: delay)
    }
}
