import Trading
import Wire

/// One command, query, reply and event of every case, with fields drawn from a seed.
extension SplitMix {
    private mutating func orderReference() -> OrderReference {
        flip() ? .id(OrderID(number())) : .clientOrderID(name())
    }

    private mutating func listReference() -> OrderListReference {
        flip() ? .id(OrderListID(number())) : .clientOrderID(name())
    }

    private mutating func range() -> HistoryRange {
        HistoryRange(
            fromID: flip() ? nil : number(),
            start: flip() ? nil : time(),
            end: flip() ? nil : time(),
            limit: Int(UInt32(truncatingIfNeeded: next()))
        )
    }

    private mutating func placeList() -> PlaceOrderList {
        let contingency = pick(ContingencyType.self)
        let orders = (0..<contingency.orderCount).map { _ in place() }
        return PlaceOrderList(contingency: contingency, clientOrderID: name(), orders: orders)
    }

    private mutating func amend() -> AmendOrder {
        AmendOrder(
            account: account(),
            instrument: pair(),
            order: orderReference(),
            quantity: quantity(),
            price: price(),
            keepsPriority: flip(),
            clientOrderID: name()
        )
    }

    private mutating func schedule() -> FeeSchedule {
        FeeSchedule(
            tiers: (0...next() % 16).map { _ in
                FeeTier(makerShare: number(), takerShare: number())
            },
            discountAsset: flip() ? nil : asset(),
            discount: number()
        )
    }

    private mutating func int32() -> Int32 { Int32(truncatingIfNeeded: next()) }

    private mutating func loan() -> OrderLoan {
        OrderLoan(
            account: account(),
            interval: pick(OrderInterval.self),
            start: time(),
            count: int32()
        )
    }

    mutating func commands() -> [Command] {
        let terms = AccountTerms(
            account: account(),
            feeTier: UInt8(truncatingIfNeeded: next()),
            paysInDiscountAsset: flip(),
            tradeGroup: UInt32(truncatingIfNeeded: next())
        )
        return [
            .void, .place(place()), .placeList(placeList()), .amend(amend()),
            .cancelReplace(
                CancelReplace(
                    cancel: orderReference(),
                    mode: pick(CancelReplaceMode.self),
                    place: place(),
                    restriction: flip() ? nil : pick(CancelRestriction.self)
                )
            ),
            .cancel(account: account(), instrument: pair(), order: orderReference()),
            .cancelIf(
                account: account(),
                instrument: pair(),
                order: orderReference(),
                pick(CancelRestriction.self)
            ),
            .cancelAll(account: account(), instrument: pair()),
            .cancelList(account: account(), instrument: pair(), list: listReference()),
            .deposit(account: account(), asset: asset(), amount: amount(), reference: next()),
            .transfer(funds(), to: shard(), reference: next()),
            .credit(funds(), from: shard(), sequence: next()),
            .settle(to: shard(), through: next()),
            .withdraw(funds(), reference: next()),
            .endWithdrawal(reference: next(), isPaid: flip()),
            .addAsset(Asset(id: asset(), symbol: name().text)), .addInstrument(instrument()),
            .setPhase(instrument: pair(), pick(TradingPhase.self)), .setAccountTerms(terms),
            .setFeeSchedule(schedule()),
            .setOrderLimits(OrderLimits(tenSeconds: int32(), day: int32())),
            .lendOrders(loan()), .borrowOrders(loan()),
        ]
    }

    private mutating func instrument() -> Instrument {
        var instrument = DomainCodecTests.instrument
        instrument.symbol = name().text
        instrument.icebergPartsMax = Int(number())
        instrument.algoOrdersMax = Int(number())
        instrument.positionMax = quantity()
        instrument.trailingDeltaMin = Int32(truncatingIfNeeded: number())
        instrument.trailingDeltaMax = Int32(truncatingIfNeeded: number())
        instrument.haltBand = number()
        instrument.haltMicroseconds = number()
        instrument.referenceMicroseconds = number()
        return instrument
    }

    mutating func queries() -> [Query] {
        [
            .position, .order(account: account(), instrument: pair(), order: orderReference()),
            .openOrders(account: account(), instrument: flip() ? nil : pair()),
            .orders(account: account(), instrument: pair(), range()),
            .fills(
                account: account(),
                instrument: pair(),
                order: flip() ? nil : OrderID(number()),
                range()
            ),
            .balances(account: account()), .test(place()), .positions(account: account()),
            .orderList(account: account(), instrument: pair(), list: listReference()),
            .openOrderLists(account: account(), instrument: flip() ? nil : pair()),
            .orderLists(account: account(), named: flip() ? .none : name(), range()),
            .amendments(
                account: account(),
                instrument: pair(),
                order: OrderID(number()),
                range()
            ),
            .preventedMatches(
                account: account(),
                instrument: pair(),
                order: flip() ? nil : OrderID(number()),
                range()
            ),
            .shortfall(.place(place())), .credited(from: shard(), sequence: next()),
            .statement(account: account(), asset: flip() ? nil : asset(), range()),
            .orderUsage(account: account()),
        ]
    }

    private mutating func step() -> CancelReplaceOutcome.Step {
        switch next() % 3 {
        case 0: .notAttempted
        case 1: .failed(reason())
        default: .done(order(), fills: list(3) { $0.fill() })
        }
    }

    mutating func replies() -> [Reply] {
        [
            .done, .rejected(reason()), .placed(order(), fills: list(3) { $0.fill() }),
            .placedList(
                orderList(),
                orders: list(4) { $0.order() },
                fills: list(3) { $0.fill() }
            ),
            .canceledList(orderList(), orders: list(4) { $0.order() }),
            .canceledLists(list(4) { $0.orderList() }, orders: list(4) { $0.order() }),
            .amendedInPlace(order(), amendment()),
            .amendments(list(4) { $0.amendment() }),
            .preventedMatches(list(4) { $0.preventedMatch() }),
            .amended(order(), fills: list(3) { $0.fill() }),
            .replaced(CancelReplaceOutcome(cancel: step(), place: step())),
            .canceled(list(4) { $0.order() }), .orders(list(4) { $0.order() }),
            .fills(list(4) { $0.fill() }),
            .balances(
                list(4) { $0.balance() }
            ),
            .positions(
                list(4) {
                    Position(
                        instrument: $0.pair(),
                        quantity: $0.quantity(),
                        cost: $0.amount(),
                        realized: $0.amount()
                    )
                }
            ),
            .orderLists(list(4) { $0.orderList() }, orders: list(4) { $0.order() }),
            .position(SequenceNumber(next())),
            .transferred(sequence: next()), .shortfall(asset(), amount()),
            .movements(list(4) { $0.movement() }), .lent(int32()),
            .orderUsage(
                list(3) { OrderUsage(start: $0.time(), used: $0.int32(), free: $0.int32()) }
            ), .rejected(.tooManyOrders(pick(OrderInterval.self))),
        ]
    }

    mutating func events() -> [MarketEvent] {
        [
            .trade(trade()),
            .level(
                LevelChange(
                    instrument: pair(),
                    side: pick(Side.self),
                    price: price(),
                    quantity: quantity(),
                    updateID: number()
                )
            ),
            .phase(
                PhaseChange(
                    instrument: pair(),
                    phase: pick(TradingPhase.self),
                    reopensAt: time(),
                    time: time()
                )
            ),
        ]
    }
}
