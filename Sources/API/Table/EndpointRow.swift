/// One endpoint of the REST API: the row that routing, weights and the OpenAPI document share.
struct EndpointRow: Sendable {
    /// A method that an endpoint may take.
    enum Method: CaseIterable, Sendable {
        case get
        case post
        case put
        case delete

        /// The method of a request; `nil` for one that no endpoint takes.
        init?(_ name: String) {
            switch name {
            case "GET": self = .get
            case "POST": self = .post
            case "PUT": self = .put
            case "DELETE": self = .delete
            default: return nil
            }
        }

        /// In upper case, as it is sent.
        var name: StaticString {
            switch self {
            case .get: "GET"
            case .post: "POST"
            case .put: "PUT"
            case .delete: "DELETE"
            }
        }

        /// In lower case, as OpenAPI has it.
        var key: StaticString {
            switch self {
            case .get: "get"
            case .post: "post"
            case .put: "put"
            case .delete: "delete"
            }
        }
    }

    let method: Method
    /// The whole path.
    let path: String
    let endpoint: Endpoint
    let weight: WeightRule
    /// What it does, in one sentence.
    let summary: StaticString
    let parameters: [ParameterSpec]
    /// What a success answers.
    let answer: AnswerSchema
    /// Codes beyond those that any request may get.
    var errors: [Int] = []
}

/// What a request weighs.
enum WeightRule: Sendable {
    case fixed(Int)
    /// By the limit of depth.
    case depth
    /// By the number of symbols: one, up to 20, up to 100, more or all.
    case ticker24Hours
    /// So much for each symbol, up to a most.
    case perSymbol(Int, most: Int)
    /// By whether a parameter was sent.
    case byParameter(StaticString, with: Int, without: Int)

    /// The rule in words.
    var text: String {
        switch self {
        case .fixed(let weight): "\(weight)"
        case .depth: "5, 25, 50 or 250 for a limit up to 100, 500, 1000 or 5000"
        case .ticker24Hours: "2 for 1 to 20 symbols, 40 up to 100, 80 for more or all"
        case .perSymbol(let weight, let most): "\(weight) for each symbol, at most \(most)"
        case .byParameter(let name, let with, let without):
            "\(with) with \(name), \(without) without"
        }
    }
}

/// A parameter of an endpoint.
struct ParameterSpec: Sendable {
    /// What its value must be.
    enum Kind: Sendable {
        /// Text of a pattern.
        case text(String)
        case integer(ClosedRange<Int64>)
        /// A decimal, as text.
        case decimal
        /// One of some words.
        case word([StaticString])
        case flag
        /// Milliseconds or microseconds since 1970.
        case time
    }

    let name: StaticString
    let kind: Kind
    var isRequired = false
    /// What is taken where it was not sent.
    var standard: String?
    /// What it means, or when it must be there.
    var note: StaticString = ""
}

/// The form of a value in an answer.
indirect enum AnswerSchema: Sendable {
    /// A decimal, as text of fixed notation.
    case decimal
    case integer
    case flag
    case text
    case null
    /// A component by its name.
    case component(StaticString)
    case list(AnswerSchema)
    /// A list of a fixed number of values that differ.
    case tuple([AnswerSchema])
    case either([AnswerSchema])
    /// An object without members.
    case empty
}
