import Configuration
import Foundation
import Testing
import Trading

@testable import Node

/// What the shards of a new cluster begin with.
@Suite struct GenesisTests {
    private let shards: [Configuration.ShardPlan]
    private let assets: [Asset]
    private let genesis: Genesis

    /// The local topology with two accounts.
    init() throws {
        genesis = try Self.genesis([
            ["USDT": "1000.00000001", "BTC": "0.00000005", "ADA": "7"], ["BTC": "0", "ETH": "1"],
        ])
        let topology = try Self.topology()
        shards = topology.shards
        assets = try InstrumentFile.load(topology.instruments).assets
    }

    private static func topology() throws -> Topology {
        try Topology.load("\(Repository.root)/Cluster/topologies/local.json")
    }

    private static func genesis(_ balances: [[String: String]]) throws -> Genesis {
        let directory = "/tmp/castle-genesis-\(UUID().uuidString)"
        try FileStore.createDirectory(directory)
        defer {
            // Nothing can be done about a directory that cannot be removed.
            try? FileManager.default.removeItem(atPath: directory)
        }
        let entries = balances.enumerated().map { index, balances in
            let key = String(repeating: "\(index)", count: 64)
            return AccountsFile.Entry(
                name: "account-\(index + 1)",
                account: UInt32(index + 1),
                apiKey: key,
                secret: key,
                balances: balances
            )
        }
        var plan = ClusterPlan(
            topology: try topology(),
            clusterID: 1,
            directory: directory,
            ports: PortLayout(base: 9000)
        )
        plan.accounts = "\(directory)/accounts.json"
        try FileStore.replace(plan.accounts, with: Array(JSONEncoder().encode(entries)))
        return try Genesis(plan: plan)
    }

    private func commands(_ index: Int) -> [Command] {
        genesis.commands(for: shards[index], of: shards)
    }

    private struct Deposit: Equatable {
        var account: UInt32
        var symbol: String
        var units: Int64
    }

    private func deposits(_ index: Int) -> [Deposit] {
        commands(index).compactMap { command in
            guard case .deposit(let account, let asset, let amount, _) = command else { return nil }
            let symbol = assets.first { $0.id == asset }?.symbol ?? ""
            return Deposit(account: account.rawValue, symbol: symbol, units: amount.units)
        }
    }

    private func units(_ symbol: String, of account: UInt32, on index: Int) -> Int64 {
        deposits(index).filter { $0.symbol == symbol && $0.account == account }
            .reduce(0) { $0 + $1.units }
    }

    @Test func everyShardHasAllAssetsAndItsOwnPairs() {
        for (index, shard) in shards.enumerated() {
            var known: [Asset] = []
            var pairs: [String] = []
            for command in commands(index) {
                if case .addAsset(let asset) = command { known.append(asset) }
                if case .addInstrument(let instrument) = command {
                    pairs.append(instrument.symbol)
                }
            }
            #expect(known == assets)
            #expect(pairs.sorted() == shard.pairs.sorted())
        }
    }

    /// Assets come before the pairs that name them, and both before any money.
    @Test func nothingIsNamedBeforeItIsThere() {
        for index in shards.indices {
            let ranks = commands(index).map { command in
                switch command {
                case .addAsset: 0
                case .addInstrument: 1
                default: 2
                }
            }
            #expect(ranks == ranks.sorted())
        }
    }

    @Test func balancesAreSplitToTheUnit() {
        let usdt = shards.indices.map { units("USDT", of: 1, on: $0) }
        #expect(usdt.reduce(0, +) == 100_000_000_001)
        // Shards 1 to 4 all have a pair of it; the first has the remainder.
        #expect(usdt == [25_000_000_001, 25_000_000_000, 25_000_000_000, 25_000_000_000])
        // BTCUSDT and ETHBTC are on the first, BNBBTC on the second.
        #expect(shards.indices.map { units("BTC", of: 1, on: $0) } == [3, 2, 0, 0])
        // One pair only has it.
        #expect(shards.indices.map { units("ADA", of: 1, on: $0) } == [0, 0, 0, 700_000_000])
        #expect(shards.indices.map { units("BTC", of: 2, on: $0) } == [0, 0, 0, 0])
    }

    @Test func zeroIsNoDeposit() {
        for index in shards.indices {
            #expect(deposits(index).allSatisfy { $0.units > 0 })
        }
    }

    /// No operator can have used them, and none is there twice on a shard.
    @Test func referencesAreApartFromThoseOfOperators() {
        for index in shards.indices {
            var references: [UInt64] = []
            for case .deposit(_, _, _, let reference) in commands(index) {
                references.append(reference)
            }
            #expect(Set(references).count == references.count)
            #expect(references.allSatisfy { $0 > CashRequest.idMax })
        }
    }

    @Test func samePlanHasTheSameCommands() throws {
        let again = try Self.genesis([
            ["USDT": "1000.00000001", "BTC": "0.00000005", "ADA": "7"], ["BTC": "0", "ETH": "1"],
        ])
        for (index, shard) in shards.enumerated() {
            #expect(again.commands(for: shard, of: shards) == commands(index))
        }
    }
}
