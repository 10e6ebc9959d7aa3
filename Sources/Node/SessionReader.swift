import Shard
import Trading
import Wire

/// Cuts a session stream into messages and hands them to the replica its hello names.
final class SessionReader {
    private let find: (ShardID) -> ReplicaHost?
    private let id: StreamID
    private var host: ReplicaHost?
    private var frames = FrameReader(sizeMax: SessionRequest.sizeMax)

    init(id: StreamID, find: @escaping (ShardID) -> ReplicaHost?) {
        self.find = find
        self.id = id
    }

    /// Returns whether the stream may go on.
    func received(_ bytes: UnsafeRawBufferPointer) -> Bool {
        frames.append(bytes)
        do {
            while var frame = try frames.next() {
                let request = try SessionRequest(from: &frame)
                guard Self.isForMembers(request) else { return false }
                if case .hello(_, _, let shard) = request, host == nil { host = find(shard) }
                guard let host else { return false }
                host.perform { $0.received(request, on: id, effects: &$1) }
            }
            return true
        } catch {
            return false
        }
    }

    func closed() { host?.replica.closed(id) }

    /// Whether a router, a coordinator or another shard's primary may say this: what makes pairs and sets the
    /// venue's terms is the replica's own to log, in a session that is its own too.
    ///
    /// Whoever reaches this port can move funds: it belongs on the network of the cluster alone, as
    /// that of the log does.
    static func isForMembers(_ request: SessionRequest) -> Bool {
        switch request {
        case .hello(_, let session, _): session.rawValue != 0
        case .command(_, _, let command, _):
            switch command {
            case .void, .place, .placeList, .amend, .cancelReplace, .cancel, .cancelIf,
                .cancelAll, .cancelList, .deposit, .transfer, .credit, .withdraw, .endWithdrawal,
                .setPhase, .movePair, .lendOrders, .borrowOrders:
                true
            case .settle, .addAsset, .addInstrument, .setAccountTerms, .setFeeSchedule,
                .setOrderLimits:
                false
            }
        case .query: true
        }
    }
}
