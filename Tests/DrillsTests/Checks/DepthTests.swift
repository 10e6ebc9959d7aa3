import Testing
import Workload

@testable import Drills

@Suite struct DepthRebuildTests {
    private func update(
        _ first: Int64,
        _ last: Int64,
        bids: [(Int64, Int64)] = [],
        asks: [(Int64, Int64)] = []
    ) -> DepthUpdate {
        DepthUpdate(
            symbol: "BTCUSDT",
            firstID: first,
            lastID: last,
            bids: levels(bids),
            asks: levels(asks)
        )
    }

    private func levels(_ levels: [(Int64, Int64)]) -> [[Decimal]] {
        levels.map { [Decimal(units: $0), Decimal(units: $1)] }
    }

    private func snapshot(
        _ id: Int64,
        bids: [(Int64, Int64)] = [],
        asks: [(Int64, Int64)] = []
    ) -> DepthSnapshot {
        DepthSnapshot(lastUpdateId: id, bids: levels(bids), asks: levels(asks))
    }

    @Test func bufferedAndLaterEventsLeadToTheBook() {
        var book = DepthRebuild(symbol: "BTCUSDT")
        book.receive(update(1, 4, bids: [(99, 1)]))
        book.receive(update(5, 8, bids: [(99, 0), (98, 2)], asks: [(101, 3)]))
        book.begin(snapshot(6, bids: [(98, 1)]))
        book.receive(update(9, 9, asks: [(101, 2), (102, 1)]))
        #expect(book.violations.isEmpty)
        #expect(book.lastUpdateID == 9)
        #expect(book.bids == [98: 2])
        #expect(book.asks == [101: 2, 102: 1])
        let truth = snapshot(9, bids: [(98, 2)], asks: [(101, 2), (102, 1)])
        #expect(book.differences(from: truth).isEmpty)
    }

    @Test func snapshotNewerThanTheStreamWins() {
        var book = DepthRebuild(symbol: "BTCUSDT")
        book.receive(update(1, 4, bids: [(99, 1)]))
        book.begin(snapshot(9, bids: [(98, 1)]))
        book.receive(update(5, 9, bids: [(97, 1)]))
        #expect(book.violations.isEmpty)
        #expect(book.bids == [98: 1])
    }

    @Test(arguments: [(6, 7), (4, 5), (7, 6)])
    func holeOrRepeatIsFound(first: Int64, last: Int64) {
        var book = DepthRebuild(symbol: "BTCUSDT")
        book.begin(snapshot(4))
        book.receive(update(3, 4))
        book.receive(update(first, last))
        #expect(!book.violations.isEmpty)
    }

    @Test func holeBetweenSnapshotAndStreamIsFound() {
        var book = DepthRebuild(symbol: "BTCUSDT")
        book.receive(update(7, 8))
        book.begin(snapshot(5))
        #expect(book.violations.map(\.kind) == [.depth])
    }

    @Test func bookThatDiffersIsFound() {
        var book = DepthRebuild(symbol: "BTCUSDT")
        book.begin(snapshot(5, bids: [(98, 2)], asks: [(101, 2)]))
        #expect(book.differences(from: snapshot(6, bids: [(98, 2)], asks: [(101, 2)])).count == 1)
        #expect(book.differences(from: snapshot(5, bids: [(98, 3)], asks: [(101, 2)])).count == 1)
        #expect(book.differences(from: snapshot(5, bids: [(98, 2)])).count == 1)
        #expect(book.differences(from: snapshot(5, asks: [(100, 2)])).count == 2)
    }
}

@Suite struct DepthCheckTests {
    @Test func levelThatNoOrderMakesIsFound() {
        var run = SampleRun()
        run.depth.asks.append([Decimal(units: 60 * SampleRun.coin), Decimal(units: 1)])
        #expect(run.kinds == [.depth])
    }

    @Test func orderThatTheBookDoesNotShowIsFound() {
        var run = SampleRun()
        run.depth.asks = []
        #expect(run.kinds == [.depth])
    }

    @Test func crossedBookIsFound() {
        var run = SampleRun()
        run.depth.bids = run.depth.asks
        #expect(run.kinds == [.depth, .depth])
    }
}
