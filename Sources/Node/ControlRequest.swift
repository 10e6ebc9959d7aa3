import FoundationEssentials
import Membership
import Trading

/// Something an operator asks of the coordinator: one path below `/control`, read and not yet done.
enum ControlRequest: Equatable, Sendable {
    case status
    case nodes
    case shards
    case rebalancePlan
    /// The present primary hands over to a standby; `nil` is the best one.
    case switchOver(ShardID, to: NodeID?, isDryRun: Bool)
    /// Nothing is to run on a node, or it may be used again.
    case drain(NodeID, Bool, isDryRun: Bool)
    case move(pair: String, to: ShardID, isDryRun: Bool)
    /// A new shard; `nil` is the next number.
    case addShard(ShardID?, isDryRun: Bool)
    case setPhase(pair: String, TradingPhase, isDryRun: Bool)
    case rebalance(isDryRun: Bool)
    case keys
    case createKey(KeyBody)
    case revokeKey(String, isDryRun: Bool)

    static let root = "/control/"

    /// Reads a request.
    ///
    /// - Parameters:
    ///   - method: `GET` or `POST`.
    ///   - path: Without the query.
    ///   - body: JSON or nothing.
    /// - Throws: `ControlError`: what is wrong with it.
    init(method: String, path: String, body: [UInt8]) throws(ControlError) {
        let parts = path.dropFirst(Self.root.count).split(
            separator: "/",
            omittingEmptySubsequences: false
        ).map(String.init)
        switch (method, parts.count) {
        case ("GET", 1): self = try Self.question(parts[0])
        case ("POST", 1) where parts[0] == "rebalance":
            self = .rebalance(isDryRun: try ControlBody(body).isDryRun)
        case ("POST", 1) where parts[0] == "shards": self = try Self.newShard(body)
        case ("POST", 1) where parts[0] == "keys": self = .createKey(try KeyBody(body))
        case ("POST", 3): self = try Self.order(parts, body)
        case ("GET", _), ("POST", _): throw .noSuchPath
        default: throw .badMethod(method)
        }
    }

    private static func question(_ name: String) throws(ControlError) -> ControlRequest {
        switch name {
        case "status": .status
        case "nodes": .nodes
        case "shards": .shards
        case "rebalance": .rebalancePlan
        case "keys": .keys
        default: throw .noSuchPath
        }
    }

    private static func newShard(_ bytes: [UInt8]) throws(ControlError) -> ControlRequest {
        let body = try ControlBody(bytes, allowing: "shard")
        guard let number = body.shard else { return .addShard(nil, isDryRun: body.isDryRun) }
        guard let shard = UInt16(exactly: number), shard > 0 else {
            throw .bad("\"shard\" must be a number from 1")
        }
        return .addShard(ShardID(shard), isDryRun: body.isDryRun)
    }

    private static func order(
        _ parts: [String],
        _ bytes: [UInt8]
    ) throws(ControlError) -> ControlRequest {
        switch (parts[0], parts[2]) {
        case ("shards", "switch"):
            let body = try ControlBody(bytes, allowing: "to")
            guard let number = UInt16(parts[1]) else { throw .bad("no shard: \(parts[1])") }
            return .switchOver(
                ShardID(number),
                to: body.to.map { NodeID($0) },
                isDryRun: body.isDryRun
            )
        case ("nodes", "drain"), ("nodes", "undrain"):
            let body = try ControlBody(bytes)
            return .drain(NodeID(parts[1]), parts[2] == "drain", isDryRun: body.isDryRun)
        case ("keys", "revoke"):
            return .revokeKey(parts[1], isDryRun: try ControlBody(bytes).isDryRun)
        case ("pairs", "move"):
            let body = try ControlBody(bytes, allowing: "shard")
            guard let number = body.shard, let shard = UInt16(exactly: number) else {
                throw .bad("\"shard\" must be a number")
            }
            return .move(pair: parts[1], to: ShardID(shard), isDryRun: body.isDryRun)
        case ("pairs", "phase"):
            let body = try ControlBody(bytes, allowing: "phase")
            guard let phase = body.phase.flatMap({ Self.phases[$0] }) else {
                throw .bad(
                    "\"phase\" must be one of \(Self.phases.keys.sorted().joined(separator: ", "))"
                )
            }
            return .setPhase(pair: parts[1], phase, isDryRun: body.isDryRun)
        default: throw .noSuchPath
        }
    }

    /// Whether it is for operators on this machine only.
    var isAboutKeys: Bool {
        switch self {
        case .keys, .createKey, .revokeKey: true
        default: false
        }
    }

    private static let phases: [String: TradingPhase] = [
        "cancelOnly": .cancelOnly, "halted": .halted, "continuous": .continuous,
    ]
}

/// Why a request was not carried out, as HTTP says it.
struct ControlError: Error, Equatable, Sendable {
    var status: Int
    /// A name for programs.
    var code: String
    /// One line for people.
    var message: String
    /// Where the coordinator that leads can be asked, if this one does not and knows it.
    var leader: String?

    static let noSuchPath = ControlError(
        status: 404,
        code: "NO_SUCH_PATH",
        message: "there is no such path below /control"
    )

    static func bad(_ message: String) -> ControlError {
        ControlError(status: 400, code: "BAD_REQUEST", message: message)
    }

    static func badMethod(_ method: String) -> ControlError {
        ControlError(status: 405, code: "BAD_METHOD", message: "\(method) is not taken here")
    }
}

/// The body of an order; a member that is not known is refused, since `dryrun` must not be taken
/// for nothing.
private struct ControlBody: Decodable {
    var to: String?
    var shard: Int?
    var phase: String?
    var isDryRun = false
    private var names: [String] = []

    init(_ bytes: [UInt8], allowing name: String? = nil) throws(ControlError) {
        self.init()
        if bytes.isEmpty { return }
        do {
            self = try JSONDecoder().decode(ControlBody.self, from: Data(bytes))
        } catch {
            throw .bad("the body is not the JSON object that is wanted")
        }
        if let unknown = names.first(where: { $0 != "dryRun" && $0 != name }) {
            throw .bad("\"\(unknown)\" is no member of this body")
        }
    }

    private init() {}

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: Name.self)
        names = members.allKeys.map(\.stringValue).sorted()
        to = try members.decodeIfPresent(String.self, forKey: Name("to"))
        shard = try members.decodeIfPresent(Int.self, forKey: Name("shard"))
        phase = try members.decodeIfPresent(String.self, forKey: Name("phase"))
        isDryRun = try members.decodeIfPresent(Bool.self, forKey: Name("dryRun")) ?? false
    }
}
