import Trading

// The layout of API keys, in shard 0's log and on the members' streams.

extension ByteWriter {
    /// Appends an API key with its secret.
    public mutating func write(_ key: APIKey) {
        write(key.key)
        write(key.account)
        write(key.kind)
        write(blob: key.material.bytes)
        write(key.permissions)
        write(count: key.addresses.count)
        for address in key.addresses {
            let (high, low, length) = address.bits
            write(high)
            write(low)
            write(length)
        }
        write(key.label)
        write(key.createdAt)
    }
}

extension ByteReader {
    /// Reads an API key.
    ///
    /// - Returns: The key; whether it is sound is another question, see `APIKey.defect`.
    /// - Throws: `DecodeError`.
    public mutating func readAPIKey() throws(DecodeError) -> APIKey {
        var key = APIKey(
            key: try readString(),
            account: try read(AccountID.self),
            kind: try read(KeyKind.self),
            material: KeyMaterial(try readBlob()),
            permissions: KeyPermissions(rawValue: try read(UInt8.self))
        )
        for _ in 0..<(try readCount(elementSizeMin: 17)) {
            let start = position
            guard
                let address = AddressPrefix(
                    high: try read(UInt64.self),
                    low: try read(UInt64.self),
                    length: try read(UInt8.self)
                )
            else { throw .badValue(field: "AddressPrefix", at: start) }
            key.addresses.append(address)
        }
        key.label = try readString()
        key.createdAt = try readTimestamp()
        return key
    }
}
