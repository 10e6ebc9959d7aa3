/// Where a process serves HTTP/2.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    /// Numeric address, or "localhost".
    public var host: String
    /// Port.
    public var port: Int
    /// Whether TLS is spoken.
    public var isTLS: Bool

    /// Takes a URL apart.
    ///
    /// - Parameter url: `http://host:port` or `https://host:port`; a path is ignored.
    public init?(url: String) {
        let schemes = [("http://", false), ("https://", true), ("redis://", false)]
        guard let scheme = schemes.first(where: { url.hasPrefix($0.0) }) else { return nil }
        let authority = url.dropFirst(scheme.0.count).prefix { $0 != "/" }
        guard let colon = authority.lastIndex(of: ":"),
            let port = Int(authority[authority.index(after: colon)...]), 1...65_535 ~= port
        else { return nil }
        host = String(authority[..<colon])
        guard !host.isEmpty else { return nil }
        self.port = port
        isTLS = scheme.1
    }

    /// As a URL.
    public var description: String { "\(isTLS ? "https" : "http")://\(host):\(port)" }
}
