import MarketData
import Trading

/// Writes one pair's depth, trades and candles the way the API shows them.
struct MarketJSON {
    let instrument: Instrument
    /// The symbol as a JSON string.
    let symbol: [UInt8]
    let unit: TimeUnit

    /// The levels of a book, best first.
    func write(_ depth: Depth, to writer: inout JSONWriter) {
        writer.object {
            $0.key("lastUpdateId")
            $0.value(depth.lastUpdateID)
            $0.key("bids")
            write(depth.bids, to: &$0)
            $0.key("asks")
            write(depth.asks, to: &$0)
        }
    }

    private func write(_ levels: [DepthLevel], to writer: inout JSONWriter) {
        writer.array { writer in
            for level in levels {
                writer.array {
                    $0.decimal(instrument.units(level.price))
                    $0.decimal(instrument.units(level.quantity))
                }
            }
        }
    }

    /// A public trade.
    func write(_ trade: Trade, to writer: inout JSONWriter) {
        writer.object {
            $0.key("id")
            $0.value(trade.id.rawValue)
            $0.key("price")
            $0.decimal(instrument.units(trade.price))
            $0.key("qty")
            $0.decimal(instrument.units(trade.quantity))
            $0.key("quoteQty")
            $0.decimal(trade.quoteAmount.units)
            $0.key("time")
            $0.value(trade.time, in: unit)
            $0.key("isBuyerMaker")
            $0.value(trade.isBuyerMaker)
            $0.key("isBestMatch")
            $0.value(true)
        }
    }

    /// An aggregate trade.
    func write(_ trade: AggregateTrade, to writer: inout JSONWriter) {
        writer.object {
            $0.key("a")
            $0.value(trade.id)
            $0.key("p")
            $0.decimal(instrument.units(trade.price))
            $0.key("q")
            $0.decimal(instrument.units(trade.quantity))
            $0.key("f")
            $0.value(trade.firstTradeID.rawValue)
            $0.key("l")
            $0.value(trade.lastTradeID.rawValue)
            $0.key("T")
            $0.value(trade.time, in: unit)
            $0.key("m")
            $0.value(trade.isBuyerMaker)
            $0.key("M")
            $0.value(true)
        }
    }

    /// A candle: an array of twelve.
    func write(_ candle: Candle, to writer: inout JSONWriter) {
        writer.array {
            $0.value(candle.openTime, in: unit)
            for price in [candle.open, candle.high, candle.low, candle.close] {
                $0.decimal(instrument.units(price))
            }
            $0.decimal(candle.baseVolume.units)
            $0.value(candle.closeTime, in: unit)
            $0.decimal(candle.quoteVolume.units)
            $0.value(candle.tradeCount)
            $0.decimal(candle.takerBuyBaseVolume.units)
            $0.decimal(candle.takerBuyQuoteVolume.units)
            $0.word("0")
        }
    }

    /// The average price.
    func write(_ average: AveragePrice, to writer: inout JSONWriter) {
        writer.object {
            $0.key("mins")
            $0.value(average.minutes)
            $0.key("price")
            $0.decimal(average.priceUnits)
            $0.key("closeTime")
            $0.value(average.closeTime, in: unit)
        }
    }
}
