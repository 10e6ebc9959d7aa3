import API
import Membership
import Routing
import Trading
import Wire

/// The user streams of this router: who listens to which account, fed by every shard.
final class UserBoard: UserStreamSource {
    /// A stream that has not begun after so long is refused.
    private static let beginNanoseconds: UInt64 = 5_000_000_000

    private struct Listener {
        var account: AccountID
        var unit: StreamTimeUnit
        var deliver: ([UInt8]) -> Void
        var ended: () -> Void
        /// Until it has been told.
        var begun: ((UserStreamID?) -> Void)?
        var deadline: UInt64
    }

    private let context: ProcessContext
    private let venue: Venue
    private var mirror = AccountMirror()
    private var links: [ShardID: AccountLink] = [:]
    private var listeners: [UserStreamID: Listener] = [:]
    /// In order of opening.
    private var listenersOf: [AccountID: [UserStreamID]] = [:]
    private var nextID: UInt64 = 1

    init(context: ProcessContext, venue: Venue) {
        self.context = context
        self.venue = venue
    }

    /// Number of open user streams.
    var listenerCount: Int { listeners.count }

    /// Takes the primaries of all shards from the newest map.
    func follow(_ map: ShardMap) {
        for assignment in map.shards {
            let link = links[assignment.shard] ?? add(assignment.shard)
            link.assign(address: assignment.primary.flatMap { map.member($0)?.address })
        }
    }

    private func add(_ shard: ShardID) -> AccountLink {
        let link = AccountLink(context: context, shard: shard)
        link.onOpen = { [unowned self] in perform { $0.connected(shard, effects: &$1) } }
        link.onMessage = { [unowned self] message in
            perform { $0.received(message, from: shard, effects: &$1) }
        }
        links[shard] = link
        mirror.add(shard)
        return link
    }

    /// Keeps the streams open that are wanted, and refuses who has waited too long.
    func tick() {
        for shard in links.keys.sorted() { links[shard]?.tick(isWanted: !mirror.isEmpty) }
        let late = listeners.filter { $0.value.begun != nil && $0.value.deadline <= context.now }
        for id in late.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            let begun = listeners[id]?.begun
            close(id)
            begun?(nil)
        }
    }

    // MARK: UserStreamSource

    func open(
        account: AccountID,
        unit: StreamTimeUnit,
        deliver: @escaping ([UInt8]) -> Void,
        ended: @escaping () -> Void,
        begun: @escaping (UserStreamID?) -> Void
    ) {
        let id = UserStreamID(rawValue: nextID)
        nextID += 1
        listeners[id] = Listener(
            account: account,
            unit: unit,
            deliver: deliver,
            ended: ended,
            begun: begun,
            deadline: context.now + Self.beginNanoseconds
        )
        listenersOf[account, default: []].append(id)
        if mirror.hasBegun(account) { return begin(account) }
        perform { $0.watch(account, effects: &$1) }
        for shard in links.keys.sorted() { links[shard]?.tick(isWanted: true) }
    }

    func close(_ id: UserStreamID) {
        guard let listener = listeners.removeValue(forKey: id) else { return }
        listenersOf[listener.account]?.removeAll { $0 == id }
        guard listenersOf[listener.account]?.isEmpty == true else { return }
        listenersOf[listener.account] = nil
        perform { $0.unwatch(listener.account, effects: &$1) }
    }

    // MARK: Effects

    private func perform(_ input: (inout AccountMirror, inout [AccountMirrorEffect]) -> Void) {
        var effects: [AccountMirrorEffect] = []
        input(&mirror, &effects)
        for effect in effects {
            switch effect {
            case .send(let request, let shard): links[shard]?.send(request)
            case .began(let account): begin(account)
            case .events(let account, let events, let changed): tell(account, events, changed)
            case .interrupted(let account): interrupt(account)
            }
        }
    }

    private func begin(_ account: AccountID) {
        for id in listenersOf[account] ?? [] {
            let begun = listeners[id]?.begun
            listeners[id]?.begun = nil
            begun?(id)
        }
    }

    private func tell(_ account: AccountID, _ events: [AccountEvent], _ changed: [Balance]) {
        let all = mirror.balances(of: account)
        var rendered: [StreamTimeUnit: [[UInt8]]] = [:]
        for id in listenersOf[account] ?? [] {
            guard let listener = listeners[id] else { continue }
            let payloads =
                rendered[listener.unit]
                ?? UserEventJSON(venue: venue, unit: listener.unit, now: context.wall)
                .render(events, changed: changed, all: all)
            rendered[listener.unit] = payloads
            for payload in payloads { listener.deliver(payload) }
        }
    }

    private func interrupt(_ account: AccountID) {
        for id in listenersOf[account] ?? [] {
            let ended = listeners[id]?.ended
            close(id)
            ended?()
        }
    }
}
