import API
import Configuration
import EventLoop
import Trading

/// The listen keys of this router: each has its account's events from when it is made, and brings
/// them to whoever listens to its name.
final class ListenDesk {
    private let context: ProcessContext
    private let users: UserBoard
    private let board: MarketBoard
    private var keys = ListenKeys()
    /// One stream for each unit of time.
    private var streams: [String: [UserStreamID]] = [:]

    init(context: ProcessContext, users: UserBoard, board: MarketBoard) {
        self.context = context
        self.users = users
        self.board = board
    }

    func start() {
        _ = context.loop.schedule(afterMilliseconds: 1000, repeatingMilliseconds: 1000) {
            [unowned self] in
            for key in keys.takeExpired(now: context.wall) { expire(key) }
        }
    }

    /// Ends the keys of API keys that are no longer taken.
    func keysChanged(isValid: (String) -> Bool) {
        for key in keys.takeRevoked(isValid: isValid) { expire(key) }
    }

    /// Carries out what a request asks for.
    func carryOut(_ request: ListenKeyRequest, _ finish: @escaping (APIResponse) -> Void) {
        do throws(APIError) {
            switch request.action {
            case .open:
                let (key, isNew) = try keys.open(request.owner, now: context.wall) {
                    SecureRandom.alphanumeric(count: 64)
                }
                guard isNew else { return finish(.listenKey(key)) }
                listen(key, request.owner.account, finish)
            case .extend(let key):
                try keys.extend(key, of: request.owner, now: context.wall)
                finish(.empty)
            case .close(let key):
                try keys.close(key, of: request.owner)
                expire(key)
                finish(.empty)
            }
        } catch {
            finish(APIResponse(error))
        }
    }

    /// Answers once nothing of the account can be missed any more.
    private func listen(
        _ key: String,
        _ account: AccountID,
        _ finish: @escaping (APIResponse) -> Void
    ) {
        var waiting = StreamTimeUnit.allCases.count
        var isBegun = true
        for unit in StreamTimeUnit.allCases {
            users.open(
                account: account,
                unit: unit,
                deliver: { [weak self] in self?.board.publish($0, listenKey: key, unit: unit) },
                ended: { [weak self] in self?.interrupted(key) },
                begun: { [weak self] stream in
                    if let stream { self?.streams[key, default: []].append(stream) }
                    isBegun = isBegun && stream != nil
                    waiting -= 1
                    guard waiting == 0, let self else { return }
                    guard isBegun else {
                        interrupted(key)
                        return finish(.unavailable)
                    }
                    board.admit(listenKey: key)
                    finish(.listenKey(key))
                }
            )
        }
    }

    private func interrupted(_ key: String) {
        keys.remove(key)
        expire(key)
    }

    /// Says that a key is over, and forgets it.
    private func expire(_ key: String) {
        for stream in streams.removeValue(forKey: key) ?? [] { users.close(stream) }
        board.dismiss(listenKey: key)
    }
}
