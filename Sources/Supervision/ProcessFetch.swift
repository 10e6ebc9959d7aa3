import Configuration
import EventLoop

/// Gets a URL through `curl`, one process a request: enough for a start, not for load.
enum ProcessFetch {
    /// A fetch for a probe.
    ///
    /// - Parameters:
    ///   - loop: Runs the processes.
    ///   - plan: Names the authority to trust, and the ports that speak HTTP/2 without an upgrade.
    ///   - scratch: Prefix of the two files an answer goes through.
    /// - Returns: A function that gets one URL at a time.
    static func make(
        loop: EventLoop,
        plan: ClusterPlan,
        scratch: String
    ) -> ReadinessProbe.Fetch {
        { url, completion in
            let body = "\(scratch).body"
            let status = "\(scratch).status"
            let cleanUp = {
                FileStore.remove(body)
                FileStore.remove(status)
            }
            cleanUp()
            let trust = plan.tls.map { ["--cacert", $0.authority, "--http2"] }
            let words = trust ?? ["--http2-prior-knowledge"]
            let options = ProcessOptions(
                path: "curl",
                arguments: ["-s", "--max-time", "2", "-o", body, "-w", "%{http_code}"]
                    + (url.hasPrefix("http://\(plan.edge.address)/") ? [] : words) + [url],
                standardOutputPath: status
            )
            do throws(NetworkError) {
                _ = try loop.spawn(options) { code, _ in
                    let text = String(
                        decoding: OperatingSystem.read(status, from: 0),
                        as: UTF8.self
                    )
                    let answer = Int(text).map { ($0, OperatingSystem.read(body, from: 0)) }
                    cleanUp()
                    completion(code == 0 ? answer : nil)
                }
            } catch {
                loop.enqueue { completion(nil) }
            }
        }
    }
}
