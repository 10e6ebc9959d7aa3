/// Turns a flow into one that the accounts of a machine can have sent.
///
/// A flow's cancels and replaces come from anybody, and its replaces name what is to remain. The
/// machine wants the owner, and the whole quantity with what has traded. Which that is, only a
/// replay tells.
struct MachinePreparation {
    private var book: FlowGeneratorBook
    /// By order id.
    private var owners: ContiguousArray<UInt32> = [0]

    private init(_ header: FlowHeader) {
        book = FlowGeneratorBook(
            priceCount: Int32(header.priceMax + 1),
            symbolCount: Int(header.symbolCount),
            orderCount: Int(header.orderIDMax)
        )
    }

    /// Rewrites a flow.
    ///
    /// - Parameter flow: As it was made or read.
    /// - Returns: The same with owners as senders and whole quantities in replaces.
    static func prepare(_ flow: MatchingFlow) -> MatchingFlow {
        var preparation = MachinePreparation(flow.header)
        var prepared = flow
        for index in prepared.records.indices { preparation.rewrite(&prepared.records[index]) }
        return prepared
    }

    /// What a flow comes to.
    ///
    /// - Parameter flow: As it was made or read.
    /// - Returns: The totals of the generator's own book.
    static func totals(of flow: MatchingFlow) -> FlowTotals {
        var preparation = MachinePreparation(flow.header)
        for var record in flow.records { preparation.rewrite(&record) }
        return preparation.book.totals
    }

    private mutating func rewrite(_ record: inout FlowRecord) {
        switch record.kind {
        case .add, .immediate, .market: place(record)
        case .cancel:
            record.account = owners[Int(record.id)]
            if isLive(record) { book.unlink(UInt32(record.id)) }
        case .replace:
            record.account = owners[Int(record.id)]
            replace(&record)
        case .reduce:
            record.account = owners[Int(record.id)]
            reduce(&record)
        case nil: break
        }
    }

    private func isLive(_ record: FlowRecord) -> Bool { book.orders[Int(record.id)].isLive }

    private mutating func place(_ record: FlowRecord) {
        let id = book.append(
            FlowGeneratorBook.Order(
                price: Int32(record.price),
                quantity: record.quantity,
                symbol: record.symbol,
                side: record.sideCode
            )
        )
        owners.append(record.account)
        rest(id, record, isResting: record.kind == .add)
    }

    private mutating func replace(_ record: inout FlowRecord) {
        guard isLive(record) else { return }
        let id = UInt32(record.id)
        book.unlink(id)
        let executed = book.orders[Int(id)].executed
        rest(id, record, isResting: true)
        record.quantity += executed
    }

    /// The machine's way to reduce is an amendment to a smaller whole; 0 left is a cancel.
    private mutating func reduce(_ record: inout FlowRecord) {
        guard isLive(record) else { return }
        let id = UInt32(record.id)
        let order = book.orders[Int(id)]
        if order.quantity <= record.quantity {
            book.unlink(id)
            record.quantity = 0
        } else {
            book.reduce(id, by: record.quantity)
            record.quantity = order.executed + order.quantity - record.quantity
        }
    }

    /// Trades what can be traded and lets the rest of a limit order wait.
    private mutating func rest(_ id: UInt32, _ record: FlowRecord, isResting: Bool) {
        let anyPrice: Int64 = record.sideCode == 0 ? .max : 0
        let left = book.match(
            Int(record.symbol),
            side: record.sideCode,
            limit: record.price == 0 ? anyPrice : record.price,
            quantity: record.quantity
        )
        book.change(id, price: record.price, quantity: left, executing: record.quantity - left)
        if isResting, left > 0 { book.link(id) }
    }
}
