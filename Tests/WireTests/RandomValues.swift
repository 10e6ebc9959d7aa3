import Trading
import Wire

/// Values of every case and every field, drawn from a seed.
extension SplitMix {
    mutating func flip() -> Bool { next() & 1 == 0 }

    /// Often zero, often an extreme: where layouts with optional fields go wrong.
    mutating func number() -> Int64 {
        switch next() % 8 {
        case 0...2: 0
        case 3: .max
        case 4: .min
        case 5: Int64(next() % 100)
        default: Int64(bitPattern: next())
        }
    }

    mutating func pick<Value: CaseIterable>(_ type: Value.Type) -> Value
    where Value.AllCases == [Value] { Value.allCases[Int(next() % UInt64(Value.allCases.count))] }

    mutating func list<Value>(_ count: UInt64, _ make: (inout SplitMix) -> Value) -> [Value] {
        (0..<next() % count).map { _ in make(&self) }
    }

    mutating func name() -> ClientOrderID {
        let legal = Array("azAZ09-_./:".utf8)
        let bytes = (0..<next() % 37).map { _ in legal[Int(next() % UInt64(legal.count))] }
        return ClientOrderID(bytes) ?? .none
    }

    mutating func price() -> Price { Price(ticks: number()) }
    mutating func quantity() -> Quantity { Quantity(lots: number()) }
    mutating func amount() -> Amount { Amount(units: number()) }
    mutating func time() -> Timestamp { Timestamp(microseconds: number()) }
    mutating func pair() -> InstrumentID { InstrumentID(UInt16(truncatingIfNeeded: next())) }
    mutating func asset() -> AssetID { AssetID(UInt16(truncatingIfNeeded: next())) }
    mutating func account() -> AccountID { AccountID(UInt32(truncatingIfNeeded: next())) }

    mutating func shard() -> ShardID { ShardID(UInt16(truncatingIfNeeded: next())) }
    mutating func funds() -> Funds {
        Funds(account: account(), asset: asset(), amount: amount())
    }

    mutating func balance() -> Balance {
        Balance(
            asset: asset(),
            free: amount(),
            locked: amount(),
            sent: amount(),
            withdrawing: amount()
        )
    }

    mutating func movement() -> Movement {
        Movement(
            number: next(),
            time: time(),
            kind: pick(Movement.Kind.self),
            funds: funds(),
            shard: shard(),
            sequence: next(),
            reference: next()
        )
    }

    mutating func order() -> Order {
        let createdAt = time()
        return Order(
            id: OrderID(number()),
            instrument: pair(),
            account: account(),
            clientOrderID: name(),
            side: pick(Side.self),
            type: pick(OrderType.self),
            timeInForce: pick(TimeInForce.self),
            selfTradePrevention: pick(SelfTradePrevention.self),
            price: price(),
            quantity: quantity(),
            quoteQuantity: amount(),
            executed: quantity(),
            cumulativeQuote: amount(),
            status: pick(OrderStatus.self),
            createdAt: createdAt,
            updatedAt: time(),
            stopPrice: price(),
            trailingDelta: Int32(truncatingIfNeeded: number()),
            icebergQuantity: quantity(),
            expiresAt: time(),
            prevented: quantity(),
            list: OrderListID(number()),
            workingAt: flip() ? createdAt : time()
        )
    }

    mutating func place() -> PlaceOrder {
        PlaceOrder(
            account: account(),
            instrument: pair(),
            side: pick(Side.self),
            type: pick(OrderType.self),
            timeInForce: pick(TimeInForce.self),
            selfTradePrevention: flip() ? nil : pick(SelfTradePrevention.self),
            price: price(),
            quantity: quantity(),
            quoteQuantity: amount(),
            clientOrderID: name(),
            stopPrice: price(),
            trailingDelta: Int32(truncatingIfNeeded: number()),
            icebergQuantity: quantity(),
            expiresAt: time()
        )
    }

    mutating func trade() -> Trade {
        Trade(
            instrument: pair(),
            id: TradeID(number()),
            price: price(),
            quantity: quantity(),
            quoteAmount: amount(),
            time: time(),
            isBuyerMaker: flip()
        )
    }

    mutating func fill() -> Fill {
        Fill(
            trade: trade(),
            account: account(),
            order: OrderID(number()),
            isBuyer: flip(),
            commission: amount(),
            commissionAsset: asset()
        )
    }

    mutating func orderList() -> OrderList {
        let contingency = pick(ContingencyType.self)
        return OrderList(
            id: OrderListID(number()),
            instrument: pair(),
            account: account(),
            clientOrderID: name(),
            contingency: contingency,
            status: pick(OrderListStatus.self),
            orders: (0..<contingency.orderCount).map { _ in OrderID(number()) },
            createdAt: time()
        )
    }

    mutating func amendment() -> Amendment {
        Amendment(
            instrument: pair(),
            account: account(),
            order: OrderID(number()),
            previousName: name(),
            name: name(),
            previousQuantity: quantity(),
            quantity: quantity(),
            time: time()
        )
    }

    mutating func preventedMatch() -> PreventedMatch {
        PreventedMatch(
            instrument: pair(),
            id: number(),
            account: account(),
            taker: OrderID(number()),
            maker: OrderID(number()),
            tradeGroup: UInt32(truncatingIfNeeded: next()),
            mode: pick(SelfTradePrevention.self),
            price: price(),
            makerQuantity: quantity(),
            takerQuantity: quantity(),
            time: time()
        )
    }

    mutating func reason() -> RejectReason {
        let plain: [RejectReason] = [
            .insufficientBalance, .malformed, .overloaded, .marketClosed, .noSuchList,
            .noSuchWithdrawal,
        ]
        return flip() ? .filter(pick(Filter.self)) : plain[Int(next() % UInt64(plain.count))]
    }
}
