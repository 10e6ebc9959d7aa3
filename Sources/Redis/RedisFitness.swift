/// Checks that a Redis is fit to be an acceptor and has our functions; loads them if not.
package struct RedisFitness {
    /// Redis Functions came with 7.0.
    static let majorVersionMin = 7

    package let durability: RedisDurability
    /// The library to have; tests give another to see it replaced.
    package var libraryVersion = AcceptorLibrary.version
    package var librarySource = AcceptorLibrary.source

    package init(durability: RedisDurability) { self.durability = durability }

    /// Checks one connection.
    ///
    /// - Parameters:
    ///   - connection: A fresh connection.
    ///   - completion: Called once: nil when fit, else why not, for the operator.
    func check(_ connection: RedisConnection, completion: @escaping (String?) -> Void) {
        connection.send([[UInt8]](words: "INFO", "server")) { reply in
            if let failure = versionFailure(reply) { return completion(failure) }
            checkSettings(connection, completion: completion)
        }
    }

    private func checkSettings(
        _ connection: RedisConnection,
        completion: @escaping (String?) -> Void
    ) {
        let command = [[UInt8]](words: "CONFIG", "GET") + wanted.map { Array($0.name.utf8) }
        connection.send(command) { reply in
            if let failure = settingsFailure(reply) { return completion(failure) }
            checkLibrary(connection, completion: completion)
        }
    }

    private func checkLibrary(
        _ connection: RedisConnection,
        completion: @escaping (String?) -> Void
    ) {
        connection.send([[UInt8]](words: "FCALL_RO", "castle_version", "0")) { reply in
            if reply.text == libraryVersion { return completion(nil) }
            if case .disconnected(let reason) = reply { return completion(reason) }
            // Missing or of another build: a file written by that build brings its functions back.
            loadLibrary(connection, completion: completion)
        }
    }

    private func loadLibrary(_ connection: RedisConnection, completion: @escaping (String?) -> Void)
    {
        let load = [[UInt8]](words: "FUNCTION", "LOAD", "REPLACE", librarySource)
        connection.send(load) { reply in
            switch reply {
            case .error(let text): completion("cannot load the functions: \(text)")
            case .disconnected(let reason): completion(reason)
            default: completion(nil)
            }
        }
    }

    private func versionFailure(_ reply: RedisReply) -> String? {
        switch reply {
        case .error(let text), .disconnected(let text): return text
        default: break
        }
        let lines = (reply.text ?? "").split(whereSeparator: \.isNewline)
        let prefix = "redis_version:"
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }) else {
            return "Redis does not tell its version"
        }
        let version = line.dropFirst(prefix.count)
        let major = version.prefix { $0 != "." }
        guard let number = Int(major), number >= Self.majorVersionMin else {
            return "Redis \(version) is too old, \(Self.majorVersionMin).0 or later is needed"
        }
        return nil
    }

    private var wanted: [(name: String, values: [String])] {
        var settings = [
            ("appendonly", ["yes"]),
            ("appendfsync", ["always"]),
            ("save", [""]),
            ("maxmemory-policy", ["noeviction"]),
            ("no-appendfsync-on-rewrite", ["no"]),
        ]
        // The weaker mode still keeps a log; it only lets go of what concerns fsync.
        if durability == .everySecond {
            settings[1].1 = ["everysec", "always"]
            settings.remove(at: 4)
        }
        return settings
    }

    private func settingsFailure(_ reply: RedisReply) -> String? {
        guard let elements = reply.elements else {
            if case .error(let text) = reply { return "cannot read the settings: \(text)" }
            return "cannot read the settings"
        }
        var found: [String: String] = [:]
        for index in stride(from: 0, to: elements.count - 1, by: 2) {
            guard let name = elements[index].text else { continue }
            found[name] = elements[index + 1].text
        }
        for (name, values) in wanted where !values.contains(found[name] ?? "(not told)") {
            let want = values.map { "\"\($0)\"" }.joined(separator: " or ")
            return "setting \(name) is \"\(found[name] ?? "(not told)")\", wanted \(want)"
        }
        return nil
    }
}
