import Configuration
import EventLoop
import HTTP
import TLS

/// Gets a URL over HTTP/2 with prior knowledge, which every process of a cluster and the edge speak.
enum HTTPFetch {
    private static let timeoutMilliseconds: UInt64 = 2000

    /// A fetch for a probe; each request has a connection of its own.
    ///
    /// - Parameters:
    ///   - loop: Carries the connections.
    ///   - plan: Names the authority to trust.
    /// - Returns: A function that gets `http://host:port/path` or `https://…`.
    static func make(loop: EventLoop, plan: ClusterPlan) -> ReadinessProbe.Fetch {
        // Certificates that cannot be read are reported by the processes that serve with them.
        let trust = plan.tls.flatMap {
            try? TLSContext.client(verifyPeer: true, caPath: $0.authority)
        }
        return { url, completion in
            guard let target = Target(url) else { return loop.enqueue { completion(nil) } }
            HTTPClient.connect(
                loop: loop,
                host: target.host,
                port: target.port,
                tls: target.isTLS ? trust : nil,
                timeoutMilliseconds: timeoutMilliseconds
            ) { result in
                guard case .success(let client) = result else { return completion(nil) }
                get(target.path, from: client, completion)
            }
        }
    }

    private static func get(
        _ path: String,
        from client: HTTPClient,
        _ completion: @escaping ((Int, [UInt8])?) -> Void
    ) {
        client.request(method: "GET", path: path, timeoutMilliseconds: timeoutMilliseconds) {
            result in
            client.close()
            guard case .success(let response) = result else { return completion(nil) }
            completion((response.status, response.body))
        }
    }

    /// A URL taken apart.
    private struct Target {
        var host: String
        var port: Int
        var path: String
        var isTLS: Bool

        init?(_ url: String) {
            isTLS = url.hasPrefix("https://")
            let rest = url.dropFirst(isTLS ? 8 : 7)
            let authority = rest.prefix { $0 != "/" }
            guard let colon = authority.lastIndex(of: ":"),
                let port = Int(authority[authority.index(after: colon)...])
            else { return nil }
            host = String(authority[..<colon])
            path = String(rest.dropFirst(authority.count))
            self.port = port
        }
    }
}
