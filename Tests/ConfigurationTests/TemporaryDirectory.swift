import Configuration
import FoundationEssentials

/// A directory of a test's own, gone with it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = "/tmp/castle-\(UUID().uuidString)"
        try FileStore.createDirectory(path)
    }

    deinit {
        // Nothing can be done about a directory that cannot be removed.
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ name: String, _ text: String) throws -> String {
        let file = "\(path)/\(name)"
        try FileStore.replace(file, with: Array(text.utf8))
        return file
    }

    func read(_ name: String) throws -> String {
        String(decoding: try FileStore.read("\(path)/\(name)"), as: UTF8.self)
    }
}

/// The repository's `Cluster` folder.
let clusterFolder = FileStore.absolute("../../../Cluster", in: #filePath)
