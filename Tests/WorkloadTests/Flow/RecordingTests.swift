import Testing
import Trading

@testable import Workload

/// A few lines of a recording, with what must be left out and what must be merged.
enum SampleRecording {
    static let text = """
        1000 {"stream":"ethusdt@bookTicker","data":{"u":9,"s":"ETHUSDT","b":"1.0","B":"1","a":"2","A":"1"}}
        1001 {"stream":"ethusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"ETHUSDT","U":1,"u":9,"b":[["90.00","1"]],"a":[]}}
        1002 {"stream":"ethusdt@trade","data":{"e":"trade","E":1,"s":"ETHUSDT","t":1,"p":"99.00","q":"1","T":1,"m":true,"M":true}}
        2000 {"lastUpdateId":10,"bids":[["100.00000000","2.00000000"],["99.00","1"]],"asks":[["101.00","3"]]}
        2500 {"stream":"ethusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"ETHUSDT","U":8,"u":10,"b":[["50.00","1"]],"a":[]}}
        3000 {"stream":"ethusdt@trade","data":{"e":"trade","E":1,"s":"ETHUSDT","t":2,"p":"100.00","q":"0.5","T":7,"m":true,"M":true}}
        3001 {"stream":"ethusdt@trade","data":{"e":"trade","E":1,"s":"ETHUSDT","t":3,"p":"99.00","q":"0.25","T":7,"m":true,"M":true}}
        3002 {"stream":"ethusdt@trade","data":{"e":"trade","E":1,"s":"ETHUSDT","t":4,"p":"101.00","q":"1","T":7,"m":false,"M":true}}
        4000 {"stream":"ethusdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"ETHUSDT","U":11,"u":12,"b":[["100.00","4"],["99.00","0"]],"a":[["101.00","1.5"]]}}
        """

    static var recording: Recording {
        get throws { try Recording(parsing: Array(text.utf8)) }
    }

    static let pair = PairRules(
        symbol: "ETHUSDT",
        base: "ETH",
        quote: "USDT",
        tickUnits: 1_000_000,
        lotUnits: 10_000,
        minNotionalUnits: 5 * FixedPoint.one
    )
}

private func coins(_ text: String) throws -> Int64 { try FixedPoint.parse(text) }

@Suite struct RecordingTests {
    @Test func snapshotIsRead() throws {
        let recording = try SampleRecording.recording
        #expect(recording.symbol == "ETHUSDT")
        #expect(recording.bids.count == 2)
        #expect(recording.bids.first?.price == (try coins("100")))
        #expect(recording.bids.first?.quantity == (try coins("2")))
        #expect(recording.asks.count == 1)
    }

    @Test func whatTheSnapshotHoldsAlreadyIsLeftOut() throws {
        let recording = try SampleRecording.recording
        #expect(recording.events.map(\.nanoseconds) == [1001, 1002, 2000])
    }

    @Test func tradesOfOneMomentAndSideAreOneAggressor() throws {
        let recording = try SampleRecording.recording
        #expect(
            recording.events.first?.kind
                == .trade(side: .sell, price: try coins("99"), quantity: try coins("0.75"))
        )
        #expect(
            recording.events[1].kind
                == .trade(side: .buy, price: try coins("101"), quantity: try coins("1"))
        )
    }

    @Test(arguments: [
        "x {}", "1000", "1000 {",
        "5000 {\"data\":{\"e\":\"trade\",\"s\":\"X\",\"p\":\"NaN\",\"q\":\"1\",\"T\":1,\"m\":true}}",
        "5000 {\"data\":{\"e\":\"trade\",\"s\":\"X\",\"p\":\"1\",\"q\":\"1\",\"T\":1}}",
    ])
    func malformedLineIsNamed(line: String) {
        #expect {
            try Recording(parsing: Array("\(SampleRecording.text)\n\(line)".utf8))
        } throws: { error in
            guard case .malformed(line: 10, reason: _) = error as? RecordingError else {
                return false
            }
            return true
        }
    }

    @Test func recordingWithoutSnapshotIsRefused() {
        #expect(throws: RecordingError.noSnapshot) { try Recording(parsing: []) }
    }
}

@Suite struct RecordedFlowTests {
    @Test func snapshotSeedsOneOrderALevel() throws {
        var flow = RecordedFlow(try SampleRecording.recording, pair: SampleRecording.pair)
        let seed = flow.seed()
        #expect(seed.count == 3)
        #expect(flow.restingCount == 3)
        #expect(
            seed.allSatisfy {
                if case .place(let order) = $0 { order.role == .maker } else { false }
            }
        )
    }

    @Test func levelsBecomeOrdersAndTradesBecomeAggressors() throws {
        var flow = RecordedFlow(try SampleRecording.recording, pair: SampleRecording.pair)
        _ = flow.seed()
        let requests = (0..<6).map { _ in flow.next() }
        #expect(requests.map(\.nanoseconds) == [1001, 1002, 2000, 2000, 2000, 2000])
        guard case .place(let sell) = requests[0].request,
            case .place(let grown) = requests[2].request,
            case .place(let rest) = requests[5].request
        else {
            Issue.record("expected orders: \(requests)")
            return
        }
        #expect(sell.role == .taker)
        #expect(sell.timeInForce == .immediateOrCancel)
        // The aggressor took 0.75 of the 2 at 100, so 4 there now means 2.75 more.
        #expect(grown.quantity == (try coins("2.75")))
        #expect(grown.timeInForce == .goodTilCancelled)
        // Level 99 went: its order is cancelled whole.
        #expect(requests[3].request == .cancel(key: 2, pair: 0))
        // 2 of 3 were left at 101 after the trade; 1.5 remain: cancel and place the remainder.
        #expect(requests[4].request == .cancel(key: 3, pair: 0))
        #expect(rest.quantity == (try coins("1.5")))
    }

    @Test func dustIsLeftOut() throws {
        var pair = SampleRecording.pair
        pair.minNotionalUnits = 250 * FixedPoint.one
        var flow = RecordedFlow(try SampleRecording.recording, pair: pair)
        let seed = flow.seed()
        #expect(seed.count == 1)
    }

    @Test func orderTooLargeForTheExchangeIsLeftOut() throws {
        var pair = SampleRecording.pair
        pair.maxNotionalUnits = 250 * FixedPoint.one
        var flow = RecordedFlow(try SampleRecording.recording, pair: pair)
        let seed = flow.seed()
        #expect(seed.count == 2)
    }

    @Test func recordingStartsAgainFromTheSnapshot() throws {
        var flow = RecordedFlow(try SampleRecording.recording, pair: SampleRecording.pair)
        _ = flow.seed()
        var last: UInt64 = 0
        for _ in 0..<5000 {
            let next = flow.next()
            #expect(next.nanoseconds >= last)
            last = next.nanoseconds
            #expect(flow.restingCount < 10)
        }
        #expect(last > 2_000_000_000)
    }
}
