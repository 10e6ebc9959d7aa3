import MarketData
import Trading
import Wire

/// What a mirror wants done.
public enum MirrorEffect: Equatable, Sendable {
    /// The client that holds this token may read: the mirror has reached its position, or not in
    /// time.
    case ready(token: UInt64, isCurrent: Bool)
    /// Ask the replica again, with a snapshot, since events are missing.
    case resync
    /// One pair's event was applied.
    case applied(MarketEvent)
    /// One pair was replaced by a snapshot.
    case replaced(InstrumentID)
}

/// A router's mirror of one shard's public market data, fed by events in order.
public struct MarketMirror: Sendable {
    private struct Waiter: Sendable {
        var position: SequenceNumber
        var token: UInt64
        var deadline: UInt64
    }

    /// The most reads waiting for a position.
    public static let waitersMax = 65_536

    /// The last event applied; `nil` before the first snapshot.
    public private(set) var position: SequenceNumber?
    /// The mirrored pairs.
    public private(set) var markets: [InstrumentID: PairMarket] = [:]
    /// What each pair was before the snapshot that replaced it last, for stream continuity.
    public private(set) var previous: [InstrumentID: PairMarket] = [:]
    private let instruments: [InstrumentID: Instrument]
    private var waiters: [Waiter] = []

    /// Starts empty.
    ///
    /// - Parameter instruments: Every pair that may appear.
    public init(instruments: [Instrument]) {
        self.instruments = Dictionary(
            instruments.map { ($0.id, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// Takes a message of the feed.
    ///
    /// - Parameters:
    ///   - message: As it came.
    ///   - effects: What to do is appended here.
    public mutating func received(_ message: FeedMessage, effects: inout [MirrorEffect]) {
        switch message {
        case .snapshot(let position, let pairs): replace(position, pairs, &effects)
        case .events(let first, let events): apply(first, events, &effects)
        case .heartbeat(let reached):
            if let position, reached > position { effects.append(.resync) }
        }
        release(&effects)
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

    private mutating func apply(
        _ first: SequenceNumber,
        _ events: [MarketEvent],
        _ effects: inout [MirrorEffect]
    ) {
        guard let position, first.rawValue == position.rawValue + 1 else {
            return effects.append(.resync)
        }
        for event in events {
            do { try markets[event.instrument]?.apply(event) } catch {
                self.position = nil
                return effects.append(.resync)
            }
            effects.append(.applied(event))
        }
        self.position = SequenceNumber(position.rawValue + UInt64(events.count))
    }

    private mutating func replace(
        _ position: SequenceNumber,
        _ pairs: [PairSnapshot],
        _ effects: inout [MirrorEffect]
    ) {
        for pair in pairs {
            guard let instrument = instruments[pair.instrument],
                let market = Self.market(of: pair, instrument)
            else { continue }
            previous[pair.instrument] = markets[pair.instrument]
            markets[pair.instrument] = market
            effects.append(.replaced(pair.instrument))
        }
        self.position = position
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
        return PairMarket(history: history, book: book)
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
        }
    }
}
