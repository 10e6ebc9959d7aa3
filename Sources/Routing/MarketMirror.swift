import MarketData
import Trading
import Wire

/// Who is told of each change of a mirrored market at the moment it happens.
public protocol MarketObserver: AnyObject {
    /// An event was applied; its market has it in.
    func applied(_ event: MarketEvent, _ markets: [PairMarket])
    /// A snapshot replaced a market after events were missed, or for the first time.
    func replaced(_ old: PairMarket, by new: PairMarket)
    /// All events of one message are applied.
    func finishedBatch(_ markets: [PairMarket])
}

/// What a mirror wants done.
public enum MirrorEffect: Equatable, Sendable {
    /// The client that holds this token may read: the mirror has reached its position, or not in
    /// time.
    case ready(token: UInt64, isCurrent: Bool)
    /// A pair trades on this shard now; can be said again.
    case arrived(PairArrival)
    /// Ask again, with a snapshot, since events are missing or the replica is behind.
    case resync
}

/// A router's mirror of one shard's public market data, fed by events in order.
///
/// The markets themselves stand in one array of all pairs, by instrument id, which the caller owns.
public struct MarketMirror: Sendable {
    private struct Waiter: Sendable {
        var position: SequenceNumber
        var token: UInt64
        var deadline: UInt64
    }

    /// The most reads waiting for a position.
    public static let waitersMax = 65_536
    /// The most messages that wait for a pair to arrive.
    static let heldMax = 4096
    /// A pair that has not arrived whole for so long is asked for anew.
    static let holdNanoseconds: UInt64 = 500_000_000

    /// The last event applied; `nil` before the first snapshot.
    public private(set) var position: SequenceNumber?
    /// The last event ever applied: what a replica that is behind it shows would go back in time.
    private var newest = SequenceNumber(0)
    private var waiters: [Waiter] = []
    /// Messages that come after the arrival of a pair whose other events are still to come, from
    /// the shard it left.
    private var held: [FeedMessage] = []
    private var heldSince: UInt64 = 0

    /// Starts empty.
    public init() {}

    /// Whether something waits for a pair to arrive.
    public var isHolding: Bool { !held.isEmpty }

    /// Takes a message of the feed.
    ///
    /// - Parameters:
    ///   - message: As it came.
    ///   - now: Monotonic nanoseconds.
    ///   - markets: All pairs of the venue, by instrument id.
    ///   - observer: Is told of each change.
    ///   - effects: What to do is appended here.
    public mutating func received(
        _ message: FeedMessage,
        now: UInt64,
        markets: inout [PairMarket],
        observer: some MarketObserver,
        effects: inout [MirrorEffect]
    ) {
        if case .snapshot = message { held = [] }
        if held.isEmpty { heldSince = now }
        guard held.isEmpty else {
            held.append(message)
            guard held.count > Self.heldMax || now > heldSince + Self.holdNanoseconds else {
                return
            }
            held = []
            position = nil
            return effects.append(.resync)
        }
        take(message, &markets, observer, &effects)
        observer.finishedBatch(markets)
        release(&effects)
    }

    /// Goes on with what waited for a pair to arrive; to be called when another mirror has moved.
    ///
    /// - Parameters:
    ///   - markets: All pairs of the venue, by instrument id.
    ///   - observer: Is told of each change.
    ///   - effects: What to do is appended here.
    public mutating func goOn(
        markets: inout [PairMarket],
        observer: some MarketObserver,
        effects: inout [MirrorEffect]
    ) {
        let messages = held
        held = []
        for (index, message) in messages.enumerated() {
            take(message, &markets, observer, &effects)
            guard held.isEmpty else {
                held += messages[(index + 1)...]
                break
            }
        }
        observer.finishedBatch(markets)
        release(&effects)
    }

    private mutating func take(
        _ message: FeedMessage,
        _ markets: inout [PairMarket],
        _ observer: some MarketObserver,
        _ effects: inout [MirrorEffect]
    ) {
        switch message {
        case .snapshot(let position, let pairs):
            guard position >= newest else { return effects.append(.resync) }
            for pair in pairs { Self.replace(pair, &markets, observer) }
            self.position = position
            newest = position
        case .events(let first, let events):
            guard let position, first.rawValue == position.rawValue + 1 else {
                return effects.append(.resync)
            }
            for case .arrival(let arrival) in events { effects.append(.arrived(arrival)) }
            let count = Self.wholeCount(events, markets)
            guard Self.apply(events[..<count], &markets, observer) else {
                self.position = nil
                return effects.append(.resync)
            }
            newest = SequenceNumber(position.rawValue + UInt64(count))
            self.position = newest
            guard count < events.count else { return }
            let next = SequenceNumber(newest.rawValue + 1)
            held = [.events(first: next, Array(events[count...]))]
        case .heartbeat(let reached):
            if let position, reached > position { effects.append(.resync) }
        }
    }

    /// How many events come before the arrival of a pair that is not whole here.
    private static func wholeCount(_ events: [MarketEvent], _ markets: [PairMarket]) -> Int {
        let place = events.firstIndex { event in
            guard case .arrival(let arrival) = event else { return false }
            let index = Int(arrival.instrument.rawValue)
            return index < markets.count && !markets[index].isWhole(for: arrival)
        }
        return place ?? events.count
    }

    /// Forgets the position: the next subscription asks for a snapshot.
    public mutating func forget() {
        position = nil
        held = []
    }

    /// Waits until the mirror holds everything up to a position.
    ///
    /// - Parameters:
    ///   - position: From the primary, asked after the client's request came in.
    ///   - token: Comes back with `ready`.
    ///   - deadline: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func wait(
        for position: SequenceNumber,
        token: UInt64,
        deadline: UInt64,
        effects: inout [MirrorEffect]
    ) {
        if let own = self.position, own >= position {
            effects.append(.ready(token: token, isCurrent: true))
        } else if waiters.count < Self.waitersMax {
            waiters.append(Waiter(position: position, token: token, deadline: deadline))
        } else {
            effects.append(.ready(token: token, isCurrent: false))
        }
    }

    /// Gives up on reads whose deadline has passed.
    ///
    /// - Parameters:
    ///   - now: Monotonic nanoseconds.
    ///   - effects: What to do is appended here.
    public mutating func tick(now: UInt64, effects: inout [MirrorEffect]) {
        for waiter in waiters where waiter.deadline <= now {
            effects.append(.ready(token: waiter.token, isCurrent: false))
        }
        waiters.removeAll { $0.deadline <= now }
    }

    private mutating func release(_ effects: inout [MirrorEffect]) {
        guard let position, !waiters.isEmpty else { return }
        for waiter in waiters where waiter.position <= position {
            effects.append(.ready(token: waiter.token, isCurrent: true))
        }
        waiters.removeAll { $0.position <= position }
    }

    private static func apply(
        _ events: ArraySlice<MarketEvent>,
        _ markets: inout [PairMarket],
        _ observer: some MarketObserver
    ) -> Bool {
        for event in events {
            let index = Int(event.instrument.rawValue)
            guard index < markets.count else { continue }
            do { try markets[index].apply(event) } catch { return false }
            observer.applied(event, markets)
        }
        return true
    }

    private static func replace(
        _ pair: PairSnapshot,
        _ markets: inout [PairMarket],
        _ observer: some MarketObserver
    ) {
        let index = Int(pair.instrument.rawValue)
        guard index < markets.count,
            let market = market(of: pair, markets[index].instrument)
        else { return }
        let old = markets[index]
        // The shard that a pair has left still shows it for a while.
        guard market.generation >= old.generation else { return }
        markets[index] = market
        observer.replaced(old, by: market)
    }

    private static func market(of pair: PairSnapshot, _ instrument: Instrument) -> PairMarket? {
        var reader = ByteReader(pair.history)
        // A snapshot that cannot be read is a version skew; the pair stays as it was and its reads
        // fail by their deadline.
        guard let history = try? TradeHistory(instrument: instrument, decoding: &reader) else {
            return nil
        }
        let book = DepthMirror(
            Depth(
                lastUpdateID: pair.updateID,
                bids: pair.bids.map(DepthLevel.init),
                asks: pair.asks.map(DepthLevel.init)
            )
        )
        return PairMarket(
            history: history,
            book: book,
            phase: pair.phase,
            generation: pair.generation
        )
    }
}

extension DepthLevel {
    fileprivate init(_ level: PriceLevel) {
        self.init(price: level.price, quantity: level.quantity)
    }
}

extension MarketEvent {
    /// The pair it belongs to.
    public var instrument: InstrumentID {
        switch self {
        case .trade(let trade): trade.instrument
        case .level(let change): change.instrument
        case .phase(let change): change.instrument
        case .arrival(let arrival): arrival.instrument
        }
    }
}
