import Trading

/// Under which circumstances an order is checked.
struct Circumstances {
    /// All the orders that come or start together, this one too.
    var group: [PlaceOrder]
    /// Orders that are pending already and start now; they do not count twice.
    var starting: [OrderID] = []
    /// Whether it is only taken down for later.
    var isPending = false
}

/// Rules 4, 5, 7 and 20: may this order come?
extension NaiveExchange {
    mutating func place(_ request: PlaceOrder) -> Reply {
        guard find(request.instrument) != nil else { return .rejected(.unknownInstrument) }
        if let reason = refusal(of: request) { return .rejected(reason) }
        return inStep(request.instrument) { exchange in
            let (order, fills) = exchange.enter(exchange.newOrder(request))
            return .placed(order, fills: fills)
        }
    }

    func refusal(of request: PlaceOrder) -> RejectReason? {
        refusal(of: request, Circumstances(group: [request]))
    }

    func refusal(of request: PlaceOrder, _ circumstances: Circumstances) -> RejectReason? {
        guard let instrument = find(request.instrument) else { return .unknownInstrument }
        if isMalformed(request) { return .malformed }
        if request.icebergQuantity > request.quantity { return .icebergTooLarge }
        if !circumstances.isPending, !isAllowed(request) { return .marketClosed }
        if let filter = filter(request, instrument, circumstances) { return .filter(filter) }
        if !circumstances.isPending {
            if hasNoRoom(request) { return .overloaded }
            if !accounts.contains(request.account) { return .insufficientBalance }
        }
        if circumstances.starting.isEmpty,
            isTaken(request.clientOrderID, request.account, request.instrument)
        {
            return .duplicateOrder
        }
        if circumstances.starting.isEmpty, isRepeated(request) { return .duplicateOrder }
        if circumstances.isPending { return nil }
        let last = market(instrument.id).last
        if request.trailingDelta != 0, request.stopPrice == .none, last == nil {
            return .badPrices
        }
        if need(request, instrument) > Int128(free(request.account, paid(request, instrument))) {
            return .insufficientBalance
        }
        if request.type == .limitMaker, wouldTake(request) { return .wouldTake }
        if let last, request.trailingDelta == 0, request.type.isConditional,
            reaches(last, newOrder(unnumbered: request))
        {
            return .wouldTrigger
        }
        return nil
    }

    func isMalformed(_ request: PlaceOrder) -> Bool {
        let numbers = [
            request.price.ticks, request.quantity.lots, request.quoteQuantity.units,
            request.stopPrice.ticks, Int64(request.trailingDelta), request.icebergQuantity.lots,
            request.expiresAt.microseconds,
        ]
        if request.clientOrderID.isEmpty || numbers.contains(where: { $0 < 0 }) { return true }
        let hasQuantity = request.quantity.lots > 0
        let hasAmount = request.quoteQuantity.units > 0
        let hasTrigger = request.stopPrice.ticks > 0 || request.trailingDelta > 0
        if request.type.hasLimit != (request.price.ticks > 0) { return true }
        if request.type == .market ? hasQuantity == hasAmount : !hasQuantity || hasAmount {
            return true
        }
        if request.type.isConditional != hasTrigger { return true }
        if request.type == .limitMaker, request.timeInForce != .goodTilCancelled { return true }
        let mayRest = request.type.hasLimit && request.timeInForce.mayRest
        if request.icebergQuantity.lots > 0, !mayRest { return true }
        let isDated = request.timeInForce == .goodTilDate
        if isDated, !request.type.hasLimit { return true }
        return isDated ? request.expiresAt <= now : request.expiresAt != .zero
    }

    private func isAllowed(_ request: PlaceOrder) -> Bool {
        switch market(request.instrument).phase {
        case .continuous: true
        case .preOpen:
            request.type.isConditional || (request.type == .limit && request.timeInForce.mayRest)
        case .cancelOnly, .halted: false
        }
    }

    private func hasNoRoom(_ request: PlaceOrder) -> Bool {
        guard request.trailingDelta != 0 else { return false }
        let trailing = open.filter {
            $0.stage == .waiting && $0.order.instrument == request.instrument
                && $0.order.trailingDelta != 0
        }
        return trailing.count >= 4096
    }

    func isTaken(
        _ name: ClientOrderID,
        _ account: AccountID,
        _ instrument: InstrumentID
    ) -> Bool {
        open.contains {
            $0.order.account == account && $0.order.instrument == instrument
                && $0.order.clientOrderID == name
        }
    }

    /// When the name of a closed order was last noted: when it closed, or when its pair was moved
    /// with the name still remembered.
    private func noted(_ order: Order) -> Int64 {
        var time = order.updatedAt.microseconds
        for move in moves where move.instrument == order.instrument {
            let age = move.time.microseconds - time
            if (0...60_000_000).contains(age) { time = move.time.microseconds }
        }
        return time
    }

    private func isRepeated(_ request: PlaceOrder) -> Bool {
        closed.contains { order in
            order.account == request.account && order.clientOrderID == request.clientOrderID
                && order.executed.lots > 0
                && now.microseconds - noted(order) <= 60_000_000
                && order.instrument == request.instrument && order.side == request.side
                && order.type == request.type && order.timeInForce == request.timeInForce
                && order.price == request.price && order.quoteQuantity == request.quoteQuantity
                && (order.quoteQuantity.units > 0 || order.quantity == request.quantity)
                && order.stopPrice == request.stopPrice
                && order.trailingDelta == request.trailingDelta
                && order.icebergQuantity == request.icebergQuantity
                && order.expiresAt == request.expiresAt
        }
    }

    func wouldTake(_ request: PlaceOrder) -> Bool {
        guard market(request.instrument).phase == .continuous,
            let best = book(request.instrument, request.side.opposite).first?.order.price
        else { return false }
        return request.side == .buy ? best <= request.price : best >= request.price
    }

    // MARK: Funds

    private func paid(_ request: PlaceOrder, _ instrument: Instrument) -> AssetID {
        request.side == .buy ? instrument.quote : instrument.base
    }

    /// What must be free for an order.
    func need(_ request: PlaceOrder, _ instrument: Instrument) -> Int128 {
        let lots = Int128(request.quantity.lots)
        if request.type == .market {
            let trial = marketTrial(request)
            if request.side == .sell {
                let isByAmount = request.quoteQuantity.units > 0
                return (isByAmount ? Int128(trial.executed.lots) : lots)
                    * Int128(instrument.lotUnits)
            }
            return request.quoteQuantity.units > 0
                ? Int128(request.quoteQuantity.units) : Int128(trial.cumulativeQuote.units)
        }
        if request.side == .sell { return lots * Int128(instrument.lotUnits) }
        let units = Int128(instrument.tickUnits) * Int128(instrument.lotUnits) / 100_000_000
        let (count, overflows) = holdTicks(request, instrument)
            .multipliedReportingOverflow(by: lots)
        let (need, carries) = count.multipliedReportingOverflow(by: units)
        return overflows || carries ? Int128.max : need
    }

    func marketTrial(_ request: PlaceOrder) -> Order {
        var incoming = IncomingOrder(order: newOrder(unnumbered: request))
        if request.quoteQuantity.units > 0 { incoming.budget = request.quoteQuantity.units }
        return trial(incoming)
    }

    /// The price at which a buy that is no market order holds its funds.
    func holdTicks(_ request: PlaceOrder, _ instrument: Instrument) -> Int128 {
        if request.side == .sell { return 0 }
        if request.type.hasLimit { return Int128(request.price.ticks) }
        var trigger = Int128(request.stopPrice.ticks)
        if request.trailingDelta != 0 {
            trigger = max(trigger, Int128(market(instrument.id).last ?? 0))
            trigger = (trigger * (10_000 + Int128(request.trailingDelta)) + 9_999) / 10_000
        }
        return trigger * (100_000_000 + Int128(instrument.marketBand)) / 100_000_000
    }
}
