import Redis
import Testing

@Suite struct HiredisTests {
    /// Feeds the text in pieces and collects the replies.
    private func replies(_ text: String, pieceSize: Int) throws -> [RedisReply] {
        let reader = RESPReader()
        var replies: [RedisReply] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            rest.prefix(pieceSize).withUnsafeBytes { reader.feed($0) }
            rest = rest.dropFirst(pieceSize)
            while let reply = try reader.next() { replies.append(reply) }
        }
        return replies
    }

    @Test(arguments: [1, 2, 7, 1000])
    func repliesComeWholeFromAnyPieces(pieceSize: Int) throws {
        let text =
            "+OK\r\n-ERR no\r\n:42\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n*2\r\n*1\r\n$0\r\n\r\n:-1\r\n"
        #expect(
            try replies(text, pieceSize: pieceSize) == [
                .status("OK"), .error("ERR no"), .integer(42), .bulk([97, 13, 10]), .null, .null,
                .array([.array([.bulk([])]), .integer(-1)]),
            ]
        )
    }

    @Test(arguments: ["hello\r\n", "$x\r\n", ":1\r\n!\r\n"])
    func otherBytesAreAnError(text: String) {
        #expect(throws: RESPError.self) { try replies(text, pieceSize: 1000) }
    }

    @Test func nestingHasALimit() {
        let text = String(repeating: "*1\r\n", count: 20) + ":1\r\n"
        #expect(throws: RESPError.self) { try replies(text, pieceSize: 1000) }
    }

    @Test func commandsAreArraysOfBytes() {
        let bytes = RESPCommand.encoded([Array("SET".utf8), [13, 10], []])
        #expect(
            String(decoding: bytes, as: UTF8.self) == "*3\r\n$3\r\nSET\r\n$2\r\n\r\n\r\n$0\r\n\r\n"
        )
    }

    @Test func backoffDoublesToItsCapAndIsForgotten() {
        var backoff = ReconnectBackoff()
        var pauses: [UInt64] = []
        for _ in 0..<10 { pauses.append(backoff.next()) }
        #expect(pauses[0] <= ReconnectBackoff.millisecondsMin)
        #expect(pauses.allSatisfy { $0 <= ReconnectBackoff.millisecondsMax })
        #expect(pauses[9] >= ReconnectBackoff.millisecondsMax / 2)
        backoff.reset()
        #expect(backoff.next() <= ReconnectBackoff.millisecondsMin)
    }
}
