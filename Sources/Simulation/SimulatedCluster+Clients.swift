import Routing
import Trading
import Wire

// The clients: one request at a time, repeated under the same name until its fate is known.

extension SimulatedCluster {
    func turn(_ client: Int) {
        if clients[client].wish == nil {
            if isDraining { return }
            let wish = wish(of: client)
            clients[client].wish = wish
            clients[client].floors = shards.map(\.acknowledged)
            clients[client].mayHaveHappened = false
        }
        ask(client)
    }

    private func ask(_ client: Int) {
        guard let wish = clients[client].wish else { return }
        let token = newID()
        waiting[token] = client
        let deadline = now + random.pick(20...80) * Self.millisecond
        if case .query = wish.kind { clients[client].floors = shards.map(\.acknowledged) }
        let router = clients[client].router
        switch (wish.place, wish.kind) {
        case (.pair(let pair), let kind):
            route(router) {
                $0.submit(
                    kind,
                    of: pair,
                    token: token,
                    deadline: deadline,
                    effects: &$1
                )
            }
        case (.shard(let shard), .command(let command)):
            perform(router, shard) {
                $0.submit(command, token: token, deadline: deadline, effects: &$1)
            }
        case (.shard(let shard), .query(let query)):
            perform(router, shard) {
                $0.ask(query, token: token, deadline: deadline, effects: &$1)
            }
        }
    }

    // MARK: Wishes

    private func wish(of client: Int) -> ClientWish {
        if hasMoves, random.isOne(in: 12) { return transfer(client) }
        let account = clients[client].account
        let old = clients[client].orders.suffix(8)
        let known = old.isEmpty ? nil : Array(old)[random.index(below: old.count)]
        let kind = random.pick(0...24)
        guard let known else { return wishWithoutOrders(kind, client) }
        let order = OrderReference.clientOrderID(known.name)
        switch kind {
        case 11...13:
            return command(.cancel(account: account, instrument: known.pair, order: order))
        case 15...17:
            let query = Query.order(account: account, instrument: known.pair, order: order)
            return ClientWish(kind: .query(query), name: known.name, place: .pair(known.pair))
        case 19, 20: return command(.amend(amend(known.name, of: client, known.pair)))
        case 21, 22:
            let place = place(client, known.pair)
            let request = CancelReplace(
                cancel: order,
                mode: random.isOne(in: 2) ? .stopOnFailure : .allowFailure,
                place: place
            )
            return command(.cancelReplace(request), name: place.clientOrderID)
        default: return wishWithoutOrders(kind, client)
        }
    }

    private func wishWithoutOrders(_ kind: UInt64, _ client: Int) -> ClientWish {
        let account = clients[client].account
        let pair = anyPair
        switch kind {
        case 14: return command(.cancelAll(account: account, instrument: pair))
        case 18: return query(.balances(account: account), layout.shard(of: pair))
        case 23: return deposit(client, layout.shard(of: pair))
        case 21, 22, 24: return query(.position, layout.shard(of: pair))
        default:
            let place = place(client, pair)
            return command(.place(place), name: place.clientOrderID)
        }
    }

    private var anyPair: InstrumentID {
        let place = layout.pairs.count > 1 ? random.index(below: layout.pairs.count) : 0
        return layout.pairs[place].id
    }

    private func command(_ command: Command, name: ClientOrderID? = nil) -> ClientWish {
        let place = command.instrument.map { ClientWish.Place.pair($0) }
        return ClientWish(kind: .command(command), name: name, place: place ?? .shard(0))
    }

    private func query(_ query: Query, _ shard: Int) -> ClientWish {
        ClientWish(kind: .query(query), name: nil, place: .shard(shard))
    }

    private func amend(
        _ name: ClientOrderID,
        of client: Int,
        _ pair: InstrumentID
    ) -> AmendOrder {
        let keepsPriority = random.isOne(in: 2)
        return AmendOrder(
            account: clients[client].account,
            instrument: pair,
            order: .clientOrderID(name),
            quantity: Quantity(lots: Int64(random.pick(1...9))),
            price: keepsPriority ? .none : Price(ticks: Int64(random.pick(95...105))),
            keepsPriority: keepsPriority,
            clientOrderID: .none
        )
    }

    private func deposit(_ client: Int, _ shard: Int) -> ClientWish {
        clients[client].depositCount += 1
        let deposit = Command.deposit(
            account: clients[client].account,
            asset: layout.assets[random.index(below: layout.assets.count)].id,
            amount: Amount(units: Int64(random.pick(1...1000))),
            reference: 1_000_000 * UInt64(client + 1) + clients[client].depositCount
        )
        return ClientWish(kind: .command(deposit), name: nil, place: .shard(shard))
    }

    /// Sends funds from one shard to another, now and then more than there are.
    private func transfer(_ client: Int) -> ClientWish {
        clients[client].transferCount += 1
        let source = random.index(below: shards.count)
        let step = 1 + random.index(below: shards.count - 1)
        let funds = Funds(
            account: clients[client].account,
            asset: layout.assets[random.index(below: layout.assets.count)].id,
            amount: Amount(units: Int64(random.pick(1...60_000_000_000)))
        )
        let transfer = Command.transfer(
            funds,
            to: shards[(source + step) % shards.count].id,
            reference: 1_000_000 * UInt64(client + 1) + clients[client].transferCount
        )
        return ClientWish(kind: .command(transfer), name: nil, place: .shard(source))
    }

    private func place(_ client: Int, _ pair: InstrumentID) -> PlaceOrder {
        let number = clients[client].orders.count
        let name = ClientOrderID("c\(client)-\(number)") ?? .none
        clients[client].orders.append((name, pair))
        let type: OrderType = random.isOne(in: 6) ? .market : .limit
        let lives: TimeInForce = random.isOne(in: 5) ? .immediateOrCancel : .goodTilCancelled
        return PlaceOrder(
            account: clients[client].account,
            instrument: pair,
            side: random.isOne(in: 2) ? .buy : .sell,
            type: type,
            timeInForce: type == .market ? .goodTilCancelled : lives,
            selfTradePrevention: nil,
            price: Price(ticks: type == .market ? 0 : Int64(random.pick(95...105))),
            quantity: Quantity(lots: Int64(random.pick(1...9))),
            quoteQuantity: .zero,
            clientOrderID: name
        )
    }

    // MARK: Outcomes

    func completed(_ token: UInt64, _ outcome: RequestOutcome, from shard: Int) {
        guard let client = waiting.removeValue(forKey: token) else {
            return violation("a request was completed twice")
        }
        guard case .reply(let reply) = outcome, reply != .rejected(.duplicateExpired) else {
            note("no answer", client)
            unanswered(client, outcome)
            return schedule(.turn(client: client), in: 1000...6000)
        }
        check(reply, client, from: shard)
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
        if let wish = clients[client].wish, case .command = wish.kind, let name = wish.name,
            !clients[client].mayHaveHappened
        {
            clients[client].failed.append(name)
        }
        clients[client].wish = nil
    }

    private func check(_ reply: Reply, _ client: Int, from shard: Int) {
        guard let wish = clients[client].wish else {
            return violation("a client without a wish is answered")
        }
        note("answered", client, shards[shard].acknowledged)
        let router = clients[client].router
        switch wish.kind {
        case .command(let command):
            checkOrderOfTime(client, routers[router].channels[shard].answerEntry, on: shard)
            if case .place = command, let name = wish.name, case .placed(let order, _) = reply {
                clients[client].known[name] = order.executed.lots
            }
        case .query(let query):
            let floor = clients[client].floors[shard]
            let position = routers[router].channels[shard].answerPosition
            if position < floor {
                violation("read: client \(client) is shown \(position) after \(floor)")
            }
            if let name = wish.name, let known = clients[client].known[name] {
                checkOrder(reply, client, name, known)
            }
            if case .position = query, case .position(let feed) = reply,
                feed.rawValue < shards[shard].oracle.feedPositions[Int(floor)]
            {
                violation("read: client \(client) is told of feed position \(feed)")
            }
        }
    }

    /// Linearizable: the log is the order in which things happened, so what was asked after an
    /// answer stands behind what was answered.
    private func checkOrderOfTime(_ client: Int, _ entry: UInt64, on shard: Int) {
        let floor = clients[client].floors[shard]
        guard entry <= floor else { return }
        violation(
            "linearizability: what client \(client) asked after entry \(floor) "
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
