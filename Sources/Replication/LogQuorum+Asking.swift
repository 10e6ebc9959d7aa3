import Trading
import Wire

/// A question to all acceptors that a majority answers.
struct QuorumGather: Sendable {
    let request: AcceptorRequest
    /// Who has yet to answer.
    var asked: Set<Int>
    var confirmed = 0
    var failure: AcceptorReply?
    /// The last entry of those that answered.
    var tail = EntryID.zero
}

// Questions outside of a term, about records and snapshots.

extension LogQuorum {
    /// Asks somebody who has what is wanted.
    mutating func askOne(_ request: AcceptorRequest, _ effects: inout [Effect]) {
        // On the way to a sealed tail only its holder is sure to have everything.
        if case .read = request, let source = term?.source { reader = source }
        guard let reader, members[reader].isReady else {
            unread.append(request)
            guard unread.count == 1 else { return }
            return gather(.find(atMost: .max), &effects)
        }
        singles.append((request, reader))
        effects.append(.ask(request, of: reader))
    }

    /// Reads from now on the log that goes furthest among a majority's, with its snapshot.
    ///
    /// Another may be new, empty or far behind. An acceptor trims only what its own snapshot holds.
    private mutating func chose(_ effects: inout [Effect]) {
        let requests = unread
        unread = []
        for request in requests { askOne(request, &effects) }
    }

    /// Forgets reads: what a follower was to see is not what a coming primary needs, nor the other
    /// way round.
    mutating func forgetReads() {
        func isRead(_ request: AcceptorRequest) -> Bool {
            if case .read = request { true } else { false }
        }
        singles.removeAll { isRead($0.request) }
        unread.removeAll(where: isRead)
        reader = nil
    }

    /// Puts what an acceptor left unanswered to another.
    mutating func askAnother(than index: Int, _ effects: inout [Effect]) {
        let open = singles.filter { $0.member == index }
        singles.removeAll { $0.member == index }
        for single in open { askOne(single.request, &effects) }
    }

    /// What a follower may see: an acceptor among several can hold what never becomes durable, but
    /// each record says how far its writer knew the log to be committed.
    ///
    /// - Parameter reply: What one acceptor answered.
    /// - Returns: The same; of records those known to be committed, while this log is followed.
    public func visible(_ reply: AcceptorReply) -> AcceptorReply {
        guard members.count > 1, term == nil, case .records(let records) = reply,
            let last = records.last, let entry = try? LogEntry(decoding: last.bytes)
        else { return reply }
        return .records(records.filter { $0.id.sequence <= entry.committed })
    }

    mutating func gather(_ request: AcceptorRequest, _ effects: inout [Effect]) {
        let asked = members.indices.filter { members[$0].isReady }
        guard asked.count >= majority else { return }
        gathers.append(QuorumGather(request: request, asked: Set(asked)))
        for index in asked { effects.append(.ask(request, of: index)) }
    }

    mutating func take(
        _ reply: AcceptorReply,
        from index: Int,
        at place: Int,
        _ effects: inout [Effect]
    ) {
        guard gathers[place].asked.remove(index) != nil else { return }
        switch reply {
        case .done: gathers[place].confirmed += 1
        case .records(let records):
            gathers[place].confirmed += 1
            if let last = records.last?.id, last >= gathers[place].tail {
                gathers[place].tail = last
                reader = index
            } else if reader == nil {
                reader = index
            }
        default: gathers[place].failure = gathers[place].failure ?? reply
        }
        let gather = gathers[place]
        if gather.confirmed >= majority {
            gathers.remove(at: place)
            if case .find = gather.request { return chose(&effects) }
            effects.append(.answer(.done, to: gather.request))
        } else if gather.confirmed + gather.asked.count < majority {
            gathers.remove(at: place)
            if case .find = gather.request { return chose(&effects) }
            let failure = gather.failure ?? .failed("no majority answers")
            effects.append(.answer(failure, to: gather.request))
        }
    }
}
