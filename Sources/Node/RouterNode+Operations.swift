import API
import Routing
import Trading

extension RouterNode {
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
            guard let channel = channel(instrument) else {
                return finish(gateway.renderUnavailable())
            }
            let token = park { [gateway] in finish(gateway.render($0, plan)) }
            channel.ask(query, token: token)
        case .queryAll(let query, let plan):
            gather(shards, ask: query) { [gateway] outcome in
                finish(gateway.render(outcome, plan))
            }
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
        guard let shard = owners[Int(instrument.rawValue)] else { return finish(.unavailable) }
        submit(command, to: shard, finish)
    }

    /// Sends a command to a shard, and funds after it where they are missing.
    func submit(
        _ command: Command,
        to shard: ShardID,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        guard let channel = channels[shard] else { return finish(.unavailable) }
        let token = park { [unowned self] outcome in
            funds.settle(outcome, of: command, on: shard, finish)
        }
        channel.submit(command, token: token)
    }

    private func channel(_ instrument: InstrumentID) -> ShardChannel? {
        owners[Int(instrument.rawValue)].flatMap { channels[$0] }
    }

    /// Asks several shards the same and puts the replies together.
    private func gather(
        _ shards: [ShardID],
        ask query: Query,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        guard !shards.isEmpty else { return finish(.unavailable) }
        var outcomes: [RequestOutcome] = []
        for shard in shards {
            let token = park { outcome in
                outcomes.append(outcome)
                guard outcomes.count == shards.count else { return }
                var replies: [Reply] = []
                for outcome in outcomes {
                    guard case .reply(let reply) = outcome else { return finish(outcome) }
                    replies.append(reply)
                }
                finish(.reply(Reply.merge(replies)))
            }
            channels[shard]?.ask(query, token: token)
        }
    }

    /// Waits until the mirror holds everything acknowledged before now for these pairs: asks each
    /// primary for its position, then waits for the mirror to reach it.
    private func read(_ instruments: [InstrumentID], _ finish: @escaping (Bool) -> Void) {
        var wanted: [ShardID] = []
        for instrument in instruments {
            guard let shard = owners[Int(instrument.rawValue)] else { return finish(false) }
            if !wanted.contains(shard) { wanted.append(shard) }
        }
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
