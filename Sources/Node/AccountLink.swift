import Membership
import Observability
import Trading
import Wire

/// A router's accounts stream to one shard, open while somebody listens to an account.
final class AccountLink {
    /// A stream silent for so long is opened anew; the primary's heartbeat comes every 100 ms.
    private static let silenceNanoseconds: UInt64 = 1_000_000_000
    /// Between two attempts to connect.
    private static let pauseNanoseconds: UInt64 = 20_000_000

    /// The stream is open: nothing was sent on it yet.
    var onOpen: (() -> Void)?
    var onMessage: ((AccountFeedMessage) -> Void)?
    private let context: ProcessContext
    private let shard: ShardID
    private var address: String?
    private var link: StreamLink?
    private var isOpen = false
    private var isWanted = false
    private var retryAt: UInt64 = 0
    private var heard: UInt64 = 0

    init(context: ProcessContext, shard: ShardID) {
        self.context = context
        self.shard = shard
    }

    /// Takes the address of the shard's primary, from the newest map.
    func assign(address: String?) {
        guard address != self.address else { return }
        self.address = address
        close()
        retryAt = 0
        tick(isWanted: isWanted)
    }

    /// Connects, or lets go, as wanted.
    func tick(isWanted: Bool) {
        self.isWanted = isWanted
        guard isWanted else { return close() }
        if link != nil, context.now > heard + Self.silenceNanoseconds { close() }
        if link == nil, context.now >= retryAt { open() }
    }

    /// Sends, if the stream is open; what is not sent now is asked for when it opens.
    func send(_ request: AccountFeedRequest) {
        guard isOpen else { return }
        var output = ByteWriter()
        request.write(to: &output)
        link?.write(output.bytes)
    }

    private func close() {
        link?.close()
        link = nil
        isOpen = false
    }

    private func open() {
        retryAt = context.now + Self.pauseNanoseconds
        guard let address else { return }
        let link = StreamLink(
            context: context,
            address: address,
            path: FeedQuery(shard: shard, position: nil).path(under: SessionPath.accounts),
            sizeMax: AccountFeedMessage.sizeMax
        )
        self.link = link
        heard = context.now
        link.onOpen = { [weak self, weak link] in
            guard let self, let link, link === self.link else { return }
            isOpen = true
            heard = context.now
            onOpen?()
        }
        link.onClose = { [weak self, weak link] reason in
            guard let self, let link, link === self.link else { return }
            self.link = nil
            isOpen = false
            context.log.log(
                .warning,
                "accounts stream closed",
                ["shard": LogValue(shard.rawValue), "reason": .text(reason)]
            )
        }
        link.onFrame = { [weak self, weak link] frame throws(DecodeError) in
            guard let self, let link, link === self.link else { return }
            let message = try AccountFeedMessage(from: &frame)
            heard = context.now
            onMessage?(message)
        }
        link.connect()
    }
}
