import Accounts
import Trading

// What the owners of orders are told: one report for each change of an order, in the order of the
// changes.

extension Blotter {
    /// Bits of an execution id that count reports; the generation of the pair's last move is above
    /// them, so that ids go on rising on another shard.
    static let executionBits: Int64 = 40

    /// Lets execution ids rise above those of the shard the pair came from.
    mutating func beginExecutions(generation: UInt32) {
        nextExecutionID = max(nextExecutionID, Int64(generation) << Self.executionBits + 1)
    }

    private mutating func executionID() -> Int64 {
        defer { nextExecutionID += 1 }
        return nextExecutionID
    }

    /// Tells of a change other than a trade.
    mutating func report(
        _ kind: OrderReport.Kind,
        _ order: borrowing Order,
        formerName: ClientOrderID = .none,
        _ shared: inout SharedState
    ) {
        _ = shared.reports.append(kind, executionID(), order, formerName: formerName)
    }

    /// Tells of the end of an order; one that ended for other reasons than a trade.
    mutating func reportEnd(of order: borrowing Order, _ shared: inout SharedState) {
        switch order.status {
        case .canceled: report(.canceled, order, &shared)
        case .rejected: report(.rejected, order, &shared)
        case .expired: report(.expired, order, &shared)
        case .expiredInMatch: report(.tradePrevention, order, &shared)
        case .new, .partiallyFilled, .filled, .pendingNew: break
        }
    }

    /// Tells of a trade of a resting order.
    @inline(__always)
    mutating func report(
        _ fill: Fill,
        ofResting slot: OrderSlot,
        _ shared: inout SharedState
    ) {
        let number = shared.reports.append(.trade, executionID(), records[slot.index].order)
        shared.reports.change(number) { report in
            report.fill = fill
            if report.order.remaining == .zero { report.order.status = .filled }
        }
    }

    /// Tells of a trade of the order that walks, whose end is not yet known where it is bounded by
    /// an amount: then `finishReport(of:_:)` completes the last report.
    @inline(__always)
    mutating func report(
        _ fill: Fill,
        of incoming: inout IncomingOrder,
        _ shared: inout SharedState
    ) {
        let isFilled = incoming.bounds.lots == 0
        let number = shared.reports.append(.trade, executionID(), incoming.order)
        incoming.lastReport = number
        let now = shared.now
        shared.reports.change(number) { report in
            report.fill = fill
            report.order.status = isFilled ? .filled : .partiallyFilled
            report.order.updatedAt = now
            guard report.order.quoteQuantity != .zero else { return }
            report.order.quantity = report.order.executed + report.order.prevented
        }
    }

    /// Tells what became of the order that walked, where its trades have not said it.
    mutating func finishReport(of incoming: borrowing IncomingOrder, _ shared: inout SharedState) {
        guard incoming.order.status == .filled else {
            return reportEnd(of: incoming.order, &shared)
        }
        guard let number = incoming.lastReport, incoming.bounds.lots != 0 else { return }
        shared.reports.change(number) { $0.order.status = .filled }
    }

    /// Tells that an order list began or ended.
    mutating func report(_ list: OrderList, _ shared: inout SharedState) {
        guard let owner = shared.ledger.slot(of: list.account) else { return }
        let legs = list.orders.map { id in
            OrderListReport.Leg(id: id, clientOrderID: name(of: id, owner))
        }
        shared.reports.append(.list(OrderListReport(list, at: shared.now, legs: legs)))
    }

    private func name(of id: OrderID, _ owner: AccountSlot) -> ClientOrderID {
        var name = ClientOrderID.none
        visitOpen(of: owner) { if $0.order.id == id { name = $0.order.clientOrderID } }
        guard name.isEmpty else { return name }
        return closedOrder(.id(id), of: owner)?.clientOrderID ?? .none
    }
}
