import Coordination
import Membership

// The coordinators' side of the members' links, as `CoordinatorNode` and `MemberStreams`.

extension SimulatedCluster {
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
}
