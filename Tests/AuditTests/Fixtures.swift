import Audit
import Replication
import Shard
import Trading
import Wire

/// A shard's log with its machine beside it, written as primaries write it.
final class LogWriter {
    private(set) var records: [LogRecord] = []
    /// Digest recorded for each entry, by sequence; tests may forge one.
    var forgedDigest: UInt64?
    private var machine = ShardMachine()
    private var digests: [UInt64] = []
    private var events: [MarketEvent] = []
    private var commandCount: UInt64 = 0
    private var sessionSequences: [UInt64: UInt64] = [:]
    private var time = Timestamp(microseconds: 1_000_000)
    private(set) var snapshot: LogSnapshot?

    init() { digests = [machine.digest] }

    /// A log of three epochs with a traded book.
    static func traded() -> LogWriter {
        let writer = LogWriter()
        writer.marker(epoch: 1)
        writer.batch(Market.genesis)
        for number in 0..<20 { writer.batch(Market.orders(number)) }
        writer.marker(epoch: 2)
        for number in 20..<40 { writer.batch(Market.orders(number)) }
        writer.marker(epoch: 4)
        for number in 40..<60 { writer.batch(Market.orders(number)) }
        return writer
    }

    var tail: EntryID { records.last?.id ?? .zero }
    var hash: ChainHash { records.last?.hash ?? .zero }

    func marker(epoch: UInt64) {
        add(.newEpoch, epoch: epoch, commands: [], payload: Array("test".utf8))
    }

    /// Adds a batch of a session that has not confirmed its last few answers.
    func batch(_ commands: [Command], session: UInt64 = 9, unacknowledged: UInt64 = 1) {
        var payload = ByteWriter()
        var wrapped: [SessionCommand] = []
        for command in commands {
            let sequence = sessionSequences[session, default: 0] + 1
            sessionSequences[session] = sequence
            let next = SessionCommand(
                session: SessionID(rawValue: session),
                sequence: sequence,
                acknowledged: sequence - min(sequence, unacknowledged),
                command: command
            )
            BatchPayload.append(next, to: &payload)
            wrapped.append(next)
        }
        add(.batch, epoch: tail.epoch.rawValue, commands: wrapped, payload: payload.bytes)
    }

    private func add(
        _ kind: EntryKind,
        epoch: UInt64,
        commands: [SessionCommand],
        payload: [UInt8]
    ) {
        time = Timestamp(microseconds: time.microseconds + 1000)
        // A leader knows less to be committed than it has proposed.
        let committed = max(0, records.count - 2)
        let record = LogEntry(
            id: .of(epoch, UInt64(records.count + 1)),
            kind: kind,
            previousHash: hash,
            firstCommand: commandCount + 1,
            commandCount: UInt32(commands.count),
            time: time,
            committed: SequenceNumber(UInt64(committed)),
            committedDigest: forgedDigest ?? digests[committed],
            payload: payload
        ).encoded()
        commandCount += UInt64(commands.count)
        if kind == .newEpoch { machine.beginTerm(at: time) }
        for command in commands { _ = machine.apply(command, at: time, events: &events) }
        digests.append(machine.digest)
        records.append(record)
    }

    /// Proposes the last entry again, as the primary of a new epoch does with what it finds.
    func proposeAgain(epoch: UInt64) {
        guard let last = records.popLast(), let entry = try? LogEntry(decoding: last.bytes) else {
            return
        }
        records.append(entry.proposed(again: Epoch(epoch)))
    }

    /// Takes a snapshot as a standby does.
    func takeSnapshot() { snapshot = makeSnapshot { _ in } }

    /// A snapshot at the tail whose bytes were changed before they were hashed.
    func makeSnapshot(_ change: (inout [UInt8]) -> Void) -> LogSnapshot {
        var writer = ByteWriter()
        writer.write(commandCount)
        writer.write(time)
        machine.encode(into: &writer)
        var bytes = writer.bytes
        change(&bytes)
        let manifest = SnapshotManifest(
            id: tail,
            hash: hash,
            stateHash: SipHash.hash(bytes, in: 0..<bytes.count),
            size: bytes.count,
            chunkCount: 1
        )
        return LogSnapshot(manifest: manifest, bytes: bytes)
    }

    /// Drops what is before an entry.
    func trim(before sequence: UInt64) {
        records.removeAll { $0.id.sequence.rawValue < sequence }
    }

    func replay(_ changed: [LogRecord]? = nil) throws(LogDefect) -> LogReport {
        var replay = try LogReplay<ShardState>(snapshot: snapshot, keepsSummaries: true)
        for record in changed ?? records { try replay.take(record) }
        return try replay.finish(tail: tail, hash: hash)
    }

    /// What is wrong with the log after a change.
    func defect(_ change: (inout [LogRecord]) -> Void) -> LogDefect? {
        var changed = records
        change(&changed)
        do throws(LogDefect) {
            _ = try replay(changed)
            return nil
        } catch {
            return error
        }
    }
}

/// A pair, two accounts, and orders that trade.
enum Market {
    static let instrument = Instrument(
        id: InstrumentID(0),
        symbol: "BTCUSDT",
        base: AssetID(0),
        quote: AssetID(1),
        tickUnits: 100_000_000,
        lotUnits: 100_000_000,
        priceMin: Price(ticks: 1),
        priceMax: Price(ticks: 1000),
        quantityMin: Quantity(lots: 1),
        quantityMax: Quantity(lots: 1000),
        marketQuantityMax: Quantity(lots: 0),
        notionalMin: .zero,
        notionalMax: Amount(units: .max),
        bidMultiplierUp: 0,
        bidMultiplierDown: 0,
        askMultiplierUp: 0,
        askMultiplierDown: 0,
        marketBand: 0,
        openOrdersMax: 100,
        makerRate: 100_000,
        takerRate: 100_000,
        defaultSelfTradePrevention: .expireTaker
    )

    /// What is paid in for each account and asset.
    static let deposit = Amount(units: 123_456_789 * 100_000_000)

    static var genesis: [Command] {
        var commands: [Command] = [
            .addAsset(Asset(id: AssetID(0), symbol: "BTC")),
            .addAsset(Asset(id: AssetID(1), symbol: "USDT")), .addInstrument(instrument),
        ]
        for (reference, place) in [(1, 0), (1, 1), (2, 0), (2, 1)].enumerated() {
            commands.append(
                .deposit(
                    account: AccountID(UInt32(place.0)),
                    asset: AssetID(UInt16(place.1)),
                    amount: deposit,
                    reference: UInt64(reference + 1)
                )
            )
        }
        return commands
    }

    /// A maker, a taker for a part of it, and one that rests.
    static func orders(_ number: Int) -> [Command] {
        [
            place(1, .sell, price: 100, quantity: 3, "m\(number)"),
            place(2, .buy, price: 100, quantity: 2, "t\(number)"),
            place(2, .buy, price: 50 + Int64(number % 7), quantity: 1, "r\(number)"),
        ]
    }

    static func place(
        _ account: UInt32,
        _ side: Side,
        price: Int64,
        quantity: Int64,
        _ name: String
    ) -> Command {
        .place(
            PlaceOrder(
                account: AccountID(account),
                instrument: instrument.id,
                side: side,
                type: .limit,
                timeInForce: .goodTilCancelled,
                selfTradePrevention: nil,
                price: Price(ticks: price),
                quantity: Quantity(lots: quantity),
                quoteQuantity: .zero,
                clientOrderID: ClientOrderID(name) ?? .none
            )
        )
    }
}

extension EntryID {
    static func of(_ epoch: UInt64, _ sequence: UInt64) -> Self {
        Self(epoch: Epoch(epoch), sequence: SequenceNumber(sequence))
    }
}

extension LogRecord {
    /// The same record after a change of its entry, soundly encoded again.
    func changing(_ change: (inout LogEntry) -> Void) -> LogRecord {
        guard var entry = try? LogEntry(decoding: bytes) else { return self }
        change(&entry)
        return entry.encoded()
    }
}
