import EventLoop
import Replication
import Trading
import Wire

/// One shard's log on the cluster's Redis instances: carries out what its quorum wants.
///
/// Everything is called on the thread of the loop.
public final class ShardLog {
    /// The log can be asked.
    public var onReady: (() -> Void)?
    /// It cannot be any more.
    public var onLost: ((_ reason: String) -> Void)?
    /// What the log answers.
    public var onAnswer: ((AcceptorReply, AcceptorRequest) -> Void)?
    /// Something for the operator.
    public var onNote: ((String) -> Void)?
    /// Records that are durable, while following.
    public var onRecords: (([LogRecord]) -> Void)?

    /// How often acceptors that refused or lag are tried again.
    private static let tickMilliseconds: UInt64 = 50

    private let acceptors: [LogAcceptor]
    private let names: [String]
    private let tails: [LogTail]
    private var quorum: LogQuorum
    private var durable: QuorumTail
    /// Effects in the order they came up, since carrying one out can bring more.
    private var effects: [LogQuorum.Effect] = []
    private var isCarryingOut = false
    private var readAhead: ReadAhead?
    private var ticks: LoopTimer?

    /// Begins to connect; set the callbacks before the loop runs on.
    ///
    /// - Parameters:
    ///   - loop: The loop to be served by.
    ///   - acceptors: The shard's log on each Redis, in the order of the plan.
    ///   - names: What the operator calls them.
    ///   - incarnation: Given to an acceptor that lost its disk, once it is filled again.
    public init(
        loop: EventLoop,
        acceptors: [LogAcceptor],
        names: [String],
        incarnation: UInt64
    ) {
        invariant(acceptors.count == names.count, "every acceptor has a name")
        self.acceptors = acceptors
        self.names = names
        tails = acceptors.map { LogTail(loop: loop, endpoint: $0.endpoint, shard: $0.shard) }
        quorum = LogQuorum(acceptorCount: acceptors.count, incarnation: incarnation)
        durable = QuorumTail(acceptorCount: acceptors.count, after: .zero)
        for index in acceptors.indices { listen(to: index) }
        let interval = Self.tickMilliseconds
        ticks = loop.schedule(
            afterMilliseconds: interval,
            repeatingMilliseconds: interval
        ) { [weak self] in self?.input { $0.tick(effects: &$1) } }
    }

    deinit { ticks?.cancel() }

    /// Ends for good: nothing is answered any more.
    public func close() {
        (onReady, onLost, onAnswer, onRecords, onNote) = (nil, nil, nil, nil, nil)
        ticks?.cancel()
        stopFollowing()
        for acceptor in acceptors { acceptor.close() }
    }

    private func listen(to index: Int) {
        acceptors[index].onReady = { [weak self] in
            self?.input { $0.ready(index, effects: &$1) }
        }
        acceptors[index].onLost = { [weak self] reason in
            guard let self else { return }
            onNote?("redis \(names[index]) unreachable: \(reason)")
            input { $0.lost(index, effects: &$1) }
        }
        tails[index].onRecords = { [weak self] records in
            guard let self else { return }
            let new = durable.received(records, from: index)
            if !new.isEmpty { onRecords?(new) }
        }
    }

    /// Redis instances that hold all that is durable, as far as a primary knows.
    public var followingCount: Int { quorum.followingCount }

    /// Asks the log; the answer comes through `onAnswer`.
    ///
    /// - Parameter request: The same again is no harm.
    public func ask(_ request: AcceptorRequest) { input { $0.ask(request, effects: &$1) } }

    /// Asks nothing more in the name of the present term.
    public func resign() {
        readAhead = nil
        quorum.resign()
    }

    /// Delivers durable records after an id, and goes on.
    public func follow(after id: EntryID) {
        readAhead = nil
        durable = QuorumTail(acceptorCount: tails.count, after: id)
        for tail in tails { tail.start(after: id) }
    }

    /// When a majority of the acceptors had last answered while following, on the clock of the loop.
    public var heardNanoseconds: UInt64 {
        tails.map(\.heardNanoseconds).sorted(by: >)[tails.count / 2]
    }

    /// Stops that.
    public func stopFollowing() { for tail in tails { tail.stop() } }

    private func input(_ body: (inout LogQuorum, inout [LogQuorum.Effect]) -> Void) {
        body(&quorum, &effects)
        guard !isCarryingOut else { return }
        isCarryingOut = true
        var place = 0
        while place < effects.count {
            carryOut(effects[place])
            place += 1
        }
        effects.removeAll(keepingCapacity: true)
        isCarryingOut = false
    }

    private func carryOut(_ effect: LogQuorum.Effect) {
        switch effect {
        case .ask(let request, let index): send(request, to: index)
        case .answer(let reply, let request): onAnswer?(reply, request)
        case .ready: onReady?()
        case .lost(let reason): onLost?(reason)
        case .note(let text): onNote?(text)
        }
    }

    // MARK: Reading ahead

    /// A read that will be wanted next, asked before the answer to the one before is worked on.
    ///
    /// Redis looks for the entries and they travel while the replica applies those it has.
    private final class ReadAhead {
        let request: AcceptorRequest
        let index: Int
        var isWanted = false
        /// The answer, once it is there.
        var reply: AcceptorReply??

        init(_ request: AcceptorRequest, _ index: Int) {
            self.request = request
            self.index = index
        }
    }

    private func send(_ request: AcceptorRequest, to index: Int) {
        if let ahead = readAhead, ahead.request == request, ahead.index == index {
            guard let reply = ahead.reply else {
                ahead.isWanted = true
                return
            }
            readAhead = nil
            return answered(reply, to: request, by: index)
        }
        // What was read before a promise need not be all that the promise covers.
        if case .seal = request { readAhead = nil }
        acceptors[index].send(request) { [weak self] reply in
            self?.answered(reply, to: request, by: index)
        }
    }

    private func answered(_ reply: AcceptorReply?, to request: AcceptorRequest, by index: Int) {
        if let next = next(after: reply, to: request) { ask(ahead: next, of: index) }
        input { $0.received(reply, to: request, from: index, effects: &$1) }
    }

    /// The read that follows a full answer to one.
    private func next(
        after reply: AcceptorReply?,
        to request: AcceptorRequest
    ) -> AcceptorRequest? {
        guard case .read(_, let limit) = request, case .records(let records)? = reply,
            records.count == limit, case .records(let shown) = quorum.visible(.records(records)),
            let last = shown.last
        else { return nil }
        return .read(after: last.id, limit: limit)
    }

    private func ask(ahead request: AcceptorRequest, of index: Int) {
        let ahead = ReadAhead(request, index)
        readAhead = ahead
        acceptors[index].send(request) { [weak self] reply in
            guard let self, ahead.isWanted else {
                ahead.reply = .some(reply)
                return
            }
            if readAhead === ahead { readAhead = nil }
            answered(reply, to: request, by: index)
        }
        acceptors[index].flush()
    }
}
