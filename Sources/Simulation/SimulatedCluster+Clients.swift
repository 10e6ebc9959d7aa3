import Routing
import Trading
import Wire

// The clients: one request at a time, repeated under the same name until its fate is known.

extension SimulatedCluster {
    func turn(_ client: Int) {
        if clients[client].wish == nil {
            if isDraining { return }
            clients[client].wish = wish(of: client)
            clients[client].floor = acknowledged
            clients[client].mayHaveHappened = false
        }
        ask(client)
    }

    private func ask(_ client: Int) {
        guard let wish = clients[client].wish else { return }
        let token = newID()
        waiting[token] = client
        let deadline = now + random.pick(20...80) * Self.millisecond
        perform(clients[client].router) { session, effects in
            switch wish {
            case .command(let command, _):
                session.submit(command, token: token, deadline: deadline, effects: &effects)
            case .query(let query, _):
                self.clients[client].floor = self.acknowledged
                session.ask(query, token: token, deadline: deadline, effects: &effects)
            }
        }
    }

    // MARK: Wishes

    private func wish(of client: Int) -> ClientWish {
        let account = clients[client].account
        let pair = SimulatedMarket.instrument.id
        let old = clients[client].names.suffix(8)
        let name = old.isEmpty ? nil : Array(old)[random.index(below: old.count)]
        switch random.pick(0...24) {
        case 0...10: return place(client)
        case 11...13:
            guard let name else { return place(client) }
            let order = OrderReference.clientOrderID(name)
            return .command(.cancel(account: account, instrument: pair, order: order), name: nil)
        case 14: return .command(.cancelAll(account: account, instrument: pair), name: nil)
        case 15...17:
            guard let name else { return place(client) }
            let order = OrderReference.clientOrderID(name)
            return .query(.order(account: account, instrument: pair, order: order), name: name)
        case 18: return .query(.balances(account: account), name: nil)
        case 19, 20:
            guard let name else { return place(client) }
            return .command(.amend(amend(name, of: client)), name: nil)
        case 21, 22:
            guard let name, case .command(.place(let order), let new) = place(client) else {
                return .query(.position, name: nil)
            }
            let request = CancelReplace(
                cancel: .clientOrderID(name),
                mode: random.isOne(in: 2) ? .stopOnFailure : .allowFailure,
                place: order
            )
            return .command(.cancelReplace(request), name: new)
        case 23: return deposit(client)
        default: return .query(.position, name: nil)
        }
    }

    private func amend(_ name: ClientOrderID, of client: Int) -> AmendOrder {
        let keepsPriority = random.isOne(in: 2)
        return AmendOrder(
            account: clients[client].account,
            instrument: SimulatedMarket.instrument.id,
            order: .clientOrderID(name),
            quantity: Quantity(lots: Int64(random.pick(1...9))),
            price: keepsPriority ? .none : Price(ticks: Int64(random.pick(95...105))),
            keepsPriority: keepsPriority,
            clientOrderID: .none
        )
    }

    private func deposit(_ client: Int) -> ClientWish {
        clients[client].depositCount += 1
        let deposit = Command.deposit(
            account: clients[client].account,
            asset: AssetID(UInt16(random.pick(0...1))),
            amount: Amount(units: Int64(random.pick(1...1000))),
            reference: 1_000_000 * UInt64(client + 1) + clients[client].depositCount
        )
        return .command(deposit, name: nil)
    }

    private func place(_ client: Int) -> ClientWish {
        let number = clients[client].names.count
        guard let name = ClientOrderID("c\(client)-\(number)") else {
            return .query(.position, name: nil)
        }
        clients[client].names.append(name)
        let type: OrderType = random.isOne(in: 6) ? .market : .limit
        let lives: TimeInForce = random.isOne(in: 5) ? .immediateOrCancel : .goodTilCancelled
        let order = PlaceOrder(
            account: clients[client].account,
            instrument: SimulatedMarket.instrument.id,
            side: random.isOne(in: 2) ? .buy : .sell,
            type: type,
            timeInForce: type == .market ? .goodTilCancelled : lives,
            selfTradePrevention: nil,
            price: Price(ticks: type == .market ? 0 : Int64(random.pick(95...105))),
            quantity: Quantity(lots: Int64(random.pick(1...9))),
            quoteQuantity: .zero,
            clientOrderID: name
        )
        return .command(.place(order), name: name)
    }

    // MARK: Outcomes

    func completed(_ token: UInt64, _ outcome: RequestOutcome) {
        guard let client = waiting.removeValue(forKey: token) else {
            return violation("a request was completed twice")
        }
        guard case .reply(let reply) = outcome, reply != .rejected(.duplicateExpired) else {
            note("no answer", client)
            unanswered(client, outcome)
            return schedule(.turn(client: client), in: 1000...6000)
        }
        note("answered", client, acknowledged)
        check(reply, client)
        clients[client].wish = nil
        clients[client].completedCount += 1
        schedule(.turn(client: client), in: pause)
    }

    /// Nobody knows, or it did not happen: the same again, under the same name; or not.
    private func unanswered(_ client: Int, _ outcome: RequestOutcome) {
        if outcome != .unavailable, outcome != .overloaded {
            clients[client].mayHaveHappened = true
        }
        guard random.isOne(in: 6), !isDraining else { return }
        if case .command(_, let name?) = clients[client].wish, !clients[client].mayHaveHappened {
            clients[client].failed.append(name)
        }
        clients[client].wish = nil
    }

    private func check(_ reply: Reply, _ client: Int) {
        switch clients[client].wish {
        case .command(let command, let name):
            checkOrderOfTime(client)
            if case .place = command, let name, case .placed(let order, _) = reply {
                clients[client].known[name] = order.executed.lots
            }
        case .query(let query, let name):
            let position = routers[clients[client].router].answerPosition
            if position < clients[client].floor {
                violation(
                    "read: client \(client) is shown \(position) after \(clients[client].floor)"
                )
            }
            if let name, let known = clients[client].known[name] {
                checkOrder(reply, client, name, known)
            }
            if case .position = query, case .position(let feed) = reply,
                feed.rawValue < oracle.feedPositions[Int(clients[client].floor)]
            {
                violation("read: client \(client) is told of feed position \(feed)")
            }
        case nil: violation("a client without a wish is answered")
        }
    }

    /// Linearizable: the log is the order in which things happened, so what was asked after an
    /// answer stands behind what was answered.
    private func checkOrderOfTime(_ client: Int) {
        let entry = routers[clients[client].router].answerEntry
        guard entry <= clients[client].floor else { return }
        violation(
            "linearizability: what client \(client) asked after entry \(clients[client].floor) "
                + "was answered ran in entry \(entry)"
        )
    }

    /// An order once answered is there, and never less filled than it was.
    private func checkOrder(_ reply: Reply, _ client: Int, _ name: ClientOrderID, _ known: Int64) {
        guard case .orders(let orders) = reply, let order = orders.first else {
            return violation("read: client \(client) does not find its order: \(reply)")
        }
        guard order.executed.lots < known else {
            clients[client].known[name] = order.executed.lots
            return
        }
        violation("read: client \(client) sees its order less filled than before")
    }
}
