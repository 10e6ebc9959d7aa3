import Audit
import Foundation
import Replication
import Trading
import Wire

/// Logs and snapshots as one version of the program stored them, and what it read in them.
struct GoldenSet: Equatable {
    var shardLog: [LogRecord]
    var shardSnapshot: LogSnapshot
    var mapLog: [LogRecord]
    var mapSnapshot: LogSnapshot
    /// Digests, balances, orders and the map at the end of the logs, one fact a line.
    var facts: [String]

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    /// All sets, the oldest first.
    static var names: [String] {
        // Without the folder there are no names, which a test says.
        let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path())
        return (names ?? []).sorted()
    }

    init(
        shardLog: [LogRecord],
        shardSnapshot: LogSnapshot,
        mapLog: [LogRecord],
        mapSnapshot: LogSnapshot,
        facts: [String]
    ) {
        self.shardLog = shardLog
        self.shardSnapshot = shardSnapshot
        self.mapLog = mapLog
        self.mapSnapshot = mapSnapshot
        self.facts = facts
    }

    init(named name: String) throws {
        func lines(_ file: String) throws -> [String] {
            let url = Self.folder.appending(path: name).appending(path: file)
            return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map {
                String($0)
            }
        }
        shardLog = try lines("shard.log").map(Self.record)
        shardSnapshot = try Self.snapshot(lines("shard.snapshot"))
        mapLog = try lines("map.log").map(Self.record)
        mapSnapshot = try Self.snapshot(lines("map.snapshot"))
        facts = try lines("facts.txt")
    }

    func write(named name: String) throws {
        let folder = Self.folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let files = [
            ("shard.log", shardLog.map(Self.line)), ("map.log", mapLog.map(Self.line)),
            ("shard.snapshot", Self.lines(of: shardSnapshot)),
            ("map.snapshot", Self.lines(of: mapSnapshot)), ("facts.txt", facts),
        ]
        for (file, lines) in files {
            let text = lines.joined(separator: "\n") + "\n"
            try Data(text.utf8).write(to: folder.appending(path: file))
        }
    }

    // MARK: Text

    private struct BadLine: Error { var line: String }

    /// `epoch-sequence hash bytes`, all but the id in hexadecimal.
    private static func line(_ record: LogRecord) -> String {
        "\(record.id) \(record.hash) \(hex(record.bytes[...]))"
    }

    private static func record(_ line: String) throws -> LogRecord {
        let words = line.split(separator: " ")
        guard words.count == 3 else { throw BadLine(line: line) }
        return LogRecord(
            id: try id(words[0]),
            hash: try hash(words[1]),
            bytes: try bytes(words[2])
        )
    }

    /// `epoch-sequence hash stateHash`, then the bytes.
    private static func lines(of snapshot: LogSnapshot) -> [String] {
        let manifest = snapshot.manifest
        let state = ChainHash(rawValue: manifest.stateHash)
        let rows = stride(from: 0, to: snapshot.bytes.count, by: 48).map {
            hex(snapshot.bytes[$0..<min($0 + 48, snapshot.bytes.count)])
        }
        return ["\(manifest.id) \(manifest.hash) \(state)"] + rows
    }

    private static func snapshot(_ lines: [String]) throws -> LogSnapshot {
        let words = lines.first?.split(separator: " ") ?? []
        guard words.count == 3 else { throw BadLine(line: lines.first ?? "") }
        let bytes = try lines.dropFirst().flatMap { try Self.bytes($0[...]) }
        let manifest = SnapshotManifest(
            id: try id(words[0]),
            hash: try hash(words[1]),
            stateHash: try hash(words[2]).rawValue,
            size: bytes.count,
            chunkCount: 1
        )
        return LogSnapshot(manifest: manifest, bytes: bytes)
    }

    private static func id(_ word: Substring) throws -> EntryID {
        let numbers = word.split(separator: "-").compactMap { UInt64($0) }
        guard numbers.count == 2 else { throw BadLine(line: String(word)) }
        return .of(numbers[0], numbers[1])
    }

    private static func hash(_ word: Substring) throws -> ChainHash {
        guard let value = UInt64(word, radix: 16) else { throw BadLine(line: String(word)) }
        return ChainHash(rawValue: value)
    }

    private static func hex(_ bytes: ArraySlice<UInt8>) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func bytes(_ text: Substring) throws -> [UInt8] {
        let digits = Array(text)
        guard digits.count % 2 == 0 else { throw BadLine(line: String(text)) }
        return try stride(from: 0, to: digits.count, by: 2).map {
            guard let byte = UInt8(String(digits[$0...$0 + 1]), radix: 16) else {
                throw BadLine(line: String(text))
            }
            return byte
        }
    }
}
