/// What the coordinator that leads says of the cluster: `GET /control/status`.
struct ClusterAnswer: Decodable, Equatable {
    struct Node: Decodable, Equatable {
        var id: String
        /// `shard` or `router`.
        var role: String
        var zone: String
        var state: String
        var draining: Bool
        var pid: Int32?
        var url: String?
    }

    struct Shard: Decodable, Equatable {
        var id: Int
        var epoch: Int
        var primary: String?
        var serving: Bool
        var standbys: [String]
        var replicas: [String]
        var pairs: [String]
        var logPosition: Int
        /// Entries the slowest standby is behind.
        var lag: Int?
    }

    struct Event: Decodable, Equatable {
        var time: Int64
        var what: String
        var why: String
    }

    var leader: String
    var mapVersion: Int
    var nodes: [Node]
    var shards: [Shard]
    /// Names of pairs on their way to another shard.
    var moves: [String]
    var recent: [Event]

    /// The newest event that says that a move of a pair was given up.
    func newestRefusal(of pair: String) -> Event? {
        recent.last { $0.what.hasPrefix("\(pair) stays on ") }
    }

    /// Shards that a node leads, and that it follows or may run.
    func roles(of node: String) -> (led: [Int], followed: [Int]) {
        let led = shards.filter { $0.primary == node }
        let followed = shards.filter { $0.primary != node && $0.replicas.contains(node) }
        return (led.map(\.id), followed.map(\.id))
    }
}

/// What the coordinator says to an order: that it is begun, or why not.
struct ControlReply: Decodable, Equatable {
    /// `OK`, or the name of the reason.
    var code: String
    var msg: String
    /// The shard that was added.
    var shard: Int?
}

/// Why a command of an operator came to nothing.
struct OperationError: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
