import EventLoop
import HTTP
import TLS
import Testing

@Suite(.timeLimit(.minutes(1))) struct HTTPOverTLSTests {
    private func failure(
        _ fixture: Fixture,
        host: String = "127.0.0.1",
        _ tls: TLSContext?
    ) -> NetworkError? {
        var failure: NetworkError?
        HTTPClient.connect(
            loop: fixture.loop,
            host: host,
            port: fixture.port,
            tls: tls,
            timeoutMilliseconds: 5000
        ) {
            if case .failure(let error) = $0 { failure = error }
            fixture.done()
        }
        fixture.serve()
        return failure
    }

    @Test func certificateOfNobodyWeTrustIsRefused() throws {
        let fixture = try Fixture(isTLS: true)
        defer { fixture.close() }
        let error = failure(fixture, try .client(verifyPeer: true, caPath: nil))
        #expect("\(try #require(error))".contains("self-signed certificate"))
    }

    @Test func clientThatDoesNotVerifyIsServed() throws {
        let fixture = try Fixture(isTLS: true)
        defer { fixture.close() }
        #expect(failure(fixture, try .client(verifyPeer: false, caPath: nil)) == nil)
    }

    @Test func clearTextOnATLSPortIsClosed() throws {
        let fixture = try Fixture(isTLS: true)
        defer { fixture.close() }
        #expect(failure(fixture, nil) != nil)
        #expect(fixture.server.connectionCount == 0)
    }

    @Test func tlsOnAClearTextPortIsClosed() throws {
        let fixture = try Fixture()
        defer { fixture.close() }
        #expect(failure(fixture, try .client(verifyPeer: false, caPath: nil)) != nil)
    }
}
