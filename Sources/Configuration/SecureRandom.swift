/// Unpredictable values for keys and identities, from the kernel's generator.
public enum SecureRandom {
    private static let alphanumerics = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8
    )

    /// A string of letters and digits, each equally likely.
    ///
    /// - Parameter count: Number of characters.
    /// - Returns: 5.95 bits of secret a character.
    public static func alphanumeric(count: Int) -> String {
        // The standard generator is documented as cryptographically secure; on Linux it reads
        // getrandom(2).
        var generator = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for _ in 0..<count {
            let index = Int.random(in: 0..<alphanumerics.count, using: &generator)
            bytes.append(alphanumerics[index])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A number that is never 0.
    public static func identity() -> UInt64 { UInt64.random(in: 1...UInt64.max) }
}
