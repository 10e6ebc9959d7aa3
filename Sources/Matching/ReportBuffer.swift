import Trading

/// What the last command has to tell accounts, in order.
///
/// Reports of orders, by far the most, are written into records that stay from command to command:
/// an order is copied once on its way here.
public struct ReportBuffer: ~Copyable {
    /// Where the events are, in order: the number of an order's report, or the complement of that of
    /// another event.
    private var places = Pool<Int32>(capacity: 64)
    /// Those at and above `orderCount` are left over from earlier commands.
    private var orders = Pool<OrderReport>(capacity: 64)
    private var orderCount: UInt32 = 0
    private var others = Pool<AccountEvent>(capacity: 16)

    init() {}

    /// Number of events.
    public var count: UInt32 { places.count }

    /// An event by its place in the order.
    public subscript(number: UInt32) -> AccountEvent {
        let place = places[number]
        guard place >= 0 else { return others[UInt32(~place)] }
        var report = orders[UInt32(place)]
        // Only a trade has written it; else it is left over.
        if report.kind != .trade { report.fill = .blank }
        return .order(report)
    }

    /// Forgets the events; their memory stays.
    mutating func removeAll() {
        places.truncate(to: 0)
        others.truncate(to: 0)
        orderCount = 0
    }

    /// Adds an event that is no order's.
    mutating func append(_ event: AccountEvent) {
        places.append(~Int32(others.append(event)))
    }

    /// Adds a report of an order.
    ///
    /// - Returns: Its number, for what is to be changed of it.
    @inline(__always)
    mutating func append(
        _ kind: OrderReport.Kind,
        _ executionID: Int64,
        _ order: borrowing Order,
        formerName: ClientOrderID = .none
    ) -> UInt32 {
        let number = orderCount
        if number == orders.count {
            orders.append(OrderReport(order: copy order, kind: kind, executionID: executionID))
        } else {
            orders[number].order = copy order
            orders[number].kind = kind
            orders[number].executionID = executionID
        }
        orders[number].formerName = formerName
        orderCount += 1
        places.append(Int32(number))
        return number
    }

    /// Completes a report of this command.
    @inline(__always)
    mutating func change(_ number: UInt32, _ body: (inout OrderReport) -> Void) {
        body(&orders[number])
    }
}
