import Testing
import Trading
import Wire

@Suite struct ReplyCodecTests {
    private static func order(_ name: String) -> Order {
        Order(
            id: OrderID(1),
            instrument: InstrumentID(2),
            account: AccountID(3),
            clientOrderID: ClientOrderID(name) ?? .none,
            side: .sell,
            type: .limit,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: .expireMaker,
            price: Price(ticks: 4),
            quantity: Quantity(lots: 5),
            quoteQuantity: .zero,
            executed: Quantity(lots: 1),
            cumulativeQuote: Amount(units: 6),
            status: .partiallyFilled,
            createdAt: Timestamp(microseconds: 7),
            updatedAt: Timestamp(microseconds: 8)
        )
    }

    /// The least size of an element guards against forged counts and must not refuse real ones.
    @Test(arguments: ["x", "seven77", "a-name-of-the-greatest-length-of-36-c"])
    func ordersWithAnyNameComeBack(_ name: String) throws {
        let order = Self.order(String(name.prefix(36)))
        for reply in [Reply.orders([order]), .canceled([order, order]), .placed(order, fills: [])] {
            var writer = ByteWriter()
            writer.write(reply)
            var reader = ByteReader(writer.bytes)
            #expect(try reader.readReply() == reply)
            #expect(reader.remaining == 0)
        }
    }

    @Test func everyReasonComesBack() throws {
        var reasons: [RejectReason] = [
            .insufficientBalance, .duplicateOrder, .wouldTake, .unknownOrder, .noSuchOrder,
            .unknownInstrument, .unknownAsset, .duplicateExpired, .malformed, .overloaded,
            .marketClosed, .wouldTrigger, .badPrices, .icebergTooLarge, .noChange,
            .quantityIncrease, .unknownList, .noSuchList, .transferGap, .recentlyCredited,
            .referenceTaken, .noSuchWithdrawal,
        ]
        reasons += Filter.allCases.map { .filter($0) }
        for reason in reasons {
            var writer = ByteWriter()
            writer.write(Reply.rejected(reason))
            var reader = ByteReader(writer.bytes)
            #expect(try reader.readReply() == .rejected(reason))
        }
    }
}
