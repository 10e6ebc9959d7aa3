import Trading

/// The accounts of a cluster with their API keys; a secret, readable by its owner only.
public struct AccountsFile: Equatable, Sendable {
    /// One account.
    public struct Entry: Codable, Equatable, Sendable {
        /// What people call it.
        public var name: String
        /// Number of the account, from 1; 0 is the venue itself.
        public var account: UInt32
        /// Key that names the account in a request, 64 letters and digits.
        public var apiKey: String
        /// Key that signs a request, 64 letters and digits.
        public var secret: String
        /// Decimal amounts by asset, split over the shards as the cluster begins.
        public var balances: [String: String]

        /// States every field.
        public init(
            name: String,
            account: UInt32,
            apiKey: String,
            secret: String,
            balances: [String: String]
        ) {
            self.name = name
            self.account = account
            self.apiKey = apiKey
            self.secret = secret
            self.balances = balances
        }

        /// The account's number as the domain has it.
        public var id: AccountID { AccountID(account) }
    }

    /// Every account, in order of its number.
    public var entries: [Entry]

    /// Makes a file of entries.
    public init(entries: [Entry]) { self.entries = entries }

    /// Reads the accounts of a cluster.
    ///
    /// - Parameter path: The file.
    /// - Returns: Accounts with different numbers and keys.
    /// - Throws: `ConfigurationError` naming the field.
    public static func load(_ path: String) throws(ConfigurationError) -> AccountsFile {
        let file = AccountsFile(entries: try JSONFile.load([Entry].self, from: path))
        var numbers: Set<UInt32> = [0]
        var keys: Set<String> = []
        for (index, entry) in file.entries.enumerated() {
            guard numbers.insert(entry.account).inserted else {
                throw .invalid(
                    file: path,
                    field: "[\(index)].account",
                    reason: "is 0 or there twice"
                )
            }
            guard entry.apiKey.utf8.count == 64, keys.insert(entry.apiKey).inserted else {
                throw .invalid(
                    file: path,
                    field: "[\(index)].apiKey",
                    reason: "is short or there twice"
                )
            }
            guard entry.secret.utf8.count == 64 else {
                throw .invalid(
                    file: path,
                    field: "[\(index)].secret",
                    reason: "must have 64 characters"
                )
            }
        }
        return file
    }

    /// Reads the accounts of a cluster and adds those of the topology that are not there yet.
    ///
    /// Accounts once created keep their number, keys and first balances whatever the topology says
    /// later, since the replicated state holds them.
    ///
    /// - Parameters:
    ///   - path: The file, created with mode 0600 when it is not there.
    ///   - accounts: What the topology asks for.
    /// - Returns: The accounts as the file now has them.
    /// - Throws: `ConfigurationError`.
    public static func loadOrCreate(
        _ path: String,
        for accounts: [Topology.Account]
    ) throws(ConfigurationError) -> AccountsFile {
        var file = FileStore.exists(path) ? try load(path) : AccountsFile(entries: [])
        let missing = accounts.filter { wanted in
            !file.entries.contains { $0.name == wanted.name }
        }
        guard !missing.isEmpty || !FileStore.exists(path) else { return file }
        var number = file.entries.map(\.account).max() ?? 0
        for account in missing {
            number += 1
            file.entries.append(
                Entry(
                    name: account.name,
                    account: number,
                    apiKey: SecureRandom.alphanumeric(count: 64),
                    secret: SecureRandom.alphanumeric(count: 64),
                    balances: account.balances
                )
            )
        }
        try JSONFile.store(file.entries, at: path, mode: 0o600)
        return file
    }
}
