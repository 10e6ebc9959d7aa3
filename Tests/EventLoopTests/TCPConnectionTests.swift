import EventLoop
import Testing

@Suite(.timeLimit(.minutes(1))) struct TCPConnectionTests {
    @Test func echoComesBackAndCloseIsSeenByBothEnds() throws {
        var received: [UInt8] = []
        var reasons: [String] = []
        try runLoop { loop, done in
            let listener = try loop.listen(host: "127.0.0.1", port: 0) { server in
                server.onRead = { server.write($0) }
                server.onClose = {
                    reasons.append("server: \($0)"); if reasons.count == 2 { done() }
                }
            }
            loop.connect(host: "localhost", port: listener.port, timeoutMilliseconds: 1000) {
                guard case .success(let client) = $0 else { return }
                #expect(client.remoteAddress == "127.0.0.1:\(listener.port)")
                client.onRead = {
                    received.append(contentsOf: $0)
                    if received.count == 10 { client.close() }
                }
                client.onClose = {
                    reasons.append("client: \($0)"); if reasons.count == 2 { done() }
                }
                client.write([UInt8]("hello".utf8))
                client.write([UInt8]("world".utf8))
            }
        }
        #expect(String(decoding: received, as: UTF8.self) == "helloworld")
        #expect(reasons.sorted() == ["client: closed locally", "server: closed by peer"])
    }

    @Test func writesOfOneIterationArriveTogether() throws {
        var reads: [Int] = []
        try runLoop { loop, done in
            let listener = try loop.listen(host: "127.0.0.1", port: 0) { server in
                server.onRead = {
                    reads.append($0.count); done()
                }
            }
            loop.connect(host: "127.0.0.1", port: listener.port, timeoutMilliseconds: 1000) {
                guard case .success(let client) = $0 else { return }
                for byte in 0..<100 { client.write([UInt8(byte)]) }
                #expect(client.queuedWriteSize == 100)
            }
        }
        #expect(reads == [100])
    }

    @Test func refusedConnectionIsAnError() throws {
        var failure: NetworkError?
        try runLoop { loop, done in
            let listener = try loop.listen(host: "127.0.0.1", port: 0) { _ in }
            let port = listener.port
            listener.close()
            loop.connect(host: "127.0.0.1", port: port, timeoutMilliseconds: 1000) {
                if case .failure(let error) = $0 { failure = error }
                done()
            }
        }
        #expect("\(try #require(failure))".contains("connection refused"))
    }

    @Test func nameThatIsNotNumericIsAnError() {
        var failure: NetworkError?
        runLoop { loop, done in
            loop.connect(host: "example.org", port: 1, timeoutMilliseconds: 1000) {
                if case .failure(let error) = $0 { failure = error }
                done()
            }
            #expect(failure == nil, "never called from inside the call")
        }
        #expect(failure == .badAddress(host: "example.org", port: 1))
    }

    @Test func takenPortIsAnError() throws {
        let loop = EventLoop()
        defer { loop.close() }
        let listener = try loop.listen(host: "127.0.0.1", port: 0) { _ in }
        #expect(throws: NetworkError.self) {
            _ = try loop.listen(host: "127.0.0.1", port: listener.port) { _ in }
        }
    }

    @Test func largeWriteWaitsForASlowReaderAndDrains() throws {
        let size = 32 << 20
        var received = 0
        var isDrained = false
        var reader: TCPConnection?
        try runLoop { loop, done in
            let listener = try loop.listen(host: "127.0.0.1", port: 0) { server in
                reader = server
                server.pauseReading()
                server.onRead = {
                    received += $0.count
                    if received == size { done() }
                }
            }
            loop.connect(host: "127.0.0.1", port: listener.port, timeoutMilliseconds: 1000) {
                guard case .success(let client) = $0 else { return }
                client.onDrain = {
                    isDrained = true
                    #expect(client.queuedWriteSize == 0)
                }
                client.write([UInt8](repeating: 7, count: size))
                loop.schedule(afterMilliseconds: 20) {
                    #expect(received == 0)
                    #expect(client.queuedWriteSize > size / 4)
                    reader?.resumeReading()
                }
            }
        }
        #expect(received == size)
        #expect(isDrained)
    }

    @Test func closeSendsWhatWasWritten() throws {
        let size = 4 << 20
        var received = 0
        try runLoop { loop, done in
            let listener = try loop.listen(host: "127.0.0.1", port: 0) { server in
                server.onRead = { received += $0.count }
                server.onClose = { _ in done() }
            }
            loop.connect(host: "127.0.0.1", port: listener.port, timeoutMilliseconds: 1000) {
                guard case .success(let client) = $0 else { return }
                client.write([UInt8](repeating: 7, count: size))
                client.close()
                client.write([1])
            }
        }
        #expect(received == size)
    }
}
