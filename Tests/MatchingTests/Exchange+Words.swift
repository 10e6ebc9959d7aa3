import Matching
import Trading

/// Short words for the orders beyond limit and market, and for what is done to them.
extension Exchange {
    func maker(_ side: Side, _ lots: Int64, at ticks: Int64, by account: UInt32 = 1) -> PlaceOrder {
        var request = limit(side, lots, at: ticks, by: account)
        request.type = .limitMaker
        return request
    }

    func iceberg(
        _ side: Side,
        _ lots: Int64,
        showing part: Int64,
        at ticks: Int64,
        by account: UInt32 = 1
    ) -> PlaceOrder {
        var request = limit(side, lots, at: ticks, by: account)
        request.icebergQuantity = Quantity(lots: part)
        return request
    }

    /// Good for so many microseconds.
    func dated(
        _ side: Side,
        _ lots: Int64,
        at ticks: Int64,
        for microseconds: Int64,
        by account: UInt32 = 1
    ) -> PlaceOrder {
        var request = limit(side, lots, at: ticks, by: account, .goodTilDate)
        request.expiresAt.microseconds = time.microseconds + microseconds
        return request
    }

    /// A STOP_LOSS, with a limit a STOP_LOSS_LIMIT.
    func stop(
        _ side: Side,
        _ lots: Int64,
        at ticks: Int64,
        limit: Int64? = nil,
        by account: UInt32 = 1
    ) -> PlaceOrder {
        var request = self.limit(side, lots, at: limit ?? 0, by: account)
        request.type = limit == nil ? .stopLoss : .stopLossLimit
        request.stopPrice = Price(ticks: ticks)
        return request
    }

    /// A TAKE_PROFIT, with a limit a TAKE_PROFIT_LIMIT.
    func profit(
        _ side: Side,
        _ lots: Int64,
        at ticks: Int64,
        limit: Int64? = nil,
        by account: UInt32 = 1
    ) -> PlaceOrder {
        var request = stop(side, lots, at: ticks, limit: limit, by: account)
        request.type = limit == nil ? .takeProfit : .takeProfitLimit
        return request
    }

    /// A trailing STOP_LOSS, with a start one that is active from there on.
    func trailing(
        _ side: Side,
        _ lots: Int64,
        delta: Int32,
        from start: Int64 = 0,
        by account: UInt32 = 1
    ) -> PlaceOrder {
        var request = stop(side, lots, at: start, by: account)
        request.trailingDelta = delta
        return request
    }

    @discardableResult
    func list(
        _ contingency: ContingencyType,
        _ orders: PlaceOrder...,
        name: String = "list"
    ) -> Reply {
        let request = PlaceOrderList(
            contingency: contingency,
            clientOrderID: ClientOrderID(name) ?? .none,
            orders: orders
        )
        return apply(.placeList(request))
    }

    @discardableResult
    func amend(
        _ id: Int64,
        to lots: Int64,
        at ticks: Int64 = 0,
        keepingItsPlace: Bool = false,
        name: String = "",
        by account: UInt32 = 1
    ) -> Reply {
        let request = AmendOrder(
            account: AccountID(account),
            instrument: InstrumentID(1),
            order: .id(OrderID(id)),
            quantity: Quantity(lots: lots),
            price: Price(ticks: ticks),
            keepsPriority: keepingItsPlace,
            clientOrderID: ClientOrderID(name) ?? .none
        )
        return apply(.amend(request))
    }

    @discardableResult
    func cancel(_ id: Int64, by account: UInt32 = 1) -> Reply {
        let order = OrderReference.id(OrderID(id))
        return apply(
            .cancel(account: AccountID(account), instrument: InstrumentID(1), order: order)
        )
    }

    @discardableResult
    func replace(
        _ id: Int64,
        _ mode: CancelReplaceMode,
        with request: PlaceOrder
    ) -> CancelReplaceOutcome? {
        let command = CancelReplace(cancel: .id(OrderID(id)), mode: mode, place: request)
        if case .replaced(let outcome) = apply(.cancelReplace(command)) { return outcome }
        return nil
    }

    @discardableResult
    func phase(_ phase: TradingPhase) -> Reply {
        apply(.setPhase(instrument: InstrumentID(1), phase))
    }

    /// Accounts 2 and 3 make a trade of one lot; the book must have nothing better.
    func trade(at ticks: Int64) {
        place(limit(.sell, 1, at: ticks, by: 3))
        place(limit(.buy, 1, at: ticks, by: 2, .immediateOrCancel))
    }

    func wait(_ microseconds: Int64) { time.microseconds += microseconds }

    /// The status of an order, if it is known.
    func status(_ id: Int64, of account: UInt32 = 1) -> OrderStatus? {
        state(id, of: account)?.status
    }

    func position(_ account: UInt32) -> [Int64] {
        guard case .positions(let all) = ask(.positions(account: AccountID(account))),
            let position = all.first
        else { return [] }
        return [position.quantity.lots, position.cost.units, position.realized.units]
    }

    /// The ids of an account's open orders.
    func open(_ account: UInt32 = 1) -> [Int64] {
        let query = Query.openOrders(account: AccountID(account), instrument: nil)
        guard case .orders(let orders) = ask(query) else { return [] }
        return orders.map(\.id.rawValue)
    }

    /// The events of the last command in few words.
    var log: [String] {
        events.map { event in
            switch event {
            case .trade(let trade): "\(trade.quantity.lots) at \(trade.price.ticks)"
            case .level(let level):
                "\(level.side == .buy ? "bid" : "ask") \(level.price.ticks) = \(level.quantity.lots)"
            case .phase(let change): "\(change.phase)"
            case .arrival(let arrival): "arrival \(arrival.generation)"
            }
        }
    }
}
