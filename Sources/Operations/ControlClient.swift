import Configuration
import EventLoop
import FoundationEssentials
import HTTP
import TLS
import Workload

/// Asks the coordinator that leads, whichever of the plan's it is.
struct ControlClient {
    private static let timeoutMilliseconds: UInt64 = 4000
    /// A lead that changes hands takes less.
    private static let patienceMilliseconds: UInt64 = 3000
    private static let pauseMilliseconds: UInt64 = 100

    let waiter: LoopWaiter
    private let directory: String
    private let plan: ClusterPlan
    private let trust: TLSContext?

    /// Finds the coordinators of the cluster that was started in a directory.
    init(directory: String, _ waiter: LoopWaiter) throws(OperationError) {
        self.waiter = waiter
        self.directory = FileStore.absolute(directory)
        do {
            plan = try ClusterPlan.load("\(self.directory)/plan.json")
            trust = try plan.tls.map {
                try TLSContext.client(verifyPeer: true, caPath: $0.authority)
            }
        } catch {
            throw OperationError("no cluster was started in \(self.directory): \(error)")
        }
    }

    /// The cluster as the leader sees it.
    func status() throws(OperationError) -> ClusterAnswer {
        let response = try ask("GET", "/control/status")
        guard response.status == 200 else { throw refusal(response) }
        return try decode(ClusterAnswer.self, response)
    }

    /// A question, or an order, whose answer is shown as it is.
    func json(
        _ path: String,
        method: String = "GET",
        _ body: String = ""
    ) throws(OperationError) -> String {
        let response = try ask(method, path, Array(body.utf8))
        guard response.status == 200 else { throw refusal(response) }
        return String(decoding: response.body, as: UTF8.self)
    }

    /// Gives an order.
    func order(_ path: String, _ body: OrderBody) throws(OperationError) -> ControlReply {
        let response = try ask("POST", path, Array(body.json.utf8))
        guard response.status == 200 else { throw refusal(response) }
        return try decode(ControlReply.self, response)
    }

    /// Gives an order whose answer is shown as it is.
    func orderJSON(_ path: String, _ body: OrderBody) throws(OperationError) -> String {
        let response = try ask("POST", path, Array(body.json.utf8))
        guard response.status == 200 else { throw refusal(response) }
        return String(decoding: response.body, as: UTF8.self)
    }

    private func ask(
        _ method: String,
        _ path: String,
        _ body: [UInt8] = []
    ) throws(OperationError) -> HTTPResponse {
        let deadline = waiter.loop.nowNanoseconds + Self.patienceMilliseconds * 1_000_000
        var last: HTTPResponse?
        repeat {
            for coordinator in plan.coordinators {
                guard let response = send(method, path, body, to: coordinator) else { continue }
                if response.status != 503 { return response }
                last = response
            }
            waiter.pause(milliseconds: Self.pauseMilliseconds)
        } while waiter.loop.nowNanoseconds < deadline && !waiter.isInterrupted
        guard let last else {
            let addresses = plan.coordinators.map(\.address).joined(separator: ", ")
            throw OperationError(
                "no cluster runs in \(directory): no coordinator answers at \(addresses)"
            )
        }
        throw refusal(last)
    }

    private func send(
        _ method: String,
        _ path: String,
        _ body: [UInt8],
        to coordinator: ClusterPlan.Endpoint
    ) -> HTTPResponse? {
        let connected = waiter.result(timeoutMilliseconds: Self.timeoutMilliseconds) { done in
            HTTPClient.connect(
                loop: waiter.loop,
                host: coordinator.host,
                port: coordinator.port,
                tls: trust,
                timeoutMilliseconds: Self.timeoutMilliseconds,
                completion: done
            )
        }
        guard case .success(let client)? = connected else { return nil }
        defer { client.close() }
        let answer = waiter.result(timeoutMilliseconds: Self.timeoutMilliseconds) { done in
            client.request(
                method: method,
                path: path,
                body: body,
                timeoutMilliseconds: Self.timeoutMilliseconds,
                completion: done
            )
        }
        guard case .success(let response)? = answer else { return nil }
        return response
    }

    private func refusal(_ response: HTTPResponse) -> OperationError {
        do throws(OperationError) {
            let reply = try decode(ControlReply.self, response)
            return OperationError("\(reply.msg) (\(reply.code))")
        } catch {
            return OperationError("the coordinator answered with status \(response.status)")
        }
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type,
        _ response: HTTPResponse
    ) throws(OperationError) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(response.body))
        } catch {
            throw OperationError("cannot read the coordinator's answer: \(error)")
        }
    }
}

/// The body of an order.
struct OrderBody: Equatable {
    var to: String?
    var shard: Int?
    var phase: String?
    var dryRun: Bool

    /// As it is sent; what is not given is left out.
    var json: String {
        var parts: [String] = []
        if let to { parts.append(#""to":"\#(to)""#) }
        if let shard { parts.append(#""shard":\#(shard)"#) }
        if let phase { parts.append(#""phase":"\#(phase)""#) }
        if dryRun { parts.append(#""dryRun":true"#) }
        return "{\(parts.joined(separator: ","))}"
    }
}
