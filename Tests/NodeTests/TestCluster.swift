import Configuration
import EventLoop
import Foundation
import TLS
import Testing

/// Where things are in the repository.
enum Repository {
    static let root = FileStore.absolute("../../..", in: #filePath)
    static let binary = "\(root)/.build/release/castle"
    static var isBuilt: Bool { FileManager.default.isExecutableFile(atPath: binary) }
}

/// A program that has ended.
struct Run {
    var code: Int32
    var output: String
    var errors: String
    var lines: [Substring] { errors.split(separator: "\n") }

    /// Runs a program to its end; one that takes too long is killed by `timeout`.
    init(
        _ program: String,
        _ words: [String],
        seconds: Int = 60,
        environment: [String: String] = [:]
    ) throws {
        let scratch = "/tmp/castle-run-\(UUID().uuidString)"
        defer {
            for part in ["out", "err"] { FileStore.remove("\(scratch).\(part)") }
        }
        var ended: Int32?
        let loop = EventLoop()
        defer { loop.close() }
        let options = ProcessOptions(
            path: "timeout",
            arguments: ["--kill-after=5", "\(seconds)", program] + words,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            workingDirectory: Repository.root,
            // Files, not pipes: what a detached supervisor inherits would keep a pipe open.
            standardOutputPath: "\(scratch).out",
            standardErrorPath: "\(scratch).err"
        )
        _ = try loop.spawn(options) { status, _ in
            ended = status
            loop.stop()
        }
        loop.run()
        code = ended ?? -1
        output = String(decoding: try FileStore.read("\(scratch).out"), as: UTF8.self)
        errors = String(decoding: try FileStore.read("\(scratch).err"), as: UTF8.self)
    }
}

/// A cluster of a test's own; `stop()` leaves neither process nor file.
final class TestCluster {
    struct Failure: Error, CustomStringConvertible { var description: String }

    let directory = "/tmp/castle-node-\(UUID().uuidString)"
    private(set) var portBase = 0
    private let topology: String

    init(topology: String = "local") throws {
        self.topology = "\(Repository.root)/Cluster/topologies/\(topology).json"
        var said = ""
        for base in stride(from: 32_000, to: 36_000, by: 100) {
            portBase = base
            let run = try up()
            if run.code == 0 { return }
            said = run.errors
            guard said.contains("in use") else { break }
        }
        stop()
        throw Failure(description: "the cluster does not start: \(said)")
    }

    func up() throws -> Run {
        try Run(
            Repository.binary,
            [
                "up", "--detach", "--dir", directory, "--port-base", "\(portBase)",
                "--topology", topology,
            ],
            environment: ["CASTLE_CLUSTER": directory]
        )
    }

    func down() throws -> Run { try Run(Repository.binary, ["down", "--dir", directory]) }

    func stop() {
        do { _ = try down() } catch { Issue.record(error) }
        do { try FileManager.default.removeItem(atPath: directory) } catch { Issue.record(error) }
    }

    func file() throws -> ClusterFile { try ClusterFile.load("\(directory)/cluster.json") }

    /// Gets a URL with HTTP/2 where the process speaks nothing else.
    func get(_ url: String) throws -> [UInt8] { try curl([url]) }

    /// Posts JSON; returns the body of the answer.
    func post(_ url: String, _ body: String) throws -> String {
        String(decoding: try curl(["-X", "POST", "-d", body, url]), as: UTF8.self)
    }

    /// The first account's request, signed, through the edge.
    func signed(_ method: String, _ path: String, _ query: String = "") throws -> [UInt8] {
        try curl(signature(method, path, query))
    }

    /// Several requests at once; each answer is its status, a space and the body.
    func signedTogether(
        _ requests: [(method: String, path: String, query: String)]
    ) throws -> [String] {
        var words: [String] = []
        for (index, request) in requests.enumerated() {
            if index > 0 { words.append("--next") }
            let scratch = "\(directory)/answer-\(index)"
            words += ["-s", "-o", scratch, "-w", "%{http_code} %{filename_effective}\\n"]
            words += try signature(request.method, request.path, request.query)
        }
        let limit = "\(requests.count)"
        let run = try Run(
            "curl",
            ["--parallel", "--parallel-immediate", "--parallel-max", limit] + words
        )
        return try run.output.split(separator: "\n").map { line in
            let parts = line.split(separator: " ")
            let body = try FileStore.read(String(parts[1]))
            return "\(parts[0]) " + String(decoding: body, as: UTF8.self)
        }
    }

    private func signature(_ method: String, _ path: String, _ query: String) throws -> [String] {
        let file = try file()
        let account = file.accounts[0]
        let now = Int(Date().timeIntervalSince1970 * 1000)
        let text = (query.isEmpty ? "" : query + "&") + "timestamp=\(now)&recvWindow=60000"
        let code = hexadecimal(
            HMACSHA256(key: Array(account.secret.utf8)).authenticate(Array(text.utf8))
        )
        let url = "\(file.rest)\(path)?\(text)&signature=\(code)"
        return ["-X", method, "-H", "X-MBX-APIKEY: \(account.apiKey)", url]
    }

    private func curl(_ words: [String]) throws -> [UInt8] {
        let edge = try file().rest
        let isEdge = words.last?.hasPrefix(edge) ?? false
        let authority = try ClusterPlan.load("\(directory)/plan.json").tls?.authority
        let trust = authority.map { ["--cacert", $0, "--http2"] }
        let how = isEdge ? [] : trust ?? ["--http2-prior-knowledge"]
        let run = try Run("curl", ["-sS", "--max-time", "10"] + how + words)
        guard run.code == 0 else { throw Failure(description: run.errors) }
        return Array(run.output.utf8)
    }

    /// Waits for a condition; a deadline, not a pause, ends a wait in vain.
    func wait(seconds: Double = 20, until condition: () throws -> Bool) throws {
        let deadline = Date().addingTimeInterval(seconds)
        while try !condition() {
            guard Date() < deadline else { throw Failure(description: "the deadline passed") }
            usleep(20_000)
        }
    }

    /// Ids of processes that belong to the cluster.
    static func processes(of directory: String) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
            .filter { pid in
                // A process that has ended meanwhile belongs to nobody.
                let file = FileHandle(forReadingAtPath: "/proc/\(pid)/cmdline")
                guard let line = try? file?.readToEnd() else { return false }
                let words = String(decoding: line, as: UTF8.self)
                if words.contains(directory) { return true }
                guard
                    let path = try? FileManager.default
                        .destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
                else { return false }
                return path.hasPrefix(directory)
            }
    }
}
