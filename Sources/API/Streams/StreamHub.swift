import MarketData
import Trading

/// Who listens to which market stream, and what each of them is told: no sockets, no clock.
///
/// Connections are integers the owner chooses. The owner applies each event to its `PairMarket`,
/// then calls `publish`, calls `flush` after each batch of events and `tick` about every 50 ms,
/// and sends what comes out in order. Markets are given in the order of the instruments.
public struct StreamHub: Sendable {
    /// Messages a client may send in a second.
    public static let messagesPerSecondMax = 5

    struct Connection: Sendable {
        var form: StreamForm
        /// Names with their order of subscription.
        var held: [StreamName: Int] = [:]
        var subscriptionCount = 0
        var messageSecond: Int64 = 0
        var messageCount = 0

        mutating func add(_ name: StreamName) {
            held[name] = subscriptionCount
            subscriptionCount += 1
        }

        /// In the order of subscription.
        var names: [StreamName] { held.sorted { $0.value < $1.value }.map(\.key) }
    }

    let instruments: [Instrument]
    private let pairOf: [String: Int]
    var connections: [Int: Connection] = [:]
    var live: [LiveStream?] = []
    private var slotOf: [StreamName: Int] = [:]
    private var freeSlots: [Int] = []
    /// Slots of the live streams of each pair.
    var slotsOfPair: [[Int]]
    /// Those of them that tell of changed levels: the hottest path of all.
    var depthSlotsOfPair: [[Int]]
    /// Slots of the streams of all pairs.
    var slotsOfAll: [Int] = []
    /// Pairs with an event since the last second.
    var isPairChanged: [Bool]
    /// Pairs with an event since the last flush.
    var pairsTouched: [Int] = []
    /// Listen keys that may be subscribed to.
    var listenKeys: Set<String> = []
    /// See `takeUserChanges()`.
    var userChanges: [String] = []
    var nextFast = Timestamp.zero
    var nextSlow = Timestamp.zero

    /// Starts without connections.
    ///
    /// - Parameter instruments: All pairs; ids are positions.
    public init(instruments: [Instrument]) {
        self.instruments = instruments
        pairOf = Dictionary(
            instruments.enumerated().map { ($0.element.symbol, $0.offset) },
            uniquingKeysWith: { first, _ in first }
        )
        slotsOfPair = Array(repeating: [], count: instruments.count)
        depthSlotsOfPair = slotsOfPair
        isPairChanged = Array(repeating: false, count: instruments.count)
    }

    /// Number of open connections.
    public var connectionCount: Int { connections.count }

    /// Number of streams with at least one listener.
    public var streamCount: Int { slotOf.count }

    /// Takes in a connection and subscribes it to the names of its path.
    ///
    /// - Parameters:
    ///   - connection: A number not in use.
    ///   - path: What its upgrade asked for; names we do not know are passed over.
    ///   - markets: All pairs.
    ///   - now: The present.
    public mutating func open(
        _ connection: Int,
        _ path: StreamPath,
        markets: [PairMarket],
        now: Timestamp
    ) {
        let form = StreamForm(isWrapped: path.isWrapped, timeUnit: path.timeUnit)
        connections[connection] = Connection(form: form)
        for text in path.names {
            guard let name = known(text) else { continue }
            subscribe(connection, name, markets: markets, now: now)
        }
    }

    /// Forgets a connection.
    ///
    /// - Parameter connection: Closed already or about to be; unknown ones are passed over.
    public mutating func close(_ connection: Int) {
        guard let state = connections.removeValue(forKey: connection) else { return }
        for name in state.held.keys { detach(connection, name, state.form) }
    }

    /// Counts a message (ping, pong or text) of a client.
    ///
    /// - Parameters:
    ///   - connection: Whose.
    ///   - now: When.
    /// - Returns: `false` when it is one too many: the owner closes the connection.
    public mutating func countMessage(_ connection: Int, now: Timestamp) -> Bool {
        let second = now.microseconds / 1_000_000
        guard var state = connections[connection] else { return false }
        if state.messageSecond != second { state.messageCount = 0 }
        state.messageSecond = second
        state.messageCount += 1
        connections[connection] = state
        return state.messageCount <= Self.messagesPerSecondMax
    }

    /// Connections with a stream of a pair that a predicate picks, in order.
    func listeners(of instrument: Instrument, _ isPicked: (StreamName.Kind) -> Bool) -> [Int] {
        let picked = connections.filter { entry in
            entry.value.held.keys.contains { $0.symbol == instrument.symbol && isPicked($0.kind) }
        }
        return picked.keys.sorted()
    }

    /// A stream we serve of a pair we have.
    func known(_ text: String) -> StreamName? {
        if listenKeys.contains(text) { return StreamName(listenKey: text) }
        guard let name = StreamName(text) else { return nil }
        guard let symbol = name.symbol else { return name }
        return pairOf[symbol] == nil ? nil : name
    }

    /// Who listens to a stream; `nil` for nobody.
    func subscribers(of name: StreamName) -> Subscribers? {
        slotOf[name].flatMap { live[$0]?.subscribers }
    }

    mutating func subscribe(
        _ connection: Int,
        _ name: StreamName,
        markets: [PairMarket],
        now: Timestamp
    ) {
        guard let form = connections[connection]?.form,
            connections[connection]?.held[name] == nil
        else { return }
        connections[connection]?.add(name)
        let slot = slotOf[name] ?? start(name, markets: markets, now: now)
        live[slot]?.subscribers.add(connection, form)
        live[slot]?.isFullDue = true
    }

    mutating func unsubscribe(_ connection: Int, _ name: StreamName) {
        guard let form = connections[connection]?.form,
            connections[connection]?.held.removeValue(forKey: name) != nil
        else { return }
        detach(connection, name, form)
    }

    /// Changes whether events of a connection are wrapped.
    mutating func setWrapped(_ connection: Int, _ isWrapped: Bool) {
        guard let state = connections[connection] else { return }
        var form = state.form
        form.isWrapped = isWrapped
        connections[connection]?.form = form
        for name in state.held.keys {
            guard let slot = slotOf[name] else { continue }
            live[slot]?.subscribers.remove(connection, state.form)
            live[slot]?.subscribers.add(connection, form)
        }
    }

    private mutating func start(
        _ name: StreamName,
        markets: [PairMarket],
        now: Timestamp
    ) -> Int {
        let pair = name.symbol.flatMap { pairOf[$0] }
        let stream = LiveStream(name, pair: pair, market: pair.map { markets[$0] }, now: now)
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
            live[slot] = stream
        } else {
            slot = live.count
            live.append(stream)
        }
        slotOf[name] = slot
        noteUserChange(name)
        if let pair {
            slotsOfPair[pair].append(slot)
        } else if name.kind != .user {
            slotsOfAll.append(slot)
        }
        if let pair, case .depth = name.kind { depthSlotsOfPair[pair].append(slot) }
        return slot
    }

    private mutating func detach(_ connection: Int, _ name: StreamName, _ form: StreamForm) {
        guard let slot = slotOf[name], let stream = live[slot] else { return }
        live[slot]?.subscribers.remove(connection, form)
        guard live[slot]?.subscribers.isEmpty == true else { return }
        live[slot] = nil
        slotOf[name] = nil
        noteUserChange(name)
        freeSlots.append(slot)
        if let pair = stream.pair {
            slotsOfPair[pair].removeAll { $0 == slot }
            depthSlotsOfPair[pair].removeAll { $0 == slot }
        } else {
            slotsOfAll.removeAll { $0 == slot }
        }
    }
}
