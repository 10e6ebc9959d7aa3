import MarketData
import Matching
import Trading
import Wire

@testable import API

/// The API as a router has it, before an engine of two pairs: what is understood of a request is
/// carried out, and every answer is held to its form.
struct FuzzVenue: ~Copyable {
    static let now = Timestamp(microseconds: 1_700_000_100_000_000)
    static let key = "fuzz"
    private static let secret: (UInt64, UInt64) = (0x5EED, 0xF00D)
    private static let venue = Venue(
        assets: (0..<3).map { Asset(id: AssetID(UInt16($0)), symbol: "A\($0)") },
        instruments: FuzzExchange.instruments
    )

    /// Takes any hash for the HMAC: a fuzzer gets as little past the one as past the other.
    ///
    /// Any thread: it never changes, and its closures touch nothing but their arguments.
    nonisolated(unsafe) static let gateway = Gateway(
        venue: venue,
        keys: KeyRing([
            APIKey(key: key, account: FuzzExchange.accounts[0], material: KeyMaterial([1]))
        ]),
        verify: { signature(of: $1) == $2 },
        makeClientOrderID: { ClientOrderID("made") ?? .none },
        deriveClientOrderID: { _ in ClientOrderID("derived") ?? .none }
    )

    private var engine = TradingEngine()
    private(set) var markets = FuzzExchange.instruments.map { PairMarket(instrument: $0) }

    /// With funds, a few orders on both sides and a trade.
    init() {
        for asset in Self.venue.assets { apply(.addAsset(asset)) }
        for instrument in FuzzExchange.instruments { apply(.addInstrument(instrument)) }
        for asset in 0..<3 {
            apply(
                .deposit(
                    account: FuzzExchange.accounts[0],
                    asset: AssetID(UInt16(asset)),
                    amount: Amount(units: 9000),
                    reference: UInt64(asset + 1)
                )
            )
        }
        for (name, side, ticks) in [("a", Side.buy, 20), ("b", .sell, 30), ("c", .buy, 30)] {
            apply(
                .place(
                    PlaceOrder(
                        account: FuzzExchange.accounts[0],
                        instrument: InstrumentID(0),
                        side: side,
                        type: .limit,
                        timeInForce: .goodTilCancelled,
                        selfTradePrevention: SelfTradePrevention.none,
                        price: Price(ticks: Int64(ticks)),
                        quantity: Quantity(lots: 4),
                        quoteQuantity: .zero,
                        clientOrderID: ClientOrderID(name) ?? .none
                    )
                )
            )
        }
    }

    static func signature(of payload: [UInt8]) -> [UInt8] {
        let hash = SipHash.hash(payload, in: payload.indices, key: secret)
        return (0..<8).map { UInt8(truncatingIfNeeded: hash >> UInt64(8 * $0)) }
    }

    static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { byte in
            [byte >> 4, byte & 15].map { Array("0123456789abcdef".utf8)[Int($0)] }
        }
    }

    /// Carries out what was understood of a request.
    ///
    /// - Parameter operation: Of the gateway.
    /// - Returns: The answer, held to its form.
    @discardableResult
    mutating func carryOut(_ operation: Operation) -> APIResponse {
        let answer =
            switch operation {
            case .respond(let response): response
            case .command(_, let command, let plan):
                Self.gateway.render(plan, apply(Self.asRead(command)))
            case .query(_, let query, let plan):
                Self.gateway.render(plan, engine.answer(Self.asRead(query)))
            case .queryAll(let query, let plan):
                Self.gateway.render(plan, .merge([engine.answer(Self.asRead(query))]))
            case .listenKey(let request): APIResponse.listenKey(request.owner.apiKey)
            case .market(_, let plan):
                Self.gateway.render(plan, source: FuzzMirror(markets: markets))
            }
        AnswerForm.check(answer)
        return answer
    }

    @discardableResult
    private mutating func apply(_ command: Command) -> Reply {
        var events: [MarketEvent] = []
        let reply = engine.apply(command, at: Self.now, events: &events)
        for event in events {
            do throws(MarketGap) {
                for index in markets.indices where Self.concerns(event, index) {
                    try markets[index].apply(event)
                }
            } catch {
                invariant(false, "the mirror has a gap: \(error)")
            }
        }
        return reply
    }

    private static func concerns(_ event: MarketEvent, _ index: Int) -> Bool {
        let id = InstrumentID(UInt16(index))
        return switch event {
        case .trade(let trade): trade.instrument == id
        case .level(let change): change.instrument == id
        case .phase(let change): change.instrument == id
        default: false
        }
    }

    /// A command as the shard reads it off its log: what a stranger asked for has an encoding.
    private static func asRead(_ command: Command) -> Command {
        var writer = ByteWriter()
        writer.write(command)
        var reader = ByteReader(writer.bytes)
        do throws(DecodeError) {
            let read = try reader.readCommand()
            invariant(reader.remaining == 0, "a command of the gateway is read to its end")
            return read
        } catch {
            fatalError("invariant broken: a command of the gateway is not read: \(error)")
        }
    }

    private static func asRead(_ query: Query) -> Query {
        var writer = ByteWriter()
        writer.write(query)
        var reader = ByteReader(writer.bytes)
        do throws(DecodeError) {
            return try reader.readQuery()
        } catch {
            fatalError("invariant broken: a question of the gateway is not read: \(error)")
        }
    }
}

/// The market data of a venue, always up to date.
private struct FuzzMirror: MarketSource {
    let markets: [PairMarket]

    func market(_ id: InstrumentID) -> PairMarket? { markets[Int(id.rawValue)] }
}
