import Configuration
import Foundation
import Testing

@testable import Workload

@Suite struct FlowFileTests {
    private static let plan = FlowPlan.brief("file")

    /// Hands a file to a test and removes it afterwards.
    private func withFile(
        _ bytes: [UInt8]? = nil,
        _ body: (String) throws -> Void
    ) throws {
        let name = "castle-flow-test-\(UUID().uuidString).oflw"
        let path = FileManager.default.temporaryDirectory.appending(path: name).path
        defer { FileStore.remove(path) }
        if let bytes {
            try FileStore.replace(path, with: bytes)
        } else {
            try FlowFile.generate(Self.plan, to: path)
        }
        try body(path)
    }

    private func bytes(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try withFile { bytes = try FileStore.read($0) }
        change(&bytes)
        return bytes
    }

    private func refusal(_ change: (inout [UInt8]) -> Void) throws -> FlowFileError? {
        var refusal: FlowFileError?
        try withFile(try bytes(change)) { path in
            do throws(FlowFileError) { _ = try FlowFile.read(path) } catch { refusal = error }
        }
        return refusal
    }

    @Test func whatIsGeneratedIntoAFileIsReadBack() throws {
        let flow = FlowGenerator.flow(Self.plan)
        try withFile { path in
            let read = try FlowFile.read(path)
            #expect(read.records == flow.records)
            var header = flow.header
            // A file does not tell it, and nobody published it.
            header.totals.makerSum = 0
            #expect(read.header == header)
            #expect(read.name == path)
        }
    }

    @Test func recordsLieInMemoryAsInTheFile() {
        #expect(MemoryLayout<FlowRecord>.size == FlowRecord.size)
        #expect(MemoryLayout<FlowRecord>.stride == FlowRecord.size)
        #expect(MemoryLayout<FlowRecord>.offset(of: \.symbol) == 2)
        #expect(MemoryLayout<FlowRecord>.offset(of: \.account) == 4)
        #expect(MemoryLayout<FlowRecord>.offset(of: \.id) == 8)
        #expect(MemoryLayout<FlowRecord>.offset(of: \.price) == 16)
        #expect(MemoryLayout<FlowRecord>.offset(of: \.quantity) == 24)
    }

    @Test func missingFileIsRefused() {
        #expect(throws: FlowFileError.self) { try FlowFile.read("/nonexistent/flow.oflw") }
    }

    @Test func foreignFileIsRefused() throws {
        guard case .wrongMagic = try refusal({ $0[7] = UInt8(ascii: "2") }) else {
            Issue.record("another magic was read")
            return
        }
    }

    @Test func otherRecordSizeIsRefused() throws {
        guard case .wrongLayout(_, 128, 48) = try refusal({ $0[12] = 48 }) else {
            Issue.record("another layout was read")
            return
        }
    }

    @Test func headerCutShortIsRefused() throws {
        guard case .truncatedHeader(_, 100) = try refusal({ $0.removeLast($0.count - 100) }) else {
            Issue.record("half a header was read")
            return
        }
    }

    @Test(arguments: [-1, 1, -32, 32])
    func fileOfAnotherSizeIsRefused(difference: Int) throws {
        let found = try refusal { bytes in
            if difference < 0 {
                bytes.removeLast(-difference)
            } else {
                bytes += [UInt8](repeating: 0, count: difference)
            }
        }
        guard case .wrongSize = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test func hugeRecordCountIsRefused() throws {
        let found = try refusal { bytes in bytes.replaceSubrange(32..<40, with: [255] * 8) }
        guard case .wrongSize = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test(arguments: [
        (24, "prefill"), (40, "ids"), (48, "price"), (64, "symbols"), (68, "accounts"),
    ])
    func headerThatCannotBeIsRefused(offset: Int, word: String) throws {
        let size = offset < 64 ? 8 : 4
        let value: UInt8 = offset < 48 ? 127 : 0
        let found = try refusal { bytes in
            bytes.replaceSubrange(offset..<offset + size, with: [value] * size)
        }
        guard case .badHeader(_, let what) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(what.contains(word))
    }

    /// Offsets within the record, and a byte that cannot stand there.
    @Test(arguments: [
        (0, 6, "operation"), (0, 3, "prefill"), (1, 2, "side"), (3, 1, "symbol"), (7, 1, "account"),
        (15, 1, "order id"), (23, 1, "price"), (31, 255, "quantity"),
    ])
    func recordThatCannotBeIsRefused(offset: Int, value: UInt8, word: String) throws {
        let index = 5
        let found = try refusal { $0[128 + index * 32 + offset] = value }
        guard case .badRecord(_, index, let what) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(what.contains(word))
    }
}

private func * (bytes: [UInt8], count: Int) -> [UInt8] {
    Array(repeating: bytes, count: count).flatMap { $0 }
}
