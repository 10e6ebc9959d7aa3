/// What a method of the WebSocket API amounts to.
enum SocketMethod: Sendable {
    /// The same as a REST request.
    case rest(method: String, path: [UInt8])
    /// About the connection itself.
    case session(SessionMethod)

    /// Every method there is.
    static let table: [String: SocketMethod] = {
        var table: [String: SocketMethod] = [:]
        for (name, verb, path) in market + trading + account {
            table[name] = .rest(method: verb, path: Array("/api/v3/\(path)".utf8))
        }
        for (name, method) in session { table[name] = .session(method) }
        return table
    }()

    private static let market = [
        ("ping", "GET", "ping"),
        ("time", "GET", "time"),
        ("exchangeInfo", "GET", "exchangeInfo"),
        ("depth", "GET", "depth"),
        ("trades.recent", "GET", "trades"),
        ("trades.historical", "GET", "historicalTrades"),
        ("trades.aggregate", "GET", "aggTrades"),
        ("klines", "GET", "klines"),
        ("uiKlines", "GET", "uiKlines"),
        ("avgPrice", "GET", "avgPrice"),
        ("ticker", "GET", "ticker"),
        ("ticker.24hr", "GET", "ticker/24hr"),
        ("ticker.price", "GET", "ticker/price"),
        ("ticker.book", "GET", "ticker/bookTicker"),
        ("ticker.tradingDay", "GET", "ticker/tradingDay"),
    ]

    private static let trading = [
        ("order.place", "POST", "order"),
        ("order.test", "POST", "order/test"),
        ("order.status", "GET", "order"),
        ("order.cancel", "DELETE", "order"),
        ("order.cancelReplace", "POST", "order/cancelReplace"),
        ("order.amend.keepPriority", "PUT", "order/amend/keepPriority"),
        ("openOrders.status", "GET", "openOrders"),
        ("openOrders.cancelAll", "DELETE", "openOrders"),
        ("orderList.place", "POST", "order/oco"),
        ("orderList.place.oco", "POST", "orderList/oco"),
        ("orderList.place.oto", "POST", "orderList/oto"),
        ("orderList.place.otoco", "POST", "orderList/otoco"),
        ("orderList.cancel", "DELETE", "orderList"),
        ("orderList.status", "GET", "orderList"),
        ("openOrderLists.status", "GET", "openOrderList"),
    ]

    private static let account = [
        ("account.status", "GET", "account"),
        ("account.commission", "GET", "account/commission"),
        ("account.rateLimits.orders", "GET", "rateLimit/order"),
        ("allOrders", "GET", "allOrders"),
        ("allOrderLists", "GET", "allOrderList"),
        ("myTrades", "GET", "myTrades"),
        ("myPreventedMatches", "GET", "myPreventedMatches"),
        ("myAllocations", "GET", "myAllocations"),
        ("order.amendments", "GET", "order/amendments"),
    ]

    private static let session: [(String, SessionMethod)] = [
        ("session.logon", .logOn),
        ("session.status", .status),
        ("session.logout", .logOut),
        ("session.subscriptions", .subscriptions),
        ("userDataStream.subscribe", .subscribe),
        ("userDataStream.subscribe.signature", .subscribeSigned),
        ("userDataStream.unsubscribe", .unsubscribe),
    ]
}

/// Methods about the connection itself.
enum SessionMethod: Sendable {
    case logOn
    case status
    case logOut
    /// Lists the subscriptions.
    case subscriptions
    /// Subscribes to the account that is logged on.
    case subscribe
    /// Subscribes to the account of a key.
    case subscribeSigned
    case unsubscribe
}
