import Configuration
import Glibc

/// Why an order flow cannot be read or written.
public enum FlowFileError: Error, Equatable, CustomStringConvertible {
    /// The system refused.
    case system(path: String, reason: String)
    /// It does not begin as an order flow does.
    case wrongMagic(path: String)
    /// Headers or records of another size than ours.
    case wrongLayout(path: String, headerSize: UInt32, recordSize: UInt32)
    /// It ends within its header.
    case truncatedHeader(path: String, size: Int)
    /// It holds more or fewer bytes than its header says.
    case wrongSize(path: String, size: Int, expected: UInt64)
    /// Counts in the header that cannot be.
    case badHeader(path: String, what: String)
    /// A record that cannot be, by its index from 0.
    case badRecord(path: String, index: Int, what: String)

    /// One line for the terminal.
    public var description: String {
        switch self {
        case .system(let path, let reason): "\(path): \(reason)"
        case .wrongMagic(let path): "\(path) is no order flow: it does not begin with OFLOW001"
        case .wrongLayout(let path, let header, let record):
            "\(path): header of \(header) and records of \(record) bytes; expected 128 and 32"
        case .truncatedHeader(let path, let size):
            "\(path) is cut short: \(size) bytes, a header alone has 128"
        case .wrongSize(let path, let size, let expected):
            "\(path): \(size) bytes, but its header promises \(expected)"
        case .badHeader(let path, let what): "\(path): \(what)"
        case .badRecord(let path, let index, let what): "\(path): record \(index): \(what)"
        }
    }
}

/// Order flows on disk: a header of 128 bytes, then records of 32, all little endian.
public enum FlowFile {
    /// Reads a whole flow and checks every record, so that a replay need not.
    ///
    /// - Parameter path: The file.
    /// - Returns: The flow, with its maker sum where one was published.
    /// - Throws: `FlowFileError`.
    public static func read(_ path: String) throws(FlowFileError) -> MatchingFlow {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system(path: path, reason: lastError()) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .system(path: path, reason: lastError())
        }
        let size = Int(status.st_size)
        guard size >= FlowHeader.size else { throw .truncatedHeader(path: path, size: size) }
        var bytes = [UInt8](repeating: 0, count: FlowHeader.size)
        guard bytes.withUnsafeMutableBytes({ fill($0, from: descriptor) }) else {
            throw .system(path: path, reason: lastError())
        }
        var header = try FlowHeader(bytes, path: path)
        header.totals.makerSum = header.publishedMakerSum
        let (recordsSize, overflows) = header.recordCount.multipliedReportingOverflow(
            by: UInt64(FlowRecord.size)
        )
        guard !overflows, UInt64(size - FlowHeader.size) == recordsSize else {
            throw .wrongSize(path: path, size: size, expected: recordsSize &+ 128)
        }
        let flow = MatchingFlow(
            name: path,
            header: header,
            records: try records(Int(header.recordCount), from: descriptor, path: path)
        )
        try check(flow, path: path)
        return flow
    }

    /// Makes a flow straight into a file, in chunks.
    ///
    /// - Parameters:
    ///   - plan: What the flow is like.
    ///   - path: The file, made anew.
    /// - Throws: `FlowFileError.system`.
    public static func generate(_ plan: FlowPlan, to path: String) throws(FlowFileError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .system(path: path, reason: lastError()) }
        defer { _ = close(descriptor) }
        var generator = FlowGenerator(plan)
        // The header tells the totals, which are known at the end only.
        var isWritten = lseek(descriptor, off_t(FlowHeader.size), SEEK_SET) >= 0
        var chunk: ContiguousArray<FlowRecord> = []
        chunk.reserveCapacity(1 << 16)
        while isWritten, let record = generator.next() {
            chunk.append(record)
            guard chunk.count == 1 << 16 else { continue }
            isWritten = chunk.withUnsafeBytes { FileStore.writeAll(descriptor, $0) }
            chunk.removeAll(keepingCapacity: true)
        }
        isWritten =
            isWritten && chunk.withUnsafeBytes { FileStore.writeAll(descriptor, $0) }
            && lseek(descriptor, 0, SEEK_SET) == 0
            && generator.header.bytes.withUnsafeBytes { FileStore.writeAll(descriptor, $0) }
        guard isWritten else { throw .system(path: path, reason: lastError()) }
    }

    private static func records(
        _ count: Int,
        from descriptor: Int32,
        path: String
    ) throws(FlowFileError) -> ContiguousArray<FlowRecord> {
        var isWhole = true
        let records = ContiguousArray<FlowRecord>(unsafeUninitializedCapacity: count) {
            isWhole = fill(UnsafeMutableRawBufferPointer($0), from: descriptor)
            $1 = isWhole ? count : 0
        }
        guard isWhole else { throw .system(path: path, reason: "it became shorter while read") }
        return records
    }

    private static func check(_ flow: MatchingFlow, path: String) throws(FlowFileError) {
        for (index, record) in flow.records.enumerated() {
            if let what = record.defect(header: flow.header, isPrefill: index < flow.prefillCount) {
                throw .badRecord(path: path, index: index, what: what)
            }
        }
    }

    /// Reads until the buffer is full.
    private static func fill(
        _ buffer: UnsafeMutableRawBufferPointer,
        from descriptor: Int32
    ) -> Bool {
        var offset = 0
        while offset < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[offset...])
            // No more than 2 GB go in one call.
            let count = Glibc.read(descriptor, rest.baseAddress, min(rest.count, 1 << 30))
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
