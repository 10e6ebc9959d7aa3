import API
import Membership
import Observability
import Trading

// The API keys that the coordinator tells of.

extension RouterNode {
    /// Takes keys in, and says so at once: who made or revoked one waits for it.
    func takeKeys(_ message: MembershipMessage) {
        switch message {
        case .keys(let page):
            if page.isFirst { keyPages = [] }
            keyPages.append(page)
            guard page.isLast else { return }
            keys.replace(keyPages.flatMap(\.keys), revoked: keyPages.flatMap(\.revoked))
            keyPages = []
            keysVersion = page.version
        case .keyChange(let change, let version):
            // Changes follow the whole table on the same stream, so there is none in between.
            guard version == keysVersion + 1 else { return }
            switch change {
            case .create(let key): keys.add(key)
            case .revoke(let key): keys.revoke(key)
            }
            keysVersion = version
        default: return
        }
        // Before the word that the key is gone: what it opened is gone then, too.
        let isValid = { [keys] key in keys.contains(key) }
        desk.keysChanged(isValid: isValid)
        listenDesk.keysChanged(isValid: isValid)
        tell(.keysKnown(version: keysVersion))
        context.log.log(
            .info,
            "keys",
            ["version": LogValue(keysVersion), "count": LogValue(keys.count)]
        )
    }
}

/// Lines about keys that were not taken, few enough that nobody can fill the disk by trying keys.
final class RefusalLog {
    private static let countPerSecondMax = 10

    private let context: ProcessContext
    private var second: UInt64 = 0
    private var count = 0
    private var droppedCount = 0

    init(_ context: ProcessContext) { self.context = context }

    func note(_ key: String, _ reason: KeyRefusal) {
        let now = context.now / 1_000_000_000
        if now != second {
            (second, count) = (now, 0)
        }
        count += 1
        guard count <= Self.countPerSecondMax else {
            droppedCount += 1
            return
        }
        context.log.log(
            .warning,
            "key refused",
            [
                "key": .text(key), "reason": .text("\(reason)"),
                "unlogged": LogValue(droppedCount),
            ]
        )
        droppedCount = 0
    }
}
