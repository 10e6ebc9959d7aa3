import API
import Membership
import Trading

/// The answers below `/control/keys`.
enum KeyJSON {
    /// A key that was made, with its secret: shown here once and nowhere again.
    static func created(_ key: APIKey, name: String?, lacking: [NodeID]) -> [UInt8] {
        object { writer in
            let what = "key \(key.key) of account \(key.account) is made"
            writeHead(what, lacking, &writer)
            writeMembers(key, name: name, &writer)
            if key.kind == .hmac {
                writer.key("secret")
                writer.value(String(decoding: key.material.bytes, as: UTF8.self))
            }
        }
    }

    static func revoked(_ key: String, lacking: [NodeID]) -> [UInt8] {
        object { writer in writeHead("key \(key) is revoked", lacking, &writer) }
    }

    /// Every key that is taken, and the texts of those that are not any more.
    static func list(
        _ keys: [APIKey],
        names: [AccountID: String],
        revoked: [String]
    ) -> [UInt8] {
        object { writer in
            writer.key("keys")
            writer.array { writer in
                for key in keys {
                    writer.object { writeMembers(key, name: names[key.account], &$0) }
                }
            }
            writer.key("revoked")
            writer.array { writer in
                for key in revoked { writer.value(key) }
            }
        }
    }

    private static func writeHead(
        _ what: String,
        _ lacking: [NodeID],
        _ writer: inout JSONWriter
    ) {
        let names = lacking.map(\.rawValue)
        writer.key("code")
        writer.word("OK")
        writer.key("msg")
        writer.value(
            names.isEmpty ? what : "\(what), not yet known to \(names.joined(separator: ", "))"
        )
        writer.key("dryRun")
        writer.value(false)
        writer.key("lacking")
        writer.array { writer in
            for name in names { writer.value(name) }
        }
    }

    /// What a key is, without what signs.
    static func writeMembers(_ key: APIKey, name: String?, _ writer: inout JSONWriter) {
        writer.key("apiKey")
        writer.value(key.key)
        writer.key("account")
        writer.value(Int64(key.account.rawValue))
        if let name {
            writer.key("name")
            writer.value(name)
        }
        writer.key("kind")
        switch key.kind {
        case .hmac: writer.word("HMAC")
        case .ed25519: writer.word("ED25519")
        case .rsa: writer.word("RSA")
        }
        writer.key("permissions")
        writer.array { writer in
            for name in key.permissions.names { writer.value(name) }
        }
        writer.key("ips")
        writer.array { writer in
            for address in key.addresses { writer.value("\(address)") }
        }
        writer.key("label")
        writer.value(key.label)
        writer.key("createTime")
        writer.value(key.createdAt.milliseconds)
    }

    private static func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object(members)
        return writer.bytes
    }
}
