import Trading

/// Writes the events of a user stream; field names are Binance's.
public struct UserEventJSON {
    private let venue: Venue
    private let unit: StreamTimeUnit
    private let now: Timestamp

    /// Sets up a writer.
    ///
    /// - Parameters:
    ///   - venue: What can be named.
    ///   - unit: Of all times.
    ///   - now: The event time.
    public init(venue: Venue, unit: StreamTimeUnit, now: Timestamp) {
        self.venue = venue
        self.unit = unit
        self.now = now
    }

    /// The events of an account, in order, then what it has now.
    ///
    /// - Parameters:
    ///   - events: What happened.
    ///   - changed: What it has of the assets it has more or less of.
    ///   - all: What it has of all assets.
    /// - Returns: One JSON object each; none for what is no concern of a client.
    public func render(
        _ events: [AccountEvent],
        changed: [Balance],
        all: [Balance]
    ) -> [[UInt8]] {
        var output: [[UInt8]] = []
        var assets = Set(changed.map(\.asset))
        var time = Timestamp.zero
        for event in events {
            switch event {
            case .order(let report):
                output.append(execution(report))
                let instrument = venue.instrument(report.order.instrument)
                assets.formUnion([instrument.base, instrument.quote])
                time = max(time, report.order.updatedAt)
            case .list(let report): output.append(list(report))
            case .moved(let movement):
                if let delta = movement.shownDelta { output.append(update(movement, delta)) }
                time = max(time, movement.time)
            case .reshuffled: break
            }
        }
        // Holds that moved between shards leave every sum as it was.
        let shown = all.filter { assets.contains($0.asset) }
        if !shown.isEmpty { output.append(position(shown, at: time == .zero ? now : time)) }
        return output
    }

    /// The last event of a stream that was opened with a listen key.
    ///
    /// - Parameters:
    ///   - key: The listen key.
    ///   - now: The event time.
    ///   - unit: Of the event time.
    /// - Returns: `listenKeyExpired`.
    public static func expired(
        listenKey key: String,
        now: Timestamp,
        unit: StreamTimeUnit
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 160)
        writer.object {
            $0.key("e")
            $0.word("listenKeyExpired")
            $0.key("E")
            $0.value(unit.value(now))
            $0.key("listenKey")
            $0.value(key)
        }
        return writer.bytes
    }

    private func event(
        _ name: StaticString,
        capacity: Int = 256,
        _ members: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: capacity)
        writer.object {
            $0.key("e")
            $0.word(name)
            time("E", now, &$0)
            members(&$0)
        }
        return writer.bytes
    }

    func time(_ key: StaticString, _ time: Timestamp, _ writer: inout JSONWriter) {
        writer.key(key)
        writer.value(unit.value(time))
    }

    private func execution(_ report: OrderReport) -> [UInt8] {
        event("executionReport", capacity: 768) {
            ExecutionReportJSON(venue: venue, events: self).write(report, to: &$0)
        }
    }

    private func position(_ balances: [Balance], at time: Timestamp) -> [UInt8] {
        event("outboundAccountPosition", capacity: 128 + 80 * balances.count) {
            self.time("u", time, &$0)
            $0.key("B")
            $0.array { writer in
                for balance in balances {
                    writer.object {
                        $0.key("a")
                        $0.raw(venue.json(balance.asset))
                        $0.key("f")
                        $0.decimal(balance.shownFree.units)
                        $0.key("l")
                        $0.decimal(balance.shownLocked.units)
                    }
                }
            }
        }
    }

    private func update(_ movement: Movement, _ delta: Int64) -> [UInt8] {
        event("balanceUpdate") {
            $0.key("a")
            $0.raw(venue.json(movement.funds.asset))
            $0.key("d")
            $0.decimal(delta)
            time("T", movement.time, &$0)
        }
    }

    private func list(_ report: OrderListReport) -> [UInt8] {
        let isDone = report.status == .allDone
        return event("listStatus", capacity: 512) {
            $0.key("s")
            $0.raw(venue.json(report.instrument))
            $0.key("g")
            $0.value(report.id.venueWide(in: report.instrument))
            $0.key("c")
            $0.word(report.contingency == .oneCancelsOther ? "OCO" : "OTO")
            $0.key("l")
            $0.word(isDone ? "ALL_DONE" : "EXEC_STARTED")
            $0.key("L")
            $0.word(isDone ? "ALL_DONE" : "EXECUTING")
            $0.key("r")
            $0.word("NONE")
            $0.key("C")
            $0.value(report.clientOrderID)
            time("T", report.time, &$0)
            $0.key("O")
            $0.array { writer in
                for leg in report.orders {
                    writer.object {
                        $0.key("s")
                        $0.raw(venue.json(report.instrument))
                        $0.key("i")
                        $0.value(leg.id.rawValue)
                        $0.key("c")
                        $0.value(leg.clientOrderID)
                    }
                }
            }
        }
    }
}

extension Movement {
    /// What it adds to what the account can spend, in 10⁻⁸; `nil` where the venue as a whole sees
    /// nothing come or go.
    fileprivate var shownDelta: Int64? {
        switch kind {
        case .deposited, .released: funds.amount.units
        case .reserved: -funds.amount.units
        case .withdrawn, .sent, .received: nil
        }
    }
}
