/// How a key signs.
public enum KeyKind: UInt8, Sendable, CaseIterable {
    /// HMAC with SHA-256; the venue knows the secret.
    case hmac = 0
    /// Ed25519 (RFC 8032); the venue knows the public key.
    case ed25519 = 1
    /// RSA with PKCS #1 v1.5 padding and SHA-256 (RFC 8017); the venue knows the public key.
    case rsa = 2
}

/// What a key may be used for.
public struct KeyPermissions: OptionSet, Sendable {
    /// The bare bits.
    public let rawValue: UInt8

    /// Wraps bare bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Asking about the account.
    public static let read = KeyPermissions(rawValue: 1)
    /// Placing, changing and cancelling orders.
    public static let trade = KeyPermissions(rawValue: 2)
    /// Asking for withdrawals.
    public static let withdraw = KeyPermissions(rawValue: 4)
    /// Everything.
    public static let all: KeyPermissions = [.read, .trade, .withdraw]
}

/// What a signature is checked with: an HMAC secret, or a public key.
///
/// It never shows in a text, so that none gets into a log by mistake.
public struct KeyMaterial: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// The secret's bytes, or the DER of a SubjectPublicKeyInfo (RFC 5280).
    public let bytes: [UInt8]

    /// Wraps bytes.
    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Tells nothing.
    public var description: String { "(hidden)" }

    /// Tells nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// An API key: who signs with it, what it may do, and from where.
public struct APIKey: Equatable, Sendable {
    /// The public half, as `X-MBX-APIKEY` names it.
    public var key: String
    /// Whose key it is.
    public var account: AccountID
    /// How it signs.
    public var kind: KeyKind
    /// What its signatures are checked with.
    public var material: KeyMaterial
    /// What it may be used for.
    public var permissions: KeyPermissions
    /// Where it may be used; empty is anywhere.
    public var addresses: [AddressPrefix]
    /// What its owner calls it.
    public var label: String
    /// Log time at which it was made.
    public var createdAt: Timestamp

    /// Makes a key of all its fields.
    public init(
        key: String,
        account: AccountID,
        kind: KeyKind = .hmac,
        material: KeyMaterial,
        permissions: KeyPermissions = .all,
        addresses: [AddressPrefix] = [],
        label: String = "",
        createdAt: Timestamp = .zero
    ) {
        self.key = key
        self.account = account
        self.kind = kind
        self.material = material
        self.permissions = permissions
        self.addresses = addresses
        self.label = label
        self.createdAt = createdAt
    }

    /// Size in bytes of the text of a key that is made here: letters and digits.
    public static let textSize = 64
    /// The longest label, in bytes.
    public static let labelSizeMax = 64
    /// The most prefixes of a key.
    public static let addressCountMax = 64
    /// The largest secret or public key, in bytes: an RSA key of 8192 bits has 1100.
    public static let materialSizeMax = 2048

    /// Whether it may place, change and cancel orders.
    public var canTrade: Bool { permissions.contains(.trade) }

    /// What is wrong with it; `nil` when the venue can take it.
    public var defect: String? {
        let isPlain = key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        if key.utf8.count != Self.textSize || !isPlain { return "the key has a bad form" }
        if account.rawValue == 0 { return "the venue's own account has no keys" }
        if !(1...Self.materialSizeMax).contains(material.bytes.count) {
            return "the secret or public key has a bad size"
        }
        if permissions.isEmpty || !KeyPermissions.all.isSuperset(of: permissions) {
            return "the permissions must be some of read, trade and withdraw"
        }
        if addresses.count > Self.addressCountMax {
            return "the key has more than \(Self.addressCountMax) addresses"
        }
        if label.utf8.count > Self.labelSizeMax || label.utf8.contains(where: { $0 < 0x20 }) {
            return "the label must have at most \(Self.labelSizeMax) bytes, none of them control"
        }
        return nil
    }

    /// Whether it may be used from an address.
    ///
    /// - Parameter address: `nil` when it is not known.
    /// - Returns: `true` anyway for a key without a list.
    public func isAllowed(from address: AddressPrefix?) -> Bool {
        guard !addresses.isEmpty else { return true }
        guard let address else { return false }
        return addresses.contains { $0.contains(address) }
    }

    /// The key for a log: enough to tell it from others, too little to guess it by.
    public var shortened: String { "\(key.prefix(8))…" }
}
