import Accounts
import Trading
import Wire

// A pair's move as its two shards log it; see `PairMoveStep` for what each step means.

extension TradingEngine {
    /// Carries out a step.
    ///
    /// - Returns: Why it does not fit, or `nil`.
    mutating func move(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ step: borrowing PairMoveStep
    ) -> RejectReason? {
        let standing = standing(of: instrument)
        // A step of an attempt that is over.
        guard generation > 0, generation >= standing.generation else { return .moveRefused }
        switch step {
        case .freeze: return freeze(instrument, generation, standing)
        case .unfreeze: return unfreeze(instrument, generation, standing)
        case .release: return release(instrument, generation, standing)
        case .stage(let number, let part):
            return stage(instrument, generation, standing, number, part)
        case .activate(let delta): return activate(instrument, generation, standing, delta)
        case .abort: return abort(instrument, generation, standing)
        }
    }

    /// What the shard has of a pair.
    ///
    /// - Parameter instrument: The pair.
    /// - Returns: Where it stands in its moves.
    public borrowing func standing(of instrument: InstrumentID) -> PairStanding {
        if let number = markets.number(of: instrument) {
            return PairStanding(
                state: markets[number].state,
                generation: markets[number].generation
            )
        }
        let departure = shared.departures.first { $0.instrument == instrument }
        return PairStanding(state: .absent, generation: departure?.generation ?? 0)
    }

    // MARK: Source

    private mutating func freeze(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ standing: PairStanding
    ) -> RejectReason? {
        if standing.state == .frozen {
            return standing.generation == generation ? nil : .moveRefused
        }
        guard standing.state == .active, generation > standing.generation,
            let number = markets.number(of: instrument)
        else { return .moveRefused }
        guard moveHolds(of: number, isLeaving: true) else { return .overloaded }
        markets[number].stand(.frozen, generation)
        rebuildConversion()
        return nil
    }

    private mutating func unfreeze(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ standing: PairStanding
    ) -> RejectReason? {
        guard let number = markets.number(of: instrument) else { return .moveRefused }
        if standing.state == .active {
            // It never froze, and a freeze that comes late must find the attempt over.
            if generation > standing.generation { begin(number, generation) }
            return nil
        }
        guard generation == standing.generation, standing.state == .frozen,
            moveHolds(of: number, isLeaving: false)
        else {
            return .moveRefused
        }
        begin(number, generation)
        return nil
    }

    private mutating func release(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ standing: PairStanding
    ) -> RejectReason? {
        guard generation == standing.generation else { return .moveRefused }
        if standing.state == .absent { return nil }
        guard standing.state == .frozen else { return .moveRefused }
        forget(instrument, generation)
        return nil
    }

    // MARK: Destination

    private mutating func stage(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ standing: PairStanding,
        _ number: UInt32,
        _ part: PairPart
    ) -> RejectReason? {
        switch standing.state {
        case .active, .frozen: return .moveRefused
        case .absent where generation == standing.generation: return .moveAborted
        case .arriving where generation == standing.generation: break
        case .absent, .arriving:
            guard number == 0 else { return .moveRefused }
            if standing.state == .arriving { forget(instrument, generation) }
            guard add(instrument, generation, part) else {
                depart(instrument, generation)
                return .moveAborted
            }
        }
        guard let place = markets.number(of: instrument) else { return .moveRefused }
        if number < markets[place].stagedParts { return nil }
        guard number == markets[place].stagedParts else { return .moveRefused }
        if case .records(let bytes) = part {
            do { try markets[place].stage(bytes, &shared) } catch {
                forget(instrument, generation)
                return .moveAborted
            }
        }
        markets[place].stagedParts += 1
        return nil
    }

    /// Makes the place that a copy is taken into.
    private mutating func add(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ part: PairPart
    ) -> Bool {
        guard case .records(let bytes) = part, markets.count < Self.instrumentsMax else {
            return false
        }
        var reader = ByteReader(bytes)
        guard let pair = try? Market.readHeader(&reader, &shared), pair.id == instrument,
            pair.defect == nil, let base = shared.ledger.column(of: pair.base),
            let quote = shared.ledger.column(of: pair.quote)
        else { return false }
        shared.departures.removeAll { $0.instrument == instrument }
        var market = Market(pair, number: markets.nextNumber, base: base, quote: quote)
        market.blotter.setRates(shared.ledger.feeSchedule)
        market.stand(.arriving, generation)
        markets.insert(market)
        return true
    }

    private mutating func activate(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ standing: PairStanding,
        _ delta: PairDelta
    ) -> RejectReason? {
        guard let number = markets.number(of: instrument), generation == standing.generation else {
            // Decided by this: nothing that could make it trade here may come later.
            if standing.state == .absent || standing.state == .arriving {
                forget(instrument, generation)
                return .moveAborted
            }
            return .moveRefused
        }
        switch standing.state {
        case .active: return nil
        case .arriving: break
        case .frozen, .absent: return .moveRefused
        }
        guard complete(number, delta) else {
            forget(instrument, generation)
            return .moveAborted
        }
        begin(number, generation)
        shared.events.append(
            .arrival(
                PairArrival(
                    instrument: instrument,
                    generation: generation,
                    updateID: markets[number].updateID,
                    lastTradeID: TradeID(markets[number].blotter.nextTradeID - 1)
                )
            )
        )
        return nil
    }

    private mutating func complete(_ number: UInt32, _ delta: PairDelta) -> Bool {
        do { try markets[number].stage(delta.records, &shared) } catch { return false }
        markets[number].countListed()
        let waiting = markets[number].waitingSlots(accountCount: shared.ledger.accountCount)
        let digest = markets[number].contentDigest(waiting: waiting, shared)
        return markets[number].isWhole && digest == delta.digest
            && moveHolds(of: number, isLeaving: false)
    }

    private mutating func abort(
        _ instrument: InstrumentID,
        _ generation: UInt32,
        _ standing: PairStanding
    ) -> RejectReason? {
        guard standing.state == .absent || standing.state == .arriving else { return .moveRefused }
        forget(instrument, generation)
        return nil
    }

    // MARK: Parts

    /// Lets a pair trade here from now on.
    private mutating func begin(_ number: UInt32, _ generation: UInt32) {
        markets[number].stand(.active, generation)
        markets[number].stagedParts = 0
        shared.nextDue = min(shared.nextDue, markets[number].nextDue)
        rebuildConversion()
    }

    /// Sends what is held for open orders on its way with them, or takes it in; all or nothing.
    private mutating func moveHolds(of number: UInt32, isLeaving: Bool) -> Bool {
        let holds = sumOfHolds(of: number)
        for (index, hold) in holds.enumerated() {
            if move(hold, isLeaving: isLeaving) { continue }
            for undone in holds[..<index] {
                let isUndone = move(undone, isLeaving: !isLeaving)
                invariant(isUndone, "what was moved can be moved back")
            }
            return false
        }
        return true
    }

    /// What is held for the open orders of a pair, by account and asset.
    ///
    /// In the order of accounts: orders are threaded in another order after a snapshot, and the
    /// ledger's digest tells orders apart.
    private borrowing func sumOfHolds(of number: UInt32) -> [Hold] {
        var sums: [Hold] = []
        // Looked up only: where an account's sums of base and quote are.
        var places: [Int64: Int] = [:]
        markets[number].visitHolds { owner, column, amount in
            guard amount != .zero else { return }
            let key = Int64(owner.index) << 32 | Int64(column.index)
            if let place = places[key] {
                sums[place].amount += amount
            } else {
                places[key] = sums.count
                sums.append(Hold(owner: owner, column: column, amount: amount))
            }
        }
        sums.sort {
            ($0.owner.index, $0.column.index) < ($1.owner.index, $1.column.index)
        }
        return sums
    }

    private mutating func move(_ hold: Hold, isLeaving: Bool) -> Bool {
        let reason =
            isLeaving
            ? shared.ledger.ship(held: hold.amount, hold.owner, hold.column)
            : shared.ledger.receive(held: hold.amount, hold.owner, hold.column)
        return reason == nil
    }

    /// Forgets what is here of a pair that does not trade here, and remembers the attempt.
    private mutating func forget(_ instrument: InstrumentID, _ generation: UInt32) {
        if let number = markets.number(of: instrument) {
            invariant(!markets[number].isActive, "a pair that trades is not forgotten")
            markets[number].forgetNames(&shared)
            markets.remove(number)
        }
        depart(instrument, generation)
    }

    private mutating func depart(_ instrument: InstrumentID, _ generation: UInt32) {
        shared.departures.removeAll { $0.instrument == instrument }
        let place =
            shared.departures.firstIndex { $0.instrument > instrument }
            ?? shared.departures.count
        shared.departures.insert(
            PairDeparture(instrument: instrument, generation: generation),
            at: place
        )
    }
}

/// What is held of an asset for an account's open orders in a pair.
private struct Hold {
    var owner: AccountSlot
    var column: AssetColumn
    var amount: Amount
}
