/// Why a TLS context cannot be made.
public enum TLSError: Error, Equatable, CustomStringConvertible {
    /// The file of certificates cannot be used.
    case badCertificate(path: String, reason: String)
    /// The file of the private key cannot be used, or belongs to another certificate.
    case badKey(path: String, reason: String)

    /// One line for a log.
    public var description: String {
        switch self {
        case .badCertificate(let path, let reason): "certificate \(path): \(reason)"
        case .badKey(let path, let reason): "key \(path): \(reason)"
        }
    }
}
