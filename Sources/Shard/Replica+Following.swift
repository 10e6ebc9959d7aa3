import Matching
import Replication
import Trading
import Wire

extension Replica {
    /// Begins to follow the log: reads to its end, then streams what is added.
    func follow(_ effects: inout [ReplicaEffect]) {
        guard leader == nil, isAcceptorReady, isRestored, !isHalted else { return }
        guard !isFollowing, !isReading, !snapshots.isRestoring else { return }
        readOn(&effects)
    }

    private func readOn(_ effects: inout [ReplicaEffect]) {
        isReading = true
        effects.append(.ask(.read(after: cursor.place, limit: readCount)))
    }

    func stopFollowing(_ effects: inout [ReplicaEffect]) {
        guard isFollowing else { return }
        isFollowing = false
        effects.append(.stopFollowing)
    }

    /// The last record read, whether applied or held.
    var reached: EntryID { leader?.held.last?.id ?? cursor.place }

    /// Reads on towards the sealed tail, or opens the term when it is reached.
    func catchUp(_ effects: inout [ReplicaEffect]) {
        guard let leader, case .catchingUp(let tail) = leader.phase, isRestored,
            !snapshots.isRestoring
        else { return }
        if reached == tail, leader.knowsBase(at: cursor) { return openTerm(&effects) }
        if reached.epoch >= leader.epoch {
            // The log went on under a later term before our reads came to it.
            stepDown(because: "epoch \(reached.epoch) was opened", &effects)
            return follow(&effects)
        }
        guard cursor.id.sequence <= tail.sequence else {
            return halt("the log ends at \(tail), before what was applied: \(reached)", &effects)
        }
        if reached >= tail { return readAgain(&effects) }
        effects.append(.ask(.read(after: reached, limit: readCount)))
    }

    /// Sets out to read the log from its beginning, once for each place that leads nowhere.
    private func rewind() -> Bool {
        guard rewound != cursor.id.sequence, cursor.rewind() else { return false }
        rewound = cursor.id.sequence
        return true
    }

    /// Nothing after us although the log is further: what we need lies below, or was trimmed away.
    private func readAgain(_ effects: inout [ReplicaEffect]) {
        if rewind() { readFromTheBeginning(&effects) } else { restore(&effects) }
    }

    private func readFromTheBeginning(_ effects: inout [ReplicaEffect]) {
        leader?.restart(isWhole: true)
        if leader == nil { follow(&effects) } else { catchUp(&effects) }
    }

    /// Takes records read on the way to the end of the log, as standby or as coming primary.
    func read(_ reply: AcceptorReply, limit: Int, _ effects: inout [ReplicaEffect]) {
        isReading = false
        guard case .records(let records) = reply else { return }
        adaptReadCount(to: records, limit: limit)
        guard let leader else {
            guard apply(records, &effects) else { return }
            // Of a full answer some at the end may be hidden: not yet known to be committed.
            if records.count >= max(1, limit / 2) { return readOn(&effects) }
            isCaughtUp = true
            isFollowing = true
            effects.append(.follow(after: cursor.place))
            return takeSnapshotIfDue(&effects)
        }
        guard case .catchingUp = leader.phase else { return }
        if records.isEmpty { return readAgain(&effects) }
        let committed = self.leader?.read(records, at: cursor) ?? []
        if apply(committed, &effects) { catchUp(&effects) }
    }

    /// Keeps answers between a quarter of the wanted size and all of it.
    private func adaptReadCount(to records: [LogRecord], limit: Int) {
        let size = records.reduce(0) { $0 + $1.bytes.count }
        if size > settings.readSizeMax {
            readCount = max(limit / 2, 1)
        } else if size < settings.readSizeMax / 4, records.count >= limit / 2 {
            readCount = min(limit * 2, settings.readLimit)
        }
    }

    /// Applies committed records, whoever wrote them.
    ///
    /// - Returns: Whether all could be applied; otherwise what mends it has begun.
    @discardableResult
    func apply(_ records: [LogRecord], _ effects: inout [ReplicaEffect]) -> Bool {
        var events: [MarketEvent] = []
        defer {
            feed.publish(events, &effects)
            publishAccounts(&effects)
        }
        for record in records {
            do {
                guard let entry = try cursor.advance(to: record) else { continue }
                try run(entry, &events)
                snapshots.count(record)
            } catch let fault as LogFault {
                recover(from: fault, &effects)
                return false
            } catch {
                halt("entry \(record.id) cannot be read: \(error)", &effects)
                return false
            }
        }
        return true
    }

    private func run(_ entry: LogEntry, _ events: inout [MarketEvent]) throws(DecodeError) {
        if entry.kind == .newEpoch { machine.beginTerm(at: cursor.time) }
        for command in try BatchPayload.commands(of: entry) {
            _ = machine.apply(command, at: cursor.time, events: &events)
            accounts.take(machine.engine.reports, of: entry.id.sequence)
        }
        cursor.applied(digest: machine.digest)
    }

    func recover(from fault: LogFault, _ effects: inout [ReplicaEffect]) {
        switch fault {
        case .gap where rewind():
            stopFollowing(&effects)
            readFromTheBeginning(&effects)
        case .gap(let expected, let found):
            let hole = "entries \(expected) to \(found) are gone"
            effects.append(.note(.warning, "\(hole); starting over from a snapshot"))
            stopFollowing(&effects)
            restore(&effects)
        case .chainBroken(let id):
            effects.append(.note(.error, "entry \(id) does not chain to ours; starting over"))
            stopFollowing(&effects)
            startOver(&effects)
            restore(&effects)
        case .corrupt(let id, let error): halt("entry \(id) is corrupt: \(error)", &effects)
        case .digestMismatch(let sequence, let theirs, let own):
            halt("state differs at \(sequence): leader \(theirs), own \(own)", &effects)
        }
    }

    private func startOver(_ effects: inout [ReplicaEffect]) {
        machine = ShardMachine()
        cursor = LogCursor()
        // The feed is numbered by the state: its followers ask again once there is one.
        restartFeeds(&effects)
        isRestored = false
        isCaughtUp = false
    }
}
