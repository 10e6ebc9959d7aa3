import Trading

/// Cancelling one order and placing another in one request.
extension Gateway {
    /// POST order/cancelReplace.
    func replacement(_ call: Call, _ key: APIKey) throws(APIError) -> Operation {
        let parameters = call.parameters
        _ = try parameters.required("cancelReplaceMode")
        let mode = try parameters.term(
            "cancelReplaceMode",
            CancelReplaceMode.self,
            else: .invalid("cancelReplaceMode")
        )
        let order = try placeOrder(call, key)
        let target = try orderReference(
            parameters,
            id: "cancelOrderId",
            name: "cancelOrigClientOrderId"
        )
        let restriction = try restriction(parameters)
        _ = try parameters.term(
            "orderRateLimitExceededMode",
            RateLimitExceededMode.self,
            else: .invalid("orderRateLimitExceededMode")
        )
        let id = try parameters.clientOrderID("cancelNewClientOrderId") ?? makeClientOrderID()
        let kind = RenderPlan.Kind.replacement(cancel: id, try responseType(call, of: order))
        return .command(
            instrument: order.instrument,
            .cancelReplace(
                CancelReplace(
                    cancel: target,
                    mode: mode ?? .stopOnFailure,
                    place: order,
                    restriction: restriction
                )
            ),
            call.plan(kind)
        )
    }

    /// The answer to both halves; where one failed it is the `data` of an error.
    func renderReplacement(
        _ outcome: CancelReplaceOutcome,
        cancel id: ClientOrderID,
        _ type: ResponseType,
        _ json: OrderJSON
    ) -> APIResponse {
        let error = Self.error(of: outcome)
        var writer = JSONWriter(capacity: 1536)
        let write = { (writer: inout JSONWriter) in
            writer.object {
                $0.key("cancelResult")
                $0.word(outcome.cancel.apiName)
                $0.key("newOrderResult")
                $0.word(outcome.place.apiName)
                $0.key("cancelResponse")
                Self.write(outcome.cancel, to: &$0) { order, _, writer in
                    json.writeCancellation(order, id: id, to: &writer)
                }
                $0.key("newOrderResponse")
                Self.write(outcome.place, to: &$0) { order, fills, writer in
                    json.writePlacement(order, fills: fills, type, to: &writer)
                }
            }
        }
        guard let error else {
            write(&writer)
            return APIResponse(status: 200, body: writer.bytes)
        }
        writer.object {
            error.writeMembers(to: &$0)
            $0.key("data")
            write(&$0)
        }
        return APIResponse(status: error.status, body: writer.bytes)
    }

    private static func error(of outcome: CancelReplaceOutcome) -> APIError? {
        switch (outcome.cancel.isDone, outcome.place.isDone) {
        case (true, true): nil
        case (false, false): .replacementFailed
        default: .replacementPartlyFailed
        }
    }

    private static func write(
        _ step: CancelReplaceOutcome.Step,
        to writer: inout JSONWriter,
        _ done: (Order, [Fill], inout JSONWriter) -> Void
    ) {
        switch step {
        case .done(let order, let fills): done(order, fills, &writer)
        case .failed(let reason): writer.object { APIError(reason).writeMembers(to: &$0) }
        case .notAttempted: writer.null()
        }
    }
}

extension CancelReplaceOutcome.Step {
    fileprivate var apiName: StaticString {
        switch self {
        case .notAttempted: "NOT_ATTEMPTED"
        case .failed: "FAILURE"
        case .done: "SUCCESS"
        }
    }

    fileprivate var isDone: Bool { if case .done = self { true } else { false } }
}

extension APIError {
    /// Neither half was carried out.
    fileprivate static let replacementFailed = Self(-2022, "Order cancel-replace failed.")
    /// One half was carried out.
    fileprivate static let replacementPartlyFailed = Self(
        status: 409,
        -2021,
        "Order cancel-replace partially failed."
    )
}
