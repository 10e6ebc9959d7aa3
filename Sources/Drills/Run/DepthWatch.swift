import EventLoop
import FoundationEssentials
import HTTP
import Workload

/// Follows the depth streams of all pairs over one WebSocket, as a client that keeps books does.
final class DepthWatch {
    private struct Event: Decodable {
        var data: DepthUpdate
    }

    private let waiter: LoopWaiter
    private let client: PublicClient
    private let socket: WebSocket
    private(set) var books: [String: DepthRebuild]
    private var failures: [Violation] = []

    /// Opens the streams and starts each book from a snapshot.
    init(_ pairs: [PairRules], client: PublicClient, waiter: LoopWaiter) throws(LoadError) {
        self.client = client
        self.waiter = waiter
        books = Dictionary(
            pairs.map { ($0.symbol, DepthRebuild(symbol: $0.symbol)) },
            uniquingKeysWith: { first, _ in first }
        )
        let names = pairs.map { "\($0.symbol.lowercased())@depth@100ms" }
        switch waiter.result({ client.openStreams(names, completion: $0) }) {
        case .success(let socket): self.socket = socket
        case .failure(let error): throw LoadError("depth streams: \(error)")
        case nil: throw LoadError("depth streams: no answer in time")
        }
        socket.onText = { [weak self] in self?.receive($0) }
        socket.onClose = { [weak self] code, reason in
            self?.failures.append(Violation(.depth, "the stream closed: \(code) \(reason)"))
        }
        do throws(LoadError) {
            for pair in pairs {
                // Events come in while we wait for it: no book may be under change meanwhile.
                let snapshot = try snapshot(of: pair.symbol)
                books[pair.symbol]?.begin(snapshot)
            }
        } catch {
            stop()
            throw error
        }
    }

    /// What broke the streams' promises so far.
    var violations: [Violation] { failures + books.values.flatMap(\.violations) }

    /// Ends the streams.
    func stop() {
        socket.onClose = nil
        socket.close(code: 1000, reason: "")
    }

    /// Compares every rebuilt book with the exchange's, while nothing goes on.
    ///
    /// - Returns: What differs, and the books that the exchange shows.
    func check() throws(LoadError) -> ([Violation], [String: DepthSnapshot]) {
        var found = failures
        var snapshots: [String: DepthSnapshot] = [:]
        for symbol in books.keys.sorted() {
            let snapshot = try snapshot(of: symbol)
            snapshots[symbol] = snapshot
            // The stream tells at most 100 ms later what the snapshot shows.
            waiter.wait(timeoutMilliseconds: 2000) {
                (self.books[symbol]?.lastUpdateID ?? 0) >= snapshot.lastUpdateId
            }
            guard let book = books[symbol] else { continue }
            found += book.violations + book.differences(from: snapshot)
        }
        return (found, snapshots)
    }

    private func receive(_ text: String) {
        do {
            let update = try JSONDecoder().decode(Event.self, from: Data(text.utf8)).data
            books[update.symbol]?.receive(update)
        } catch {
            failures.append(Violation(.depth, "not a depth event: \(text.prefix(120))"))
        }
    }

    private func snapshot(of symbol: String) throws(LoadError) -> DepthSnapshot {
        var query = RequestQuery()
        query.add("symbol", symbol)
        query.add("limit", 5000)
        let answer = waiter.result {
            self.client.read(DepthSnapshot.self, "/api/v3/depth", query, completion: $0)
        }
        do throws(ReadError) {
            return try (answer ?? .failure(.timedOut)).get()
        } catch {
            throw LoadError("depth of \(symbol): \(error)")
        }
    }
}
