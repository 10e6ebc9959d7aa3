import Foundation
import Testing
import Trading
import Wire

/// Every case of every message with random fields: it comes back, its bytes are the only ones for
/// it, and nothing shorter is taken.
@Suite struct RandomCodecTests {
    static let seeds: [UInt64] =
        ProcessInfo.processInfo.environment["CASTLE_SEED"].flatMap(UInt64.init).map { [$0] }
        ?? (1...40).map { $0 }

    @Test(arguments: seeds) func everyMessageComesBack(seed: UInt64) throws {
        var random = SplitMix(state: seed)
        let note: Comment = "CASTLE_SEED=\(seed)"
        for command in random.commands() {
            try check(command, note, { $0.write($1) }) { reader throws(DecodeError) in
                try reader.readCommand()
            }
        }
        for query in random.queries() {
            try check(query, note, { $0.write($1) }) { reader throws(DecodeError) in
                try reader.readQuery()
            }
        }
        for reply in random.replies() {
            try check(reply, note, { $0.write($1) }) { reader throws(DecodeError) in
                try reader.readReply()
            }
        }
        for event in random.events() {
            try check(event, note, { $0.write($1) }) { reader throws(DecodeError) in
                try reader.readMarketEvent()
            }
        }
    }

    private func check<Value: Equatable>(
        _ value: Value,
        _ note: Comment,
        _ write: (inout ByteWriter, Value) -> Void,
        _ read: (inout ByteReader) throws(DecodeError) -> Value
    ) throws {
        var writer = ByteWriter()
        write(&writer, value)
        var reader = ByteReader(writer.bytes)
        #expect(try read(&reader) == value, note)
        #expect(reader.remaining == 0, note)
        for size in 0..<writer.bytes.count {
            var short = ByteReader(writer.bytes, in: 0..<size)
            #expect(throws: DecodeError.self, note) { try read(&short) }
        }
        try refuseSecondEncodings(of: value, writer.bytes, note, write, read)
    }

    /// What changed bytes still decode to is another value, and encodes to these very bytes.
    private func refuseSecondEncodings<Value: Equatable>(
        of value: Value,
        _ bytes: [UInt8],
        _ note: Comment,
        _ write: (inout ByteWriter, Value) -> Void,
        _ read: (inout ByteReader) throws(DecodeError) -> Value
    ) throws {
        for index in 0..<min(bytes.count, 200) {
            var changed = bytes
            changed[index] ^= 0xA5
            var reader = ByteReader(changed)
            // A refusal is right too.
            guard let other = try? read(&reader), reader.remaining == 0 else { continue }
            var writer = ByteWriter()
            write(&writer, other)
            #expect(other != value, note)
            #expect(writer.bytes == changed, note)
        }
    }

    /// The byte of each enumeration after its last case, at its place in the layout.
    @Test(arguments: [
        (6, 2), (7, 7), (8, 4), (9, 5), (9, 254),
    ])
    func unknownTermsOfAPlacementAreRefused(offset: Int, value: UInt8) throws {
        var random = SplitMix(state: 5)
        var writer = ByteWriter()
        writer.write(random.place())
        var bytes = writer.bytes
        bytes[offset] = value
        #expect(throws: DecodeError.self) {
            var reader = ByteReader(bytes)
            return try reader.readPlaceOrder()
        }
    }

    @Test(arguments: [
        // A list of a contingency nobody knows, and with other counts than its contingency's.
        [7, 3, 0], [7, 0, 0, 3, 0, 0, 0], [7, 2, 0, 2, 0, 0, 0], [7, 1, 0, 255, 255, 255, 255],
        // A phase, a restriction and a schedule without and with too many tiers.
        [11, 0, 0, 4], [9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6], [13, 0, 0, 0, 0] + zeros(11),
        [13, 17, 0, 0, 0] + zeros(17 * 16 + 11), [13, 1, 0, 0, 0] + zeros(16) + [2] + zeros(10),
        [99],
    ])
    func illegalCommandsAreRefused(bytes: [UInt8]) {
        let error = #expect(throws: DecodeError.self) {
            var reader = ByteReader(bytes + Self.zeros(64))
            return try reader.readCommand()
        }
        guard case .badValue = error else {
            Issue.record("refused for another reason: \(String(describing: error))")
            return
        }
    }

    private static func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }

    @Test(arguments: [4, 5, 6, 12, 31, 32, 34, 35, 36] as [UInt8])
    func countsBeyondTheBytesAreRefused(kind: UInt8) {
        let error = #expect(throws: DecodeError.self) {
            var reader = ByteReader([kind, 0, 0, 0, 1] + Self.zeros(1000))
            return try reader.readReply()
        }
        #expect(error == .badValue(field: "count", at: 1))
    }
}
