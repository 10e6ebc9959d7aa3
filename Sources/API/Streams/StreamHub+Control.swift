import MarketData
import Trading

extension StreamHub {
    /// Carries out a control message; the answer must be sent before anything that comes after.
    ///
    /// - Parameters:
    ///   - text: Any bytes of a client.
    ///   - connection: Whose.
    ///   - markets: All pairs.
    ///   - now: The present.
    /// - Returns: The answer, a result or an error.
    public mutating func receive(
        _ text: [UInt8],
        from connection: Int,
        markets: [PairMarket],
        now: Timestamp
    ) -> [UInt8] {
        do throws(StreamControlError) {
            let control = try StreamControl(text)
            try carryOut(control, connection, markets: markets, now: now)
            return control.answer { writer in result(control.request, connection, &writer) }
        } catch {
            return error.answer
        }
    }

    private mutating func carryOut(
        _ control: StreamControl,
        _ connection: Int,
        markets: [PairMarket],
        now: Timestamp
    ) throws(StreamControlError) {
        switch control.request {
        case .subscribe(let texts):
            let names = try check(texts, connection, id: control.id)
            for name in names { subscribe(connection, name, markets: markets, now: now) }
        case .unsubscribe(let texts):
            for text in texts {
                unsubscribe(connection, StreamName(text) ?? StreamName(listenKey: text))
            }
        case .setCombined(let isCombined): setWrapped(connection, isCombined)
        case .listSubscriptions, .getCombined: break
        }
    }

    /// All names or none are subscribed.
    private func check(
        _ texts: [String],
        _ connection: Int,
        id: [UInt8]
    ) throws(StreamControlError) -> [StreamName] {
        var names: [StreamName] = []
        for text in texts {
            guard let name = known(text) else {
                let shown = String(text.prefix(StreamName.sizeMax))
                throw .invalidRequest("unknown stream `\(shown)`", id: id)
            }
            names.append(name)
        }
        let held = connections[connection]?.held ?? [:]
        let added = Set(names).filter { held[$0] == nil }
        guard held.count + added.count <= StreamPath.streamsMax else {
            throw .invalidRequest("too many streams", id: id)
        }
        return names
    }

    private func result(
        _ request: StreamControl.Request,
        _ connection: Int,
        _ writer: inout JSONWriter
    ) {
        switch request {
        case .listSubscriptions:
            writer.array { writer in
                for name in connections[connection]?.names ?? [] { writer.value(name.text) }
            }
        case .getCombined: writer.value(connections[connection]?.form.isWrapped ?? false)
        default: writer.null()
        }
    }

    /// The message that tells a connection of its coming end.
    ///
    /// - Parameters:
    ///   - connection: Whose.
    ///   - now: The present.
    /// - Returns: In the form the connection wants its events in.
    public func shutdownNotice(to connection: Int, now: Timestamp) -> [UInt8] {
        let form = connections[connection]?.form
        let event = EndEvent.serverShutdown.json(now, in: form?.timeUnit ?? .milliseconds)
        guard form?.isWrapped == true else { return event }
        return Subscribers.wrap(event, "!serverShutdown")
    }
}
