import Replication
import Trading
import Wire

extension AcceptorRequest {
    /// The entries it brings.
    var records: [LogRecord] {
        switch self {
        case .append(_, _, let record): [record]
        case .open(_, _, _, let records), .admit(_, _, _, let records): records
        default: []
        }
    }

    var isWrite: Bool {
        switch self {
        case .read, .find, .readManifest, .readChunk, .verify: false
        default: true
        }
    }

    /// A number for the trace.
    var number: UInt64 {
        switch self {
        case .create: 0
        case .prepare: 11
        case .admit(let epoch, _, _, _): 3000 + epoch.rawValue
        case .find: 12
        case .seal(let epoch, _): 1000 + epoch.rawValue
        case .open(let epoch, _, _, _): 2000 + epoch.rawValue
        case .append(_, _, let record): 1_000_000 + record.id.sequence.rawValue
        case .verify: 4
        case .read(let after, _): 2_000_000 + after.sequence.rawValue
        case .trim: 6
        case .readManifest: 7
        case .readChunk: 8
        case .writeChunk: 9
        case .putManifest: 10
        }
    }
}

extension AcceptorReply {
    /// A number for the trace.
    var number: UInt64 {
        switch self {
        case .done: 0
        case .sealed(let tail, _): 1000 + tail.sequence.rawValue
        case .fenced(let promised, _): 1_000_000 + promised.rawValue
        case .gap(let tail): 2_000_000 + tail.sequence.rawValue
        case .mismatch: 4
        case .noIncarnation: 5
        case .records(let records): 3_000_000 + UInt64(records.count)
        case .manifest: 7
        case .chunk: 8
        case .failed: 9
        }
    }
}
