import Trading

/// Making an order smaller in its place, and asking what was changed.
extension Gateway {
    /// PUT order/amend/keepPriority.
    func amendment(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        let instrument = try instrument(parameters)
        let order = try orderReference(parameters)
        _ = try parameters.required("newQty")
        let quantity = try parameters.quantity("newQty", of: instrument) ?? .zero
        let request = AmendOrder(
            account: key.account,
            instrument: instrument.id,
            order: order,
            quantity: quantity,
            price: .none,
            keepsPriority: true,
            clientOrderID: try parameters.clientOrderID("newClientOrderId") ?? makeClientOrderID()
        )
        return .command(instrument: instrument.id, .amend(request), call.plan(.amendment))
    }

    /// GET order/amendments.
    func amendments(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let id = try instrument(call.parameters).id
        _ = try call.parameters.required("orderId")
        let order = try call.parameters.integer("orderId") ?? 0
        let range = try rowRange(call.parameters, from: "fromExecutionId")
        return .query(
            instrument: id,
            .amendments(account: key.account, instrument: id, order: OrderID(order), range),
            call.plan(.amendments)
        )
    }

    /// GET myPreventedMatches.
    func preventedMatches(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        let id = try instrument(parameters).id
        let order = try parameters.integer("orderId").map { OrderID($0) }
        let match = try parameters.integer("preventedMatchId")
        var range = try rowRange(parameters, from: "fromPreventedMatchId")
        guard order != nil || match != nil else {
            throw .missing("preventedMatchId", or: "orderId")
        }
        if let match {
            guard order == nil, range.fromID == nil else { throw .badCombination }
            range.fromID = match
            range.limit = 1
        }
        // Paging upwards from the first, as by its ids.
        range.fromID = range.fromID ?? 0
        return .query(
            instrument: id,
            .preventedMatches(account: key.account, instrument: id, order: order, range),
            call.plan(.preventedMatches(only: match))
        )
    }

    /// GET myAllocations: orders are not routed to other books here, so there are none.
    func allocations(_ call: Call) throws(APIError) -> Operation {
        _ = try instrument(call.parameters)
        _ = try call.parameters.integer("orderId")
        let range = try historyRange(call.parameters, from: "fromAllocationId")
        guard range.fromID == nil || (range.start == nil && range.end == nil) else {
            throw .badCombination
        }
        return .respond(APIResponse { $0.array { _ in } })
    }

    private func rowRange(
        _ parameters: Parameters,
        from name: StaticString
    ) throws(APIError) -> HistoryRange {
        HistoryRange(
            fromID: try parameters.integer(name),
            start: nil,
            end: nil,
            limit: try parameters.limit(default: 500, max: 1000)
        )
    }
}
