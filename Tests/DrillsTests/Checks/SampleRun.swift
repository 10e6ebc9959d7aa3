import Workload

@testable import Drills

/// A small run without a fault, to be spoilt by each test in its own way: account 0 offered two
/// coins, account 1 took one of them, and paid in full.
struct SampleRun {
    static let coin: Int64 = 100_000_000

    var journal = OrderJournal()
    var state = ExchangeState(
        accounts: [AccountState(), AccountState()],
        pairs: [
            PairRules(
                symbol: "BTCUSDT",
                base: "BTC",
                quote: "USDT",
                tickUnits: 1,
                lotUnits: 1,
                minNotionalUnits: 0
            )
        ],
        tradeIDsBefore: ["BTCUSDT": 6]
    )
    var depth = DepthSnapshot(
        lastUpdateId: 12,
        bids: [],
        asks: [[Decimal(units: 50 * coin), Decimal(units: coin)]]
    )

    init() {
        let coin = Self.coin
        add("maker", 0, isBuy: false, quantity: 2 * coin, executed: 0, told: "NEW", 41)
        add("taker", 1, isBuy: true, quantity: coin, executed: coin, told: "FILLED", 42)
        state.accounts[0].orders = [
            record(41, "maker", "SELL", 2 * coin, coin, "PARTIALLY_FILLED")
        ]
        state.accounts[1].orders = [record(42, "taker", "BUY", coin, coin, "FILLED")]
        state.accounts[0].trades = [trade(41, isBuyer: false, commission: 5, in: "USDT")]
        state.accounts[1].trades = [trade(42, isBuyer: true, commission: 3, in: "BTC")]
        state.accounts[0].before = ["BTC": 100 * coin, "USDT": 0]
        state.accounts[0].after = ["BTC": 99 * coin, "USDT": 50 * coin - 5]
        state.accounts[1].before = ["BTC": 0, "USDT": 100 * coin]
        state.accounts[1].after = ["BTC": coin - 3, "USDT": 50 * coin]
    }

    /// Everything that the checkers find.
    var kinds: [Violation.Kind] {
        let found =
            OrderCheck.violations(journal, state) + TradeCheck.violations(state)
            + BalanceCheck.violations(state)
            + DepthCheck.violations(depth, symbol: "BTCUSDT", state)
        return found.map(\.kind)
    }

    private mutating func add(
        _ id: String,
        _ account: Int,
        isBuy: Bool,
        quantity: Int64,
        executed: Int64,
        told status: String,
        _ number: Int64
    ) {
        var entry = JournalEntry(
            account: account,
            symbol: "BTCUSDT",
            isBuy: isBuy,
            price: 50 * Self.coin,
            quantity: quantity
        )
        entry.attempts = 1
        entry.placement = .acknowledged(
            Acknowledgement(orderID: number, status: status, executedUnits: executed)
        )
        journal.entries[id] = entry
    }

    func record(
        _ number: Int64,
        _ id: String,
        _ side: String,
        _ quantity: Int64,
        _ executed: Int64,
        _ status: String
    ) -> OrderRecord {
        OrderRecord(
            symbol: "BTCUSDT",
            orderId: number,
            clientOrderId: id,
            price: Decimal(units: 50 * Self.coin),
            origQty: Decimal(units: quantity),
            executedQty: Decimal(units: executed),
            cummulativeQuoteQty: Decimal(units: 50 * executed),
            status: status,
            side: side
        )
    }

    func trade(
        _ order: Int64,
        id: Int64 = 7,
        isBuyer: Bool,
        commission: Int64,
        in asset: String
    ) -> TradeRecord {
        TradeRecord(
            symbol: "BTCUSDT",
            id: id,
            orderId: order,
            price: Decimal(units: 50 * Self.coin),
            qty: Decimal(units: Self.coin),
            quoteQty: Decimal(units: 50 * Self.coin),
            commission: Decimal(units: commission),
            commissionAsset: asset,
            isBuyer: isBuyer,
            isMaker: !isBuyer,
            time: 1000
        )
    }
}
