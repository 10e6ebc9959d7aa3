import EventLoop
import Observability
import Testing

@Suite struct EventLogTests {
    private final class Reader {
        var text = ""
        var acceptedSize = Int.max
        func take(_ bytes: UnsafeRawBufferPointer) -> Int {
            let count = min(bytes.count, acceptedSize)
            text += String(decoding: bytes.prefix(count), as: UTF8.self)
            return count
        }
    }

    @Test(arguments: [
        (Int64(0), "1970-01-01T00:00:00.000Z"),
        (951_782_399_999_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (1_709_251_199_001_000, "2024-02-29T23:59:59.001Z"),
        (1_767_225_600_000_000, "2026-01-01T00:00:00.000Z"),
        (4_107_542_400_000_000, "2100-03-01T00:00:00.000Z"),
        (-5, "1970-01-01T00:00:00.000Z"),
    ])
    func timeIsISO8601(microseconds: Int64, expected: String) {
        #expect(ISOTime.text(microseconds: microseconds) == expected)
    }

    @Test func lineIsOneJSONObject() {
        let loop = EventLoop()
        defer { loop.close() }
        let reader = Reader()
        let log = EventLog(loop: loop, node: "n1", levelMin: .info, write: reader.take)
        log.log(.debug, "too quiet")
        log.log(
            .warning,
            "lost \"it\"\n",
            ["shard": 1, "epoch": LogValue(UInt64.max), "why": "a\u{1}\\", "isPrimary": true]
        )
        log.flush()
        let line = reader.text
        #expect(line.hasPrefix("{\"time\":\"2"))
        let expected =
            #"Z","level":"warning","node":"n1","message":"lost \"it\"\n","shard":1,"#
            + #""epoch":"18446744073709551615","why":"a\u0001\\","isPrimary":true}"# + "\n"
        #expect(line.dropFirst("{\"time\":\"2026-01-01T00:00:00.000".count) == expected)
    }

    @Test func loopFlushesWithoutBeingAsked() {
        let loop = EventLoop()
        defer { loop.close() }
        let reader = Reader()
        let log = EventLog(loop: loop, node: "n1", levelMin: .info, write: reader.take)
        log.log(.info, "hello")
        #expect(reader.text.isEmpty)
        loop.schedule(afterMilliseconds: 1) { loop.stop() }
        loop.run()
        #expect(reader.text.contains("hello"))
    }

    @Test func slowReaderLosesLinesAndIsToldHowMany() {
        let loop = EventLoop()
        defer { loop.close() }
        let reader = Reader()
        reader.acceptedSize = 0
        let log = EventLog(loop: loop, node: "n1", levelMin: .info, write: reader.take)
        let text = String(repeating: "x", count: 1000)
        for _ in 0..<2000 { log.log(.info, text) }
        log.flush()
        #expect(reader.text.isEmpty)
        reader.acceptedSize = .max
        log.flush()
        log.flush()
        let lines = reader.text.split(separator: "\n")
        let kept = lines.count - 1
        #expect(kept < 1100)
        #expect(lines.last?.contains("\"count\":\(2000 - kept)}") == true)
    }
}
