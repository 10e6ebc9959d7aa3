import Trading
import Wire

/// How much trading a pair has.
public struct PairLoad: Equatable, Sendable {
    /// Its name.
    public var symbol: String
    /// Commands a second.
    public var commands: Int

    /// Makes a load.
    public init(symbol: String, commands: Int) {
        self.symbol = symbol
        self.commands = commands
    }
}

/// How much a primary has to do for its shard.
public struct ShardLoad: Equatable, Sendable {
    /// The shard.
    public var shard: ShardID
    /// Commands committed a second.
    public var commands: Int
    /// Commands that wait for a batch.
    public var queueDepth: Int
    /// Commands committed a second of each pair that had any.
    public var pairs: [PairLoad]

    /// Makes a load.
    public init(shard: ShardID, commands: Int, queueDepth: Int, pairs: [PairLoad] = []) {
        self.shard = shard
        self.commands = commands
        self.queueDepth = queueDepth
        self.pairs = pairs
    }
}

/// What a node says of its work, about once a second.
public struct LoadReport: Equatable, Sendable {
    /// Share of one core that the process uses, in thousandths.
    public var processor: Int
    /// Of the shards that it leads.
    public var shards: [ShardLoad]

    /// Makes a report.
    public init(processor: Int, shards: [ShardLoad]) {
        self.processor = processor
        self.shards = shards
    }
}

extension ByteWriter {
    /// Appends a load report; numbers beyond 32 bits are clamped.
    public mutating func write(_ load: LoadReport) {
        write(UInt32(clamping: load.processor))
        write(count: load.shards.count)
        for shard in load.shards {
            write(shard.shard)
            write(UInt32(clamping: shard.commands))
            write(UInt32(clamping: shard.queueDepth))
            write(count: shard.pairs.count)
            for pair in shard.pairs {
                write(pair.symbol)
                write(UInt32(clamping: pair.commands))
            }
        }
    }
}

extension ByteReader {
    /// Reads a load report.
    ///
    /// - Returns: The report.
    /// - Throws: `DecodeError`.
    public mutating func readLoadReport() throws(DecodeError) -> LoadReport {
        var load = LoadReport(processor: Int(try read(UInt32.self)), shards: [])
        for _ in 0..<(try readCount(elementSizeMin: 14)) {
            var shard = ShardLoad(
                shard: try read(ShardID.self),
                commands: Int(try read(UInt32.self)),
                queueDepth: Int(try read(UInt32.self))
            )
            for _ in 0..<(try readCount(elementSizeMin: 8)) {
                let symbol = try readString()
                shard.pairs.append(
                    PairLoad(symbol: symbol, commands: Int(try read(UInt32.self)))
                )
            }
            load.shards.append(shard)
        }
        return load
    }
}
