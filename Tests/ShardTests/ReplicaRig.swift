import Replication
import Shard
import Trading
import Wire

/// A replica whose effects are kept and whose questions to the log are answered when told.
final class ReplicaRig {
    let log: TestLog
    let replica: Replica
    var now: UInt64 = 0
    /// Both clocks go forward together; the wall clock alone is set by `jump`.
    var wall = Timestamp(microseconds: 1_000_000) {
        didSet { now += UInt64(max(0, wall.microseconds - oldValue.microseconds)) * 1000 }
    }
    /// Asked and not answered, oldest first.
    var asked: [AcceptorRequest] = []
    var effects: [ReplicaEffect] = []

    init(
        _ log: TestLog = TestLog(),
        genesis: [Command] = Fixtures.genesis,
        settings: ReplicaSettings = .init()
    ) {
        self.log = log
        replica = Replica(shard: ShardID(1), genesis: genesis, settings: settings)
    }

    /// A primary of an epoch over a log, serving, its genesis committed.
    static func primary(
        _ log: TestLog = TestLog(),
        epoch: UInt64 = 1,
        settings: ReplicaSettings = .init()
    ) -> ReplicaRig {
        let rig = ReplicaRig(log, settings: settings)
        rig.input { $0.assume(.primary(Epoch(epoch)), effects: &$1) }
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        return rig
    }

    /// A standby that has read to the end of a log.
    static func standby(
        _ log: TestLog,
        writesSnapshots: Bool = false,
        settings: ReplicaSettings = .init()
    ) -> ReplicaRig {
        let rig = ReplicaRig(log, settings: settings)
        rig.input { $0.assume(.standby(writesSnapshots: writesSnapshots), effects: &$1) }
        rig.input { $0.acceptorReady(effects: &$1) }
        rig.settle()
        return rig
    }

    func input(_ body: (Replica, inout [ReplicaEffect]) -> Void) {
        var new: [ReplicaEffect] = []
        body(replica, &new)
        for effect in new {
            if case .ask(let request) = effect {
                asked.append(request)
            } else {
                effects.append(effect)
            }
        }
    }

    /// Sets the wall clock; no time passes.
    func jump(to microseconds: Int64) {
        let before = now
        wall = Timestamp(microseconds: microseconds)
        now = before
    }

    func flush() { input { $0.flush(now: now, wall: wall, effects: &$1) } }

    /// Answers the oldest question out of the log.
    func answerOne() {
        guard !asked.isEmpty else { return }
        let request = asked.removeFirst()
        let reply = log.answer(request)
        input { $0.received(reply, to: request, effects: &$1) }
    }

    /// Turns until nothing is asked any more.
    func settle() {
        flush()
        var turns = 0
        while !asked.isEmpty, turns < 10_000 {
            answerOne()
            flush()
            turns += 1
        }
    }

    /// Breaks the connection: what was asked stays without an answer.
    func loseAcceptor(executing isExecuted: Bool = false) {
        let lost = asked
        asked = []
        input { $0.acceptorLost(effects: &$1) }
        for request in lost {
            if isExecuted { _ = log.answer(request) }
            input { $0.received(nil, to: request, effects: &$1) }
        }
    }

    /// Delivers what the log holds beyond the replica's position.
    func tail() {
        let new = log.records.filter { $0.id.sequence > replica.position }
        input { $0.tailed(new, effects: &$1) }
    }

    // MARK: Streams

    func hello(_ stream: UInt64, session: UInt64 = 7) {
        let hello = SessionRequest.hello(
            version: SessionRequest.version,
            SessionID(rawValue: session),
            ShardID(1)
        )
        input { $0.received(hello, on: StreamID(rawValue: stream), effects: &$1) }
    }

    func command(_ stream: UInt64, _ sequence: UInt64, _ command: Command = .void, ack: UInt64 = 0)
    {
        let request = SessionRequest.command(sequence: sequence, acknowledged: ack, command)
        input { $0.received(request, on: StreamID(rawValue: stream), effects: &$1) }
    }

    func query(_ stream: UInt64, _ id: UInt64, _ query: Query) {
        input { $0.received(.query(id: id, query), on: StreamID(rawValue: stream), effects: &$1) }
    }

    /// Takes what was sent to a stream.
    func sent(_ stream: UInt64) -> [SessionResponse] {
        effects.compactMap { effect in
            guard case .send(let response, StreamID(rawValue: stream)) = effect else { return nil }
            return response
        }
    }

    func replies(_ stream: UInt64) -> [UInt64] {
        sent(stream).compactMap { response in
            if case .reply(let sequence, _) = response { sequence } else { nil }
        }
    }

    var isHalted: Bool {
        effects.contains { effect in
            guard case .note(.error, let text) = effect else { return false }
            return text.hasPrefix("replica halted")
        }
    }

    func isClosed(_ stream: UInt64) -> Bool {
        effects.contains(.close(StreamID(rawValue: stream)))
    }
}
