import Audit
import Coordination
import Membership
import Replication
import Trading
import Wire

/// A coordinators' log of two terms: a cluster starts, loses a node, and changes its primaries.
final class MapWriter {
    private(set) var records: [LogRecord] = []
    private(set) var snapshot: LogSnapshot?
    private var state = ClusterState.empty
    private var commandCount: UInt64 = 0
    private var time = Timestamp(microseconds: 5_000_000)

    private var last: (id: EntryID, hash: ChainHash) {
        records.last.map { ($0.id, $0.hash) } ?? (.zero, .zero)
    }

    func write() {
        add(.newEpoch, epoch: 1, [])
        add(.batch, epoch: 1, [.bootstrap(plan)])
        add(.batch, epoch: 1, (1...3).map { .register(member("n\($0)", .node, pid: $0)) })
        add(.batch, epoch: 1, [.register(member("r1", .router, pid: 9))])
        add(.batch, epoch: 1, [assign(1, 1, "n1", ["n2"]), assign(2, 1, "n2", ["n3"])])
        add(.batch, epoch: 1, [.depart(NodeID("n1"), instance: 101, why: "closed its connection")])
        add(.newEpoch, epoch: 3, [])
        add(.batch, epoch: 3, [assign(1, 2, "n2", [])])
        add(.batch, epoch: 3, [move("ETHUSDT"), move("BTCUSDT")])
        add(.batch, epoch: 3, [fail("BTCUSDT", 1, isLast: false)])
        add(.batch, epoch: 3, [.changeKey(.create(key("a"))), .changeKey(.create(key("b")))])
        takeSnapshot()
        add(.batch, epoch: 3, [.changeKey(.revoke(key("a").key))])
        add(.batch, epoch: 3, [fail("ETHUSDT", 1, isLast: true)])
        let settled = CoordinationCommand.settleMove(
            symbol: "BTCUSDT",
            generation: 2,
            isDone: true
        )
        add(.batch, epoch: 3, [settled, .endMove(symbol: "BTCUSDT", generation: 2)])
        add(.batch, epoch: 3, [.register(member("n1", .node, pid: 17))])
        add(.batch, epoch: 3, [assign(1, 2, "n2", ["n1"]), assign(2, 2, nil, ["n3"])])
        // No longer fits, and changes nothing.
        add(.batch, epoch: 3, [assign(1, 2, "n1", ["n2"])])
    }

    private func key(_ letter: String) -> APIKey {
        APIKey(
            key: String(repeating: letter, count: APIKey.textSize),
            account: AccountID(7),
            kind: .ed25519,
            material: KeyMaterial([1, 2, 3]),
            permissions: [.read, .trade],
            addresses: ["10.0.0.0/8", "2001:db8::1"].compactMap { AddressPrefix($0) },
            label: "golden"
        )
    }

    private func move(_ symbol: String) -> CoordinationCommand {
        .beginMove(
            symbol: symbol,
            instrument: InstrumentID(symbol == "BTCUSDT" ? 0 : 1),
            source: ShardID(1),
            destination: ShardID(2),
            why: "a test"
        )
    }

    private func fail(
        _ symbol: String,
        _ generation: UInt32,
        isLast: Bool
    ) -> CoordinationCommand {
        .failMove(symbol: symbol, generation: generation, isLast: isLast, why: "a test")
    }

    private var plan: TopologyPlan {
        TopologyPlan(shards: [
            ShardPlan(
                shard: ShardID(1),
                pairs: ["BTCUSDT", "ETHUSDT"],
                replicas: [NodeID("n1"), NodeID("n2")]
            ),
            ShardPlan(
                shard: ShardID(2),
                pairs: ["ETHBTC"],
                replicas: [NodeID("n2"), NodeID("n3")]
            ),
        ])
    }

    private func member(_ id: String, _ role: MemberRole, pid: Int) -> Member {
        Member(
            id: NodeID(id),
            role: role,
            zone: "z\(pid % 2)",
            address: "127.0.0.1:\(7000 + pid)",
            pid: Int32(pid),
            instance: UInt64(100 + pid)
        )
    }

    private func assign(
        _ shard: UInt16,
        _ epoch: UInt64,
        _ primary: String?,
        _ standbys: [String]
    ) -> CoordinationCommand {
        .assign(
            shard: ShardID(shard),
            epoch: Epoch(epoch),
            primary: primary.map { NodeID($0) },
            instance: primary == nil ? 0 : 102,
            standbys: standbys.map { NodeID($0) },
            why: "a test"
        )
    }

    private func add(_ kind: EntryKind, epoch: UInt64, _ commands: [CoordinationCommand]) {
        time.microseconds += 20_000
        var payload = ByteWriter()
        for command in commands {
            payload.write(blob: command.encoded())
            state.apply(command, at: time)
        }
        let record = LogEntry(
            id: .of(epoch, UInt64(records.count + 1)),
            kind: kind,
            previousHash: last.hash,
            firstCommand: commandCount + 1,
            commandCount: UInt32(commands.count),
            time: time,
            committed: SequenceNumber(UInt64(records.count)),
            committedDigest: 0,
            payload: payload.bytes
        ).encoded()
        commandCount += UInt64(commands.count)
        records.append(record)
    }

    private func takeSnapshot() {
        var writer = ByteWriter()
        writer.write(commandCount)
        writer.write(time)
        writer.write(raw: state.encoded())
        let bytes = writer.bytes
        let manifest = SnapshotManifest(
            id: last.id,
            hash: last.hash,
            stateHash: SipHash.hash(bytes, in: 0..<bytes.count),
            size: bytes.count,
            chunkCount: 1
        )
        snapshot = LogSnapshot(manifest: manifest, bytes: bytes)
    }
}
