// Which part of the cluster each event is for.

extension SimulatedCluster {
    func carryOut(_ event: SimulatedEvent) {
        switch event {
        case .start(let process): start(process)
        case .wake(let process): wake(process)
        case .tick(let process, let instance): tick(process, instance, event)
        case .flush(let process, let instance): flush(process, instance, event)
        case .fault: fault()
        case .operate: operate()
        case .move: moveSomething()
        case .heal(let link): heal(link)
        case .openStream(let stream): openStream(stream)
        case .toNode(let stream): arriveAtNode(stream, event)
        case .toOpener(let stream): arriveAtOpener(stream, event)
        case .tickRouter(let router): tickRouter(router)
        case .turn(let client): turn(client)
        case .connectLog, .request, .answer, .breakLog, .pollTail, .deliverTail, .startAcceptor,
            .wakeAcceptor, .acceptWrites:
            carryOutLog(event)
        case .openMember, .toCoordinator, .toMember, .connectMember, .beat, .tickCoordinator,
            .look, .sight, .probe:
            carryOutMembership(event)
        }
    }

    private func carryOutLog(_ event: SimulatedEvent) {
        switch event {
        case .connectLog(let party, let acceptor, let instance):
            connectLog(party, acceptor, instance)
        case .request(let connection): requestArrives(connection, event)
        case .answer(let connection): answerArrives(connection, event)
        case .breakLog(let connection): logBroken(connection, event)
        case .pollTail(let replica, let acceptor, let generation):
            pollTail(replica, acceptor, generation)
        case .deliverTail(let replica, let acceptor, let generation, let records):
            deliverTail(replica, acceptor, generation, records, event)
        case .startAcceptor(let acceptor): startAcceptor(acceptor)
        case .wakeAcceptor(let acceptor): wakeAcceptor(acceptor)
        case .acceptWrites(let acceptor): acceptors[acceptor].isRefusing = false
        default: break
        }
    }

    private func carryOutMembership(_ event: SimulatedEvent) {
        switch event {
        case .openMember(let link): openMember(link, event)
        case .toCoordinator(let link): arriveAtCoordinator(link, event)
        case .toMember(let link): arriveAtMember(link, event)
        case .connectMember(let member, let instance): connectMember(member, instance, event)
        case .beat(let member, let instance): beat(member, instance, event)
        case .tickCoordinator(let process, let instance): tickCoordinator(process, instance, event)
        case .look(let process, let instance): look(process, instance, event)
        case .sight(let process, let instance, let other): sight(process, instance, other, event)
        case .probe(let process, let instance, let node): probe(process, instance, node, event)
        default: break
        }
    }
}
