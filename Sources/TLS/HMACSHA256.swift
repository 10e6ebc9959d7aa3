/// Message authentication by a shared key: HMAC with SHA-256 (RFC 2104).
///
/// The key is absorbed once; each message costs two or three blocks more than its own.
public struct HMACSHA256 {
    /// Size in bytes of a block of SHA-256.
    private static let blockSize = 64

    private let inner: Digest
    private let outer: Digest

    /// Absorbs the key, of any size.
    public init(key: [UInt8]) {
        var block = key.count > Self.blockSize ? sha256(key) : key
        block += [UInt8](repeating: 0, count: Self.blockSize - block.count)
        inner = Digest()
        outer = Digest()
        block.map { $0 ^ 0x36 }.withUnsafeBytes { inner.update($0) }
        block.map { $0 ^ 0x5c }.withUnsafeBytes { outer.update($0) }
    }

    /// The code of a message, 32 bytes.
    public func authenticate(_ message: UnsafeRawBufferPointer) -> [UInt8] {
        let digest = inner.finish(with: message)
        return digest.withUnsafeBytes { outer.finish(with: $0) }
    }

    /// The code of a message, 32 bytes.
    public func authenticate(_ message: [UInt8]) -> [UInt8] {
        message.withUnsafeBytes { authenticate($0) }
    }

    /// Whether a code is that of a message, in a time that does not tell where they differ.
    ///
    /// - Parameters:
    ///   - code: 32 bytes; of any other size none is.
    ///   - message: All of it.
    /// - Returns: Whether the key's owner made the code.
    public func isValid(_ code: [UInt8], of message: [UInt8]) -> Bool {
        let expected = authenticate(message)
        guard code.count == expected.count else { return false }
        return zip(code, expected).reduce(0) { $0 | $1.0 ^ $1.1 } == 0
    }

    /// The code of a message as 64 hexadecimal digits in lower case.
    public func hexDigest(_ message: UnsafeRawBufferPointer) -> String {
        hexadecimal(authenticate(message))
    }

    /// The code of a message as 64 hexadecimal digits in lower case.
    public func hexDigest(_ message: [UInt8]) -> String {
        hexadecimal(authenticate(message))
    }
}

/// SHA-256 of the bytes, 32 bytes.
public func sha256(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { Digest().finish(with: $0) }
}

/// Bytes as hexadecimal digits in lower case.
public func hexadecimal(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(unsafeUninitializedCapacity: bytes.count * 2) { target in
        for (index, byte) in bytes.enumerated() {
            target[2 * index] = digits[Int(byte >> 4)]
            target[2 * index + 1] = digits[Int(byte & 15)]
        }
        return bytes.count * 2
    }
}
