import Foundation
import MarketData
import Testing
import Trading

@testable import API

/// The venue, keys and clock the tests share.
enum Fixtures {
    static let now = Timestamp(microseconds: 1_499_827_319_559_000)
    static let keyText = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
    static let secretText = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
    static let account = AccountID(7)

    static let assets = ["BTC", "USDT", "LTC"].enumerated().map {
        Asset(id: AssetID(UInt16($0.offset)), symbol: $0.element)
    }

    /// Tick 0.01, lot 0.00001.
    static let btcusdt = instrument(0, "BTCUSDT", base: 0, quote: 1, tick: 1_000_000, lot: 1_000)
    /// Tick 0.0001, lot 0.01.
    static let ltcbtc = instrument(1, "LTCBTC", base: 2, quote: 0, tick: 10_000, lot: 1_000_000)

    static let venue = Venue(assets: assets, instruments: [btcusdt, ltcbtc])

    static func instrument(
        _ id: UInt16,
        _ symbol: String,
        base: UInt16,
        quote: UInt16,
        tick: Int64,
        lot: Int64
    ) -> Instrument {
        Instrument(
            id: InstrumentID(id),
            symbol: symbol,
            base: AssetID(base),
            quote: AssetID(quote),
            tickUnits: tick,
            lotUnits: lot,
            priceMin: Price(ticks: 1),
            priceMax: Price(ticks: 100_000_000),
            quantityMin: Quantity(lots: 1),
            quantityMax: Quantity(lots: 900_000_000),
            marketQuantityMax: Quantity(lots: 10_000_000),
            notionalMin: Amount(units: 500_000_000),
            notionalMax: Amount(units: 900_000_000_000_000),
            bidMultiplierUp: 500_000_000,
            bidMultiplierDown: 20_000_000,
            askMultiplierUp: 500_000_000,
            askMultiplierDown: 20_000_000,
            marketBand: 5_000_000,
            openOrdersMax: 200,
            makerRate: 100_000,
            takerRate: 150_000,
            defaultSelfTradePrevention: .expireMaker
        )
    }

    static var gateway: Gateway { gateway { _ in .continuous } }

    static func gateway(
        _ venue: Venue = venue,
        explainsRefusals: Bool = true,
        phase: @escaping (InstrumentID) -> TradingPhase
    ) -> Gateway {
        let secret = Array(secretText.utf8)
        return Gateway(
            venue: venue,
            keys: KeyRing([
                APIKey(key: keyText, account: account, material: KeyMaterial(secret)),
                APIKey(
                    key: "reader",
                    account: account,
                    material: KeyMaterial(secret),
                    permissions: .read
                ),
                APIKey(
                    key: "trader",
                    account: account,
                    material: KeyMaterial(secret),
                    permissions: .trade,
                    addresses: ["10.0.0.0/8", "2001:db8::1"].compactMap { AddressPrefix($0) }
                ),
            ]),
            verify: { HMAC.authenticate($1, secret: $0.material.bytes) == $2 },
            explainsRefusals: explainsRefusals,
            makeClientOrderID: { ClientOrderID("generated0000000000001") ?? .none },
            deriveClientOrderID: { _ in ClientOrderID("generated0000000000001") ?? .none },
            phase: phase
        )
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// A signed request, the parameters in the query.
    static func signed(
        _ method: String,
        _ path: String,
        _ parameters: String = "",
        isBody: Bool = false,
        key: String? = keyText
    ) -> APIRequest {
        let text = parameters + (parameters.isEmpty ? "" : "&") + "timestamp=1499827319559"
        let signature = HMAC.authenticate(Array(text.utf8), secret: Array(secretText.utf8))
        let bytes = Array((text + "&signature=" + hex(signature)).utf8)
        return APIRequest(
            method: method,
            path: Array(path.utf8),
            query: isBody ? [] : bytes,
            body: isBody ? bytes : [],
            apiKey: key.map { Array($0.utf8) }
        )
    }

    static func get(_ path: String, _ query: String = "") -> APIRequest {
        APIRequest(method: "GET", path: Array(path.utf8), query: Array(query.utf8))
    }
}

extension API.Operation {
    /// The answer given at once, if that is what it is.
    var response: APIResponse? {
        guard case .respond(let response) = self else { return nil }
        return response
    }
}

extension APIResponse {
    var text: String { String(decoding: body, as: UTF8.self) }

    /// Whether the body is JSON at all, apart from what it says.
    var isJSON: Bool {
        (try? JSONSerialization.jsonObject(with: Data(body), options: .fragmentsAllowed)) != nil
    }
}

/// Checks an answer to the byte.
func expect(
    _ response: APIResponse?,
    _ json: String,
    status: Int = 200,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let flat = json.split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
    #expect(response?.text == flat, sourceLocation: sourceLocation)
    #expect(response?.status == status, sourceLocation: sourceLocation)
    #expect(response?.isJSON == true, sourceLocation: sourceLocation)
}

/// Checks the words of a refusal.
func expect(
    _ response: APIResponse?,
    code: Int,
    _ message: String,
    status: Int = 400,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let object =
        response.flatMap { try? JSONSerialization.jsonObject(with: Data($0.body)) }
        as? [String: Any]
    #expect(object?["code"] as? Int == code, sourceLocation: sourceLocation)
    #expect(object?["msg"] as? String == message, sourceLocation: sourceLocation)
    #expect(object?.count == 2, sourceLocation: sourceLocation)
    #expect(response?.status == status, sourceLocation: sourceLocation)
}
