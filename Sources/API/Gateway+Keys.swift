import Trading

/// Why a key was not taken: what `-2015` keeps to itself unless the venue explains it.
public enum KeyRefusal: Equatable, Sendable, CustomStringConvertible {
    case unknownKey
    /// The key may be used from other addresses only.
    case address(String)
    case permission(KeyPermissions)

    /// One sentence.
    public var description: String {
        switch self {
        case .unknownKey: "The key is unknown."
        case .address(let address): "The key may not be used from \(address)."
        case .permission(.trade): "The key lacks the permission to trade."
        case .permission(.withdraw): "The key lacks the permission to withdraw."
        case .permission: "The key lacks the permission to read."
        }
    }
}

/// Who asks, and whether he may.
extension Gateway {
    /// Finds the key of a request, and checks where it is used.
    ///
    /// - Parameters:
    ///   - header: The bytes of `X-MBX-APIKEY`, or of `apiKey`; `nil` without.
    ///   - address: Where the request comes from.
    /// - Returns: The key; signature and permission are yet to be checked.
    /// - Throws: -2014 or -2015.
    func key(_ header: [UInt8]?, from address: String) throws(APIError) -> APIKey {
        guard let key = try keys.find(header) else {
            throw refused(String(decoding: header ?? [], as: UTF8.self), .unknownKey)
        }
        // Most keys have no list, and then nothing is parsed.
        guard key.addresses.isEmpty || key.isAllowed(from: AddressPrefix(address)) else {
            throw refused(key.key, .address(address))
        }
        return key
    }

    /// Checks that a key may do something.
    ///
    /// - Parameters:
    ///   - key: Whose signature was checked.
    ///   - permission: What is needed.
    /// - Throws: -2015.
    func check(_ key: APIKey, allows permission: KeyPermissions) throws(APIError) {
        guard key.permissions.isSuperset(of: permission) else {
            throw refused(key.key, .permission(permission))
        }
    }

    private func refused(_ key: String, _ reason: KeyRefusal) -> APIError {
        onRefusedKey("\(key.prefix(8))…", reason)
        return .refusedKey(reason: explainsRefusals ? reason : nil)
    }
}
