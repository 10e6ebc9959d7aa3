import TLS
import Trading

/// The id of an order that came without one, made of its request.
///
/// Whoever takes the same request again, after a failover or in another router, finds the order under
/// this id; nobody can find another request with it, as nobody can for a SHA-256 of 130 bits.
enum DerivedOrderID {
    private static let digits = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )
    private static let size = 22

    /// Makes the id.
    ///
    /// - Parameter bytes: What makes the request unlike others.
    /// - Returns: 22 letters and digits.
    static func make(_ bytes: [UInt8]) -> ClientOrderID {
        var number = [UInt32](repeating: 0, count: 8)
        for (index, byte) in sha256(bytes).enumerated() {
            number[index / 4] = number[index / 4] << 8 | UInt32(byte)
        }
        var text: [UInt8] = []
        for _ in 0..<size {
            // Long division by 62; what is left of 256 bits after 22 digits is dropped.
            var rest: UInt64 = 0
            for index in number.indices {
                let part = rest << 32 | UInt64(number[index])
                number[index] = UInt32(part / 62)
                rest = part % 62
            }
            text.append(digits[Int(rest)])
        }
        return ClientOrderID(String(decoding: text, as: UTF8.self)) ?? .none
    }
}
