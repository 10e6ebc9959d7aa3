// swift-tools-version: 6.2
import PackageDescription

// The order of the targets is the order of DESIGN: pure modules first, then effects, then the tool.
// An arrow in the dependency list is the only permission to import; LayeringTests holds us to it.

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .unsafeFlags(["-cross-module-optimization"], .when(configuration: .release)),
]

func module(_ name: String, _ dependencies: [String] = []) -> Target {
    .target(
        name: name,
        dependencies: dependencies.map { .init(stringLiteral: $0) },
        swiftSettings: settings
    )
}

func tests(_ name: String, _ dependencies: [String] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: dependencies.map { .init(stringLiteral: $0) },
        exclude: exclude,
        swiftSettings: settings
    )
}

let package = Package(
    name: "castle",
    products: [.executable(name: "castle", targets: ["castle"])],
    targets: [
        // Pure: no I/O, clock, randomness, C or Foundation.
        module("Trading"),
        module("Wire", ["Trading"]),
        module("Accounts", ["Trading", "Wire"]),
        module("Matching", ["Trading", "Wire", "Accounts"]),
        module("MarketData", ["Trading", "Wire"]),
        module("Membership", ["Trading", "Wire"]),
        module("Replication", ["Trading", "Wire"]),
        module("Shard", ["Trading", "Accounts", "Matching", "MarketData", "Wire", "Replication"]),
        module("Routing", ["Trading", "MarketData", "Wire", "Membership"]),
        module("Coordination", ["Trading", "Wire", "Membership", "Replication"]),
        module(
            "Audit",
            [
                "Trading", "Accounts", "Matching", "Wire", "Membership", "Replication", "Shard",
                "Coordination",
            ]
        ),
        module(
            "Simulation",
            [
                "Trading", "Accounts", "Matching", "MarketData", "Wire", "Membership",
                "Replication", "Shard", "Routing", "Coordination",
            ]
        ),

        // C libraries, each imported by exactly one Swift file.
        .systemLibrary(name: "CUV", providers: [.apt(["libuv1-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(
            name: "CNghttp2",
            providers: [.apt(["libnghttp2-dev"])]
        ),
        .systemLibrary(name: "CWslay", providers: [.apt(["libwslay-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),

        // Effects.
        module("EventLoop", ["CUV"]),
        module("TLS", ["EventLoop", "COpenSSL"]),
        module("HTTP", ["EventLoop", "TLS", "CNghttp2", "CWslay"]),
        module("Redis", ["Trading", "Wire", "Replication", "EventLoop", "CHiredis"]),
        module("Observability", ["EventLoop"]),
        module("Configuration", ["Trading", "Membership"]),
        module("API", ["Trading", "MarketData"]),
        module(
            "Node",
            [
                "Trading", "MarketData", "Wire", "Membership", "Replication", "Shard", "Routing",
                "Coordination", "EventLoop", "TLS", "HTTP", "Redis", "Observability",
                "Configuration", "API",
            ]
        ),
        module("Supervision", ["Configuration", "EventLoop", "TLS", "HTTP"]),
        // `castle bench matching` drives Matching and Shard without a cluster, sends what Wire
        // defines, and asks Accounts whether money was conserved; `castle bench catch-up` runs
        // replicas on a log in Redis.
        module(
            "Workload",
            [
                "Trading", "Accounts", "Matching", "Replication", "Shard", "Wire", "Configuration",
                "EventLoop", "TLS", "HTTP", "Redis", "Observability",
            ]
        ),
        module(
            "Inspection",
            [
                "Trading", "Wire", "Membership", "Replication", "Coordination", "Audit",
                "Configuration", "EventLoop", "TLS", "HTTP", "Redis", "Workload",
            ]
        ),
        module(
            "Drills",
            [
                "Trading", "Wire", "Coordination", "Configuration", "EventLoop", "HTTP", "Redis",
                "Workload",
            ]
        ),
        module("Operations", ["Configuration", "EventLoop", "TLS", "HTTP", "Workload"]),
        .executableTarget(
            name: "castle",
            dependencies: [
                "Wire", "Configuration", "Node", "Simulation", "Supervision", "Workload",
                "Inspection", "Drills", "Operations",
            ],
            swiftSettings: settings
        ),

        tests("Trading", ["Trading"]),
        tests("Accounts", ["Accounts", "Wire", "Trading"]),
        tests("Matching", ["Matching", "Accounts", "Trading", "Wire"]),
        tests("MarketData", ["MarketData", "Wire", "Trading"]),
        tests("Wire", ["Wire", "Trading"]),
        tests("Membership", ["Membership", "Trading", "Wire"]),
        tests("Replication", ["Replication", "Simulation", "Wire", "Trading"]),
        tests("Shard", ["Shard", "Replication", "Matching", "Accounts", "Wire", "Trading"]),
        tests("Routing", ["Routing", "MarketData", "Membership", "Wire", "Trading"]),
        tests("Coordination", ["Coordination", "Membership", "Replication", "Wire", "Trading"]),
        tests(
            "Audit",
            [
                "Audit", "Matching", "Coordination", "Membership", "Replication", "Shard", "Wire",
                "Trading",
            ],
            exclude: ["Golden"]
        ),
        tests("Simulation", ["Simulation"]),
        tests("EventLoop", ["EventLoop"]),
        tests("TLS", ["TLS"]),
        tests("HTTP", ["HTTP", "TLS", "EventLoop"]),
        tests("Redis", ["Redis", "Replication", "Wire", "Trading", "EventLoop"]),
        tests("Observability", ["Observability", "EventLoop"]),
        tests("API", ["API", "MarketData", "Trading"]),
        tests("Configuration", ["Configuration", "Membership", "Trading"]),
        tests(
            "Node",
            [
                "Node", "API", "Configuration", "Coordination", "Membership", "EventLoop", "TLS",
                "HTTP", "Wire",
                "Trading",
            ]
        ),
        tests("Supervision", ["Supervision", "Configuration", "EventLoop"]),
        tests("Workload", ["Workload", "Trading", "Configuration", "TLS"]),
        tests(
            "Inspection",
            [
                "Inspection", "Workload", "Redis", "EventLoop", "Replication", "Shard", "Wire",
                "Trading",
            ]
        ),
        tests("Drills", ["Drills", "Workload", "Configuration"]),
        tests("Operations", ["Operations", "Configuration"]),
        tests(
            "Fuzzing",
            ["API", "MarketData", "Matching", "Accounts", "Wire", "Trading"],
            exclude: ["Corpus"]
        ),
        tests("Layering"),
    ]
)
