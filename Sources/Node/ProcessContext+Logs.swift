import Configuration
import Observability
import Redis
import Trading

extension ProcessContext {
    /// A shard's log on the Redis instances of the plan; begins to connect.
    func shardLog(_ shard: ShardID) -> ShardLog {
        let log = ShardLog(
            loop: loop,
            acceptors: logAcceptors(of: shard),
            names: plan.redis.map(\.id),
            incarnation: plan.clusterNumber
        )
        let events = self.log
        log.onNote = { events.log(.warning, $0, ["shard": LogValue(shard.rawValue)]) }
        return log
    }

    /// A shard's log on each Redis of the plan, in its order; begins to connect.
    func logAcceptors(of shard: ShardID) -> [LogAcceptor] {
        plan.redis.map {
            LogAcceptor(
                loop: loop,
                endpoint: RedisEndpoint(host: $0.host, port: $0.port),
                shard: shard,
                durability: RedisDurability(plan.durability)
            )
        }
    }
}

extension RedisDurability {
    fileprivate init(_ durability: Durability) {
        switch durability {
        case .always: self = .always
        case .everysec: self = .everySecond
        }
    }
}
