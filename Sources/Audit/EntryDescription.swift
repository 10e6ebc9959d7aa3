import Coordination
import Membership
import Trading
import Wire

/// An entry for people: what its commands are.
public enum EntryDescription {
    /// Says what is in an entry of a trading shard.
    ///
    /// - Parameter entry: A batch or a marker.
    /// - Returns: Such as `place 3, cancel 1`.
    /// - Throws: `DecodeError` when the commands cannot be read.
    public static func shard(_ entry: LogEntry) throws(DecodeError) -> String {
        if entry.kind == .newEpoch { return marker(entry) }
        var names: [(name: String, count: Int)] = []
        for command in try BatchPayload.commands(of: entry) {
            let name = command.command.kindName
            if let index = names.firstIndex(where: { $0.name == name }) {
                names[index].count += 1
            } else {
                names.append((name, 1))
            }
        }
        return names.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    }

    /// Says what is in an entry of shard 0.
    ///
    /// - Parameter entry: A batch or a marker.
    /// - Returns: Such as `assign shard 1 epoch 2 to n1 [n2] (n2 follows)`.
    /// - Throws: `DecodeError` when the commands cannot be read.
    public static func map(_ entry: LogEntry) throws(DecodeError) -> String {
        if entry.kind == .newEpoch { return marker(entry) }
        return try MapState.commands(of: entry).map(text).joined(separator: "; ")
    }

    private static func text(_ command: CoordinationCommand) -> String {
        switch command {
        case .bootstrap(let plan): "bootstrap of \(plan.shards.count) shards"
        case .register(let member):
            "\(member.role) \(member.id) joins (pid \(member.pid), \(member.address))"
        case .assign(let shard, let epoch, let primary, _, let standbys, let why):
            "assign shard \(shard) epoch \(epoch) to \(primary?.rawValue ?? "nobody")"
                + " [\(standbys.map(\.rawValue).joined(separator: " "))] (\(why))"
        case .place(let shard, let replicas, let why):
            "shard \(shard) on [\(replicas.map(\.rawValue).joined(separator: " "))] (\(why))"
        case .addShard(let shard, let replicas, let why):
            "shard \(shard) is added on [\(replicas.map(\.rawValue).joined(separator: " "))] (\(why))"
        case .drain(let node, let isOn): "\(node) is \(isOn ? "drained" : "used again")"
        case .beginMove(let symbol, _, let source, let destination, let why):
            "\(symbol) is to move from shard \(source) to shard \(destination) (\(why))"
        case .settleMove(let symbol, let generation, let isDone):
            "\(symbol) \(isDone ? "moved" : "stays") under generation \(generation)"
        case .endMove(let symbol, let generation):
            "\(symbol) is forgotten by its source under generation \(generation)"
        case .failMove(let symbol, let generation, let isLast, let why):
            "\(symbol) did not move under generation \(generation)"
                + "\(isLast ? ", and stays" : "") (\(why))"
        case .depart(let node, _, let why): "\(node) leaves (\(why))"
        case .changeKey(.create(let key)):
            "key \(key.shortened) of account \(key.account) is made"
        case .changeKey(.revoke(let key)): "key \(key.prefix(8))… is revoked"
        }
    }

    private static func marker(_ entry: LogEntry) -> String {
        let text = String(decoding: entry.payload, as: UTF8.self)
        return text.isEmpty ? "opens the epoch" : "opens the epoch: \(text)"
    }
}

extension Command {
    /// What kind of command it is, in one word.
    fileprivate var kindName: String {
        switch self {
        case .place: "place"
        case .placeList: "placeList"
        case .amend: "amend"
        case .cancelReplace: "cancelReplace"
        case .cancel: "cancel"
        case .cancelIf: "cancelIf"
        case .cancelAll: "cancelAll"
        case .cancelList: "cancelList"
        case .deposit: "deposit"
        case .transfer: "transfer"
        case .credit: "credit"
        case .settle: "settle"
        case .withdraw: "withdraw"
        case .endWithdrawal: "endWithdrawal"
        case .addAsset: "addAsset"
        case .addInstrument: "addInstrument"
        case .setPhase: "setPhase"
        case .setAccountTerms: "setAccountTerms"
        case .setFeeSchedule: "setFeeSchedule"
        case .movePair: "movePair"
        case .setOrderLimits: "setOrderLimits"
        case .lendOrders: "lendOrders"
        case .borrowOrders: "borrowOrders"
        case .void: "void"
        }
    }
}
