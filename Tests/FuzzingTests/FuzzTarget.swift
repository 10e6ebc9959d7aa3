import Glibc

/// What libFuzzer is let loose on.
enum FuzzTarget: String, CaseIterable {
    /// Bytes as a peer sends them: the codecs, and the engine behind them.
    case command
    /// Bytes as choices of plausible commands: the engine.
    case engine
    /// Bytes as clients send them: the readers of the public API, and the gateway.
    case api

    func run(_ bytes: [UInt8]) {
        switch self {
        case .command: CommandFuzzer.run(bytes)
        case .engine: EngineFuzzer.run(bytes)
        case .api: APIFuzzer.run(bytes)
        }
    }

    /// The one named by CASTLE_FUZZ_TARGET, which `Ops/fuzz` sets.
    static let chosen: FuzzTarget = {
        guard let name = getenv("CASTLE_FUZZ_TARGET") else { return .command }
        return FuzzTarget(rawValue: String(cString: name)) ?? .command
    }()
}

/// libFuzzer calls this with every input it makes; a trap is a find.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    FuzzTarget.chosen.run(Array(UnsafeBufferPointer(start: data, count: size)))
    return 0
}
