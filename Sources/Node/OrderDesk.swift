import Routing
import Trading

/// How many orders accounts may place: each shard has a share, and what one has used up the others
/// lend, so that the limit is that of the account wherever it trades.
///
/// A loan is two commands: the lender's log gives orders up before the borrower's log has them. What is
/// lost on the way is lost until the interval ends; never is there more than the limit.
final class OrderDesk {
    /// Most orders of one account that wait for a loan; more are refused.
    static let perAccountMax = 64
    /// Most accounts that are remembered, or wait.
    static let accountsMax = 10_000
    /// How often one order is sent again.
    private static let triesMax = 8
    /// Who has just been told that nobody has any left is told so again without a question.
    private static let emptyNanoseconds: UInt64 = 50_000_000

    private unowned let router: RouterNode
    private let limits: OrderLimits
    /// What shards have last said of accounts, for the headers.
    private var usages: [AccountID: [ShardID: [OrderUsage]]] = [:]
    /// Who waits for the loan that is under way for the account.
    private var queues: [AccountID: [() -> Void]] = [:]
    private var emptyUntil: [AccountID: UInt64] = [:]

    /// Makes a desk where nothing is under way.
    ///
    /// - Parameters:
    ///   - router: Whose.
    ///   - limits: Of an account over all shards.
    init(router: RouterNode, limits: OrderLimits) {
        self.router = router
        self.limits = limits
    }

    // MARK: Headers

    /// A shard has said what an account has used there.
    func note(_ account: AccountID, on shard: ShardID, _ usage: [OrderUsage]) {
        if usages.count >= Self.accountsMax, usages[account] == nil { usages = [:] }
        usages[account, default: [:]][shard] = usage
    }

    /// What an account has used as far as this router has heard: exact on the shard that said it last.
    ///
    /// - Returns: By interval; empty when nothing was heard.
    func used(by account: AccountID) -> [Int] {
        guard let shards = usages[account]?.values else { return [] }
        return OrderInterval.allCases.indices.map { index in
            let all = shards.filter { $0.count > index }.map { $0[index] }
            let newest = all.map(\.start).max() ?? .zero
            return all.reduce(0) { $0 + ($1.start == newest ? Int($1.used) : 0) }
        }
    }

    // MARK: Loans

    /// Takes the outcome of a command: an order too many for its shard is sent again once another
    /// shard has lent what is missing.
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
        guard case .reply(.rejected(.tooManyOrders)) = outcome, router.shards.count > 1,
            let account = command.orderOwner, router.context.now >= emptyUntil[account] ?? 0
        else { return finish(outcome) }
        let job = Job(
            account: account,
            command: command,
            target: target,
            refusal: outcome,
            triesLeft: Self.triesMax,
            finish: finish
        )
        guard let waiting = queues[account]?.count else {
            guard queues.count < Self.accountsMax else { return finish(outcome) }
            queues[account] = []
            return begin(job)
        }
        guard waiting < Self.perAccountMax else { return finish(outcome) }
        queues[account]?.append { [weak self] in self?.sendAgain(job) }
    }

    private struct Job {
        let account: AccountID
        let command: Command
        let target: ShardID
        let refusal: RequestOutcome
        var triesLeft: Int
        let finish: (RequestOutcome) -> Void

        var interval: OrderInterval? {
            if case .reply(.rejected(.tooManyOrders(let interval))) = refusal {
                interval
            } else {
                nil
            }
        }

        var orderCount: Int32 {
            if case .placeList(let list) = command { Int32(clamping: list.orders.count) } else { 1 }
        }
    }

    /// Asks every shard what the account has left there.
    private func begin(_ job: Job) {
        let shards = router.shards
        var answers: [ShardID: [OrderUsage]] = [:]
        var missing = shards.count
        for shard in shards {
            let token = router.park { [weak self] outcome in
                if case .reply(.orderUsage(let usage)) = outcome { answers[shard] = usage }
                missing -= 1
                if missing == 0 { self?.choose(job, answers) }
            }
            router.channels[shard]?.ask(.orderUsage(account: job.account), token: token)
        }
    }

    private func choose(_ job: Job, _ answers: [ShardID: [OrderUsage]]) {
        guard let interval = job.interval, let here = answers[job.target]?[at: interval] else {
            return end(job, job.refusal)
        }
        let needed = job.orderCount - min(here.free, job.orderCount)
        // Somebody else has borrowed meanwhile, or an order has traded.
        guard needed > 0 else { return sendAgain(job) }
        let lenders = answers.compactMap { shard, usages -> (shard: ShardID, free: Int32)? in
            guard shard != job.target, let usage = usages[at: interval] else { return nil }
            let free = free(usage, interval, since: here.start)
            return free > 0 ? (shard, free) : nil
        }.sorted { ($1.free, $0.shard) < ($0.free, $1.shard) }
        guard let lender = lenders.first else {
            if emptyUntil.count >= Self.accountsMax { emptyUntil = [:] }
            emptyUntil[job.account] = router.context.now + Self.emptyNanoseconds
            return end(job, job.refusal)
        }
        // Half of what is there: both are likely to need more.
        let count = min(max(needed, lender.free / 2), lender.free, Self.loanMax)
        let loan = OrderLoan(
            account: job.account,
            interval: interval,
            start: here.start,
            count: count
        )
        lend(loan, from: lender.shard, job)
    }

    /// What a shard is likely to have left.
    ///
    /// Log time rests where nothing is logged: a shard that knows nothing of the interval yet will
    /// begin it with its whole share.
    private func free(
        _ usage: OrderUsage,
        _ interval: OrderInterval,
        since start: Timestamp
    ) -> Int32 {
        guard usage.start < start else { return usage.start == start ? usage.free : 0 }
        return max(limits[interval] / Int32(clamping: max(router.shards.count, 1)), 1)
    }

    /// As large as a shard takes.
    private static let loanMax: Int32 = 1 << 20

    private func lend(_ loan: OrderLoan, from lender: ShardID, _ job: Job) {
        submit(.lendOrders(loan), to: lender) { [weak self] outcome in
            guard let self else { return }
            guard case .reply(.lent(let count)) = outcome else { return end(job, job.refusal) }
            guard count > 0 else { return tryAgain(job) }
            var loan = loan
            loan.count = count
            submit(.borrowOrders(loan), to: job.target) { [weak self] _ in self?.sendAgain(job) }
        }
    }

    private func submit(
        _ command: Command,
        to shard: ShardID,
        _ finish: @escaping (RequestOutcome) -> Void
    ) {
        guard let channel = router.channels[shard] else { return finish(.unavailable) }
        channel.submit(command, token: router.park(finish))
    }

    private func tryAgain(_ job: Job) {
        guard job.triesLeft > 0 else { return end(job, job.refusal) }
        var job = job
        job.triesLeft -= 1
        begin(job)
    }

    private func sendAgain(_ job: Job) {
        let token = router.park { [weak self] outcome in
            guard let self else { return }
            guard case .reply(.rejected(.tooManyOrders)) = outcome, job.triesLeft > 0,
                router.shard(of: job.command) == job.target
            else { return end(job, outcome) }
            // The interval may be another one now, or the other length is used up.
            tryAgain(
                Job(
                    account: job.account,
                    command: job.command,
                    target: job.target,
                    refusal: outcome,
                    triesLeft: job.triesLeft,
                    finish: job.finish
                )
            )
        }
        router.send(job.command, to: job.target, token: token)
    }

    private func end(_ job: Job, _ outcome: RequestOutcome) {
        job.finish(outcome)
        guard var queue = queues[job.account] else { return }
        guard !queue.isEmpty else {
            queues[job.account] = nil
            return
        }
        let next = queue.removeFirst()
        queues[job.account] = queue
        next()
    }
}

extension [OrderUsage] {
    fileprivate subscript(at interval: OrderInterval) -> OrderUsage? {
        let index = Int(interval.rawValue)
        return index < count ? self[index] : nil
    }
}
