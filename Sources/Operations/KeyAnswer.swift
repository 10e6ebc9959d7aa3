import FoundationEssentials

/// One key as the coordinator shows it.
struct KeyShown: Decodable, Equatable {
    var apiKey: String
    var account: Int
    var name: String?
    var kind: String
    var permissions: [String]
    var ips: [String]
    var label: String
}

/// What the coordinator says to an order about a key.
struct KeyAnswer: Decodable, Equatable {
    var msg: String
    /// Only of a key that was made.
    var apiKey: String?
    /// Only once, and only of an HMAC key.
    var secret: String?

    static func decode(_ json: String) throws(OperationError) -> KeyAnswer {
        try decoded(json)
    }
}

/// Every key.
struct KeyListAnswer: Decodable, Equatable {
    var keys: [KeyShown]
    var revoked: [String]

    static func decode(_ json: String) throws(OperationError) -> KeyListAnswer {
        try decoded(json)
    }
}

private func decoded<Value: Decodable>(_ json: String) throws(OperationError) -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    } catch {
        throw OperationError("cannot read the coordinator's answer: \(error)")
    }
}

/// Keys as text.
enum KeyTable {
    static func text(_ answer: KeyAnswer) -> String {
        var lines = [answer.msg]
        if let key = answer.apiKey { lines.append("key     \(key)") }
        if let secret = answer.secret {
            lines.append("secret  \(secret)")
            lines.append("The secret is shown this once.")
        }
        return lines.joined(separator: "\n")
    }

    static func text(_ answer: KeyListAnswer) -> String {
        guard !answer.keys.isEmpty else { return "no keys" }
        return answer.keys.map { key in
            let owner = key.name.map { "\(key.account) (\($0))" } ?? "\(key.account)"
            let ips = key.ips.isEmpty ? "any address" : key.ips.joined(separator: ",")
            let permissions = key.permissions.joined(separator: ",")
            let words = [key.apiKey, "account \(owner)", key.kind, permissions, ips, key.label]
            return words.filter { !$0.isEmpty }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
