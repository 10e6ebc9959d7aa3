import MarketData
import Trading

/// Writes one pair's tickers the way the API shows them.
extension MarketJSON {
    /// The last price.
    func writePrice(_ price: Price, to writer: inout JSONWriter) {
        writer.object {
            $0.key("symbol")
            $0.raw(symbol)
            $0.key("price")
            $0.decimal(instrument.units(price))
        }
    }

    /// The top of book; an empty side is zero.
    func writeTop(_ book: DepthMirror, to writer: inout JSONWriter) {
        writer.object {
            $0.key("symbol")
            $0.raw(symbol)
            writeTopMembers(book, to: &$0)
        }
    }

    private func writeTopMembers(_ book: DepthMirror, to writer: inout JSONWriter) {
        writeDecimals(
            [
                ("bidPrice", instrument.units(book.bestBid?.price ?? .none)),
                ("bidQty", instrument.units(book.bestBid?.quantity ?? .zero)),
                ("askPrice", instrument.units(book.bestAsk?.price ?? .none)),
                ("askQty", instrument.units(book.bestAsk?.quantity ?? .zero)),
            ],
            to: &writer
        )
    }

    /// The statistics of a window.
    ///
    /// - Parameters:
    ///   - ticker: The statistics.
    ///   - book: For the top of book.
    ///   - isMini: Whether change, average, last quantity, bid and ask are left out.
    ///   - writer: Where it goes.
    func write(_ ticker: Ticker, _ book: DepthMirror, isMini: Bool, to writer: inout JSONWriter) {
        writer.object {
            $0.key("symbol")
            $0.raw(symbol)
            if isMini {
                writeRange(ticker, to: &$0)
                writeDecimals([("lastPrice", instrument.units(ticker.lastPrice))], to: &$0)
            } else {
                writeChange(ticker, to: &$0)
                writeTopMembers(book, to: &$0)
                writeRange(ticker, to: &$0)
            }
            writeVolume(ticker, to: &$0)
        }
    }

    /// The statistics of a window that is not the last 24 hours: they tell less.
    ///
    /// - Parameters:
    ///   - ticker: The statistics.
    ///   - isMini: Whether change and average are left out too.
    ///   - writer: Where it goes.
    func writeWindow(_ ticker: Ticker, isMini: Bool, to writer: inout JSONWriter) {
        writer.object {
            $0.key("symbol")
            $0.raw(symbol)
            if !isMini { writeDecimals(changes(ticker), to: &$0) }
            writeRange(ticker, to: &$0)
            writeDecimals([("lastPrice", instrument.units(ticker.lastPrice))], to: &$0)
            writeVolume(ticker, to: &$0)
        }
    }

    private func changes(_ ticker: Ticker) -> [(StaticString, Int64)] {
        [
            ("priceChange", instrument.units(Price(ticks: ticker.priceChangeTicks))),
            ("priceChangePercent", ticker.priceChangePercentUnits),
            ("weightedAvgPrice", ticker.weightedAveragePriceUnits),
        ]
    }

    private func writeChange(_ ticker: Ticker, to writer: inout JSONWriter) {
        writeDecimals(
            changes(ticker) + [
                ("prevClosePrice", instrument.units(ticker.previousClosePrice)),
                ("lastPrice", instrument.units(ticker.lastPrice)),
                ("lastQty", instrument.units(ticker.lastQuantity)),
            ],
            to: &writer
        )
    }

    private func writeRange(_ ticker: Ticker, to writer: inout JSONWriter) {
        writeDecimals(
            [
                ("openPrice", instrument.units(ticker.openPrice)),
                ("highPrice", instrument.units(ticker.highPrice)),
                ("lowPrice", instrument.units(ticker.lowPrice)),
            ],
            to: &writer
        )
    }

    private func writeVolume(_ ticker: Ticker, to writer: inout JSONWriter) {
        writeDecimals(
            [("volume", ticker.baseVolume.units), ("quoteVolume", ticker.quoteVolume.units)],
            to: &writer
        )
        writer.key("openTime")
        writer.value(ticker.openTime, in: unit)
        writer.key("closeTime")
        writer.value(ticker.closeTime, in: unit)
        writer.key("firstId")
        writer.value(ticker.firstTradeID.rawValue)
        writer.key("lastId")
        writer.value(ticker.lastTradeID.rawValue)
        writer.key("count")
        writer.value(ticker.tradeCount)
    }

    private func writeDecimals(_ members: [(StaticString, Int64)], to writer: inout JSONWriter) {
        for (name, units) in members {
            writer.key(name)
            writer.decimal(units)
        }
    }
}
