import HTTP

/// A refusal of the exchange.
public struct Refusal: Hashable, Sendable, CustomStringConvertible {
    /// HTTP status.
    public var status: Int
    /// The `code` member; 0 when there is none.
    public var code: Int
    /// The `msg` member.
    public var message: String

    /// States every field.
    public init(status: Int, code: Int, message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// Reads an answer other than 200.
    ///
    /// - Parameters:
    ///   - status: HTTP status.
    ///   - body: JSON, or what a proxy says.
    init(status: Int, body: [UInt8]) {
        let text = AnswerScanner.text(of: "msg", in: body) ?? body.prefix(80)
        let code = AnswerScanner.integer(of: "code", in: body) ?? 0
        self.init(
            status: status,
            code: Int(truncatingIfNeeded: code),
            message: String(decoding: text, as: UTF8.self)
        )
    }

    /// One line for a report.
    public var description: String { "\(code) \(message) (HTTP \(status))" }
}

/// An acknowledged order, or cancel of one, as far as its answer tells.
public struct Acknowledgement: Equatable, Sendable {
    /// The exchange's number of the order.
    public var orderID: Int64
    /// The `status` word; empty when the answer has none.
    public var status: String
    /// Filled so far, in units of 10⁻⁸.
    public var executedUnits: Int64

    /// States every field.
    public init(orderID: Int64, status: String, executedUnits: Int64) {
        self.orderID = orderID
        self.status = status
        self.executedUnits = executedUnits
    }
}

/// How an order request ended, as its client may conclude.
public enum RequestOutcome: Equatable, Sendable {
    /// Carried out.
    case acknowledged(Acknowledgement)
    /// Judged and not carried out.
    case refused(Refusal)
    /// Not carried out for lack of capacity or of a shard; worth another try.
    case unavailable(Refusal)
    /// It may or may not have been carried out.
    case unknown(String)

    /// Judges an answer.
    ///
    /// - Parameters:
    ///   - status: HTTP status.
    ///   - body: JSON.
    public init(status: Int, body: [UInt8]) {
        if status == 200, let id = AnswerScanner.integer(of: "orderId", in: body) {
            let word = AnswerScanner.text(of: "status", in: body) ?? []
            self = .acknowledged(
                Acknowledgement(
                    orderID: id,
                    status: String(decoding: word, as: UTF8.self),
                    executedUnits: AnswerScanner.units(of: "executedQty", in: body) ?? 0
                )
            )
            return
        }
        let refusal = Refusal(status: status, body: body)
        switch (status, refusal.code) {
        case (503, -1001), (503, -1008), (429, _): self = .unavailable(refusal)
        case (400..<500, ...(-1)) where refusal.code != -1007: self = .refused(refusal)
        default: self = .unknown(refusal.description)
        }
    }

    /// Judges the result of a request.
    ///
    /// - Parameter result: An answer, or why there is none.
    public init(_ result: Result<HTTPResponse, HTTPError>) {
        switch result {
        case .success(let response): self.init(status: response.status, body: response.body)
        case .failure(let error): self = .unknown("transport: \(error)")
        }
    }
}
