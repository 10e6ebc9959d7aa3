import Foundation
import Testing
import Trading

@testable import API

@Suite struct OpenAPIDocumentTests {
    private let document: [String: Any]

    init() throws {
        let response = Fixtures.gateway.interpret(
            Fixtures.get("/api/v3/openapi.json"),
            now: Fixtures.now
        ).response
        let body = try #require(response?.body)
        let object = try JSONSerialization.jsonObject(with: Data(body))
        document = try #require(object as? [String: Any])
    }

    private var paths: [String: [String: [String: Any]]] {
        document["paths"] as? [String: [String: [String: Any]]] ?? [:]
    }

    @Test func everyRouteIsInTheDocument() {
        #expect(document["openapi"] as? String == "3.1.0")
        for row in EndpointTable.rows {
            let operation = paths[row.path]?["\(row.method.key)"]
            #expect(operation != nil, "\(row.method) \(row.path)")
            let parameters = operation?["parameters"] as? [[String: Any]]
            let names = parameters?.compactMap { $0["name"] as? String }
            #expect(names == row.parameters.map { "\($0.name)" })
            #expect(Set(names ?? []).count == names?.count, "\(row.path) names one twice")
        }
    }

    @Test func everyOperationOfTheDocumentIsRouted() throws {
        for (path, operations) in paths {
            for (method, operation) in operations {
                let request = APIRequest(method: method.uppercased(), path: Array(path.utf8))
                let row = try Route.row(of: request)
                #expect(row.path == path)
                #expect("\(row.method.key)" == method)
                #expect(operation["operationId"] as? String == "\(method) \(path)")
                let isSigned = if case .signed = row.endpoint { true } else { false }
                #expect((operation["security"] != nil) == isSigned)
            }
        }
    }

    @Test func everySchemaNamedIsThere() {
        let components = document["components"] as? [String: Any]
        let schemas = components?["schemas"] as? [String: Any] ?? [:]
        #expect(schemas.count == AnswerComponent.all.count)
        for name in names(in: document) { #expect(schemas[name] != nil, "\(name)") }
        let used = Set(names(in: document))
        for name in schemas.keys { #expect(used.contains(name), "\(name) is not used") }
    }

    /// The components that anything refers to.
    private func names(in value: Any) -> [String] {
        if let list = value as? [Any] { return list.flatMap { names(in: $0) } }
        guard let object = value as? [String: Any] else { return [] }
        var found = object.values.flatMap { names(in: $0) }
        if let reference = object["$ref"] as? String {
            found.append(String(reference.dropFirst("#/components/schemas/".count)))
        }
        return found
    }

    @Test func everyEndpointRefusesWithCodesItNames() throws {
        for row in EndpointTable.rows {
            let request = Fixtures.signed("\(row.method.name)", row.path, "symbol=&limit=x")
            guard let response = Fixtures.gateway.interpret(request, now: Fixtures.now).response,
                response.status >= 400
            else { continue }
            let object = try JSONSerialization.jsonObject(with: Data(response.body))
            let code = try #require((object as? [String: Any])?["code"] as? Int)
            #expect(row.allErrors.contains(code), "\(row.path) \(code)")
        }
    }

    // MARK: Answers as they are described

    private func check(
        _ response: APIResponse?,
        _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let body = try #require(response?.body, sourceLocation: sourceLocation)
        var value = try JSONSerialization.jsonObject(with: Data(body))
        if let list = value as? [Any] { value = list.first ?? [:] }
        let object = try #require(value as? [String: Any], sourceLocation: sourceLocation)
        let component = AnswerComponent.all.first { "\($0.name)" == name }
        let members = try #require(component?.members, sourceLocation: sourceLocation)
        let known = Set(members.map { "\($0.name)" })
        let required = Set(members.filter(\.isRequired).map { "\($0.name)" })
        #expect(Set(object.keys).isSubset(of: known), sourceLocation: sourceLocation)
        #expect(required.isSubset(of: object.keys), sourceLocation: sourceLocation)
    }

    private func answer(_ path: String, _ parameters: String = "") -> APIResponse? {
        let request = Fixtures.signed("GET", path, parameters)
        return Fixtures.gateway.interpret(request, now: Fixtures.now).response
    }

    private func render(_ kind: RenderPlan.Kind, _ reply: Reply) -> APIResponse {
        let plan = RenderPlan(kind: kind, unit: .milliseconds, now: Fixtures.now)
        return Fixtures.gateway.render(plan, reply)
    }

    @Test func answersOfTheRouterAreAsDescribed() throws {
        try check(answer("/api/v3/time"), "Time")
        try check(answer("/api/v3/exchangeInfo"), "ExchangeInformation")
        try check(answer("/api/v3/account/commission", "symbol=BTCUSDT"), "Commission")
        try check(answer("/sapi/v1/system/status"), "SystemStatus")
        try check(answer("/sapi/v1/asset/tradeFee"), "TradeFee")
        try check(answer("/sapi/v1/account/status"), "AccountStatus")
        try check(answer("/sapi/v1/account/apiRestrictions"), "KeyRestrictions")
        try check(answer("/api/v3/nowhere"), "Error")
    }

    @Test func answersOfShardsAreAsDescribed() throws {
        let order = Order.blank
        try check(render(.placement(.ack), .placed(order, fills: [])), "Placement")
        try check(render(.placement(.full), .placed(order, fills: [])), "Placement")
        try check(render(.order, .orders([order])), "Order")
        let cancel = RenderPlan.Kind.cancellation(.none, of: .id(OrderID(0)))
        try check(render(cancel, .canceled([order])), "Cancellation")
        try check(render(.test(commission: InstrumentID(0)), .done), "TestCommission")
        let account = RenderPlan.Kind.account(AccountID(1), canTrade: true, omitsZeros: false)
        try check(render(account, .balances([])), "Account")
        try check(render(.coins, .balances([])), "Coin")
        let list = OrderList(
            id: OrderListID(1),
            instrument: InstrumentID(0),
            account: AccountID(1),
            clientOrderID: .none,
            contingency: .oneTriggersOther,
            status: .executing,
            orders: [],
            createdAt: .zero
        )
        let placed = Reply.placedList(list, orders: [order], fills: [])
        try check(render(.listPlacement(.result), placed), "ListPlacement")
        let canceled = Reply.canceledList(list, orders: [order])
        try check(render(.listCancellation(.none), canceled), "ListCancellation")
        try check(render(.orderList, .orderLists([list], orders: [order])), "OrderList")
    }
}
