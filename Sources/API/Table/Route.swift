/// The rows of one path by method.
struct Route: Sendable {
    private var rows: [EndpointRow] = []

    /// The methods, as the `allow` header lists them.
    var allowed: String {
        EndpointRow.Method.allCases.filter { method in rows.contains { $0.method == method } }
            .map { "\($0.name)" }.joined(separator: ", ")
    }

    /// Finds the row of a request.
    ///
    /// - Parameter request: Only its method and path matter.
    /// - Returns: What it asks for.
    /// - Throws: 404 for an unknown path, 405 for a method the path does not take.
    static func row(of request: APIRequest) throws(APIError) -> EndpointRow {
        guard let route = table[request.path] else { throw .unknownPath }
        guard let method = EndpointRow.Method(request.method),
            let row = route.rows.first(where: { $0.method == method })
        else { throw .unsupportedMethod(allowed: route.allowed) }
        return row
    }

    /// The methods of a path; `nil` for an unknown one.
    static func allowed(_ path: [UInt8]) -> String? { table[path]?.allowed }

    /// Two prefixes lead to the same endpoints: ccxt asks `/api/v1` for some.
    private static let table: [[UInt8]: Route] = {
        var table: [[UInt8]: Route] = [:]
        for row in EndpointTable.rows {
            let path = row.path
            table[Array(path.utf8), default: Route()].rows.append(row)
            guard path.hasPrefix("/api/v3/") else { continue }
            let alias = "/api/v1/" + path.dropFirst("/api/v3/".count)
            table[Array(alias.utf8), default: Route()].rows.append(row)
        }
        return table
    }()
}
