import Configuration

/// What `castle load` was asked for.
struct LoadOptions: Equatable, Sendable {
    static let flags = [
        Arguments.Flag("--dir", "DIR", help: "the cluster's directory (var/local)"),
        Arguments.Flag(
            "--url",
            "URL",
            help: "where to connect instead; keys still come from the directory"
        ),
        Arguments.Flag(
            "--through",
            "WHAT",
            help: "router (HTTP/2, all of them in turn) or edge (router)"
        ),
        Arguments.Flag("--rate", "N", help: "orders a second; 0: as fast as answers return (1000)"),
        Arguments.Flag("--duration", "S", help: "seconds (10)"),
        Arguments.Flag("--connections", "N", help: "connections (16)"),
        Arguments.Flag("--streams", "N", help: "most requests in flight on a connection (32)"),
        Arguments.Flag(
            "--flow",
            "FLOW",
            help: "synthetic, recording, or a recording's file (synthetic)"
        ),
        Arguments.Flag(
            "--speed",
            "N",
            help: "replay a recording at its own times, N times as fast"
        ),
        Arguments.Flag("--seed", "N", help: "chooses the synthetic flow (1)"),
        Arguments.Flag("--json", "FILE", help: "write the report there too"),
    ]

    enum Route: String, Sendable {
        case router, edge
    }

    enum Flow: Equatable, Sendable {
        case synthetic
        case recording(path: String)
    }

    var directory: String
    var url: String?
    var route = Route.router
    var rate: Int
    var durationSeconds: Int
    var connections: Int
    var streams: Int
    var flow = Flow.synthetic
    var speed: Int?
    var seed: Int
    var reportPath: String?

    init(_ words: [String]) throws(ArgumentError) {
        try self.init(Arguments(words, flags: Self.flags))
    }

    init(
        _ arguments: Arguments,
        rateDefault: Int = 1000,
        durationDefault: Int = 10
    ) throws(ArgumentError) {
        directory = FileStore.absolute(arguments.text("--dir") ?? "var/local")
        url = arguments.text("--url")
        rate = try arguments.integer("--rate", in: 0...1_000_000, default: rateDefault)
        durationSeconds = try arguments.integer(
            "--duration",
            in: 1...86_400,
            default: durationDefault
        )
        connections = try arguments.integer("--connections", in: 1...1000, default: 16)
        streams = try arguments.integer("--streams", in: 1...1000, default: 32)
        seed = try arguments.integer("--seed", in: 0...Int.max, default: 1)
        reportPath = arguments.text("--json")
        if let text = arguments.text("--through") {
            guard let route = Route(rawValue: text) else {
                throw .badValue(flag: "--through", value: text, expected: "router or edge")
            }
            self.route = route
        }
        switch arguments.text("--flow") {
        case nil, "synthetic": break
        case "recording": flow = .recording(path: RecordingFile.standardPath)
        case let path?: flow = .recording(path: path)
        }
        guard arguments.has("--speed") else { return }
        speed = try arguments.integer("--speed", in: 1...1000, default: 1)
        guard flow != .synthetic, !arguments.has("--rate") else {
            let expected = "used with a recording and without --rate"
            throw .badValue(flag: "--speed", value: "\(speed ?? 1)", expected: expected)
        }
    }

    var pace: LoadSchedule.Pace {
        if let speed { return .recorded(speed: speed) }
        return rate > 0 ? .rate(rate) : .unpaced
    }

    var paceText: String {
        switch pace {
        case .rate(let rate): "\(rate) orders/s"
        case .recorded(let speed): "recorded times × \(speed)"
        case .unpaced: "as fast as answers return"
        }
    }
}
