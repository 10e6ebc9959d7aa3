import Membership
import Trading

/// The rules of a topology, each with the field it is about.
struct TopologyCheck {
    let file: String
    let topology: Topology
    let assets: [String]
    let pairs: [String]

    func run() throws(ConfigurationError) {
        try checkNames()
        try checkCounts()
        try checkDetector()
        try checkRebalancing()
        try checkShards()
        try checkPairs()
        try checkAccounts()
        for (index, proxy) in (topology.trustedProxies ?? []).enumerated() {
            try require(
                AddressPrefix(proxy) != nil,
                "trustedProxies[\(index)]",
                "\"\(proxy)\" is no address, and no block such as 10.0.0.0/8"
            )
        }
    }

    private func checkNames() throws(ConfigurationError) {
        var seen: Set<String> = []
        for (list, places) in placeLists {
            for (index, place) in places.enumerated() {
                try checkName(place.id, field: "\(list)[\(index)].id", seen: &seen)
                if let capacity = place.capacity {
                    try require(
                        list == "nodes" && (1...1000).contains(capacity),
                        "\(list)[\(index)].capacity",
                        "must be 1 to 1000, and of a node"
                    )
                }
                try require(
                    !place.zone.isEmpty,
                    "\(list)[\(index)].zone",
                    "must not be empty"
                )
            }
        }
        try checkName(topology.edge.id, field: "edge.id", seen: &seen)
    }

    private var placeLists: [(String, [Topology.Place])] {
        [
            ("redis", topology.redis), ("coordinators", topology.coordinators),
            ("nodes", topology.nodes), ("routers", topology.routers),
        ]
    }

    /// Names become file names, so nothing that a path would take as more than a name.
    private func checkName(
        _ name: String,
        field: String,
        seen: inout Set<String>
    ) throws(ConfigurationError) {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        try require(
            isPlain && (1...32).contains(name.utf8.count),
            field,
            "must be 1 to 32 letters, digits and hyphens"
        )
        try require(name != "supervisor", field, "\"supervisor\" is taken")
        try require(seen.insert(name).inserted, field, "\"\(name)\" is there twice")
    }

    /// The upper bounds are the ranges of `PortLayout`, or what more of is of no use.
    private func checkCounts() throws(ConfigurationError) {
        try require(
            [1, 3, 5].contains(topology.redis.count),
            "redis",
            "must be 1, 3 or 5 (a majority makes an entry durable), not \(topology.redis.count)"
        )
        try checkCount(topology.coordinators.count, "coordinators", max: 5)
        try checkCount(topology.nodes.count, "nodes", max: PortLayout.nodeMax)
        try checkCount(topology.routers.count, "routers", max: PortLayout.routerMax)
        try checkCount(topology.shards.count, "shards", max: 1000)
    }

    private func checkCount(_ count: Int, _ field: String, max: Int) throws(ConfigurationError) {
        try require((1...max).contains(count), field, "must be 1 to \(max), not \(count)")
    }

    private func checkDetector() throws(ConfigurationError) {
        guard let defect = topology.detector?.defect else { return }
        try require(false, "detector.\(defect.name)", defect.rule)
    }

    private func checkRebalancing() throws(ConfigurationError) {
        guard let defect = topology.rebalanceLimits?.defect else { return }
        try require(false, "rebalanceLimits.\(defect.name)", defect.rule)
    }

    private func checkShards() throws(ConfigurationError) {
        var seen: Set<UInt16> = []
        for (index, shard) in topology.shards.enumerated() {
            let field = "shards[\(index)]"
            try require(
                seen.insert(shard.id).inserted,
                "\(field).id",
                "\(shard.id) is there twice"
            )
            try require(!shard.replicas.isEmpty, "\(field).replicas", "must not be empty")
            try checkReplicas(shard.replicas, field: "\(field).replicas")
        }
    }

    private func checkReplicas(
        _ replicas: [String],
        field: String
    ) throws(ConfigurationError) {
        for (index, replica) in replicas.enumerated() {
            try require(
                zone(of: replica) != nil,
                "\(field)[\(index)]",
                "\"\(replica)\" is no node"
            )
            try require(
                !replicas[..<index].contains(replica),
                "\(field)[\(index)]",
                "\"\(replica)\" is there twice"
            )
        }
        guard let first = replicas.first, Set(topology.nodes.map(\.zone)).count > 1 else { return }
        for (index, replica) in replicas.enumerated().dropFirst() {
            try require(
                zone(of: replica) != zone(of: first),
                "\(field)[\(index)]",
                "\"\(replica)\" is in the same zone as the primary \"\(first)\""
            )
        }
    }

    private func zone(of node: String) -> String? {
        topology.nodes.first { $0.id == node }?.zone
    }

    private func checkPairs() throws(ConfigurationError) {
        var owners: [String: UInt16] = [:]
        for (index, shard) in topology.shards.enumerated() {
            for (position, pair) in shard.pairs.enumerated() {
                let field = "shards[\(index)].pairs[\(position)]"
                try require(
                    pairs.contains(pair),
                    field,
                    "\"\(pair)\" is not in \(topology.instruments)"
                )
                if let owner = owners.updateValue(shard.id, forKey: pair) {
                    try require(false, field, "\"\(pair)\" already belongs to shard \(owner)")
                }
            }
        }
        for pair in pairs {
            try require(owners[pair] != nil, "shards", "no shard owns \"\(pair)\"")
        }
    }

    private func checkAccounts() throws(ConfigurationError) {
        var names: Set<String> = []
        for (index, account) in topology.accounts.enumerated() {
            let field = "accounts[\(index)]"
            try require(!account.name.isEmpty, "\(field).name", "must not be empty")
            try require(
                names.insert(account.name).inserted,
                "\(field).name",
                "\"\(account.name)\" is there twice"
            )
            for (asset, amount) in account.balances.sorted(by: { $0.key < $1.key }) {
                let field = "\(field).balances.\(asset)"
                try require(assets.contains(asset), field, "\"\(asset)\" is no asset")
                try require(isAmount(amount), field, "\"\(amount)\" is not a plain decimal")
            }
        }
    }

    private func isAmount(_ text: String) -> Bool {
        do throws(FixedPoint.ParseError) {
            _ = try FixedPoint.parse(text)
            return true
        } catch {
            return false
        }
    }

    private func require(
        _ condition: Bool,
        _ field: String,
        _ reason: String
    ) throws(ConfigurationError) {
        guard condition else { throw .invalid(file: file, field: field, reason: reason) }
    }
}
