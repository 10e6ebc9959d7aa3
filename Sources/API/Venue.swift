import Trading

/// The venue's static configuration: what the API can name.
public struct Venue: Sendable {
    /// The assets, each at the index of its id.
    public let assets: [Asset]
    /// The pairs, each at the index of its id.
    public let instruments: [Instrument]

    private let idsBySymbol: [SymbolKey: InstrumentID]
    /// Names as JSON strings, made once: they are in every answer.
    private let symbolJSON: [[UInt8]]
    private let assetJSON: [[UInt8]]

    /// Takes the configuration.
    ///
    /// - Parameters:
    ///   - assets: Ids must be 0, 1, 2, … in this order.
    ///   - instruments: Likewise; symbols must be legal and differ, assets must exist.
    public init(assets: [Asset], instruments: [Instrument]) {
        for (index, asset) in assets.enumerated() {
            invariant(Int(asset.id.rawValue) == index, "asset \(asset.symbol) is not at its id")
        }
        var idsBySymbol: [SymbolKey: InstrumentID] = [:]
        for (index, instrument) in instruments.enumerated() {
            let symbol = instrument.symbol
            invariant(Int(instrument.id.rawValue) == index, "\(symbol) is not at its id")
            invariant(Int(instrument.base.rawValue) < assets.count, "\(symbol): no base asset")
            invariant(Int(instrument.quote.rawValue) < assets.count, "\(symbol): no quote asset")
            guard let key = SymbolKey(Array(symbol.utf8)[...]) else {
                fatalError("invariant broken: \(symbol) is no legal symbol")
            }
            invariant(idsBySymbol[key] == nil, "\(symbol) is there twice")
            idsBySymbol[key] = instrument.id
        }
        self.assets = assets
        self.instruments = instruments
        self.idsBySymbol = idsBySymbol
        symbolJSON = instruments.map { Self.json($0.symbol) }
        assetJSON = assets.map { Self.json($0.symbol) }
    }

    private static func json(_ text: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 24)
        writer.value(text)
        return writer.bytes
    }

    /// The pair of an id.
    ///
    /// - Parameter id: Must be one of the venue's.
    /// - Returns: The pair.
    public func instrument(_ id: InstrumentID) -> Instrument { instruments[Int(id.rawValue)] }

    /// The pair with a symbol, or `nil`.
    ///
    /// - Parameter symbol: ASCII bytes in uppercase.
    /// - Returns: The pair's id.
    public func instrumentID(symbol: ArraySlice<UInt8>) -> InstrumentID? {
        SymbolKey(symbol).flatMap { idsBySymbol[$0] }
    }

    /// The symbol of a pair as a JSON string.
    func json(_ id: InstrumentID) -> [UInt8] { symbolJSON[Int(id.rawValue)] }

    /// The ticker of an asset as a JSON string.
    func json(_ id: AssetID) -> [UInt8] { assetJSON[Int(id.rawValue)] }
}

/// A symbol kept inline, so that a look-up costs no allocation.
struct SymbolKey: Hashable {
    /// Source: the venue's `^[A-Z0-9-_.]{1,20}$`.
    static let legalRange = "^[A-Z0-9-_.]{1,20}$"

    private var words: (UInt64, UInt64, UInt64) = (0, 0, 0)

    /// Takes a legal symbol; `nil` results otherwise.
    init?(_ bytes: ArraySlice<UInt8>) {
        guard (1...20).contains(bytes.count) else { return nil }
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                words = (
                    words.0 << 8 | words.1 >> 56, words.1 << 8 | words.2 >> 56,
                    words.2 << 8 | UInt64(byte)
                )
            default: return nil
            }
        }
    }

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
    }
}
