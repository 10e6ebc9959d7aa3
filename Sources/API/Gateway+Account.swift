import Trading

/// What an account asks about itself.
extension Gateway {
    private static let historyDefault = 500
    private static let historyMax = 1000
    private static let historySpan: Int64 = 86_400_000_000

    /// GET order.
    func order(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let id = try instrument(call.parameters).id
        let order = try orderReference(call.parameters)
        return .query(
            instrument: id,
            .order(account: key.account, instrument: id, order: order),
            call.plan(.order)
        )
    }

    /// GET openOrders.
    func openOrders(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        guard let symbol = try call.parameters.optional("symbol") else {
            return .queryAll(
                .openOrders(account: key.account, instrument: nil),
                call.plan(.orders)
            )
        }
        let id = try instrument(named: symbol, in: "symbol").id
        return .query(
            instrument: id,
            .openOrders(account: key.account, instrument: id),
            call.plan(.orders)
        )
    }

    /// GET allOrders.
    func orders(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let id = try instrument(call.parameters).id
        let range = try historyRange(call.parameters, from: "orderId")
        return .query(
            instrument: id,
            .orders(account: key.account, instrument: id, range),
            call.plan(.orders)
        )
    }

    /// GET myTrades.
    func fills(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let id = try instrument(call.parameters).id
        let order = try call.parameters.integer("orderId").map { OrderID($0) }
        let range = try historyRange(call.parameters, from: "fromId")
        let hasTime = range.start != nil || range.end != nil
        guard !hasTime || (range.fromID == nil && order == nil) else { throw .badCombination }
        return .query(
            instrument: id,
            .fills(account: key.account, instrument: id, order: order, range),
            call.plan(.fills)
        )
    }

    /// A window of history, no more than a day wide.
    func historyRange(
        _ parameters: Parameters,
        from name: StaticString
    ) throws(APIError) -> HistoryRange {
        let range = HistoryRange(
            fromID: try parameters.integer(name),
            start: try parameters.timestamp("startTime"),
            end: try parameters.endTimestamp("endTime"),
            limit: try parameters.limit(default: Self.historyDefault, max: Self.historyMax)
        )
        if let start = range.start, let end = range.end {
            guard start <= end else { throw .badCombination }
            // The end of a whole millisecond lies 999 µs after its start.
            guard end.microseconds - start.microseconds < Self.historySpan + 1000 else {
                throw .lookupTooLong
            }
        }
        return range
    }

    /// GET account.
    func account(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let omitsZeros = try call.parameters.flag("omitZeroBalances") ?? false
        let kind = RenderPlan.Kind.account(
            key.account,
            canTrade: key.canTrade,
            omitsZeros: omitsZeros
        )
        return .queryAll(.balances(account: key.account), call.plan(kind))
    }

    /// GET account/commission.
    func commission(_ call: Call) throws(APIError) -> APIResponse {
        let instrument = try instrument(call.parameters)
        return APIResponse {
            $0.object {
                $0.key("symbol")
                $0.raw(venue.json(instrument.id))
                AccountJSON.writeCommission(of: instrument, isForOrder: false, to: &$0)
            }
        }
    }

    /// GET asset/tradeFee.
    func tradeFees(_ call: Call) throws(APIError) -> APIResponse {
        var instruments = venue.instruments
        if let symbol = try call.parameters.optional("symbol") {
            instruments = [try instrument(named: symbol, in: "symbol")]
        }
        return APIResponse {
            $0.array { writer in
                for instrument in instruments {
                    writer.object {
                        $0.key("symbol")
                        $0.raw(venue.json(instrument.id))
                        $0.key("makerCommission")
                        $0.decimal(instrument.makerRate)
                        $0.key("takerCommission")
                        $0.decimal(instrument.takerRate)
                    }
                }
            }
        }
    }

    /// GET account/status.
    func accountStatus() -> APIResponse {
        APIResponse {
            $0.object {
                $0.key("data")
                $0.word("Normal")
            }
        }
    }

    /// GET account/apiRestrictions.
    func restrictions(of key: APIKey) -> APIResponse {
        APIResponse {
            $0.object { AccountJSON.writeRestrictions(of: key, to: &$0) }
        }
    }
}
