import Configuration
import Coordination
import HTTP
import Membership
import Observability
import Trading

// API keys: `/control/keys`, and what routers ask for on behalf of an account.

extension CoordinatorNode {
    /// Makes a key; the answer is the only place that ever shows its secret.
    func createKey(_ body: KeyBody, _ exchange: HTTPExchange) throws(ControlError) {
        guard let account = keys.account(body.account) else {
            throw .noSuchAccount(body.account)
        }
        let key = try body.order().make(for: account)
        let name = keys.name(of: account)
        guard !body.isDryRun else {
            if let reason = coordinator.state.keys.refusal(of: .create(key)) {
                throw ControlError(OperationRefusal.badKey(why: reason))
            }
            return exchange.respond(
                json: ControlJSON.done("a key is made for account \(account)", isDryRun: true)
            )
        }
        try change(.create(key), exchange) { [unowned self] lacking in
            let made = coordinator.state.keys.key(key.key) ?? key
            return KeyJSON.created(made, name: name, lacking: lacking)
        }
    }

    /// Revokes a key, wherever it comes from.
    func revokeKey(
        _ text: String,
        isDryRun: Bool,
        _ exchange: HTTPExchange
    ) throws(ControlError) {
        guard keys.keys(coordinator.state.keys).contains(where: { $0.key == text }) else {
            throw .noSuchKey
        }
        guard !isDryRun else {
            return exchange.respond(json: ControlJSON.done("the key is revoked", isDryRun: true))
        }
        try change(.revoke(text), exchange) { KeyJSON.revoked(text, lacking: $0) }
    }

    /// Every key without what signs.
    func listKeys() -> [UInt8] {
        let table = coordinator.state.keys
        let names = Dictionary(keys.accounts.map { ($0.id, $0.name) }) { first, _ in first }
        return KeyJSON.list(keys.keys(table), names: names, revoked: table.revoked)
    }

    private func change(
        _ change: KeyChange,
        _ exchange: HTTPExchange,
        _ answer: @escaping ([NodeID]) -> [UInt8]
    ) throws(ControlError) {
        try operate { (coordinator, effects) throws(OperationRefusal) in
            try coordinator.changeKey(change, &effects)
        }
        keys.wait(for: change, now: context.now) { [unowned self] outcome in
            note(change, outcome)
            switch outcome {
            case .done(let lacking): exchange.respond(json: answer(lacking))
            case .refused(let why): fail(exchange, ControlError(OperationRefusal.badKey(why: why)))
            case .unknown: fail(exchange, .unknownOutcome)
            }
        }
    }

    /// Whoever looks for a stolen key later wants to know when it was made.
    private func note(_ change: KeyChange, _ outcome: KeyDesk.Outcome) {
        let what =
            switch change {
            case .create: "key made"
            case .revoke: "key revoked"
            }
        let (isDone, lacking) =
            if case .done(let lacking) = outcome { (true, lacking) } else { (false, []) }
        context.log.log(
            isDone && lacking.isEmpty ? .info : .warning,
            what,
            [
                "key": .text("\(change.key.prefix(8))…"), "done": .text("\(isDone)"),
                "lacking": .text(lacking.map(\.rawValue).joined(separator: " ")),
            ]
        )
    }

    private func fail(_ exchange: HTTPExchange, _ error: ControlError) {
        exchange.respond(json: ControlJSON.encode(error), status: error.status)
    }

    /// Whether who asks is on this machine: keys are not for everybody who reaches the port.
    func isOperator(_ request: HTTPRequest) -> Bool {
        CashControl.isOperator(request, host: context.endpoint.host)
    }
}

extension ControlError {
    static let noSuchKey = ControlError(
        status: 404,
        code: "NO_SUCH_KEY",
        message: "there is no such key, or it is revoked"
    )

    static let notOperator = ControlError(
        status: 403,
        code: "NOT_ALLOWED",
        message: "operators only, on the coordinator's own machine"
    )

    static let unknownOutcome = ControlError(
        status: 504,
        code: "NO_ANSWER",
        message: "not known whether it happened; see: castle key list"
    )

    static func noSuchAccount(_ account: String) -> ControlError {
        ControlError(
            status: 404,
            code: "NO_SUCH_ACCOUNT",
            message: "there is no account \(account)"
        )
    }
}
