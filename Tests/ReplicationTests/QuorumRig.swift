import Replication
import Simulation
import Trading
import Wire

/// A quorum over acceptors in memory; each answers in order, when the test says so.
struct QuorumRig {
    var quorum: LogQuorum
    var logs: [ModelAcceptor]
    var asked: [[AcceptorRequest]]
    /// Acceptors that do not answer.
    var silent: Set<Int> = []
    /// Acceptors whose disk is full.
    var refusing: Set<Int> = []
    var answers: [(reply: AcceptorReply, request: AcceptorRequest)] = []
    var notes: [String] = []
    var isUp = false

    init(_ count: Int) {
        quorum = LogQuorum(acceptorCount: count, incarnation: 7)
        logs = (0..<count).map { _ in
            var log = ModelAcceptor()
            _ = log.answer(.create(incarnation: 7))
            return log
        }
        asked = Array(repeating: [], count: count)
    }

    /// All can be reached.
    static func up(_ count: Int) -> QuorumRig {
        var rig = QuorumRig(count)
        for index in 0..<count { rig.input { $0.ready(index, effects: &$1) } }
        return rig
    }

    mutating func input(_ body: (inout LogQuorum, inout [LogQuorum.Effect]) -> Void) {
        var effects: [LogQuorum.Effect] = []
        body(&quorum, &effects)
        for effect in effects {
            switch effect {
            case .ask(let request, let index): asked[index].append(request)
            case .answer(let reply, let request): answers.append((reply, request))
            case .ready: isUp = true
            case .lost: isUp = false
            case .note(let text): notes.append(text)
            }
        }
    }

    /// Everybody answers until nothing is asked any more.
    mutating func settle() {
        var turns = 0
        while turns < 100_000,
            let index = asked.indices.first(where: { !silent.contains($0) && !asked[$0].isEmpty })
        {
            turns += 1
            let request = asked[index].removeFirst()
            let isRefused = refusing.contains(index) && !request.isRead
            let reply = isRefused ? .failed("disk full") : logs[index].answer(request)
            input { $0.received(reply, to: request, from: index, effects: &$1) }
        }
    }

    /// Asks and waits; the answer, if there is one.
    mutating func ask(_ request: AcceptorRequest) -> AcceptorReply? {
        answers = []
        input { $0.ask(request, effects: &$1) }
        settle()
        return answers.last { $0.request == request }?.reply
    }

    mutating func tick() {
        input { $0.tick(effects: &$1) }
        settle()
    }

    mutating func lose(_ index: Int) {
        asked[index] = []
        input { $0.lost(index, effects: &$1) }
    }

    mutating func reconnect(_ index: Int) {
        input { $0.ready(index, effects: &$1) }
        settle()
    }

    /// Seals, opens with the builder's next entry as marker, and appends.
    mutating func lead(_ log: inout LogBuilder, appends: Int) -> AcceptorReply? {
        _ = ask(.seal(log.epoch, owner: 1))
        let (base, hash) = (log.id, log.hash)
        let marker = log.next(kind: .newEpoch, commands: 0)
        var reply = ask(.open(log.epoch, base: base, baseHash: hash, records: [marker]))
        for _ in 0..<appends { reply = append(&log) }
        return reply
    }

    mutating func append(_ log: inout LogBuilder) -> AcceptorReply? {
        let previous = log.id
        return ask(.append(log.epoch, previous: previous, log.next()))
    }
}

extension AcceptorRequest {
    fileprivate var isRead: Bool {
        switch self {
        case .read, .find, .readManifest, .readChunk, .verify: true
        default: false
        }
    }
}
