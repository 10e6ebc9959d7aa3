import Trading

/// Listen keys: the key of the account is enough, nothing is signed.
extension Gateway {
    private static let sizeMax = 64

    /// POST, PUT, DELETE userDataStream.
    ///
    /// - Parameters:
    ///   - endpoint: Which of them.
    ///   - request: As received.
    ///   - now: The server's time.
    /// - Returns: What the router is to do.
    /// - Throws: -2014, -2015, or -1102 without the listen key.
    func listenKey(
        _ endpoint: KeyedEndpoint,
        _ request: APIRequest,
        now: Timestamp
    ) throws(APIError) -> Operation {
        let key = try key(request.apiKey, from: request.clientAddress)
        try check(key, allows: .read)
        let owner = ListenKeyOwner(apiKey: key.key, account: key.account)
        let parameters = try Call(request, now: now).parameters
        let action: ListenKeyRequest.Action =
            switch endpoint {
            case .openListenKey: .open
            case .extendListenKey: .extend(try listenKey(parameters))
            case .closeListenKey: .close(try listenKey(parameters))
            }
        return .listenKey(ListenKeyRequest(owner: owner, action: action))
    }

    private func listenKey(_ parameters: Parameters) throws(APIError) -> String {
        let sent = try parameters.required("listenKey")
        guard sent.count <= Self.sizeMax else { throw .noSuchListenKey }
        return String(decoding: sent, as: UTF8.self)
    }
}
