import Accounts
import Trading

/// What the book knows of an order beside its place: whose it is, and whether a walk that meets it
/// has more to do than to trade.
struct OrderTag {
    private static let ownerMask: UInt32 = (1 << 24) - 1
    private static let icebergFlag: UInt32 = 1 << 24
    private static let listedFlag: UInt32 = 1 << 25

    let rawValue: UInt32

    init(rawValue: UInt32) { self.rawValue = rawValue }

    init(_ order: Order, owner: AccountSlot) {
        var value = UInt32(bitPattern: owner.index)
        if order.icebergQuantity != .zero { value |= Self.icebergFlag }
        if order.list != .none { value |= Self.listedFlag }
        rawValue = value
    }

    var owner: AccountSlot {
        AccountSlot(index: Int32(bitPattern: rawValue & Self.ownerMask))
    }

    var isIceberg: Bool { rawValue & Self.icebergFlag != 0 }
    var isListed: Bool { rawValue & Self.listedFlag != 0 }
}

/// The cold part of an open order, at the slot of its node in the book: three cache lines, the first
/// of which is all a trade touches.
struct OpenOrder {
    var order: Order
    /// What is held for it where price × remaining does not say it: a waiting market buy.
    var reserve: Amount
    /// Its number among the open names of the shard.
    var name: UInt32
    /// The open orders of its account in the pair, newest first: slots, 0 for none.
    var older: UInt32 = 0
    var newer: UInt32 = 0
}

/// What a pair keeps of an account.
struct OwnerEntry {
    /// Slot of the first of its open orders, 0 for none.
    var head: UInt32 = 0
    /// Number of its open orders.
    var openCount: UInt32 = 0
    var position = PositionEntry()
}

/// A price at which a step changed something, and what the book shows there now.
struct TouchedLevel {
    var side: Side
    var price: Price
    var lots: Int64
}

/// What a step set off and has yet to run.
enum QueuedStep {
    /// The pending orders of a list whose working order was filled.
    case start(OrderListID)
    /// A conditional order whose trigger fired.
    case fire(OrderID)
}
