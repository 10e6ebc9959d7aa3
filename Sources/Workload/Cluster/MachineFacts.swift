import Configuration
import Glibc

/// What a figure was measured on.
public struct MachineFacts: Codable, Equatable, Sendable {
    /// Model of the processor.
    public var processor: String
    /// Number of processors online.
    public var processors: Int
    /// Kernel's release.
    public var kernel: String
    /// Compiler that built this program.
    public var swift: String
    /// Whether it was built with optimisation.
    public var isRelease: Bool

    /// Looks at this machine.
    public init() {
        processor = Self.field("model name", of: "/proc/cpuinfo") ?? "unknown"
        processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        kernel = Self.line(of: "/proc/sys/kernel/osrelease") ?? "unknown"
        #if compiler(>=6.3)
            swift = "6.3 or later"
        #elseif compiler(>=6.2)
            swift = "6.2"
        #else
            swift = "before 6.2"
        #endif
        #if DEBUG
            isRelease = false
        #else
            isRelease = true
        #endif
    }

    /// One line.
    public var text: String {
        "\(processor), \(processors) processors, Linux \(kernel), Swift \(swift),"
            + " \(isRelease ? "release" : "debug") build"
    }

    private static func line(of path: String) -> String? {
        text(of: path)?.split(separator: "\n").first.map(String.init)
    }

    private static func field(_ name: String, of path: String) -> String? {
        let line = text(of: path)?.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.split(separator: ":", maxSplits: 1).last.map { $0.drop { $0 == " " } }
            .map(String.init)
    }

    private static func text(of path: String) -> String? {
        do throws(ConfigurationError) {
            return String(decoding: try FileStore.read(path), as: UTF8.self)
        } catch {
            return nil
        }
    }
}
