import TLS

/// A key of an account: names it in a request and signs the request.
public struct TradingKey {
    /// Goes into the header X-MBX-APIKEY.
    public let apiKey: String
    private let signer: HMACSHA256

    /// Prepares a key.
    ///
    /// - Parameters:
    ///   - apiKey: Names the account.
    ///   - secret: Signs.
    public init(apiKey: String, secret: String) {
        self.apiKey = apiKey
        signer = HMACSHA256(key: Array(secret.utf8))
    }

    /// Appends the signature of a query to it.
    func sign(_ query: inout [UInt8]) {
        let signature = signer.authenticate(query)
        query.append(contentsOf: "&signature=".utf8)
        for byte in signature {
            query.append(Self.digits[Int(byte >> 4)])
            query.append(Self.digits[Int(byte & 15)])
        }
    }

    private static let digits = Array("0123456789abcdef".utf8)
}
