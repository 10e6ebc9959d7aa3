import API
import Routing
import Trading

extension RouterNode {
    /// Carries out what was charged, and tells the weight used once it is answered.
    ///
    /// - Parameters:
    ///   - operation: Of a request that was accepted.
    ///   - client: Who asked, and what it was charged.
    ///   - finish: Gets the answer and the weight used then.
    func settle(
        _ operation: Operation,
        for client: ChargedClient,
        _ finish: @escaping (APIResponse, Int) -> Void
    ) {
        guard case .command(_, let command, let plan) = operation else {
            return carryOut(operation) { finish($0, client.used) }
        }
        carryOutOnce(operation, plan.identity) { [weak self] response in
            guard let self, response.status == 200 else { return finish(response, client.used) }
            metrics.acknowledged(after: context.now - client.arrival)
            var response = response
            if let account = command.orderOwner {
                response.headers += Gateway.orderCountHeaders(orders.used(by: account))
            }
            // Placing, changing and cancelling weigh nothing when they succeed.
            let used = limiter.refund(client.address, weight: client.weight, now: client.wall)
            finish(response, used)
        }
    }

    /// A command that comes twice is carried out once.
    private func carryOutOnce(
        _ operation: Operation,
        _ identity: RequestIdentity?,
        _ finish: @escaping (APIResponse) -> Void
    ) {
        guard let identity else { return carryOut(operation, finish) }
        switch repeats.admit(identity, finish) {
        case .underWay: return
        case .answered(let response): finish(response)
        case .first:
            carryOut(operation) { [weak self] response in
                let waiters = self?.repeats.answered(identity, response) ?? []
                finish(response)
                for waiter in waiters { waiter(response) }
            }
        }
    }

    /// Does what a request amounts to, and answers when the shards have.
    func carryOut(
        _ operation: Operation,
        _ finish: @escaping (APIResponse) -> Void
    ) {
        switch operation {
        case .respond(let response): finish(response)
        case .command(let instrument, let command, let plan):
            submit(command, in: instrument) { [gateway] in finish(gateway.render($0, plan)) }
        case .query(let instrument, let query, let plan):
            let token = park { [gateway] in finish(gateway.render($0, plan)) }
            route {
                $0.submit(
                    .query(query),
                    of: instrument,
                    token: token,
                    deadline: deadline,
                    effects: &$1
                )
            }
        case .queryAll(let query, let plan):
            gather(query, deadline: deadline) { [gateway] outcome in
                finish(gateway.render(outcome, plan))
            }
        case .listenKey(let request): finish(listenDesk.carryOut(request))
        case .market(let instruments, let plan):
            read(instruments) { [gateway, board] isCurrent in
                guard isCurrent else { return finish(gateway.renderUnavailable()) }
                finish(gateway.render(plan, source: board))
            }
        }
    }

    /// Sends a command to the shard of its pair, and funds after it where they are missing.
    private func submit(
        _ command: Command,
        in instrument: InstrumentID,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        guard let shard = routes.shard(of: instrument) else { return finish(.unavailable) }
        submit(command, to: shard, finish)
    }

    /// Sends a command to a shard, or to that of its pair, and funds after it where they are missing.
    func submit(
        _ command: Command,
        to shard: ShardID,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        let token = park { [unowned self] outcome in
            let shard = self.shard(of: command) ?? shard
            orders.settle(outcome, of: command, on: shard) { [unowned self] outcome in
                funds.settle(outcome, of: command, on: shard) { [unowned self] outcome in
                    // An order that waited for funds is counted only now.
                    orders.settle(outcome, of: command, on: shard, finish)
                }
            }
        }
        send(command, to: shard, token: token)
    }

    /// Sends a command to the shard of its pair; one without a pair to the shard named.
    func send(_ command: Command, to shard: ShardID, token: UInt64) {
        guard let instrument = command.instrument else {
            guard let channel = channels[shard] else { return complete(token, .unavailable) }
            return channel.submit(command, token: token)
        }
        route {
            $0.submit(
                .command(command),
                of: instrument,
                token: token,
                deadline: deadline,
                effects: &$1
            )
        }
    }

    /// The shard that the pair of a command trades on; `nil` for a command without a pair.
    func shard(of command: Command) -> ShardID? {
        command.instrument.flatMap { routes.shard(of: $0) }
    }

    private var deadline: UInt64 {
        context.now + ShardChannel.deadlineMilliseconds * 1_000_000
    }

    // MARK: Routes

    /// Gives the routes an input and carries out what they want.
    func route(_ input: (inout PairRoutes, inout [RouteEffect]) -> Void) {
        var effects: [RouteEffect] = []
        input(&routes, &effects)
        for effect in effects {
            switch effect {
            case .complete(let token, let outcome): finish(token, outcome)
            case .send(let request, let shard, let generation, let token, let deadline):
                send(request, to: shard, generation, token: token, deadline)
            }
        }
    }

    private func send(
        _ request: PairRequest,
        to shard: ShardID,
        _ generation: UInt32,
        token: UInt64,
        _ deadline: UInt64
    ) {
        guard let channel = channels[shard] else { return complete(token, .unavailable) }
        switch request {
        case .command(let command):
            channel.submit(command, generation: generation, token: token, deadline: deadline)
        case .query(let query): channel.ask(query, token: token, deadline: deadline)
        }
    }

    /// Asks every shard that may hold something the same and puts the replies together.
    ///
    /// One that a pair is just leaving does not say what it has: asked anew with the next map. A map
    /// that came meanwhile may have let a pair slip through between two shards, and a shard may have
    /// sent funds to one that was not asked.
    private func gather(
        _ query: Query,
        deadline: UInt64,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        let (shards, version) = (roster.holders, mapVersion)
        guard !shards.isEmpty else { return finish(.unavailable) }
        var outcomes: [RequestOutcome] = []
        for shard in shards {
            let token = park { [unowned self] outcome in
                outcomes.append(outcome)
                guard outcomes.count == shards.count else { return }
                let isMoving = outcomes.contains(.reply(.rejected(.pairMoved)))
                if isMoving || roster.lacksMap, version == mapVersion {
                    return awaitMap(deadline: deadline) { [unowned self] isThere in
                        guard isThere else { return finish(.unavailable) }
                        gather(query, deadline: deadline, finish)
                    }
                }
                let isOverrun = roster.lacksMap || shards != roster.holders
                let isOld = version != mapVersion && query.dependsOnPairs
                if isMoving || isOverrun || isOld, context.now < deadline {
                    return gather(query, deadline: deadline, finish)
                }
                if isOverrun { return finish(.unavailable) }
                var replies: [Reply] = []
                for outcome in outcomes {
                    guard case .reply(let reply) = outcome else { return finish(outcome) }
                    replies.append(reply)
                }
                finish(.reply(Reply.merge(replies)))
            }
            channels[shard]?.ask(query, token: token, deadline: deadline)
        }
    }

    /// Waits until the mirror holds everything acknowledged before now for these pairs: asks each
    /// primary for its position, then waits for the mirror to reach it.
    private func read(_ instruments: [InstrumentID], _ finish: @escaping (Bool) -> Void) {
        var wanted: [ShardID] = []
        for instrument in instruments {
            guard let shard = routes.shard(of: instrument) else { return finish(false) }
            if !wanted.contains(shard) { wanted.append(shard) }
        }
        // No pair may have the status that was asked for.
        guard !wanted.isEmpty else { return finish(true) }
        var remaining = wanted.count
        var isCurrent = true
        for shard in wanted {
            let done = { (isReached: Bool) in
                isCurrent = isCurrent && isReached
                remaining -= 1
                if remaining == 0 { finish(isCurrent) }
            }
            let token = park { [unowned self] outcome in
                guard case .reply(.position(let position)) = outcome else { return done(false) }
                let token = park { done($0 == .reply(.done)) }
                channels[shard]?.wait(for: position, token: token)
            }
            channels[shard]?.ask(.position, token: token)
        }
    }
}

extension Gateway {
    fileprivate func render(_ outcome: RequestOutcome, _ plan: RenderPlan) -> APIResponse {
        switch outcome {
        case .reply(let reply): render(plan, reply)
        case .unknown: renderUnknown()
        case .unavailable: renderUnavailable()
        case .overloaded: renderOverloaded()
        }
    }
}

extension Query {
    /// Whether it is about the pairs that a shard has.
    fileprivate var dependsOnPairs: Bool {
        switch self {
        case .openOrders, .openOrderLists, .orderLists, .positions: true
        default: false
        }
    }
}
