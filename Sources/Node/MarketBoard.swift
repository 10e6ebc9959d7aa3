import API
import EventLoop
import HTTP
import MarketData
import Routing
import Trading

/// All pairs as this router mirrors them, and the WebSocket connections that listen to them.
final class MarketBoard: MarketObserver, MarketSource {
    /// A listener that lets so much pile up is told and cut off: no stream with holes.
    static let queuedSizeMax = 8 << 20
    /// Between server pings, and until a silent client is cut off.
    static let pingMilliseconds: UInt64 = 20_000
    static let pongMilliseconds: UInt64 = 60_000

    private struct Listener {
        var socket: WebSocket
        var lastHeard: UInt64
    }

    private let context: ProcessContext
    private var markets: [PairMarket]
    private var hub: StreamHub
    private var output = StreamOutput()
    private var listeners: [Int: Listener] = [:]
    private var nextConnection = 1

    init(context: ProcessContext, instruments: [Instrument]) {
        self.context = context
        markets = instruments.map(PairMarket.init)
        hub = StreamHub(instruments: instruments)
    }

    /// Number of WebSocket connections.
    var listenerCount: Int { listeners.count }

    func start() {
        _ = context.loop.schedule(afterMilliseconds: 50, repeatingMilliseconds: 50) {
            [unowned self] in
            hub.tick(markets: markets, now: context.wall, to: &output)
            deliver()
        }
        let interval = Self.pingMilliseconds
        _ = context.loop.schedule(afterMilliseconds: interval, repeatingMilliseconds: interval) {
            [unowned self] in ping()
        }
    }

    /// Lends the markets for a change; every change is told back through `MarketObserver`.
    func update(_ change: (inout [PairMarket], MarketBoard) -> Void) {
        // Taken out for the change: the observer callbacks below must not touch `markets`.
        var lent: [PairMarket] = []
        swap(&lent, &markets)
        change(&lent, self)
        swap(&lent, &markets)
    }

    func market(_ id: InstrumentID) -> PairMarket? {
        // A pair of a shard that never traded is empty from the start; readers have waited for the
        // shard's position before they come here.
        Int(id.rawValue) < markets.count ? markets[Int(id.rawValue)] : nil
    }

    /// What a pair takes at present, as far as this router knows.
    func phase(_ id: InstrumentID) -> TradingPhase { market(id)?.phase ?? .continuous }

    // MARK: MarketObserver

    func applied(_ event: MarketEvent, _ markets: [PairMarket]) {
        hub.publish(event, markets: markets, now: context.wall, to: &output)
    }

    func replaced(_ old: PairMarket, by new: PairMarket) {
        for connection in hub.resync(old: old, new: new, now: context.wall, to: &output) {
            cut(connection, "market data was interrupted")
        }
    }

    func finishedBatch(_ markets: [PairMarket]) {
        hub.flush(markets: markets, now: context.wall, to: &output)
        deliver()
    }

    private func deliver() {
        for delivery in output.deliveries {
            for connection in delivery.connections { send(delivery.payload, to: connection) }
        }
        output.removeAll()
    }

    private func send(_ payload: [UInt8], to connection: Int) {
        guard let socket = listeners[connection]?.socket else { return }
        guard socket.queuedWriteSize < Self.queuedSizeMax else {
            return cut(connection, "too slow a reader")
        }
        socket.send(text: payload)
    }

    // MARK: Connections

    /// Takes in a WebSocket whose path names market streams.
    func open(_ socket: WebSocket, _ path: StreamPath) {
        let connection = nextConnection
        nextConnection += 1
        listeners[connection] = Listener(socket: socket, lastHeard: context.now)
        hub.open(connection, path, markets: markets, now: context.wall)
        socket.onText = { [weak self] text in self?.received(Array(text.utf8), from: connection) }
        socket.onPong = { [weak self] in
            guard let self else { return }
            listeners[connection]?.lastHeard = context.now
        }
        socket.onClose = { [weak self] _, _ in self?.forget(connection) }
    }

    private func received(_ text: [UInt8], from connection: Int) {
        guard let socket = listeners[connection]?.socket else { return }
        listeners[connection]?.lastHeard = context.now
        guard hub.countMessage(connection, now: context.wall) else {
            return cut(connection, "too many messages")
        }
        let answer = hub.receive(text, from: connection, markets: markets, now: context.wall)
        socket.send(text: answer)
    }

    private func ping() {
        let limit = Self.pongMilliseconds * 1_000_000
        for (connection, listener) in listeners {
            if context.now - listener.lastHeard > limit {
                cut(connection, "no pong")
            } else {
                listener.socket.ping()
            }
        }
    }

    private func cut(_ connection: Int, _ reason: String) {
        listeners[connection]?.socket.close(code: 1008, reason: reason)
        forget(connection)
    }

    private func forget(_ connection: Int) {
        listeners[connection] = nil
        hub.close(connection)
    }
}
