import Trading

/// Endpoints answered at once, without a key.
extension Gateway {
    private static let permissionsRange = "^\\[(\"SPOT\"){0,1}\\]$|^SPOT$"

    /// Answers one of them.
    func answer(_ endpoint: OpenEndpoint, _ call: Call) throws(APIError) -> APIResponse {
        switch endpoint {
        case .ping: return APIResponse { $0.object { _ in } }
        case .time:
            return APIResponse {
                $0.object {
                    $0.key("serverTime")
                    $0.value(call.now, in: call.unit)
                }
            }
        case .exchangeInformation: return try exchangeInformation(call)
        case .systemStatus:
            return APIResponse {
                $0.object {
                    $0.key("status")
                    $0.value(0)
                    $0.key("msg")
                    $0.word("normal")
                }
            }
        case .description: return APIResponse(status: 200, body: OpenAPIDocument.bytes)
        case .emptyList: return APIResponse { $0.array { _ in } }
        }
    }

    private func exchangeInformation(_ call: Call) throws(APIError) -> APIResponse {
        let selection = try selection(call.parameters)
        let permits = try permitsSpot(call.parameters)
        let status = try status(call.parameters)
        if permits != nil || status != nil {
            guard selection.isAll else { throw .badCombination }
        }
        var pairs = selection.instruments.map { (id: $0, phase: phase($0)) }
        if permits == false { pairs = [] }
        if let status { pairs.removeAll { !status.isEqual(to: $0.phase.apiName) } }
        return information.answer(
            pairs,
            showsPermissionSets: try call.parameters.flag("showPermissionSets") ?? true,
            call
        )
    }

    /// Whether `permissions`, a word or a list of words, names what every pair here has.
    private func permitsSpot(_ parameters: Parameters) throws(APIError) -> Bool? {
        guard let text = try parameters.optional("permissions") else { return nil }
        var words = [text]
        if text.first == UInt8(ascii: "[") {
            words = try Self.strings(text, in: "permissions", range: Self.permissionsRange)
        }
        for word in words {
            let isLegal = word.allSatisfy {
                $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")
                    || $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") || $0 == UInt8(ascii: "_")
            }
            guard isLegal, !word.isEmpty else { throw .invalid("permissions") }
        }
        return words.contains { $0.isEqual(to: "SPOT") }
    }

    /// The word of `symbolStatus`, or `nil`.
    func status(_ parameters: Parameters) throws(APIError) -> ArraySlice<UInt8>? {
        guard let text = try parameters.optional("symbolStatus") else { return nil }
        // A word of the venue's that no pair has here.
        guard TradingPhase(apiName: text) != nil || text.isEqual(to: "END_OF_DAY") else {
            throw .invalidSymbolStatus
        }
        return text
    }
}
