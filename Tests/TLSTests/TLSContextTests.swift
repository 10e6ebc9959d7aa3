import TLS
import Testing

@Suite struct TLSContextTests {
    @Test func missingFilesAreErrors() {
        #expect(throws: TLSError.self) {
            try TLSContext.server(certificatePath: "/no/certificate", keyPath: "/no/key")
        }
        #expect(throws: TLSError.self) {
            try TLSContext.client(verifyPeer: true, caPath: "/no/authority")
        }
    }

    @Test func systemAuthoritiesNeedNoFile() throws {
        _ = try TLSContext.client(verifyPeer: true, caPath: nil)
    }
}
