/// What is wrong with a configuration file, said the way its author needs it.
public enum ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The file cannot be read.
    case unreadable(file: String, reason: String)
    /// The file cannot be written.
    case unwritable(file: String, reason: String)
    /// The file is no JSON.
    case malformed(file: String, reason: String)
    /// A field is missing or says something impossible.
    case invalid(file: String, field: String, reason: String)

    /// One line: file, field, and what is wrong with it.
    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file): cannot be read: \(reason)"
        case .unwritable(let file, let reason): "\(file): cannot be written: \(reason)"
        case .malformed(let file, let reason): "\(file): \(reason)"
        case .invalid(let file, let field, let reason): "\(file): \(field): \(reason)"
        }
    }
}
