import Trading

// What accounts are told, as nodes send it to routers.

extension ByteWriter {
    /// Appends an event: one byte of kind, then its fields.
    public mutating func write(_ event: AccountEvent) {
        switch event {
        case .order(let report):
            write(UInt8(0))
            write(report)
        case .list(let report):
            write(UInt8(1))
            write(report)
        case .moved(let movement):
            write(UInt8(2))
            write(movement)
        case .reshuffled: write(UInt8(3))
        }
    }

    private mutating func write(_ report: OrderReport) {
        write(report.order)
        write(report.kind)
        write(report.executionID)
        write(report.formerName)
        if report.kind == .trade { write(report.fill) }
    }

    private mutating func write(_ report: OrderListReport) {
        write(report.id)
        write(report.instrument)
        write(report.account)
        write(report.clientOrderID)
        write(report.contingency)
        write(report.status)
        write(report.time)
        for leg in [report.legs.0, report.legs.1, report.legs.2] {
            write(leg.id)
            write(leg.clientOrderID)
        }
    }
}

extension ByteReader {
    /// Reads an event.
    ///
    /// - Throws: `DecodeError`.
    public mutating func readAccountEvent() throws(DecodeError) -> AccountEvent {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .order(try readOrderReport())
        case 1: return .list(try readOrderListReport())
        case 2: return .moved(try readMovement())
        case 3: return .reshuffled
        default: throw .badValue(field: "AccountEvent", at: start)
        }
    }

    private mutating func readOrderReport() throws(DecodeError) -> OrderReport {
        var report = OrderReport(
            order: try readOrder(),
            kind: try read(OrderReport.Kind.self),
            executionID: try read(Int64.self)
        )
        report.formerName = try readClientOrderID()
        if report.kind == .trade { report.fill = try readFill() }
        return report
    }

    private mutating func readOrderListReport() throws(DecodeError) -> OrderListReport {
        OrderListReport(
            id: try read(OrderListID.self),
            instrument: try read(InstrumentID.self),
            account: try read(AccountID.self),
            clientOrderID: try readClientOrderID(),
            contingency: try read(ContingencyType.self),
            status: try read(OrderListStatus.self),
            time: try readTimestamp(),
            legs: (try readLeg(), try readLeg(), try readLeg())
        )
    }

    private mutating func readLeg() throws(DecodeError) -> OrderListReport.Leg {
        OrderListReport.Leg(id: try read(OrderID.self), clientOrderID: try readClientOrderID())
    }
}
