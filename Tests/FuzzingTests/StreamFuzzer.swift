import Trading

@testable import API

/// Paths, names and control messages of market streams: every message is answered with JSON.
enum StreamFuzzer {
    /// The first line is the target of the upgrade, each other one a control message.
    static func run(_ bytes: [UInt8]) {
        let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
        guard let first = lines.first else { return }
        let venue = FuzzVenue()
        var hub = StreamHub(instruments: FuzzExchange.instruments)
        let path = StreamPath(String(decoding: first, as: UTF8.self))
        guard let path = path ?? StreamPath("/ws") else { return }
        invariant(path.names.count <= StreamPath.streamsMax, "a path names too many streams")
        hub.open(1, path, markets: venue.markets, now: FuzzVenue.now)
        for name in path.names { check(name) }
        for line in lines.dropFirst().prefix(16) {
            let answer = hub.receive(
                Array(line),
                from: 1,
                markets: venue.markets,
                now: FuzzVenue.now
            )
            AnswerForm.checkJSON(answer)
        }
        var output = StreamOutput()
        hub.tick(markets: venue.markets, now: FuzzVenue.now, to: &output)
        for delivery in output.deliveries { AnswerForm.checkJSON(delivery.payload) }
        hub.close(1)
        invariant(hub.streamCount == 0, "a stream outlives its listener")
    }

    private static func check(_ text: String) {
        guard let name = StreamName(text) else { return }
        invariant(name.text == text, "a name is kept as it was written")
        invariant(text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }, "a name is plain ASCII")
    }
}
