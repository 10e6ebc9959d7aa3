import Replication
import Trading
import Wire

/// One acceptor's log in memory, as short as the tests allow.
final class TestLog {
    var hasIncarnation = true
    var isRefusing = false
    var promised = Epoch(0)
    var opened = Epoch(0)
    var records: [LogRecord] = []
    var manifest: SnapshotManifest?
    var chunks: [EntryID: [Int: [UInt8]]] = [:]
    private(set) var tail = EntryID.zero
    private(set) var hash = ChainHash.zero

    func answer(_ request: AcceptorRequest) -> AcceptorReply {
        if isRefusing { return .failed("MISCONF disk full") }
        guard hasIncarnation else { return .noIncarnation }
        switch request {
        case .create, .prepare, .admit: return .done
        case .find(let id): return .records(records.last { $0.id <= id }.map { [$0] } ?? [])
        case .seal(let epoch, _):
            guard epoch >= promised else { return fenced }
            promised = epoch
            return .sealed(tail: tail, hash: hash)
        case .open(let epoch, let base, let baseHash, let new):
            guard promised == epoch, opened < epoch || tail == new.last?.id else { return fenced }
            guard opened < epoch else { return .done }
            let kept = records.filter { $0.id <= base }
            let found = kept.last?.id == base ? kept.last?.hash : base == tail ? hash : nil
            guard (base == .zero ? .zero : found) == baseHash else {
                return .mismatch(tail: tail, hash: hash)
            }
            opened = epoch
            records = kept
            for record in new { add(record) }
            return .done
        case .append(let epoch, let previous, let record):
            guard promised == epoch, opened == epoch else { return fenced }
            if records.contains(record) { return .done }
            guard previous == tail else { return .gap(tail: tail) }
            add(record)
            return .done
        case .verify(let epoch): return promised == epoch && opened == epoch ? .done : fenced
        case .read(let after, let limit):
            return .records(Array(records.filter { $0.id > after }.prefix(limit)))
        case .trim(_, let before):
            records.removeAll { $0.id < before }
            return .done
        case .readManifest: return .manifest(manifest)
        case .readChunk(let manifest, let index): return .chunk(chunks[manifest.id]?[index])
        case .writeChunk(let manifest, let index, let bytes):
            chunks[manifest.id, default: [:]][index] = bytes
            return .done
        case .putManifest(_, let next):
            manifest = next
            return .done
        }
    }

    /// Adds a record whoever wrote it.
    func add(_ record: LogRecord) {
        records.append(record)
        tail = record.id
        hash = record.hash
    }

    private var fenced: AcceptorReply { .fenced(promised: promised, opened: opened) }
}
