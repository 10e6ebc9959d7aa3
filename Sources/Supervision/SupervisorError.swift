import Configuration

/// Why a cluster cannot be started or stopped: one clear line each.
public enum SupervisorError: Error, Equatable, CustomStringConvertible {
    /// A configuration file is wrong.
    case configuration(ConfigurationError)
    /// A command line is wrong.
    case arguments(ArgumentError)
    /// A folder of the repository's `Cluster/` is not where the topology is.
    case clusterFilesMissing(lookedIn: [String])
    /// Another supervisor works in the directory.
    case directoryInUse(directory: String, pid: Int32?)
    /// A port of the cluster is taken.
    case portInUse(port: Int, usedFor: String, owner: String?)
    /// A program is not installed.
    case programMissing(name: String, package: String)
    /// A program is too old.
    case programTooOld(name: String, found: String, needed: String)
    /// A program that is run once did not succeed.
    case programFailed(name: String, log: String)
    /// A process of the cluster keeps dying before the cluster is ready.
    case processFailed(id: String, reason: String, log: String)
    /// The cluster does not answer in time.
    case notReady(seconds: Int, waitingFor: String)
    /// The start was ended by a signal.
    case interrupted
    /// Processes that cannot be ended.
    case notStopped(pids: [Int32])

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .configuration(let error): error.description
        case .arguments(let error): error.description
        case .clusterFilesMissing(let folders):
            "no redis/redis.conf and edge/nghttpx.conf in " + folders.joined(separator: " or ")
        case .directoryInUse(let directory, let pid):
            "a cluster already runs in \(directory)" + (pid.map { " (pid \($0))" } ?? "")
                + "; stop it with: castle down --dir \(directory)"
        case .portInUse(let port, let usedFor, let owner):
            "port \(port) (\(usedFor)) is in use" + (owner.map { " by \($0)" } ?? "")
                + "; stop what uses it or choose others with --port-base"
        case .programMissing(let name, let package):
            "\(name) is not installed; on Debian: apt-get install \(package)"
        case .programTooOld(let name, let found, let needed):
            "\(name) \(found) is too old; \(needed) or newer is needed"
        case .programFailed(let name, let log): "\(name) failed; see \(log)"
        case .processFailed(let id, let reason, let log):
            "\(id) does not stay up: \(reason); see \(log)"
        case .notReady(let seconds, let waitingFor):
            "the cluster did not answer in \(seconds) s; still waiting for \(waitingFor)"
        case .interrupted: "interrupted before the cluster was ready"
        case .notStopped(let pids):
            "these processes do not end: " + pids.map { "\($0)" }.joined(separator: " ")
        }
    }
}
