import Trading

/// Paths of the streams between routers and shard nodes.
enum SessionPath {
    static let session = "/session"
    static let feed = "/feed"
    static let accounts = "/accounts"
}

/// What a router asks of a feed: `shard=1&after=123`; without `after` it gets a snapshot.
struct FeedQuery: Equatable {
    var shard: ShardID
    var position: SequenceNumber?

    /// A path with the query.
    func path(under path: String = SessionPath.feed) -> String {
        let base = "\(path)?shard=\(shard)"
        return position.map { "\(base)&after=\($0)" } ?? base
    }

    init(shard: ShardID, position: SequenceNumber?) {
        self.shard = shard
        self.position = position
    }

    /// Reads a raw query; `nil` unless it names a shard.
    init?(_ query: [UInt8]) {
        var shard: UInt16?
        for part in String(decoding: query, as: UTF8.self).split(separator: "&") {
            let pair = part.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { return nil }
            switch pair[0] {
            case "shard": shard = UInt16(pair[1])
            case "after": position = UInt64(pair[1]).map { SequenceNumber($0) }
            default: return nil
            }
        }
        guard let shard else { return nil }
        self.shard = ShardID(shard)
    }
}
