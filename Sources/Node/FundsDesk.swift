import Routing
import Trading

/// The pulls of a router: those of one account one after the other, so that orders that come at the
/// same time do not each send for the same funds.
final class FundsDesk {
    /// Most commands of one account that wait for funds; more are refused for want of them.
    static let perAccountMax = 64
    /// Most of all accounts.
    static let countMax = 4096
    /// A refusal stands after so long.
    static let deadlineNanoseconds: UInt64 = 2_000_000_000

    /// A command that lacks funds.
    private struct Job {
        let id: UInt64
        let command: Command
        var target: ShardID
        /// Whom the pull asks.
        var donors: [ShardID] = []
        let refusal: RequestOutcome
        let deadline: UInt64
        let finish: (RequestOutcome) -> Void
    }

    private unowned let router: RouterNode
    /// By account, the first of each being under way.
    private var jobs: [AccountID: [Job]] = [:]
    private var pulls: [AccountID: FundsPull] = [:]
    private var count = 0
    private var nextID: UInt64

    /// Makes a desk without pulls.
    ///
    /// - Parameters:
    ///   - router: Whose.
    ///   - reference: Drawn at random: no two routers may use the same references.
    init(router: RouterNode, reference: UInt64) {
        self.router = router
        nextID = reference
    }

    /// Takes the outcome of a command: one that lacks funds is sent again when they are there.
    ///
    /// - Parameters:
    ///   - outcome: What the shard said.
    ///   - command: What was sent.
    ///   - target: Where to.
    ///   - finish: Gets the last outcome.
    func settle(
        _ outcome: RequestOutcome,
        of command: Command,
        on target: ShardID,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        guard outcome.lacksFunds, router.shards.count > 1, let account = command.payer,
            count < Self.countMax, jobs[account]?.count ?? 0 < Self.perAccountMax
        else { return finish(outcome) }
        nextID &+= 1 << 16
        let job = Job(
            id: nextID,
            command: Self.remainder(of: command),
            target: target,
            refusal: outcome,
            deadline: router.context.now + Self.deadlineNanoseconds,
            finish: finish
        )
        count += 1
        jobs[account, default: []].append(job)
        if jobs[account]?.count == 1 { start(account) }
    }

    func tick() {
        for account in pulls.keys.sorted() {
            perform(account) { $0.tick(now: self.router.context.now, effects: &$1) }
        }
    }

    /// What is still to be done: of a cancel-replace that found the order, only the new one.
    private static func remainder(of command: Command) -> Command {
        guard case .cancelReplace(let request) = command else { return command }
        return .place(request.place)
    }

    private func start(_ account: AccountID) {
        guard let job = jobs[account]?.first else { return }
        // Transfers of one pull count up from here; another pull for the same command is another.
        nextID &+= 1 << 16
        let donors = router.roster.holders.filter { $0 != job.target } + [job.target]
        jobs[account]?[0].donors = donors
        pulls[account] = FundsPull(
            job.command,
            of: account,
            to: job.target,
            from: donors,
            reference: nextID,
            deadline: job.deadline
        )
        perform(account) { $0.start(effects: &$1) }
    }

    private func perform(
        _ account: AccountID,
        _ input: (inout FundsPull, inout [PullEffect]) -> Void
    ) {
        guard var pull = pulls[account], let job = jobs[account]?.first else { return }
        var effects: [PullEffect] = []
        input(&pull, &effects)
        pulls[account] = pull
        for effect in effects {
            switch effect {
            case .ask(let query, let shard, let step):
                let token = park(account, job, step)
                router.channels[shard]?.ask(query, token: token)
            case .submit(let command, let shard, let step):
                let token = park(account, job, step)
                router.channels[shard]?.submit(command, token: token)
            case .sendAgain: sendAgain(account, job)
            case .giveUp: giveUp(account)
            }
        }
    }

    /// A token whose outcome goes to this pull, or to nobody once it has ended.
    private func park(_ account: AccountID, _ job: Job, _ step: PullStep) -> UInt64 {
        router.park { [weak self] outcome in
            guard let self, jobs[account]?.first?.id == job.id else { return }
            perform(account) {
                $0.received(outcome, to: step, now: self.router.context.now, effects: &$1)
            }
        }
    }

    private func sendAgain(_ account: AccountID, _ job: Job) {
        let token = router.park { [weak self] outcome in
            guard let self else { return }
            guard outcome.lacksFunds else { return end(account, Self.merge(job.refusal, outcome)) }
            guard let shard = router.shard(of: job.command), shard != job.target else {
                return perform(account) {
                    $0.refusedAgain(now: self.router.context.now, effects: &$1)
                }
            }
            // The pair trades elsewhere now, and there the funds are needed.
            jobs[account]?[0].target = shard
            start(account)
        }
        router.send(job.command, to: job.target, token: token)
    }

    /// A refusal stands only if every shard was asked that funds may be on.
    private func giveUp(_ account: AccountID) {
        guard let job = jobs[account]?.first else { return }
        let isOverrun =
            router.roster.lacksMap
            || !Set(router.roster.holders).isSubset(of: Set(job.donors))
        guard isOverrun, router.context.now < job.deadline else {
            return end(account, job.refusal)
        }
        pulls[account] = nil
        router.awaitRoster { [weak self] isThere in
            guard let self, jobs[account]?.first?.id == job.id else { return }
            if isThere { start(account) } else { end(account, job.refusal) }
        }
    }

    private func end(_ account: AccountID, _ outcome: RequestOutcome) {
        pulls[account] = nil
        guard let job = jobs[account]?.removeFirst() else { return }
        count -= 1
        job.finish(outcome)
        if jobs[account]?.isEmpty == true { jobs[account] = nil } else { start(account) }
    }

    /// Puts the outcome of the new order of a cancel-replace beside that of its cancel.
    private static func merge(
        _ refusal: RequestOutcome,
        _ outcome: RequestOutcome
    ) -> RequestOutcome {
        guard case .reply(.replaced(var replaced)) = refusal else { return outcome }
        switch outcome {
        case .reply(.placed(let order, let fills)): replaced.place = .done(order, fills: fills)
        case .reply(.rejected(let reason)): replaced.place = .failed(reason)
        default: return outcome
        }
        return .reply(.replaced(replaced))
    }
}
