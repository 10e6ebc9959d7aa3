import API
import HTTP

extension APIRequest {
    /// Reads what the gateway needs out of an HTTP request.
    init(_ request: HTTPRequest, from client: String) {
        self.init(
            method: request.method,
            path: request.path,
            query: request.query,
            body: request.body,
            apiKey: request.header("x-mbx-apikey").map { Array($0.utf8) },
            timeUnitMicroseconds: request.header("x-mbx-time-unit")?.uppercased() == "MICROSECOND",
            clientAddress: client
        )
    }
}
