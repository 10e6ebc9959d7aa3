import API
import Configuration
import HTTP
import Routing
import Trading

/// The operator's side of a router: deposits, withdrawals, and where an account has its funds.
///
/// Only who is on the router's own machine is an operator. The edge may run there too, but it says
/// whom it speaks for, and nobody who is spoken for is one.
///
/// All deposits and withdrawals live on one shard, that of the lowest number: it exists as long as
/// the cluster, so an id is known to it however many shards there are by now. Orders pull the funds
/// to where they are needed, a withdrawal pulls them back.
struct CashControl {
    /// How often all shards are asked when there are more of them afterwards.
    private static let triesMax = 8

    let router: RouterNode
    let assets: [Asset]

    private enum Path {
        case deposit
        case withdraw
        case endWithdrawal(UInt64, isPaid: Bool)
        case account(AccountID)
        case statement(AccountID)
    }

    /// Answers a request below `/control/`.
    ///
    /// - Returns: Whether it was one.
    func handle(_ request: HTTPRequest, _ exchange: HTTPExchange) -> Bool {
        let words = String(decoding: request.path, as: UTF8.self).split(separator: "/")
        guard words.first == "control" else { return false }
        guard Self.isOperator(request) else {
            fail(exchange, 403, "operators only, on the router's own machine")
            return true
        }
        guard let path = Self.path(request.method, Array(words.dropFirst())) else {
            exchange.respondNotFound()
            return true
        }
        switch path {
        case .deposit:
            submit(request, exchange) { funds, id in
                .deposit(
                    account: funds.account,
                    asset: funds.asset,
                    amount: funds.amount,
                    reference: id
                )
            }
        case .withdraw:
            submit(request, exchange) { .withdraw($0, reference: $1) }
        case .endWithdrawal(let id, let isPaid):
            submit(.endWithdrawal(reference: id, isPaid: isPaid), id, exchange)
        case .account(let account): showAccount(account, exchange)
        case .statement(let account): showStatement(account, request, exchange)
        }
        return true
    }

    /// - Parameters:
    ///   - request: Of who wants something.
    ///   - host: The address of this machine, beside the loopback one.
    /// - Returns: Whether it is on this machine and speaks for itself.
    static func isOperator(_ request: HTTPRequest, host: String? = nil) -> Bool {
        let peer = ClientAddress.host(request.remoteAddress)
        let isLocal = peer == "127.0.0.1" || peer == host
        return isLocal && request.header("x-forwarded-for") == nil
            && request.header("forwarded") == nil && request.header("via") == nil
    }

    private static func path(_ method: String, _ words: [Substring]) -> Path? {
        switch (method, words.count, words.first) {
        case ("POST", 1, "deposits"): return .deposit
        case ("POST", 1, "withdrawals"): return .withdraw
        case ("POST", 3, "withdrawals"):
            guard let id = UInt64(words[1]), words[2] == "confirm" || words[2] == "release" else {
                return nil
            }
            return .endWithdrawal(id, isPaid: words[2] == "confirm")
        case ("GET", 2, "accounts"): return UInt32(words[1]).map { .account(AccountID($0)) }
        case ("GET", 3, "accounts") where words[2] == "statement":
            return UInt32(words[1]).map { .statement(AccountID($0)) }
        default: return nil
        }
    }

    // MARK: Deposits and withdrawals

    private func submit(
        _ request: HTTPRequest,
        _ exchange: HTTPExchange,
        _ make: (Funds, UInt64) -> Command
    ) {
        do {
            let (body, amount) = try CashRequest.decode(request.body)
            guard let asset = assets.first(where: { $0.symbol == body.asset }) else {
                return fail(exchange, 400, "no such asset")
            }
            let funds = Funds(
                account: AccountID(body.account),
                asset: asset.id,
                amount: amount
            )
            submit(make(funds, body.id), body.id, exchange)
        } catch {
            fail(exchange, 400, "\(error)")
        }
    }

    private func submit(_ command: Command, _ id: UInt64, _ exchange: HTTPExchange) {
        guard let shard = router.shards.first else { return fail(exchange, 503, "no shard yet") }
        router.submit(command, to: shard) { outcome in
            switch outcome {
            case .reply(.done): exchange.respond(json: Array("{\"id\":\(id),\"done\":true}".utf8))
            case .reply(.rejected(let reason)): refuse(exchange, reason)
            case .unknown:
                fail(exchange, 504, "not known whether it happened; ask again with the same id")
            case .reply, .unavailable, .overloaded:
                fail(exchange, 503, "it did not happen; ask again")
            }
        }
    }

    private func refuse(_ exchange: HTTPExchange, _ reason: RejectReason) {
        switch reason {
        case .referenceTaken: fail(exchange, 409, "the id stands for something else")
        case .noSuchWithdrawal: fail(exchange, 404, "no such withdrawal")
        case .insufficientBalance: fail(exchange, 409, "the account has too little free")
        case .overloaded: fail(exchange, 503, "a limit of the shard is reached")
        default: fail(exchange, 400, "refused: \(reason)")
        }
    }

    private func fail(_ exchange: HTTPExchange, _ status: Int, _ message: String) {
        var writer = JSONWriter(capacity: 128)
        writer.object {
            $0.key("error")
            $0.value(message)
        }
        exchange.respond(json: writer.bytes, status: status)
    }

    // MARK: Views

    private func showAccount(_ account: AccountID, _ exchange: HTTPExchange) {
        askEach(.balances(account: account), exchange) { replies in
            var writer = JSONWriter(capacity: 1024)
            writer.object { writer in
                writer.key("account")
                writer.value(Int64(account.rawValue))
                writer.key("shards")
                writer.array { writer in
                    for case (let shard, .balances(let balances)) in replies {
                        writer.object {
                            $0.key("shard")
                            $0.value(Int64(shard.rawValue))
                            write(balances, &$0)
                        }
                    }
                }
                guard case .balances(let total) = Reply.merge(replies.map(\.1)) else { return }
                writer.key("total")
                writer.object { write(total, &$0) }
            }
            exchange.respond(json: writer.bytes)
        }
    }

    /// Amounts by asset; what is in transit is the sum of what shards sent less what they received.
    private func write(_ balances: [Balance], _ writer: inout JSONWriter) {
        writer.key("balances")
        writer.array { writer in
            for balance in balances {
                writer.object {
                    $0.key("asset")
                    $0.value(symbol(balance.asset))
                    $0.key("free")
                    $0.decimal(balance.free.units)
                    $0.key("locked")
                    $0.decimal(balance.locked.units)
                    $0.key("inTransit")
                    $0.decimal(balance.sent.units)
                    $0.key("withdrawing")
                    $0.decimal(balance.withdrawing.units)
                }
            }
        }
    }

    private func showStatement(
        _ account: AccountID,
        _ request: HTTPRequest,
        _ exchange: HTTPExchange
    ) {
        var asset: AssetID?
        let query = String(decoding: request.query, as: UTF8.self)
        if !query.isEmpty {
            let known = assets.first { "asset=\($0.symbol)" == query }
            guard let known else { return fail(exchange, 400, "no such asset") }
            asset = known.id
        }
        let range = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1000)
        askEach(.statement(account: account, asset: asset, range), exchange) { replies in
            var movements: [(shard: ShardID, movement: Movement)] = []
            for case (let shard, .movements(let some)) in replies {
                movements += some.map { (shard, $0) }
            }
            movements.sort {
                ($0.movement.time, $0.shard, $0.movement.number)
                    < ($1.movement.time, $1.shard, $1.movement.number)
            }
            var writer = JSONWriter(capacity: 4096)
            writer.array { writer in
                for (shard, movement) in movements { write(movement, on: shard, &writer) }
            }
            exchange.respond(json: writer.bytes)
        }
    }

    private func write(_ movement: Movement, on shard: ShardID, _ writer: inout JSONWriter) {
        writer.object {
            $0.key("time")
            $0.value(movement.time.milliseconds)
            $0.key("shard")
            $0.value(Int64(shard.rawValue))
            $0.key("what")
            $0.value("\(movement.kind)")
            $0.key("asset")
            $0.value(symbol(movement.funds.asset))
            $0.key("amount")
            $0.decimal(movement.funds.amount.units)
            $0.key("otherShard")
            $0.value(Int64(movement.shard.rawValue))
            $0.key("reference")
            // Opening balances and transfers have references beyond what JSON readers take.
            $0.value("\(movement.reference)")
        }
    }

    private func symbol(_ asset: AssetID) -> String {
        assets.first { $0.id == asset }?.symbol ?? "\(asset)"
    }

    /// Asks every shard that may hold something the same; fails when one does not answer.
    private func askEach(
        _ query: Query,
        _ exchange: HTTPExchange,
        tries: Int = Self.triesMax,
        _ finish: @escaping ([(ShardID, Reply)]) -> Void
    ) {
        let shards = router.roster.holders
        guard !shards.isEmpty else { return fail(exchange, 503, "no shard yet") }
        var outcomes: [(ShardID, RequestOutcome)] = []
        for shard in shards {
            let token = router.park { outcome in
                outcomes.append((shard, outcome))
                guard outcomes.count == shards.count else { return }
                // A shard was added meanwhile, and funds went there.
                guard shards == router.roster.holders, !router.roster.lacksMap else {
                    return router.awaitRoster { isThere in
                        guard isThere, tries > 1 else {
                            return fail(exchange, 503, "funds move; ask again")
                        }
                        askEach(query, exchange, tries: tries - 1, finish)
                    }
                }
                var replies: [(ShardID, Reply)] = []
                for (shard, outcome) in outcomes {
                    guard case .reply(let reply) = outcome else {
                        return fail(exchange, 503, "shard \(shard) does not answer")
                    }
                    replies.append((shard, reply))
                }
                finish(replies.sorted { $0.0 < $1.0 })
            }
            router.channels[shard]?.ask(query, token: token)
        }
    }
}
