import Accounts
import Trading
import Wire

/// A copy of a pair in the making, part by part while the pair trades on, and what was told so far.
///
/// It belongs to the primary that makes it and is no part of the state. The parts need not be of
/// one moment: `delta(of:)`, asked of the frozen pair, tells all that is otherwise by then.
public struct PairExport: Sendable {
    /// About how many bytes a part has.
    ///
    /// Each is an entry of the destination's log, which orders wait for: smaller ones hold them up
    /// less, and the copy is in no hurry.
    static let partSize = 32 << 10
    /// Entries of a table that one part looks through.
    static let scanMax: UInt32 = 16_384

    /// Where the copy is.
    private enum Stage: Equatable {
        case orders(Side, after: Price)
        case positions(row: UInt32)
        case names(from: UInt32)
        case closed
        case fills
        case lists
        case amendments
        case prevented
        case done
    }

    /// How an order was told.
    struct ToldOrder {
        var side: Side
        var price: Price
        var lots: Int64
        var fingerprint: UInt64
        /// Rises along each queue.
        var rank: Int
        /// Whether the delta has found it at its place.
        var hasStayed = false
    }

    /// The pair.
    public let instrument: InstrumentID
    private var stage = Stage.orders(.buy, after: .none)
    /// Looked up only.
    var orders: [OrderID: ToldOrder] = [:]
    /// Looked up only; by row.
    var positions: [UInt32: PositionEntry] = [:]
    /// Rows of the accounts whose terms were told; asked for membership only.
    var known: Set<Int32> = []
    /// Closed orders from this one on close their names too.
    let firstNamed: UInt64
    /// The next records of the five histories to be told; `nil` before the first of each.
    var closedNext: UInt64?
    var fillsNext: UInt64?
    var listsNext: UInt64?
    var amendmentsNext: UInt64?
    var preventedNext: UInt64?

    init(_ market: borrowing Market) {
        instrument = market.instrument.id
        firstNamed = market.blotter.closed.total
    }

    /// Whether every part was told.
    public var isDone: Bool { stage == .done }

    /// Makes the next part.
    mutating func nextPart(_ market: borrowing Market, _ shared: borrowing SharedState) -> [UInt8]?
    {
        var writer = ByteWriter(capacity: Self.partSize + (4 << 10))
        market.writeHeader(to: &writer, at: shared.now)
        while writer.bytes.count < Self.partSize, stage != .done {
            switch stage {
            case .orders(let side, let price): tellLevel(side, price, market, shared, &writer)
            case .positions(let row):
                tellPositions(from: row, market, shared, &writer)
                return writer.bytes
            case .names(let place):
                tellNames(from: place, shared, &writer)
                return writer.bytes
            case .closed:
                guard tellClosed(market, shared, &writer, upTo: Self.partSize) else { return nil }
                if closedNext == market.blotter.closed.total { stage = .fills }
            case .fills:
                guard tellFills(market, shared, &writer, upTo: Self.partSize) else { return nil }
                if fillsNext == market.blotter.fills.total { stage = .lists }
            case .lists:
                guard tellLists(market, shared, &writer, upTo: Self.partSize) else { return nil }
                if listsNext == market.blotter.lists.closed.total { stage = .amendments }
            case .amendments:
                guard tellAmendments(market, shared, &writer, upTo: Self.partSize) else {
                    return nil
                }
                if amendmentsNext == market.blotter.amendments.total { stage = .prevented }
            case .prevented:
                guard tellPrevented(market, shared, &writer, upTo: Self.partSize) else {
                    return nil
                }
                if preventedNext == market.blotter.prevented.total { stage = .done }
            case .done: break
            }
        }
        return writer.bytes
    }

    // MARK: State

    private mutating func tellLevel(
        _ side: Side,
        _ price: Price,
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        guard let level = market.book.level(side, after: price) else {
            stage = side == .buy ? .orders(.sell, after: .none) : .positions(row: 0)
            return
        }
        stage = .orders(side, after: level.price)
        var slot = level.first
        while !slot.isNone {
            let order = market.blotter.records[slot.index].order
            // One that came here from a level told before: the delta moves it.
            if orders[order.id] == nil { tell(order, at: slot, market, shared, &writer) }
            slot = market.book.next(in: slot)
        }
    }

    /// Appends a resting order at the end of its queue.
    mutating func tell(
        _ order: Order,
        at slot: OrderSlot,
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        let lots = market.book.lots(of: slot)
        tellTerms(of: OrderTag(rawValue: market.book.tag(of: slot)).owner, shared, &writer)
        orders[order.id] = ToldOrder(
            side: order.side,
            price: order.price,
            lots: lots,
            fingerprint: Market.fingerprint(order, shown: lots),
            rank: orders.count
        )
        writer.write(PairRecord.resting)
        market.writeResting(slot, to: &writer)
    }

    /// Appends an account's terms before its first record.
    mutating func tellTerms(
        of owner: AccountSlot,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        guard known.insert(owner.index).inserted else { return }
        writer.write(PairRecord.terms)
        writer.write(shared.ledger.accountTerms(of: owner))
    }

    private mutating func tellPositions(
        from first: UInt32,
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        let last = min(first + Self.scanMax, market.blotter.owners.count)
        for row in first..<max(first, last) {
            tellPosition(row, market, shared, &writer)
        }
        stage = last >= market.blotter.owners.count ? .names(from: 0) : .positions(row: last)
    }

    /// Appends a position that is not told as it is.
    mutating func tellPosition(
        _ row: UInt32,
        _ market: borrowing Market,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        let position = market.blotter.owners[row].position
        guard position != positions[row] ?? PositionEntry() else { return }
        positions[row] = position
        let owner = AccountSlot(index: Int32(row))
        tellTerms(of: owner, shared, &writer)
        writer.write(PairRecord.position)
        writer.write(shared.ledger.account(at: owner))
        position.encode(into: &writer)
    }

    private mutating func tellNames(
        from first: UInt32,
        _ shared: borrowing SharedState,
        _ writer: inout ByteWriter
    ) {
        let places = first..<first + Self.scanMax
        var names: [OrderNames.Entry] = []
        let goesOn = shared.names.visitClosed(of: instrument, at: places) { names.append($0) }
        for entry in names {
            tellTerms(of: entry.owner, shared, &writer)
            writer.write(PairRecord.closedName)
            writer.write(shared.ledger.account(at: entry.owner))
            writer.write(entry.name)
            writer.write(entry.terms)
        }
        stage = goesOn ? .names(from: places.upperBound) : .closed
    }
}
