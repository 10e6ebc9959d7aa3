import Workload

/// Every acknowledged order exactly once, as its client was told; none executed twice.
public enum OrderCheck {
    private static let finalStatuses: Set = ["FILLED", "CANCELED", "EXPIRED", "EXPIRED_IN_MATCH"]

    /// Compares what clients were told with what the exchange shows.
    ///
    /// - Parameters:
    ///   - journal: What was sent and answered.
    ///   - state: What can be read afterwards.
    /// - Returns: What is wrong, in order of the names.
    public static func violations(
        _ journal: OrderJournal,
        _ state: ExchangeState
    ) -> [Violation] {
        var records: [Name: [OrderRecord]] = [:]
        for (account, entry) in state.accounts.enumerated() {
            for record in entry.orders {
                records[Name(account: account, id: record.clientOrderId), default: []]
                    .append(record)
            }
        }
        var found: [Violation] = []
        for (id, entry) in journal.entries.sorted(by: { $0.key < $1.key }) {
            let own = records.removeValue(forKey: Name(account: entry.account, id: id)) ?? []
            found += violations(id, entry, own)
        }
        let strangers = records.keys.map(\.id).sorted()
        return found + strangers.map { Violation(.phantom, "\($0) was never sent") }
    }

    private struct Name: Hashable {
        var account: Int
        var id: String
    }

    private static func violations(
        _ id: String,
        _ entry: JournalEntry,
        _ records: [OrderRecord]
    ) -> [Violation] {
        var found = copies(id, entry, records)
        if entry.isPending {
            found.append(Violation(.unresolved, "\(id) never got a final answer"))
        }
        switch entry.placement {
        case .pending: break
        case .refused(let refusal):
            // A retried order may have been carried out by the try whose answer was lost.
            if entry.attempts == 1, !records.isEmpty {
                found.append(Violation(.phantom, "\(id) was refused (\(refusal)) and is there"))
            }
        case .acknowledged(let first):
            for told in [first] + entry.laterAcknowledgements {
                guard let record = records.first(where: { $0.orderId == told.orderID }) else {
                    let number = told.orderID
                    found.append(
                        Violation(.lost, "\(id), acknowledged as \(number), is not there")
                    )
                    continue
                }
                found += differences(id, entry, told, record)
            }
        }
        return found
    }

    /// An id may be used again once its order has closed, so a retry whose first try expired
    /// untouched makes two records; two that executed or rest are one too many.
    private static func copies(
        _ id: String,
        _ entry: JournalEntry,
        _ records: [OrderRecord]
    ) -> [Violation] {
        guard records.count > 1 else { return [] }
        let numbers = records.map { "\($0.orderId)" }.joined(separator: ", ")
        let effective = records.count { $0.isOpen || $0.executedQty.units > 0 }
        if effective > 1 || entry.attempts == 1
            || Set(records.map(\.orderId)).count < records.count
        {
            return [Violation(.duplicated, "\(id) is there as \(numbers), \(effective) effective")]
        }
        return []
    }

    private static func differences(
        _ id: String,
        _ entry: JournalEntry,
        _ acknowledgement: Acknowledgement,
        _ record: OrderRecord
    ) -> [Violation] {
        var found: [Violation] = []
        func check(_ holds: Bool, _ what: String) {
            if !holds {
                found.append(Violation(.inconsistent, "\(id) (\(record.orderId)): \(what)"))
            }
        }
        check(record.symbol == entry.symbol, "is in \(record.symbol), not \(entry.symbol)")
        check((record.side == "BUY") == entry.isBuy, "is a \(record.side)")
        check(record.price.units == entry.price, "has another price")
        check(record.origQty.units == entry.quantity, "has another quantity")
        check(record.executedQty.units <= record.origQty.units, "executed more than its quantity")
        check(
            (record.status == "FILLED") == (record.executedQty.units == record.origQty.units),
            "is \(record.status) with \(record.executedQty.units) executed"
        )
        // Where copies made two records, the cancel ended only one of them.
        let cancel = cancelAnswer(entry).filter {
            entry.laterAcknowledgements.isEmpty || $0.orderID == record.orderId
        }
        let told = [acknowledgement] + cancel
        for answer in told {
            check(
                record.executedQty.units >= answer.executedUnits,
                "executed \(record.executedQty.units), told \(answer.executedUnits)"
            )
            guard finalStatuses.contains(answer.status) else { continue }
            check(
                record.status == answer.status
                    && record.executedQty.units == answer.executedUnits,
                "is \(record.status), told \(answer.status)"
            )
        }
        return found
    }

    private static func cancelAnswer(_ entry: JournalEntry) -> [Acknowledgement] {
        guard case .acknowledged(let answer) = entry.cancellation else { return [] }
        return [answer]
    }
}
