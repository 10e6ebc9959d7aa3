import Testing

@testable import HTTP

@Suite struct WebSocketMessageReaderTests {
    /// Feeds raw frames to a server and returns what they meant; nil for a malformed one.
    private func events(_ frames: [UInt8], pieceSize: Int) -> [WebSocketMessageReader.Event?] {
        var reader = WebSocketMessageReader(isServer: true, messageSizeMax: 1000)
        let framer = WebSocketFramer(isServer: true) { _ in }
        var events: [WebSocketMessageReader.Event?] = []
        for start in stride(from: 0, to: frames.count, by: pieceSize) {
            let piece = [UInt8](frames[start..<min(start + pieceSize, frames.count)])
            let isWellFormed = piece.withUnsafeBytes {
                framer.receive($0) { chunk in
                    if let event = reader.read(chunk) { events.append(event) }
                    return true
                }
            }
            if !isWellFormed { return events + [nil] }
        }
        return events
    }

    /// A masked frame; the mask is zero, which leaves the payload as it is.
    private func frame(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        [first, 0x80 | UInt8(payload.count), 0, 0, 0, 0] + payload
    }

    @Test(arguments: [1, 2, 1000]) func fragmentsAroundAPingAreOneMessage(pieceSize: Int) {
        let bytes = frame(0x01, [72]) + frame(0x89, [1, 2]) + frame(0x00, []) + frame(0x80, [105])
        #expect(events(bytes, pieceSize: pieceSize) == [.ping([1, 2]), .text("Hi")])
    }

    @Test func maskIsTakenOff() {
        let masked: [UInt8] = [0x82, 0x83, 1, 2, 3, 4, 1 ^ 1, 5 ^ 2, 9 ^ 3]
        #expect(events(masked, pieceSize: 1) == [.binary([1, 5, 9])])
    }

    @Test func brokenRulesAreViolations() {
        let unmasked: [UInt8] = [0x81, 0x01, 65]
        #expect(
            events(unmasked, pieceSize: 10) == [.violation(code: 1002, reason: "frame not masked")]
        )
        #expect(
            events(frame(0xc1, [65]), pieceSize: 10)
                == [.violation(code: 1002, reason: "reserved bits set")]
        )
        #expect(
            events(frame(0x80, [65]), pieceSize: 10)
                == [.violation(code: 1002, reason: "fragments out of order")]
        )
        #expect(
            events(frame(0x01, [65]) + frame(0x81, [65]), pieceSize: 10)
                == [.violation(code: 1002, reason: "fragments out of order")]
        )
        #expect(events(frame(0x83, []), pieceSize: 10) == [nil], "unknown opcode")
        #expect(events(frame(0x09, []), pieceSize: 10) == [nil], "fragmented ping")
    }

    @Test func fragmentsTogetherMayNotExceedTheLimit() {
        let part = [0x01, 0xfe, 0x02, 0x00, 0, 0, 0, 0] + [UInt8](repeating: 65, count: 512)
        let bytes = part + [0x00] + part.dropFirst()
        #expect(
            events(bytes, pieceSize: 100).first == .violation(code: 1009, reason: "message too big")
        )
    }

    @Test func closeFramesAreChecked() {
        #expect(events(frame(0x88, []), pieceSize: 1) == [.close(code: 1005, reason: "")])
        #expect(
            events(frame(0x88, [0x03, 0xe8, 79, 75]), pieceSize: 1) == [
                .close(code: 1000, reason: "OK")
            ]
        )
        #expect(
            events(frame(0x88, [3]), pieceSize: 1)
                == [.violation(code: 1002, reason: "bad close frame")]
        )
        #expect(
            events(frame(0x88, [0x03, 0xed]), pieceSize: 1)
                == [.violation(code: 1002, reason: "bad close code")]
        )
        #expect(
            events(frame(0x88, [0x03, 0xe8, 0xff]), pieceSize: 1)
                == [.violation(code: 1007, reason: "close reason is not UTF-8")]
        )
    }
}
