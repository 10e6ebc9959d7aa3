import Trading

@testable import API

/// Messages of clients of the WebSocket API: every one is answered with JSON and its id.
enum SocketFuzzer {
    private static let methods = [
        "order.place", "order.place", "order.place", "order.test", "order.status", "order.cancel",
        "order.cancelReplace", "order.amend.keepPriority", "openOrders.status",
        "openOrders.cancelAll", "account.status", "allOrders", "myTrades", "depth",
        "trades.recent", "trades.historical", "trades.aggregate", "klines", "avgPrice",
        "ticker.24hr", "ticker.price", "ticker.book", "exchangeInfo", "time", "session.logon",
        "session.status", "session.logout", "session.subscriptions", "userDataStream.subscribe",
        "userDataStream.subscribe.signature", "userDataStream.unsubscribe", "orderList.place.oco",
    ]

    /// Any bytes as one message; what comes before a line feed is the query of the upgrade.
    static func run(_ bytes: [UInt8]) {
        let parts = bytes.split(separator: 10, maxSplits: 1, omittingEmptySubsequences: false)
        let query = parts.count > 1 ? Array(parts[0]) : []
        guard let path = SocketPath(path: Array("/ws-api/v3".utf8), query: query),
            let text = parts.last
        else { return }
        receive(Array(text), on: path, isSigned: false)
    }

    /// The first byte picks a method; the rest are members of `params` beside the signature's.
    static func runSigned(_ bytes: [UInt8]) {
        guard let choice = bytes.first,
            let path = SocketPath(path: Array("/ws-api/v3".utf8), query: [])
        else { return }
        let method = methods[Int(choice) % methods.count]
        var start = Array(#"{"id":"1","method":"\#(method)","params":{"#.utf8)
        start += bytes.dropFirst()
        if bytes.count > 1 { start.append(UInt8(ascii: ",")) }
        start += Array(
            #""apiKey":"\#(FuzzVenue.key)","timestamp":\#(FuzzVenue.now.milliseconds)"#.utf8
        )
        // A refusal is right.
        guard let request = try? SocketRequest(start + Array("}}".utf8), on: path) else { return }
        let payload = request.payloads[Int(choice) / 128]
        let signature = FuzzVenue.hexadecimal(FuzzVenue.signature(of: payload))
        let whole = start + Array(#","signature":""#.utf8) + signature + Array("\"}}".utf8)
        receive(whole, on: path, isSigned: true)
        // Another parameter under the same signature.
        let other = start + Array(#","zzz":1,"signature":""#.utf8) + signature
        receive(other + Array("\"}}".utf8), on: path, isSigned: false)
    }

    private static func receive(_ text: [UInt8], on path: SocketPath, isSigned: Bool) {
        var venue = FuzzVenue()
        var session = SocketSession(path, now: FuzzVenue.now)
        do throws(SocketRefusal) {
            let request = try SocketRequest(text, on: path)
            invariant(FuzzVenue.gateway.weight(of: request) >= 1, "a request weighs something")
            let step = session.receive(request, FuzzVenue.gateway, now: FuzzVenue.now)
            answer(to: request.id, carryOut(step, &session, &venue, isSigned: isSigned))
        } catch {
            answer(to: error.id, APIResponse(error.error))
        }
    }

    private static func carryOut(
        _ step: SocketSession.Step,
        _ session: inout SocketSession,
        _ venue: inout FuzzVenue,
        isSigned: Bool
    ) -> APIResponse {
        switch step {
        case .operation(let operation):
            if case .command = operation { invariant(isSigned, "an order without a signature") }
            return venue.carryOut(operation)
        case .subscribe(let subscriber):
            invariant(isSigned, "a subscription without a signature")
            guard let (_, response) = session.begin(subscriber) else {
                fatalError("invariant broken: a subscription that was just asked for is over")
            }
            return response
        case .answer(let response, _): return response
        }
    }

    private static func answer(to id: [UInt8], _ response: APIResponse) {
        AnswerForm.check(response)
        let usage = RateLimitUsage(weight: 1)
        let text = FuzzVenue.gateway.socketAnswer(
            to: id,
            response,
            usage: usage,
            now: FuzzVenue.now
        )
        AnswerForm.checkJSON(text)
    }
}
