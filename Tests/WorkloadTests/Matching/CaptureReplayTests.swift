import Testing
import Trading

@testable import Workload

/// The recorded market through the whole shard machine, compared after each message.
@Suite struct CaptureReplayTests {
    @Test func machineFollowsTheRecordedMarket() throws {
        let capture = try MarketCapture.recorded.get()
        let flow = MatchingFlow(capture, name: "recorded")
        var follower = CaptureFollower(flow, CaptureFlow(capture))
        try follower.follow(capture)
        let counts = follower.counts
        #expect(counts.messages + follower.flow.skippedCount == 33_618)
        #expect(counts.books == 3433)
        #expect(counts.tops == 24_074)
        #expect(counts.trades == 6106)
        // 2261.3149 ETH for 6,066,483.27618 USDT.
        #expect(counts.lots == 226_131_490)
        #expect(counts.notional == 60_664_832_761_800)
        let totals = follower.totals
        #expect(totals.quantity == UInt64(counts.lots))
        #expect(totals.notional == UInt64(counts.notional))
        #expect(flow.header.totals.differences(from: totals) == [])
        #expect(totals.makerSum > 0)
        // Trades are told after the top that they left.
        #expect(
            follower.flow.contradictions == .init(tradesPrepared: 3851, crossings: 0)
        )
    }

    @Test func bookReproducesTheRecordedMarket() throws {
        let flow = MatchingFlow(try MarketCapture.recorded.get(), name: "recorded")
        let found = MatchingMeasurement.speed(of: BookReplay.self, on: flow)
        #expect(flow.header.totals.differences(from: found.totals) == [])
        #expect(found.faults == [])
        for (index, record) in flow.records.enumerated() {
            let isPrefill = index < flow.prefillCount
            #expect(record.defect(header: flow.header, isPrefill: isPrefill) == nil, "\(index)")
        }
    }

    /// The first of each kind after the snapshot, told with a lot more than it was.
    @Test(arguments: [0, 1, 2, 3])
    func messageThatWasNotFollowedIsNoticed(kind: Int) throws {
        var capture = try MarketCapture.recorded.get()
        capture.messages = Array(capture.messages.prefix(200))
        let flow = MatchingFlow(capture, name: "recorded")
        var follower = CaptureFollower(flow, CaptureFlow(capture))
        let found = capture.messages.indices.first { index in
            index >= follower.flow.skippedCount && capture.messages[index].kind.number == kind
        }
        let index = try #require(found)
        capture.messages[index].kind.addLot()
        var mismatch: CaptureFollower.Mismatch?
        do throws(CaptureFollower.Mismatch) {
            try follower.follow(capture)
        } catch {
            mismatch = error
        }
        #expect(mismatch?.message == index, "\(String(describing: mismatch))")
    }
}

extension CapturedMessage.Kind {
    fileprivate var number: Int {
        switch self {
        case .snapshot: 0
        case .levels: 1
        case .top: 2
        case .trade: 3
        }
    }

    fileprivate mutating func addLot() {
        switch self {
        case .snapshot(let update, var bids, let asks):
            bids[0].lots += 1
            self = .snapshot(update: update, bids: bids, asks: asks)
        case .levels(let updates, var bids, let asks):
            bids[0].lots += 1
            self = .levels(updates: updates, bids: bids, asks: asks)
        case .top(let update, let bid, var ask):
            ask.lots += 1
            self = .top(update: update, bid: bid, ask: ask)
        case .trade(let id, let isSell, let price, let lots):
            self = .trade(id: id, isSell: isSell, price: price, lots: lots + 1)
        }
    }
}

/// Applies a flow message by message and holds the machine's book to the recording.
struct CaptureFollower: ~Copyable {
    struct Counts: Equatable {
        var messages = 0
        /// Whole books compared with the machine's, level by level.
        var books = 0
        var tops = 0
        var trades = 0
        /// Lots that the recording traded.
        var lots: Int64 = 0
        var notional: Int64 = 0
    }

    struct Mismatch: Error {
        var message: Int
        var what: String
    }

    let flow: CaptureFlow
    private(set) var counts = Counts()
    private var replay: MachineReplay
    private let records: ContiguousArray<FlowRecord>
    /// What the recording says, from its levels alone.
    private var told = Sides()
    /// What the machine's public events say.
    private var seen = Sides()
    private var traded: [Trade] = []

    struct Sides: Equatable {
        var bids = SortedLevels()
        var asks = SortedLevels()
    }

    init(_ flow: MatchingFlow, _ conversion: CaptureFlow) {
        let prepared = MachineReplay.prepare(flow)
        replay = MachineReplay(for: prepared)
        records = prepared.records
        self.flow = conversion
    }

    var totals: FlowTotals { mutating get { replay.totals() } }

    mutating func follow(_ capture: MarketCapture) throws(Mismatch) {
        var next = 0
        for (index, message) in capture.messages.dropFirst(flow.skippedCount).enumerated() {
            traded = []
            while next < flow.ends[index] {
                replay.apply(records[next])
                take()
                next += 1
            }
            if let fault = compare(message.kind) {
                throw Mismatch(message: index + flow.skippedCount, what: fault)
            }
            counts.messages += 1
        }
    }

    private mutating func take() {
        for event in replay.events {
            switch event {
            case .trade(let trade): traded.append(trade)
            case .level(let change):
                let level = CapturedLevel(price: change.price.ticks, lots: change.quantity.lots)
                if change.side == .buy { seen.bids.set(level) } else { seen.asks.set(level) }
            case .phase, .arrival: break
            }
        }
        replay.audit()
    }

    private mutating func compare(_ kind: CapturedMessage.Kind) -> String? {
        switch kind {
        case .snapshot(_, let bids, let asks), .levels(_, let bids, let asks):
            for level in bids { told.bids.set(level) }
            for level in asks { told.asks.set(level) }
            counts.books += 1
            return compareBooks()
        case .top(_, let bid, let ask):
            counts.tops += 1
            return seen.bids.levels.last == bid && seen.asks.levels.first == ask
                ? nil : "the top is \(seen.bids.levels.suffix(1)), \(seen.asks.levels.prefix(1))"
        case .trade(_, let isSell, let price, let lots):
            counts.trades += 1
            counts.lots += lots
            counts.notional += lots * price
            let isAsTold = traded.allSatisfy {
                $0.price.ticks == price && $0.isBuyerMaker == isSell
            }
            let sum = traded.reduce(0) { $0 + $1.quantity.lots }
            return isAsTold && sum == lots ? nil : "\(traded)"
        }
    }

    /// The recording, the public events and the machine itself agree on every level.
    private mutating func compareBooks() -> String? {
        guard traded.isEmpty else { return "levels traded" }
        guard seen == told else { return "the events differ from the recording" }
        let depth = replay.depth(0)
        guard told.bids.isEqual(to: depth.bids.reversed()) else { return "the bids differ" }
        guard told.asks.isEqual(to: depth.asks) else { return "the asks differ" }
        return replay.faults().first
    }
}

/// Levels by price, lowest first.
struct SortedLevels: Equatable {
    private(set) var levels: [CapturedLevel] = []

    /// Sets, adds or removes a level.
    mutating func set(_ level: CapturedLevel) {
        var low = 0
        var high = levels.count
        while low < high {
            let middle = (low + high) / 2
            if levels[middle].price < level.price { low = middle + 1 } else { high = middle }
        }
        let isThere = low < levels.count && levels[low].price == level.price
        switch (isThere, level.lots > 0) {
        case (true, true): levels[low] = level
        case (true, false): levels.remove(at: low)
        case (false, true): levels.insert(level, at: low)
        case (false, false): break
        }
    }

    func isEqual(to depth: [(Price, Quantity)]) -> Bool {
        guard depth.count == levels.count else { return false }
        for (index, level) in levels.enumerated() {
            guard depth[index].0.ticks == level.price, depth[index].1.lots == level.lots else {
                return false
            }
        }
        return true
    }
}
