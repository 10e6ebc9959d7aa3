import Trading

/// One question or command of a pull, as its answer is told from others.
public enum PullStep: Hashable, Sendable {
    case shortfall
    case balances(ShardID)
    case transfer(ShardID)
    case arrival(ShardID)
}

/// What a pull wants done; the router carries it out.
public enum PullEffect: Equatable, Sendable {
    case ask(Query, ShardID, PullStep)
    case submit(Command, ShardID, PullStep)
    /// The funds are there: send the command again.
    case sendAgain
    /// There are no funds to be had: the refusal stands.
    case giveUp
}

/// Brings the funds of an account from other shards to where a command lacks them.
///
/// It only asks for transfers: once logged, they arrive whatever becomes of the router. A pull goes in
/// rounds: ask what is missing and who has it, send for it, wait until it has arrived, send the command
/// again. Another router or a trade may take the funds meanwhile, hence more than one.
public struct FundsPull: Sendable {
    /// Most times a command is sent again.
    public static let roundsMax = 3
    /// Most questions for the same missing funds: while they are under way or rest where they came.
    public static let pausesMax = 20
    /// Pause before asking again, a little longer than funds rest after a transfer.
    public static let pauseNanoseconds: UInt64 = 55_000_000

    private enum Phase {
        case counting
        case moving
        case pausing(until: UInt64)
        case sending
        case ended
    }

    /// Whose funds.
    public let account: AccountID
    /// The command that lacks them.
    public let command: Command
    private let target: ShardID
    private let shards: [ShardID]
    private let deadline: UInt64
    /// The next reference for a transfer; references of other pulls are far away.
    private var reference: UInt64
    private var phase = Phase.ended
    private var waiting: Set<PullStep> = []
    private var rounds = 0
    private var pauses = 0
    private var missing: (asset: AssetID, amount: Amount)?
    private var balances: [ShardID: [Balance]] = [:]
    private var hasRefusal = false

    /// Prepares a pull.
    ///
    /// - Parameters:
    ///   - command: Refused for want of funds; one that `shortfall` judges.
    ///   - account: Whose.
    ///   - target: The shard that refused it.
    ///   - shards: All shards.
    ///   - reference: The first of a range of references that nobody else uses.
    ///   - deadline: Monotonic nanoseconds after which the refusal stands.
    public init(
        _ command: Command,
        of account: AccountID,
        to target: ShardID,
        from shards: [ShardID],
        reference: UInt64,
        deadline: UInt64
    ) {
        self.command = command
        self.account = account
        self.target = target
        self.shards = shards
        self.reference = reference
        self.deadline = deadline
    }

    /// Begins the first round.
    ///
    /// - Parameter effects: What to do is appended here.
    public mutating func start(effects: inout [PullEffect]) { count(&effects) }

    /// The command was sent again and refused again for want of funds.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func refusedAgain(now: UInt64, effects: inout [PullEffect]) {
        guard case .sending = phase else { return }
        guard rounds < Self.roundsMax, now < deadline else { return giveUp(&effects) }
        count(&effects)
    }

    /// Takes an answer.
    ///
    /// - Parameters:
    ///   - outcome: What became of the step.
    ///   - step: Which; one that is not waited for is ignored.
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ outcome: RequestOutcome,
        to step: PullStep,
        now: UInt64,
        effects: inout [PullEffect]
    ) {
        guard waiting.remove(step) != nil else { return }
        switch (step, outcome) {
        case (.shortfall, .reply(.shortfall(let asset, let amount))): missing = (asset, amount)
        case (.shortfall, _): return giveUp(&effects)
        case (.balances(let shard), .reply(.balances(let some))): balances[shard] = some
        case (.transfer(let shard), .reply(.transferred(let sequence))):
            ask(.credited(from: shard, sequence: sequence), target, .arrival(shard), &effects)
        case (.arrival, .reply(.done)): break
        // A shard that cannot say what it has is passed over; what it sent arrives all the same.
        default: hasRefusal = true
        }
        guard waiting.isEmpty else { return }
        switch phase {
        case .counting: sendForFunds(now: now, &effects)
        case .moving where hasRefusal: pause(now: now, &effects)
        case .moving: sendAgain(&effects)
        case .pausing, .sending, .ended: break
        }
    }

    /// Goes on after a pause, and gives up at the deadline.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func tick(now: UInt64, effects: inout [PullEffect]) {
        switch phase {
        case .counting, .moving: if now >= deadline { giveUp(&effects) }
        case .pausing(let until):
            if now >= deadline { giveUp(&effects) } else if now >= until { count(&effects) }
        case .sending, .ended: break
        }
    }

    // MARK: A round

    private mutating func count(_ effects: inout [PullEffect]) {
        phase = .counting
        (missing, balances, hasRefusal) = (nil, [:], false)
        ask(.shortfall(command), target, .shortfall, &effects)
        for shard in shards { ask(.balances(account: account), shard, .balances(shard), &effects) }
    }

    /// Takes what is missing from as few shards as can be, from each at least the half of what it
    /// has: an account that goes on trading here does not pull for every order.
    private mutating func sendForFunds(now: UInt64, _ effects: inout [PullEffect]) {
        guard let (asset, amount) = missing else { return giveUp(&effects) }
        guard amount > .zero else { return sendAgain(&effects) }
        let donors = donors(of: asset)
        var need = amount.units
        var plan: [(ShardID, Int64)] = []
        for donor in donors where need > 0 {
            let units = min(donor.free, max(need, donor.free / 2))
            plan.append((donor.shard, units))
            need -= units
        }
        guard need <= 0 else {
            // What another pull has under way may be enough once it is there.
            return isInTransit(asset) || hasRefusal ? pause(now: now, &effects) : giveUp(&effects)
        }
        phase = .moving
        hasRefusal = false
        for (shard, units) in plan {
            let funds = Funds(account: account, asset: asset, amount: Amount(units: units))
            submit(.transfer(funds, to: target, reference: reference), shard, &effects)
            reference &+= 1
        }
    }

    /// The other shards that have some of an asset, the richest first.
    private func donors(of asset: AssetID) -> [(shard: ShardID, free: Int64)] {
        shards.filter { $0 != target }.map { shard in
            (shard, balances[shard]?.first { $0.asset == asset }?.free.units ?? 0)
        }.filter { $0.1 > 0 }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }

    private func isInTransit(_ asset: AssetID) -> Bool {
        var sum = Int128(0)
        for some in balances.values {
            for balance in some where balance.asset == asset { sum += Int128(balance.sent.units) }
        }
        return sum > 0
    }

    private mutating func pause(now: UInt64, _ effects: inout [PullEffect]) {
        pauses += 1
        guard pauses <= Self.pausesMax, now < deadline else { return giveUp(&effects) }
        phase = .pausing(until: now + Self.pauseNanoseconds)
    }

    private mutating func sendAgain(_ effects: inout [PullEffect]) {
        rounds += 1
        phase = .sending
        effects.append(.sendAgain)
    }

    private mutating func giveUp(_ effects: inout [PullEffect]) {
        phase = .ended
        waiting = []
        effects.append(.giveUp)
    }

    private mutating func ask(
        _ query: Query,
        _ shard: ShardID,
        _ step: PullStep,
        _ effects: inout [PullEffect]
    ) {
        waiting.insert(step)
        effects.append(.ask(query, shard, step))
    }

    private mutating func submit(
        _ command: Command,
        _ shard: ShardID,
        _ effects: inout [PullEffect]
    ) {
        waiting.insert(.transfer(shard))
        effects.append(.submit(command, shard, .transfer(shard)))
    }
}

extension RequestOutcome {
    /// Whether a command found too little free, which funds of other shards may mend.
    public var lacksFunds: Bool {
        switch self {
        case .reply(.rejected(.insufficientBalance)): true
        case .reply(.replaced(let outcome)): outcome.place == .failed(.insufficientBalance)
        default: false
        }
    }
}

extension Command {
    /// The account whose funds it needs; `nil` for a command that needs none.
    public var payer: AccountID? {
        switch self {
        case .place(let request): request.account
        case .placeList(let request): request.orders.first?.account
        case .amend(let request): request.account
        case .cancelReplace(let request): request.place.account
        case .withdraw(let funds, _): funds.account
        default: nil
        }
    }
}
