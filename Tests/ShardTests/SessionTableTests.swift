import Shard
import Testing
import Trading
import Wire

/// What a command got: the verdict, with the reply where it ran before.
private enum Admission: Equatable {
    case run
    case answered(Reply?)
    case expired
    case gap
    case full

    init(_ verdict: SessionVerdict, _ reply: @autoclosure () -> Reply?) {
        switch verdict {
        case .run: self = .run
        case .answered: self = .answered(reply())
        case .expired: self = .expired
        case .gap: self = .gap
        case .full: self = .full
        }
    }
}

@Suite final class SessionTableTests {
    private var table = SessionTable()
    private var answer = CommandAnswer()

    private func command(
        _ sequence: UInt64,
        ack: UInt64 = 0,
        session: UInt64 = 7
    ) -> SessionCommand {
        SessionCommand(
            session: SessionID(rawValue: session),
            sequence: sequence,
            acknowledged: ack,
            command: .void
        )
    }

    /// A reply that can be told from others.
    private func reply(_ number: UInt64) -> Reply { .position(SequenceNumber(number)) }

    private func admit(
        _ sequence: UInt64,
        ack: UInt64 = 0,
        session: UInt64 = 7,
        at time: Int64 = 0
    ) -> Admission {
        let command = command(sequence, ack: ack, session: session)
        let verdict = table.admit(command, at: Timestamp(microseconds: time))
        if verdict == .run {
            answer.set(reply(sequence))
            table.keep(answer)
        }
        return Admission(verdict, table.withReply(to: sequence, of: command.session) { $0 })
    }

    @Test func eachCommandRunsOnce() {
        for sequence in 1...5 as ClosedRange<UInt64> { #expect(admit(sequence) == .run) }
        for sequence in 1...5 as ClosedRange<UInt64> {
            #expect(admit(sequence) == .answered(reply(sequence)))
        }
        #expect(table.last(of: SessionID(rawValue: 7)) == 5)
    }

    @Test func aHoleIsAGapAndRunsNothing() {
        #expect(admit(2) == .gap)
        #expect(admit(1) == .run)
        #expect(admit(3) == .gap)
        #expect(admit(.max) == .gap)
        #expect(admit(2) == .run)
    }

    @Test func acknowledgedRepliesAreForgottenAndNeverRunAgain() {
        for sequence in 1...4 as ClosedRange<UInt64> { _ = admit(sequence) }
        #expect(admit(5, ack: 3) == .run)
        for sequence in 0...3 as ClosedRange<UInt64> { #expect(admit(sequence) == .expired) }
        #expect(admit(4) == .answered(reply(4)))
        #expect(admit(5) == .answered(reply(5)))
    }

    @Test(arguments: [0, 5, 6, 7, 1 << 40, .max] as [UInt64])
    func aHostileAcknowledgementCannotTrapNorRunTwice(ack: UInt64) {
        for sequence in 1...5 as ClosedRange<UInt64> { _ = admit(sequence) }
        #expect(admit(6, ack: ack) == .run)
        for sequence in 0...6 as ClosedRange<UInt64> { #expect(admit(sequence) != .run) }
        #expect(admit(6) == .answered(reply(6)))
        #expect(admit(7, ack: ack) == .run)
        #expect(admit(7) == .answered(reply(7)))
    }

    @Test func aDuplicateDoesNotForget() {
        for sequence in 1...3 as ClosedRange<UInt64> { _ = admit(sequence) }
        _ = admit(3, ack: 3)
        #expect(admit(1) == .answered(reply(1)))
    }

    @Test func repliesAreBounded() {
        let max = UInt64(SessionTable.repliesMax)
        for sequence in 1...max + 10 { #expect(admit(sequence) == .run) }
        #expect(admit(10) == .expired)
        #expect(admit(11) == .answered(reply(11)))
        #expect(admit(max + 10) == .answered(reply(max + 10)))
    }

    @Test func repliesOfAllShapesComeBackAsTheyWere() throws {
        var order = Order.blank
        let fill = Fill(
            trade: Trade(
                instrument: InstrumentID(1),
                id: TradeID(1),
                price: Price(ticks: 5),
                quantity: Quantity(lots: 2),
                quoteAmount: Amount(units: 10),
                time: .zero,
                isBuyerMaker: true
            ),
            account: AccountID(1),
            order: OrderID(1),
            isBuyer: false,
            commission: .zero,
            commissionAsset: AssetID(2)
        )
        var replies: [Reply] = []
        for number in 0..<200 {
            order.id = OrderID(Int64(number))
            var fills = Array(repeating: fill, count: number % 20)
            for index in fills.indices { fills[index].trade.id = TradeID(Int64(index + number)) }
            switch number % 6 {
            case 0: replies.append(.amended(order, fills: fills))
            case 1: replies.append(.canceled([order]))
            case 2: replies.append(.canceled([order, order]))
            case 3: replies.append(.rejected(.filter(.notional)))
            case 4: replies.append(.placed(order, fills: fills))
            default: replies.append(.done)
            }
        }
        for (index, reply) in replies.enumerated() {
            answer.set(reply)
            #expect(answer.reply == reply)
            let sequence = UInt64(index + 1)
            // Some leave from behind, so that the rings turn.
            let command = command(sequence, ack: sequence > 150 ? sequence - 100 : sequence / 3)
            #expect(table.admit(command, at: .zero) == .run)
            table.keep(answer)
        }
        for sequence in 102...200 as ClosedRange<UInt64> {
            let reply = table.withReply(to: sequence, of: SessionID(rawValue: 7)) { $0 }
            #expect(reply == replies[Int(sequence) - 1])
        }
    }

    @Test func sessionsAreApart() {
        #expect(admit(1, session: 1) == .run)
        #expect(admit(1, session: 2) == .run)
        #expect(admit(2, session: 1) == .run)
        #expect(admit(3, session: 2) == .gap)
    }

    @Test func onlyIdleSessionsMakeRoom() {
        for session in 1...UInt64(SessionTable.sessionsMax) {
            #expect(admit(1, session: session, at: Int64(session)) == .run)
        }
        #expect(admit(1, session: 5000, at: 10_000) == .full)
        let later = SessionTable.idleMax + 4
        #expect(admit(1, session: 5000, at: later) == .run)
        // 1, 2 and 3 were idle for longer than the limit, 4 was not.
        #expect(table.last(of: SessionID(rawValue: 3)) == 0)
        #expect(table.last(of: SessionID(rawValue: 4)) == 1)
        #expect(admit(2, session: 3, at: later) == .gap)
        #expect(admit(2, session: 4, at: later) == .run)
    }

    @Test func aSnapshotHoldsEverything() throws {
        for session in [9, 2, 5] as [UInt64] {
            for sequence in 1...4 as ClosedRange<UInt64> {
                _ = admit(sequence, ack: sequence / 2, session: session, at: Int64(session))
            }
        }
        var writer = ByteWriter()
        table.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var other = try SessionTable(decoding: &reader)
        try reader.finish()
        var again = ByteWriter()
        other.encode(into: &again)
        #expect(again.bytes == writer.bytes)
        for session in [9, 2, 5] as [UInt64] {
            for sequence in 1...5 as ClosedRange<UInt64> {
                let command = command(sequence, session: session)
                let time = Timestamp(microseconds: 20)
                let verdict = table.admit(command, at: time)
                #expect(other.admit(command, at: time) == verdict)
                #expect(
                    other.withReply(to: sequence, of: command.session) { $0 }
                        == table.withReply(to: sequence, of: command.session) { $0 }
                )
            }
        }
    }

    @Test func aTruncatedSnapshotIsRefused() {
        for sequence in 1...4 as ClosedRange<UInt64> { _ = admit(sequence) }
        var writer = ByteWriter()
        table.encode(into: &writer)
        for count in 0..<writer.bytes.count {
            var reader = ByteReader(Array(writer.bytes.prefix(count)))
            #expect(throws: DecodeError.self) { _ = try SessionTable(decoding: &reader) }
        }
    }
}
