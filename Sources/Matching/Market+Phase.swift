import Accounts
import Trading

extension Market {
    /// Changes the phase as an operator says: rule 22.
    mutating func setPhase(_ next: TradingPhase, _ shared: inout SharedState) {
        if next != phase { enter(next, reopensAt: .zero, &shared) }
    }

    /// Enters a phase; the continuous one begins with an uncross.
    private mutating func enter(
        _ next: TradingPhase,
        reopensAt time: Timestamp,
        _ shared: inout SharedState
    ) {
        phase = next
        reopensAt = time
        blotter.digest.add(UInt64(next.rawValue) << 56 | UInt64(bitPattern: time.microseconds))
        shared.events.append(
            .phase(
                PhaseChange(
                    instrument: blotter.instrument.id,
                    phase: next,
                    reopensAt: time,
                    time: shared.now
                )
            )
        )
        guard next == .continuous else { return }
        uncross(&shared)
        endStep(&shared)
    }

    /// Stops trading because the next trade would be outside the price band: rule 23.
    mutating func halt(_ shared: inout SharedState) {
        let (time, overflows) = shared.now.microseconds.addingReportingOverflow(
            blotter.instrument.haltMicroseconds
        )
        let end = overflows ? Timestamp.never : Timestamp(microseconds: time)
        shared.nextDue = min(shared.nextDue, end)
        enter(.preOpen, reopensAt: end, &shared)
    }

    /// Whether the phase lets a request in.
    func allows(_ request: PlaceOrder) -> Bool {
        switch phase {
        case .continuous: return true
        case .preOpen:
            return request.type.isConditional
                || (request.type == .limit && request.timeInForce.mayRest)
        case .cancelOnly, .halted: return false
        }
    }

    // MARK: Price band

    /// Takes the last price as the reference price when there is none or it is too old.
    mutating func setReference(_ shared: borrowing SharedState) {
        let price = referenceNow(shared)
        guard isReferenceDue(shared) else { return }
        reference = price
        referenceAt = shared.now
    }

    /// The reference price of a walk that started now.
    func referenceNow(_ shared: borrowing SharedState) -> Price {
        isReferenceDue(shared) ? blotter.lastPrice : reference
    }

    private func isReferenceDue(_ shared: borrowing SharedState) -> Bool {
        guard blotter.instrument.haltBand > 0, blotter.lastPrice != .none else { return false }
        let age = shared.now.microseconds - referenceAt.microseconds
        return reference == .none || age >= blotter.instrument.referenceMicroseconds
    }

    /// The prices at which a trade may happen.
    func band(around reference: Price) -> PriceBand {
        let width = blotter.instrument.haltBand
        guard width > 0, reference != .none else { return PriceBand(low: .none, high: .none) }
        return PriceBand(
            low: Self.edge(of: width, reference, .sell),
            high: Self.edge(of: width, reference, .buy)
        )
    }

    // MARK: Due work

    /// When something is due by itself next; may be early.
    var nextDue: Timestamp {
        var due = Timestamp.never
        if reopensAt != .zero { due = reopensAt }
        if let first = expiries.first { due = min(due, Timestamp(microseconds: first.key)) }
        return due
    }

    /// Does what is due, with all it sets off: rule 2.
    mutating func doDueWork(_ shared: inout SharedState) {
        while let id = expiries.popFirst(through: shared.now.microseconds) {
            let slot = book.find(id)
            if slot.isNone { continue }
            end(slot, .expired, &shared)
            endStep(&shared)
        }
        if reopensAt != .zero, reopensAt <= shared.now {
            enter(.continuous, reopensAt: .zero, &shared)
        }
        runQueue(&shared)
    }
}

/// The lowest and the highest price at which a trade may happen; `none` where there is no band.
struct PriceBand {
    var low: Price
    var high: Price

    func contains(_ price: Price) -> Bool {
        high == .none || (price >= low && price <= high)
    }

    /// The end of the band towards which a side trades.
    func edge(_ side: Side) -> Price { side == .buy ? high : low }

    /// Whether a walk of a side may begin at a price, its far end aside.
    func contains(_ price: Price, from side: Side) -> Bool {
        high == .none || (side == .buy ? price >= low : price <= high)
    }
}
