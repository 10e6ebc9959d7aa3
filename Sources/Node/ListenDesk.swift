import API
import TLS
import Trading

/// The listen keys: a router has the events of an account for as long as somebody listens to its
/// listen key here.
final class ListenDesk {
    private static let purpose = Array("listen key".utf8)

    private let users: UserBoard
    private let board: MarketBoard
    private var keys = ListenKeys()
    /// One stream for each unit of time, of each listen key that is heard.
    private var streams: [String: [UserStreamID]] = [:]
    /// Listen keys whose streams have been asked for.
    private var wanted: Set<String> = []

    init(users: UserBoard, board: MarketBoard) {
        self.users = users
        self.board = board
        board.onUserChanges = { [unowned self] names in for name in names { changed(name) } }
    }

    /// Follows the API keys: a listen key is over when its API key is.
    func follow(_ all: [APIKey]) {
        keys.follow(all) { Self.name(of: $0) }
        for name in wanted.sorted() where keys.owner(of: name) == nil { end(name) }
        board.admit(listenKeys: keys.all)
    }

    /// 64 hexadecimal digits; who knows the API key could ask for them anyway.
    private static func name(of apiKey: String) -> String {
        let digest = purpose.withUnsafeBytes {
            HMACSHA256(key: Array(apiKey.utf8)).authenticate($0)
        }
        return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Carries out what a request asks for.
    func carryOut(_ request: ListenKeyRequest) -> APIResponse {
        do throws(APIError) {
            switch request.action {
            case .open: return .listenKey(try keys.name(of: request.owner.apiKey))
            case .extend(let name): try keys.check(name, of: request.owner)
            case .close(let name):
                try keys.check(name, of: request.owner)
                end(name)
            }
            return .empty
        } catch {
            return APIResponse(error)
        }
    }

    private func changed(_ name: String) {
        guard board.isHeard(listenKey: name) else { return forget(name) }
        guard let owner = keys.owner(of: name), wanted.insert(name).inserted else { return }
        for unit in StreamTimeUnit.allCases { listen(name, owner.account, unit) }
    }

    private func listen(_ name: String, _ account: AccountID, _ unit: StreamTimeUnit) {
        users.open(
            account: account,
            unit: unit,
            deliver: { [weak self] in self?.board.publish($0, listenKey: name, unit: unit) },
            ended: { [weak self] in self?.end(name) },
            begun: { [weak self] stream in
                guard let self else { return }
                guard let stream else { return end(name) }
                // Everybody may have left meanwhile.
                guard wanted.contains(name) else { return users.close(stream) }
                streams[name, default: []].append(stream)
            }
        )
    }

    /// Says that a listen key's events end here, and ends them.
    private func end(_ name: String) {
        board.dismiss(listenKey: name)
        forget(name)
    }

    private func forget(_ name: String) {
        wanted.remove(name)
        for stream in streams.removeValue(forKey: name) ?? [] { users.close(stream) }
    }
}
