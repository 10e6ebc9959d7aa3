import Accounts
import Trading

extension Blotter {
    /// An order of a pair trades, fires or is decremented: the other one ends, and what is held for
    /// both shrinks to what this one needs.
    mutating func decide(_ slot: OrderSlot, _ shared: inout SharedState) {
        let order = records[slot.index].order
        guard var list = lists.open[order.list], list.state == .pair else { return }
        let rest = list.hold - ownNeed(of: records[slot.index])
        shared.ledger.release(rest, list.owner, column(order.side))
        list.hold = .zero
        list.holder = order.id
        list.state = .decided
        lists.open[order.list] = list
        end(list.others(than: order.id), .expired)
    }

    /// What the end of an order means for the others of its list.
    mutating func listMemberEnded(_ order: Order, _ shared: inout SharedState) {
        guard var list = lists.open[order.list] else { return }
        list.openCount -= 1
        switch list.state {
        case .decided: break
        case .pair:
            shared.ledger.release(list.hold, list.owner, column(order.side))
            list.hold = .zero
            list.state = .decided
            end(list.others(than: order.id), Self.follows(order.status))
        case .working:
            if order.status == .filled {
                queue.append(.start(order.list))
            } else if order.id != list.list.orders[0], order.status == .expired {
                // A pending order ran out of time: its pair ends, the working order goes on.
                list.state = .decided
                end(list.others(than: order.id).filter { $0 != list.list.orders[0] }, .expired)
            } else {
                list.state = .decided
                end(list.others(than: order.id), Self.follows(order.status))
            }
        }
        lists.open[order.list] = list
        guard list.openCount == 0 else { return }
        lists.finish(order.list)
        list.list.status = .allDone
        report(list.list, &shared)
    }

    private mutating func end(_ orders: [OrderID], _ status: OrderStatus) {
        for order in orders { ending.append((order, status)) }
    }

    /// How an order ends because another of its list ended so.
    private static func follows(_ status: OrderStatus) -> OrderStatus {
        status == .canceled || status == .rejected ? status : .expired
    }
}
