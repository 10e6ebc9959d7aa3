import Configuration
import Testing

@testable import Workload

extension MarketCapture {
    /// `Tests/Recordings/ethusdt-20240808.capture`; read once.
    static let recorded = Result {
        let path = FileStore.absolute(
            "../../../Recordings/ethusdt-20240808.capture",
            in: #filePath
        )
        return try MarketCapture(FileStore.read(path))
    }
}

@Suite struct MarketCaptureTests {
    /// Two decimals of price, five of quantity, four messages: a snapshot at update 10 after 5 µs,
    /// levels, a top, a trade.
    private static let bytes: [UInt8] =
        MarketCapture.magic + [2, 5, 4]
        + [5 << 2 | 0, 20, 0, 1, 200, 1, 7, 1, 202, 1, 8]
        + [1 << 2 | 1, 2, 2, 1, 198, 1, 3, 1, 202, 1, 0]
        + [0 << 2 | 2, 2, 198, 1, 3, 206, 1, 9]
        + [2 << 2 | 3, 100, 206, 1, 8 << 1]

    @Test func messagesAreRead() throws {
        let capture = try MarketCapture(Self.bytes)
        #expect(capture.priceDecimals == 2)
        #expect(capture.quantityDecimals == 5)
        let level = CapturedLevel.init(price:lots:)
        let kinds: [CapturedMessage.Kind] = [
            .snapshot(update: 10, bids: [level(100, 7)], asks: [level(101, 8)]),
            .levels(updates: 11...13, bids: [level(99, 3)], asks: [level(101, 0)]),
            .top(update: 14, bid: level(99, 3), ask: level(103, 9)),
            .trade(id: 50, isSell: false, price: 103, lots: 8),
        ]
        #expect(capture.messages.map(\.kind) == kinds)
        #expect(capture.messages.map(\.microseconds) == [5, 6, 6, 8])
    }

    @Test func everyPrefixIsRefused() {
        for count in Self.bytes.indices {
            #expect(throws: MarketCaptureError.self, "\(count) bytes") {
                try MarketCapture(Array(Self.bytes.prefix(count)))
            }
        }
    }

    @Test func bytesThatFollowAreRefused() {
        #expect(throws: MarketCaptureError.trailing(count: 1)) {
            try MarketCapture(Self.bytes + [0])
        }
    }

    /// Offsets in `bytes` and what cannot stand there.
    @Test(arguments: [
        (0, 0, "CASTCAP1"), (8, 9, "not in"), (14, 100, "not in"), (15, 1, "price"),
        (38, 198, "crossed"), (45, 1, "nothing"),
    ])
    func whatCannotBeIsRefused(offset: Int, value: UInt8, word: String) {
        var bytes = Self.bytes
        bytes[offset] = value
        #expect {
            try MarketCapture(bytes)
        } throws: { error in
            error is MarketCaptureError && "\(error)".contains(word)
        }
    }

    @Test func recordingIsWhole() throws {
        let capture = try MarketCapture.recorded.get()
        var counts = [0, 0, 0, 0]
        var lastUpdate: Int64?
        var lastTrade: Int64?
        for message in capture.messages {
            switch message.kind {
            case .snapshot(_, let bids, let asks):
                counts[0] += 1
                #expect(bids.count == 1000)
                #expect(asks.count == 1000)
            case .levels(let updates, _, _):
                counts[1] += 1
                if let lastUpdate { #expect(updates.lowerBound == lastUpdate + 1) }
                lastUpdate = updates.upperBound
            case .top: counts[2] += 1
            case .trade(let id, _, _, _):
                counts[3] += 1
                if let lastTrade { #expect(id == lastTrade + 1) }
                lastTrade = id
            }
        }
        #expect(counts == [1, 3434, 24_077, 6106])
        #expect(capture.messages.count == 33_618)
    }
}
