import Trading

/// Writes lists of orders the way the API shows them.
extension OrderJSON {
    /// What became of a list.
    enum ListEvent {
        case started
        case ended

        var apiName: StaticString { self == .started ? "EXEC_STARTED" : "ALL_DONE" }
    }

    /// A list as a query shows it.
    func writeList(_ list: OrderList, _ orders: [Order], to writer: inout JSONWriter) {
        let event: ListEvent = list.status == .executing ? .started : .ended
        writer.object { writeListMembers(list, orders, at: list.createdAt, event, to: &$0) }
    }

    /// The answer to the cancel of a list.
    ///
    /// - Parameters:
    ///   - list: As it was left.
    ///   - orders: All of it, those that had ended before too.
    ///   - id: The cancel's own id, which takes the place of the orders'.
    ///   - writer: Where it goes.
    func writeCancellation(
        _ list: OrderList,
        _ orders: [Order],
        id: ClientOrderID,
        to writer: inout JSONWriter
    ) {
        let canceled = orders.filter { $0.status == .canceled }
        let time = canceled.map(\.updatedAt).max() ?? list.createdAt
        writer.object {
            writeListMembers(list, orders, at: time, .ended, to: &$0)
            $0.key("orderReports")
            $0.array { writer in
                for order in canceled { writeCancellation(order, id: id, to: &writer) }
            }
        }
    }

    /// The members that every list object begins with.
    ///
    /// - Parameters:
    ///   - list: The list.
    ///   - orders: Orders of it, among others perhaps; one that is no longer kept has no name.
    ///   - time: Shown as the time of the transaction.
    ///   - event: What is told of it.
    ///   - writer: Inside the object.
    func writeListMembers(
        _ list: OrderList,
        _ orders: [Order],
        at time: Timestamp,
        _ event: ListEvent,
        to writer: inout JSONWriter
    ) {
        writer.key("orderListId")
        writer.value(list.venueWideID)
        writer.key("contingencyType")
        // The venue has no word of its own for one that triggers a pair.
        writer.word(list.contingency == .oneCancelsOther ? "OCO" : "OTO")
        writer.key("listStatusType")
        writer.word(event.apiName)
        writer.key("listOrderStatus")
        writer.word(list.status == .executing ? "EXECUTING" : "ALL_DONE")
        writer.key("listClientOrderId")
        writer.value(list.clientOrderID)
        writer.key("transactionTime")
        writer.value(time, in: unit)
        writer.key("symbol")
        writer.raw(venue.json(list.instrument))
        writer.key("orders")
        writer.array { writer in
            for id in list.orders {
                let order = orders.first { $0.id == id && $0.instrument == list.instrument }
                writer.object {
                    $0.key("symbol")
                    $0.raw(venue.json(list.instrument))
                    $0.key("orderId")
                    $0.value(id.rawValue)
                    $0.key("clientOrderId")
                    $0.value(order?.clientOrderID ?? .none)
                }
            }
        }
    }
}
