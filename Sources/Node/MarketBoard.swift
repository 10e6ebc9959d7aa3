import API
import EventLoop
import HTTP
import MarketData
import Routing
import Trading

/// All pairs as this router mirrors them, and the WebSocket connections that listen to them.
final class MarketBoard: MarketObserver, MarketSource {
    private let context: ProcessContext
    private var markets: [PairMarket]
    private var hub: StreamHub
    private var output = StreamOutput()
    private(set) lazy var table = SocketTable(
        loop: context.loop,
        handlers: SocketTable.Handlers(
            received: { [unowned self] in received($1, from: $0) },
            controlled: { [unowned self] in _ = count($0) },
            notice: { [unowned self] in hub.shutdownNotice(to: $0, now: context.wall) },
            closed: { [unowned self] in
                hub.close($0)
                tellUserChanges()
            }
        )
    )

    init(context: ProcessContext, instruments: [Instrument]) {
        self.context = context
        markets = instruments.map(PairMarket.init)
        hub = StreamHub(instruments: instruments)
    }

    func start() {
        _ = context.loop.schedule(afterMilliseconds: 50, repeatingMilliseconds: 50) {
            [unowned self] in
            hub.tick(markets: markets, now: context.wall, to: &output)
            deliver()
        }
        table.start()
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
            table.cut(connection, "market data was interrupted")
        }
    }

    func finishedBatch(_ markets: [PairMarket]) {
        hub.flush(markets: markets, now: context.wall, to: &output)
        deliver()
    }

    private func deliver() {
        for delivery in output.deliveries {
            for connection in delivery.connections {
                table.send(delivery.payload, to: connection)
            }
        }
        output.removeAll()
    }

    // MARK: Listen keys

    /// Told of listen keys that somebody begins to listen to, or nobody any more.
    var onUserChanges: (([String]) -> Void)?

    func admit(listenKeys keys: [String]) { hub.admit(listenKeys: keys) }

    func isHeard(listenKey key: String) -> Bool { hub.isHeard(key) }

    private func tellUserChanges() {
        let changes = hub.takeUserChanges()
        if !changes.isEmpty { onUserChanges?(changes) }
    }

    /// Says that a key is over to who listens to it.
    func dismiss(listenKey key: String) {
        for unit in StreamTimeUnit.allCases {
            let event = UserEventJSON.expired(listenKey: key, now: context.wall, unit: unit)
            publish(event, listenKey: key, unit: unit)
        }
        hub.dismiss(listenKey: key)
        _ = hub.takeUserChanges()
    }

    func publish(_ event: [UInt8], listenKey key: String, unit: StreamTimeUnit) {
        hub.publish(event, listenKey: key, unit: unit, to: &output)
        deliver()
    }

    // MARK: Connections

    /// Takes in a WebSocket whose path names market streams.
    func open(_ socket: WebSocket, _ path: StreamPath) {
        hub.open(table.add(socket), path, markets: markets, now: context.wall)
        tellUserChanges()
    }

    private func received(_ text: [UInt8], from connection: Int) {
        guard count(connection) else { return }
        let answer = hub.receive(text, from: connection, markets: markets, now: context.wall)
        table.send(answer, to: connection)
        tellUserChanges()
    }

    /// Counts a message of a client; one that sends too many is cut off.
    private func count(_ connection: Int) -> Bool {
        if hub.countMessage(connection, now: context.wall) { return true }
        table.cut(connection, "too many messages")
        return false
    }
}
