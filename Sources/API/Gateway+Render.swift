import Trading

/// From a shard's reply to an answer.
extension Gateway {
    /// Renders a reply.
    ///
    /// - Parameters:
    ///   - plan: Came with the operation.
    ///   - reply: Of the shard, or merged of every shard's.
    /// - Returns: The answer; a refusal is worded as the venue words it.
    public func render(_ plan: RenderPlan, _ reply: Reply) -> APIResponse {
        if case .rejected(.tooManyOrders(let interval)) = reply {
            return renderTooManyOrders(interval, now: plan.now)
        }
        if case .rejected(let reason) = reply { return refusal(reason, plan) }
        let json = OrderJSON(venue: venue, unit: plan.unit)
        switch (plan.kind, reply) {
        case (.placement(let type), .placed(let order, let fills)):
            return APIResponse(capacity: 640 + 128 * fills.count) {
                json.writePlacement(order, fills: fills, type, to: &$0)
            }
        case (.test(let instrument), .done), (.test(let instrument), .placed):
            return renderTest(commission: instrument)
        case (.listPlacement(let type), .placedList(let list, let orders, let fills)):
            return renderListPlacement(list, orders, fills, type, json)
        case (.cancellation(let id, let reference), .canceled(let orders)):
            return renderCancellation(orders, reference, id, json)
        case (.cancellations(let id), .canceled(let orders)):
            return renderCancellations(orders, id, json)
        case (.cancellations(let id), .canceledLists(let lists, let orders)):
            return renderCancellations(lists, orders, id, json)
        case (.listCancellation(let id), .canceledList(let list, let orders)):
            return renderListCancellation(list, orders, id, json)
        case (.amendment, .amendedInPlace(let order, let amendment)):
            return APIResponse {
                json.writeAmended(order, previousName: amendment.previousName, to: &$0)
            }
        case (.replacement(let id, let type), .replaced(let outcome)):
            return renderReplacement(outcome, cancel: id, type, json)
        default: return renderQuery(plan, reply, json)
        }
    }

    private func renderQuery(
        _ plan: RenderPlan,
        _ reply: Reply,
        _ json: OrderJSON
    ) -> APIResponse {
        switch (plan.kind, reply) {
        case (.order, .orders(let orders)):
            guard let order = orders.first else { return APIResponse(.noSuchOrder) }
            return APIResponse { json.writeStatus(order, to: &$0) }
        case (.orders, .orders(let orders)):
            return list(orders, capacityEach: 512) { json.writeStatus($0, to: &$1) }
        case (.fills, .fills(let fills)):
            return list(fills, capacityEach: 320) { json.writeFill($0, to: &$1) }
        case (.orderList, .orderLists(let lists, let orders)):
            return renderList(lists, orders, json)
        case (.orderLists(let range), .orderLists(let lists, let orders)):
            return renderLists(lists, orders, range, json)
        case (.amendments, .amendments(let amendments)):
            return list(amendments, capacityEach: 320) { json.write($0, to: &$1) }
        case (.preventedMatches(let only), .preventedMatches(let matches)):
            let shown = matches.filter { only == nil || only == $0.id }
            return list(shown, capacityEach: 320) { json.write($0, to: &$1) }
        case (.account, .balances(let balances)), (.coins, .balances(let balances)):
            return renderBalances(balances, plan)
        case (.orderLimits, .orderUsage(let usages)): return renderOrderLimits(usages)
        default:
            // A reply of another kind is a failed peer's: what it did is not known.
            return renderUnknown()
        }
    }

    /// The answer when the engine did not answer in time: it may or may not have acted.
    ///
    /// - Returns: -1007.
    public func renderUnknown() -> APIResponse { APIResponse(.unknownOutcome) }

    /// The answer when the request was dropped for load, certainly without effect.
    ///
    /// - Returns: -1008.
    public func renderOverloaded() -> APIResponse { APIResponse(.overloaded) }

    /// The answer when no shard serves the pair, certainly without effect.
    ///
    /// - Returns: -1001.
    public func renderUnavailable() -> APIResponse { APIResponse(.unavailable) }

    private func refusal(_ reason: RejectReason, _ plan: RenderPlan) -> APIResponse {
        // What is sound in itself may not be for an order that is in a list or has traded as much.
        let isAmendment = plan.kind == .amendment && reason == .malformed
        return APIResponse(isAmendment ? .amendRefused : APIError(reason))
    }

    private func list<Element>(
        _ elements: [Element],
        capacityEach: Int,
        _ write: (Element, inout JSONWriter) -> Void
    ) -> APIResponse {
        APIResponse(capacity: 2 + capacityEach * elements.count) {
            $0.array { writer in for element in elements { write(element, &writer) } }
        }
    }

    private func renderTest(commission id: InstrumentID?) -> APIResponse {
        APIResponse {
            $0.object {
                guard let id else { return }
                let instrument = venue.instrument(id)
                AccountJSON.writeCommission(of: instrument, isForOrder: true, to: &$0)
            }
        }
    }

    private func renderCancellation(
        _ orders: [Order],
        _ reference: OrderReference,
        _ id: ClientOrderID,
        _ json: OrderJSON
    ) -> APIResponse {
        let named = orders.first { $0.isNamed(by: reference) }
        guard let order = named ?? orders.first else { return APIResponse(.unknownOrder) }
        return APIResponse(capacity: 640) { json.writeCancellation(order, id: id, to: &$0) }
    }

    private func renderCancellations(
        _ orders: [Order],
        _ id: ClientOrderID,
        _ json: OrderJSON
    ) -> APIResponse {
        guard !orders.isEmpty else { return APIResponse(.unknownOrder) }
        return list(orders, capacityEach: 512) { json.writeCancellation($0, id: id, to: &$1) }
    }

    private func renderBalances(_ balances: [Balance], _ plan: RenderPlan) -> APIResponse {
        let json = AccountJSON(venue: venue)
        let now = plan.unit == .milliseconds ? plan.now.milliseconds : plan.now.microseconds
        return APIResponse(capacity: 1024 + 96 * venue.assets.count) { writer in
            guard case .account(let account, let canTrade, let omitsZeros) = plan.kind else {
                writer.array { json.writeCoins(balances, to: &$0) }
                return
            }
            writer.object {
                json.writeAccount(
                    balances,
                    account,
                    canTrade: canTrade,
                    omitsZeros: omitsZeros,
                    updateTime: now,
                    to: &$0
                )
            }
        }
    }
}

extension Order {
    fileprivate func isNamed(by reference: OrderReference) -> Bool {
        switch reference {
        case .id(let id): self.id == id
        case .clientOrderID(let name): clientOrderID == name
        }
    }
}
