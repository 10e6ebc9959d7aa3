import Replication
import Trading
import Wire

extension Replica {
    /// Begins to stream the log from where the state stands.
    func follow(_ effects: inout [ReplicaEffect]) {
        guard leader == nil, isAcceptorReady, isRestored, !isFollowing, !isHalted else { return }
        isFollowing = true
        effects.append(.follow(after: cursor.id))
    }

    func stopFollowing(_ effects: inout [ReplicaEffect]) {
        guard isFollowing else { return }
        isFollowing = false
        effects.append(.stopFollowing)
    }

    /// Reads on towards the sealed tail, or opens the term when it is reached.
    func catchUp(_ effects: inout [ReplicaEffect]) {
        guard let leader, case .catchingUp(let tail) = leader.phase, isRestored else { return }
        if cursor.id == tail { return openTerm(&effects) }
        guard cursor.id.sequence < tail.sequence else {
            return halt("the log ends at \(tail), before what was applied: \(cursor.id)", &effects)
        }
        effects.append(.ask(.read(after: cursor.id, limit: settings.readLimit)))
    }

    func caughtUp(with reply: AcceptorReply, _ effects: inout [ReplicaEffect]) {
        guard case .records(let records) = reply, leader != nil else { return }
        if records.isEmpty { return restore(&effects) }
        apply(records, &effects)
        catchUp(&effects)
    }

    /// Applies committed records, whoever wrote them.
    func apply(_ records: [LogRecord], _ effects: inout [ReplicaEffect]) {
        var events: [MarketEvent] = []
        for record in records {
            do {
                guard let entry = try cursor.advance(to: record) else { continue }
                try run(entry, &events)
                snapshots.count(record)
            } catch let fault as LogFault {
                recover(from: fault, &effects)
                break
            } catch {
                halt("entry \(record.id) cannot be read: \(error)", &effects)
                break
            }
        }
        feed.publish(events, &effects)
    }

    private func run(_ entry: LogEntry, _ events: inout [MarketEvent]) throws(DecodeError) {
        for command in try BatchPayload.commands(of: entry) {
            _ = machine.apply(command, at: cursor.time, events: &events)
        }
        cursor.applied(digest: machine.digest)
    }

    private func recover(from fault: LogFault, _ effects: inout [ReplicaEffect]) {
        switch fault {
        case .gap(let expected, let found):
            let hole = "entries \(expected) to \(found) are gone"
            effects.append(.note(.warning, "\(hole); starting over from a snapshot"))
            stopFollowing(&effects)
            restore(&effects)
        case .chainBroken(let id):
            effects.append(.note(.error, "entry \(id) does not chain to ours; starting over"))
            stopFollowing(&effects)
            startOver()
            restore(&effects)
        case .corrupt(let id, let error): halt("entry \(id) is corrupt: \(error)", &effects)
        case .digestMismatch(let sequence, let theirs, let own):
            halt("state differs at \(sequence): leader \(theirs), own \(own)", &effects)
        }
    }

    private func startOver() {
        machine = ShardMachine()
        cursor = LogCursor()
        isRestored = false
        isCaughtUp = false
    }
}
