/// Where the processes of a cluster run that are not started plainly at the loopback address.
///
/// `castle up --places FILE` reads it: a drill gives processes network namespaces or clocks of
/// their own with it.
public struct PlacesFile: Codable, Equatable, Sendable {
    /// What is special about one process.
    public struct Place: Codable, Equatable, Sendable {
        /// Numeric address it listens at; `nil` is the loopback address.
        public var host: String?
        /// Program and arguments that start it, put before its own, such as `nsenter --net=FILE`;
        /// they become the process, whose number stays the one that was started.
        public var launcher: [String]

        /// States both.
        public init(host: String? = nil, launcher: [String] = []) {
            self.host = host
            self.launcher = launcher
        }
    }

    /// By the name of the process.
    public var places: [String: Place]

    /// States them.
    public init(places: [String: Place] = [:]) { self.places = places }

    /// Reads a file.
    ///
    /// - Parameter path: The file.
    /// - Returns: Its places.
    /// - Throws: `ConfigurationError` naming the field.
    public static func load(_ path: String) throws(ConfigurationError) -> PlacesFile {
        try JSONFile.load(PlacesFile.self, from: path)
    }

    /// Replaces a file.
    ///
    /// - Parameter path: The file.
    /// - Throws: `ConfigurationError.unwritable`.
    public func store(_ path: String) throws(ConfigurationError) {
        try JSONFile.store(self, at: path, mode: 0o644)
    }
}
