import Configuration
import EventLoop

/// The certificates of a cluster on this machine: its own authority and one server certificate.
enum Certificates {
    private static let days = "3650"

    /// Makes what is missing; what is there is kept, so that clients go on trusting it.
    static func prepare(
        _ files: ClusterPlan.TLSFiles,
        in directory: ClusterDirectory
    ) throws(SupervisorError) {
        let paths = [files.certificate, files.key, files.authority]
        guard !paths.allSatisfy(FileStore.exists) else { return }
        do throws(ConfigurationError) {
            try FileStore.createDirectory(directory.tls)
        } catch {
            throw .configuration(error)
        }
        let authorityKey = "\(directory.tls)/ca.key"
        let subject = ["-subj", "/CN=Castle local authority"]
        try run(
            request(key: authorityKey, certificate: files.authority) + subject
                + ["-addext", "basicConstraints=critical,CA:TRUE"],
            directory
        )
        try run(
            request(key: files.key, certificate: files.certificate)
                + ["-subj", "/CN=localhost", "-CA", files.authority, "-CAkey", authorityKey]
                + ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
                + ["-addext", "basicConstraints=critical,CA:FALSE"],
            directory
        )
        // Nothing else is ever signed with it.
        FileStore.remove(authorityKey)
    }

    private static func request(key: String, certificate: String) -> [String] {
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-sha256", "-days", days, "-keyout", key, "-out", certificate,
        ]
    }

    private static func run(
        _ words: [String],
        _ directory: ClusterDirectory
    ) throws(SupervisorError) {
        let log = directory.log(of: "openssl")
        do throws(NetworkError) {
            guard try ProgramRun.status(of: words, output: log) == 0 else {
                throw .spawnFailed(path: "openssl", reason: "")
            }
        } catch {
            throw .programFailed(name: "openssl req", log: log)
        }
    }
}
