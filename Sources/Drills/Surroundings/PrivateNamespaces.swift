import Configuration
import Glibc
import Workload

/// Network and mounts of the drill's own, which go when the last process in them ends, even if it
/// is killed: nothing has a name on the machine, so nothing is left and two drills never meet.
enum PrivateNamespaces {
    /// Tells the drill that it is inside.
    private static let variable = "CASTLE_DRILL_NAMESPACES"
    /// Programs that enter them, and those that make a network of them, with their packages.
    static let entryPrograms = [("unshare", "util-linux"), ("ip", "iproute2")]
    static let networkPrograms = [("nsenter", "util-linux"), ("nft", "nftables")]

    /// Why there can be none here; `nil` when there can.
    ///
    /// - Parameter others: Programs that are needed inside.
    /// - Returns: A line for people.
    static func obstacle(others: [(String, String)] = []) -> String? {
        guard geteuid() == 0 else { return "it needs root for namespaces of its own" }
        for (name, package) in entryPrograms + others where path(of: name) == nil {
            return "\(name) is not installed; on Debian: apt-get install \(package)"
        }
        return nil
    }

    /// Whether this process is inside.
    static var isInside: Bool { getenv(variable) != nil }

    /// Becomes the same command in new namespaces; returns when that is not possible.
    ///
    /// - Parameter arguments: What follows `drill`.
    static func enter(_ arguments: [String]) {
        guard let unshare = path(of: "unshare"), let own = realpath("/proc/self/exe", nil) else {
            return
        }
        defer { free(own) }
        setenv(variable, "1", 1)
        let words = [
            unshare, "--net", "--mount", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh",
            String(cString: own), "drill",
        ]
        var list = (words + arguments).map { strdup($0) }
        list.append(nil)
        _ = execv(unshare, list)
        for word in list { free(word) }
        unsetenv(variable)
    }

    /// The full path of a program, looked for on `PATH` and where those of root are.
    private static func path(of name: String) -> String? {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin", "/sbin"]
        return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
    }
}
