import Trading

// The orders of the second pair: every type, and every way to change one.

extension GoldenContent {
    /// An order of the second pair, changed as told.
    private static func order(
        _ account: UInt32,
        _ side: Side,
        price: Int64,
        quantity: Int64,
        _ name: String,
        _ change: (inout PlaceOrder) -> Void = { _ in }
    ) -> PlaceOrder {
        var order = PlaceOrder(
            account: AccountID(account),
            instrument: pairs[1].id,
            side: side,
            type: .limit,
            timeInForce: .goodTilCancelled,
            selfTradePrevention: nil,
            price: Price(ticks: price),
            quantity: Quantity(lots: quantity),
            quoteQuantity: .zero,
            clientOrderID: ClientOrderID(name) ?? .none
        )
        change(&order)
        return order
    }

    private static func named(_ name: String) -> OrderReference {
        .clientOrderID(ClientOrderID(name) ?? .none)
    }

    /// Every type of order and every way to change one.
    static let special: [[Command]] = [
        [
            .place(
                order(1, .sell, price: 100, quantity: 20, "ice") {
                    $0.icebergQuantity = .init(lots: 4)
                }
            ),
            .place(order(2, .buy, price: 100, quantity: 6, "first")),
        ],
        [
            .place(
                order(1, .sell, price: 90, quantity: 2, "stop") {
                    $0.type = .stopLossLimit
                    $0.stopPrice = Price(ticks: 95)
                }
            ),
            .place(
                order(2, .sell, price: 0, quantity: 2, "trail") {
                    $0.type = .stopLoss
                    $0.price = .none
                    $0.trailingDelta = 100
                }
            ),
        ],
        [
            .place(
                order(2, .buy, price: 80, quantity: 3, "dated") {
                    $0.timeInForce = .goodTilDate
                    $0.expiresAt = Timestamp(microseconds: 1_020_500)
                }
            ), .place(order(2, .buy, price: 81, quantity: 3, "maker") { $0.type = .limitMaker }),
        ],
        [
            .placeList(
                PlaceOrderList(
                    contingency: .oneCancelsOther,
                    clientOrderID: ClientOrderID("pair") ?? .none,
                    orders: [
                        order(1, .sell, price: 120, quantity: 2, "above") { $0.type = .limitMaker },
                        order(1, .sell, price: 85, quantity: 2, "below") {
                            $0.type = .stopLossLimit
                            $0.stopPrice = Price(ticks: 86)
                        },
                    ]
                )
            ),
            .placeList(
                PlaceOrderList(
                    contingency: .oneTriggersOther,
                    clientOrderID: ClientOrderID("chain") ?? .none,
                    orders: [
                        order(2, .buy, price: 82, quantity: 1, "working"),
                        order(2, .sell, price: 130, quantity: 1, "pending"),
                    ]
                )
            ),
        ],
        [
            .amend(
                AmendOrder(
                    account: AccountID(2),
                    instrument: pairs[1].id,
                    order: named("maker"),
                    quantity: Quantity(lots: 2),
                    price: .none,
                    keepsPriority: true,
                    clientOrderID: ClientOrderID("amended") ?? .none
                )
            ),
            .cancelReplace(
                CancelReplace(
                    cancel: named("amended"),
                    mode: .stopOnFailure,
                    place: order(2, .buy, price: 83, quantity: 2, "replaced")
                )
            ),
        ],
        [
            .place(
                order(2, .buy, price: 0, quantity: 0, "worth") {
                    $0.type = .market
                    $0.price = .none
                    $0.quoteQuantity = Amount(units: 300 * 100_000_000)
                }
            ),
            .place(
                order(2, .buy, price: 101, quantity: 50, "whole") { $0.timeInForce = .fillOrKill }
            ),
        ],
        [
            .place(
                order(2, .buy, price: 101, quantity: 50, "now") {
                    $0.timeInForce = .immediateOrCancel
                }
            )
        ],
        [
            .place(
                order(1, .buy, price: 84, quantity: 1, "mine") {
                    $0.selfTradePrevention = .decrement
                }
            )
        ],
        [
            .place(
                order(1, .sell, price: 84, quantity: 3, "own") {
                    $0.selfTradePrevention = .decrement
                }
            ),
            .cancel(account: AccountID(1), instrument: pairs[1].id, order: named("own")),
            .cancel(account: AccountID(1), instrument: pairs[1].id, order: named("nobody")),
        ], [.setPhase(instrument: pairs[1].id, .preOpen)],
        [
            .place(order(1, .sell, price: 98, quantity: 4, "ask")),
            .place(order(2, .buy, price: 102, quantity: 3, "bid")),
        ], [.setPhase(instrument: pairs[1].id, .continuous)],
        [
            .cancelList(
                account: AccountID(2),
                instrument: pairs[1].id,
                list: .clientOrderID(ClientOrderID("chain") ?? .none)
            ),
            // Far below what the last trades were: the pair halts.
            .place(order(2, .buy, price: 70, quantity: 3, "low")),
            .place(order(1, .sell, price: 70, quantity: 9, "fall")),
        ],
        [
            .setOrderLimits(OrderLimits(tenSeconds: 500, day: 5000)),
            .lendOrders(loan(of: AccountID(1), 3)), .borrowOrders(loan(of: AccountID(9), 4)),
        ],
    ]

    private static func loan(of account: AccountID, _ count: Int32) -> OrderLoan {
        OrderLoan(account: account, interval: .day, start: .zero, count: count)
    }

    static let afterwards: [[Command]] = [
        [.place(order(1, .buy, price: 99, quantity: 2, "late"))],
        [.cancelAll(account: AccountID(2), instrument: Market.instrument.id)],
        [.setPhase(instrument: pairs[1].id, .preOpen)],
        [
            .place(order(1, .sell, price: 97, quantity: 4, "again")),
            .place(order(2, .buy, price: 103, quantity: 3, "also")),
        ],
        [
            .deposit(
                account: AccountID(4),
                asset: AssetID(0),
                amount: Amount(units: 5),
                reference: 11
            )
        ],
    ]
}
