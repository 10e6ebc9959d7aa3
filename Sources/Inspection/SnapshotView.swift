import Audit
import Replication
import Trading
import Wire
import Workload

/// `castle inspect snapshot`: reads every acceptor's newest snapshot back.
struct SnapshotView {
    private struct Snapshot: Codable {
        var shard: UInt16
        var acceptor: String
        /// Missing where none was taken yet.
        var id: String?
        var hash: String?
        var stateHash: String?
        var bytes: Int?
        var chunks: Int?

        var text: String {
            guard let id, let hash, let stateHash, let bytes, let chunks else {
                return "shard \(shard) on \(acceptor): no snapshot"
            }
            return
                "shard \(shard) on \(acceptor): snapshot \(id), hash \(hash), state \(stateHash),"
                + " \(bytes) bytes in \(chunks) chunks, reads back"
        }
    }

    let options: InspectOptions
    let source: LogSource
    let waiter: LoopWaiter

    func show() throws(InspectionError) {
        var snapshots: [Snapshot] = []
        for shard in try options.shard.shards(in: source) {
            var known: [(manifest: SnapshotManifest, name: String)] = []
            for reader in source.readers {
                let manifest =
                    shard.rawValue == 0
                    ? try audit(MapState.self, shard).readBack(on: reader)
                    : try audit(ShardState.self, shard).readBack(on: reader)
                let told = snapshot(manifest, shard, reader.name)
                if !options.isJSON { Terminal.say(told.text) }
                snapshots.append(told)
                guard let manifest else { continue }
                // Each is read and hashed, so it is enough that the hashes agree.
                let other = known.first { $0.manifest.id == manifest.id && $0.manifest != manifest }
                if let other {
                    let defect = LogDefect.contentsDiffer(manifest.id, other.name, reader.name)
                    throw .defect(shard, "snapshots", defect)
                }
                known.append((manifest, reader.name))
            }
        }
        if options.isJSON { Terminal.say(JSONText.of(snapshots)) }
    }

    private func audit<State: ReplayedState & ~Copyable>(
        _ type: State.Type,
        _ shard: ShardID
    ) -> ShardAudit<State> { ShardAudit(source: source, shard: shard, waiter: waiter) }

    private func snapshot(
        _ manifest: SnapshotManifest?,
        _ shard: ShardID,
        _ name: String
    ) -> Snapshot {
        Snapshot(
            shard: shard.rawValue,
            acceptor: name,
            id: manifest.map { "\($0.id)" },
            hash: manifest.map { "\($0.hash)" },
            stateHash: manifest.map { "\(ChainHash(rawValue: $0.stateHash))" },
            bytes: manifest?.size,
            chunks: manifest?.chunkCount
        )
    }
}
