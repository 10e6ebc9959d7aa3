import Configuration
import EventLoop
import Glibc
import Workload

/// A network namespace for each process of a cluster, joined by a bridge in the drill's own, on
/// which packets can be dropped.
///
/// A process holds each namespace open, so that one that is started again comes back to it.
final class PrivateNetwork {
    /// Packets from one process to another that are dropped.
    struct Cut: Hashable {
        var from: String
        var to: String

        /// The other way round.
        var reversed: Cut { Cut(from: to, to: from) }
    }

    private static let startMilliseconds: UInt64 = 10_000
    private static let rules = """
        table bridge drill {
            set cut { type ipv4_addr . ipv4_addr; }
            chain forward {
                type filter hook forward priority 0;
                ip saddr . ip daddr @cut drop;
            }
        }
        """

    private let waiter: LoopWaiter
    private let shell: ShellScript
    private var holders: [String: ChildProcess] = [:]
    private var addresses: [String: String] = [:]
    private var timer: LoopTimer?
    /// Whether all packets get through.
    private(set) var isWhole = true
    /// Why packets could not be dropped or let through; empty when all went well.
    private(set) var failure = ""

    /// Makes a namespace for each of these names.
    init(_ names: [String], waiter: LoopWaiter) throws(LoadError) {
        self.waiter = waiter
        shell = ShellScript(waiter: waiter)
        do throws(LoadError) {
            try shell.run("ip link add hub type bridge && ip link set hub up")
            try shell.run("ip addr add \(Self.address(1))/16 dev hub && nft '\(Self.rules)'")
            for (index, name) in names.enumerated() {
                addresses[name] = Self.address(index + 2)
                try join(name, index)
            }
        } catch {
            end()
            throw error
        }
    }

    /// Where each process is to be started.
    var places: PlacesFile {
        var file = PlacesFile()
        for (name, holder) in holders {
            file.places[name] = PlacesFile.Place(
                host: addresses[name],
                launcher: ["nsenter", "--net=\(Self.namespace(of: holder.pid))"]
            )
        }
        return file
    }

    /// Drops packets until told otherwise by time.
    ///
    /// - Parameters:
    ///   - cuts: Which.
    ///   - phases: How long they are dropped, then let through, then dropped again and so on, in
    ///     milliseconds; an odd number of them.
    /// - Throws: `LoadError` when the packets of the first phase cannot be dropped.
    func cut(_ cuts: [Cut], phases: [UInt64]) throws(LoadError) {
        try shell.run(script("add", cuts))
        isWhole = false
        wait(cuts, phases[...])
    }

    private func wait(_ cuts: [Cut], _ phases: ArraySlice<UInt64>) {
        guard let phase = phases.first else { return }
        timer = waiter.loop.schedule(afterMilliseconds: phase) { [weak self] in
            self?.change(cuts, phases.dropFirst())
        }
    }

    private func change(_ cuts: [Cut], _ rest: ArraySlice<UInt64>) {
        let heals = rest.count.isMultiple(of: 2)
        do throws(LoadError) {
            try shell.start(script(heals ? "delete" : "add", cuts)) { [weak self] in
                guard let self else { return }
                if let problem = $0 { failure = problem }
                isWhole = rest.isEmpty
                wait(cuts, rest)
            }
        } catch {
            failure = "\(error)"
            isWhole = true
        }
    }

    private func script(_ verb: String, _ cuts: [Cut]) -> String {
        let elements = cuts.compactMap { cut -> String? in
            guard let from = addresses[cut.from], let to = addresses[cut.to] else { return nil }
            return "\(from) . \(to)"
        }
        return "nft '\(verb) element bridge drill cut { \(elements.joined(separator: ", ")) }'"
    }

    /// Gives the namespaces up; what still runs in one keeps it until it ends.
    func end() {
        timer?.cancel()
        for holder in holders.values { holder.kill(SIGKILL) }
        holders = [:]
    }

    private func join(_ name: String, _ index: Int) throws(LoadError) {
        let pid = try hold(name)
        let inside = "nsenter --net=\(Self.namespace(of: pid)) ip"
        try shell.run(
            "ip link add m\(index) type veth peer name eth0 netns \(pid)"
                + " && ip link set m\(index) master hub up"
                + " && \(inside) addr add \(Self.address(index + 2))/16 dev eth0"
                + " && \(inside) link set eth0 up && \(inside) link set lo up"
        )
    }

    /// Starts what holds a namespace open, and ends with us.
    private func hold(_ name: String) throws(LoadError) -> Int32 {
        let options = ProcessOptions(
            path: "setpriv",
            arguments: [
                "--pdeathsig", "KILL", "setsid", "unshare", "--net", "sleep", "infinity",
            ]
        )
        let holder: ChildProcess
        do throws(NetworkError) {
            holder = try waiter.loop.spawn(options) { _, _ in }
        } catch {
            throw LoadError("\(error)")
        }
        holders[name] = holder
        let own = Self.link("/proc/self/ns/net")
        let isApart = waiter.wait(timeoutMilliseconds: Self.startMilliseconds) {
            let link = Self.link(Self.namespace(of: holder.pid))
            return link != nil && link != own
        }
        guard isApart else { throw LoadError("no network namespace for \(name)") }
        return holder.pid
    }

    /// Number 1 is the drill itself.
    private static func address(_ number: Int) -> String {
        "10.88.\(number / 250).\(number % 250 + 1)"
    }

    private static func namespace(of pid: Int32) -> String { "/proc/\(pid)/ns/net" }

    private static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 128)
        let count = readlink(path, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
