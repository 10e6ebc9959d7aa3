import HTTP
import Trading

/// Whose word on the client's address is taken: proxies in front of a router, the edge first of all.
///
/// Everybody else is the client himself, whatever he says.
struct ClientAddress {
    /// This machine: where `castle up` runs the edge.
    static let standard = ["127.0.0.0/8", "::1"]

    private let proxies: [AddressPrefix]

    /// Takes the proxies.
    ///
    /// - Parameter texts: Addresses and blocks; checked with the topology.
    init(trusting texts: [String]) { proxies = texts.compactMap { AddressPrefix($0) } }

    /// The client of a request: an address without a port.
    ///
    /// - Parameter request: Of a client, or of a proxy on behalf of one.
    /// - Returns: What the connection says, or the nearest address that a proxy vouches for.
    func client(of request: HTTPRequest) -> String {
        let peer = Self.host(request.remoteAddress)
        // The last one is what the proxy saw; what stands before is what it was told.
        guard isTrusted(peer), let forwarded = request.header("x-forwarded-for"),
            let last = forwarded.split(separator: ",").last
        else { return peer }
        return last.filter { $0 != " " }
    }

    private func isTrusted(_ peer: String) -> Bool {
        guard let address = AddressPrefix(peer) else { return false }
        return proxies.contains { $0.contains(address) }
    }

    /// An address without its port.
    static func host(_ address: String) -> String {
        guard let colon = address.lastIndex(of: ":") else { return address }
        return address[..<colon].filter { $0 != "[" && $0 != "]" }
    }
}
