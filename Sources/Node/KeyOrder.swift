import Configuration
import FoundationEssentials
import TLS
import Trading

/// What somebody wants an API key to be; the key itself is made here, never chosen by who asks.
struct KeyOrder: Equatable, Sendable {
    var permissions: KeyPermissions = .read
    var addresses: [AddressPrefix] = []
    var label = ""
    /// PEM or DER; `nil` wants an HMAC key, whose secret is made here too.
    var publicKey: [UInt8]?

    /// Makes the key.
    ///
    /// - Parameter account: Whose it is.
    /// - Returns: A key that `APIKey.defect` has nothing against.
    /// - Throws: `ControlError`: what is wrong with the order.
    func make(for account: AccountID) throws(ControlError) -> APIKey {
        var key = APIKey(
            key: SecureRandom.alphanumeric(count: APIKey.textSize),
            account: account,
            material: KeyMaterial([]),
            permissions: permissions,
            addresses: addresses,
            label: label
        )
        if let publicKey {
            guard let read = PublicKey(publicKey) else {
                throw .bad("the public key is neither Ed25519 nor RSA of 2048 to 8192 bits")
            }
            key.kind = read.kind == .ed25519 ? .ed25519 : .rsa
            key.material = KeyMaterial(read.der)
        } else {
            key.material = KeyMaterial(Array(SecureRandom.alphanumeric(count: 64).utf8))
        }
        if let defect = key.defect { throw .bad(defect) }
        return key
    }

    /// Reads permissions by name.
    static func permissions(_ names: [String]) throws(ControlError) -> KeyPermissions {
        var permissions: KeyPermissions = []
        for name in names {
            guard let index = KeyPermissions.names.firstIndex(of: name) else {
                throw .bad("\"\(name)\" is none of read, trade and withdraw")
            }
            permissions.insert(KeyPermissions(rawValue: 1 << UInt8(index)))
        }
        return permissions
    }

    /// Reads a list of addresses and blocks.
    static func addresses(_ texts: [String]) throws(ControlError) -> [AddressPrefix] {
        var addresses: [AddressPrefix] = []
        for text in texts {
            guard let address = AddressPrefix(text) else {
                throw .bad("\"\(text)\" is no address, and no block such as 10.0.0.0/8")
            }
            addresses.append(address)
        }
        return addresses
    }
}

extension KeyPermissions {
    /// By bit.
    static let names = ["read", "trade", "withdraw"]

    /// The names of those that are there.
    var names: [String] {
        Self.names.enumerated().filter { rawValue & 1 << UInt8($0.offset) != 0 }.map(\.element)
    }
}

/// The body of `POST /control/keys`; a member that is not known is refused.
struct KeyBody: Decodable, Equatable, Sendable {
    /// Name or number.
    var account = ""
    var permissions: [String]?
    var ips: [String]?
    var label: String?
    var publicKey: String?
    var isDryRun = false

    /// Reads a body.
    ///
    /// - Parameter bytes: JSON.
    /// - Throws: `ControlError`.
    init(_ bytes: [UInt8]) throws(ControlError) {
        do {
            self = try JSONDecoder().decode(KeyBody.self, from: Data(bytes))
        } catch let error as ControlError {
            throw error
        } catch {
            throw .bad("the body is not the JSON object that is wanted")
        }
        guard !account.isEmpty else { throw .bad("\"account\" is missing") }
    }

    private enum Member: String, CaseIterable {
        case account, permissions, ips, label, publicKey, dryRun
    }

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ member: Member) { stringValue = member.rawValue }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Name.self)
        let names = members.allKeys.map(\.stringValue).sorted()
        if let unknown = names.first(where: { Member(rawValue: $0) == nil }) {
            throw ControlError.bad("\"\(unknown)\" is no member of this body")
        }
        account = try members.decodeIfPresent(String.self, forKey: Name(.account)) ?? ""
        permissions = try members.decodeIfPresent([String].self, forKey: Name(.permissions))
        ips = try members.decodeIfPresent([String].self, forKey: Name(.ips))
        label = try members.decodeIfPresent(String.self, forKey: Name(.label))
        publicKey = try members.decodeIfPresent(String.self, forKey: Name(.publicKey))
        isDryRun = try members.decodeIfPresent(Bool.self, forKey: Name(.dryRun)) ?? false
    }

    /// What is wanted of the key.
    func order() throws(ControlError) -> KeyOrder {
        KeyOrder(
            permissions: try KeyOrder.permissions(permissions ?? ["read"]),
            addresses: try KeyOrder.addresses(ips ?? []),
            label: label ?? "",
            publicKey: publicKey.map { Array($0.utf8) }
        )
    }
}
