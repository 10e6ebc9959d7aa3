import Trading

/// Cancelling lists of orders and asking for them.
///
/// The number of a list is one of the venue, so that it says which pair to ask.
extension Gateway {
    /// DELETE orderList.
    func cancelList(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        let id = try instrument(parameters).id
        let name = try parameters.clientOrderID("listClientOrderId")
        let number = try parameters.integer("orderListId")
        let cancel = try parameters.clientOrderID("newClientOrderId") ?? makeClientOrderID()
        let reference: OrderListReference
        if let number {
            let named = OrderListID.split(venueWide: number)
            guard named.instrument == id else { return .respond(APIResponse(.unknownList)) }
            reference = .id(named.list)
        } else if let name {
            reference = .clientOrderID(name)
        } else {
            throw .missing("orderListId", or: "listClientOrderId")
        }
        return .command(
            instrument: id,
            .cancelList(account: key.account, instrument: id, list: reference),
            call.plan(.listCancellation(cancel))
        )
    }

    /// GET orderList.
    func orderList(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let name = try call.parameters.clientOrderID("origClientOrderId")
        if let number = try call.parameters.integer("orderListId") {
            let (list, id) = OrderListID.split(venueWide: number)
            guard Int(id.rawValue) < venue.instruments.count else {
                return .respond(APIResponse(.noSuchList))
            }
            return .query(
                instrument: id,
                .orderList(account: key.account, instrument: id, list: .id(list)),
                call.plan(.orderList)
            )
        }
        guard let name else { throw .missing("orderListId", or: "origClientOrderId") }
        let newest = HistoryRange(fromID: nil, start: nil, end: nil, limit: 1)
        return .queryAll(
            .orderLists(account: key.account, named: name, newest),
            call.plan(.orderList)
        )
    }

    /// GET openOrderList.
    func openOrderLists(_ call: Call, _ key: APIKey) -> Operation {
        .queryAll(
            .openOrderLists(account: key.account, instrument: nil),
            call.plan(.orderLists(nil))
        )
    }

    /// GET allOrderList.
    func orderLists(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let range = try historyRange(call.parameters, from: "fromId")
        guard range.fromID == nil || (range.start == nil && range.end == nil) else {
            throw .badCombination
        }
        return .queryAll(
            .orderLists(account: key.account, named: .none, range),
            call.plan(.orderLists(range))
        )
    }

    // MARK: Answers

    func renderListPlacement(
        _ list: OrderList,
        _ orders: [Order],
        _ fills: [Fill],
        _ type: ResponseType,
        _ json: OrderJSON
    ) -> APIResponse {
        APIResponse(capacity: 512 + 640 * orders.count) {
            $0.object {
                json.writeListMembers(list, orders, at: list.createdAt, .started, to: &$0)
                $0.key("orderReports")
                $0.array { writer in
                    for order in orders {
                        let own = fills.filter { $0.order == order.id }
                        json.writePlacement(order, fills: own, type, to: &writer)
                    }
                }
            }
        }
    }

    func renderListCancellation(
        _ list: OrderList,
        _ orders: [Order],
        _ id: ClientOrderID,
        _ json: OrderJSON
    ) -> APIResponse {
        APIResponse(capacity: 512 + 640 * orders.count) {
            json.writeCancellation(list, orders, id: id, to: &$0)
        }
    }

    /// The answer to DELETE openOrders where lists were among them.
    func renderCancellations(
        _ lists: [OrderList],
        _ orders: [Order],
        _ id: ClientOrderID,
        _ json: OrderJSON
    ) -> APIResponse {
        APIResponse(capacity: 2 + 512 * (orders.count + lists.count)) {
            $0.array { writer in
                for order in orders where order.list == .none {
                    json.writeCancellation(order, id: id, to: &writer)
                }
                for list in lists {
                    let members = orders.filter { $0.list == list.id }
                    json.writeCancellation(list, members, id: id, to: &writer)
                }
            }
        }
    }

    /// The newest of some lists: those of one name, from every shard.
    func renderList(
        _ lists: [OrderList],
        _ orders: [Order],
        _ json: OrderJSON
    ) -> APIResponse {
        guard let list = lists.max(by: { $0.comes(before: $1, in: .unbounded) }) else {
            return APIResponse(.noSuchList)
        }
        return APIResponse { json.writeList(list, orders, to: &$0) }
    }

    /// Some lists of every shard, as many as were asked for.
    func renderLists(
        _ lists: [OrderList],
        _ orders: [Order],
        _ range: HistoryRange?,
        _ json: OrderJSON
    ) -> APIResponse {
        let window = range ?? .unbounded
        let sorted = lists.sorted { $0.comes(before: $1, in: window) }
        // Looked up only.
        let members = Dictionary(grouping: orders, by: json.listNumber)
        let isUpwards = window.fromID != nil || window.start != nil
        let shown = isUpwards ? sorted.prefix(window.limit) : sorted.suffix(window.limit)
        return APIResponse(capacity: 2 + 512 * shown.count) {
            $0.array { writer in
                for list in shown {
                    json.writeList(list, members[list.venueWideID] ?? [], to: &writer)
                }
            }
        }
    }
}

extension HistoryRange {
    /// All there is.
    fileprivate static let unbounded = HistoryRange(
        fromID: nil,
        start: nil,
        end: nil,
        limit: .max
    )
}
