import Trading

// The layouts of the domain's records. Fields follow one another in the order written here, little
// endian, without padding; `Wire.docc` repeats them as tables.

extension ByteWriter {
    /// Appends a trade, 43 bytes.
    public mutating func write(_ trade: Trade) {
        write(trade.instrument)
        write(trade.id)
        write(trade.price)
        write(trade.quantity)
        write(trade.quoteAmount)
        write(trade.time)
        write(trade.isBuyerMaker)
    }

    /// Appends one account's side of a trade, 66 bytes.
    public mutating func write(_ fill: Fill) {
        write(fill.trade)
        write(fill.account)
        write(fill.order)
        write(fill.isBuyer)
        write(fill.commission)
        write(fill.commissionAsset)
    }

    /// Appends an asset.
    public mutating func write(_ asset: Asset) {
        write(asset.id)
        write(asset.symbol)
    }

    /// Appends a balance, 34 bytes.
    public mutating func write(_ balance: Balance) {
        write(balance.asset)
        write(balance.free)
        write(balance.locked)
        write(balance.sent)
        write(balance.withdrawing)
    }

    /// Appends an instrument with all its rules.
    public mutating func write(_ instrument: Instrument) {
        write(instrument.id)
        write(instrument.symbol)
        write(instrument.base)
        write(instrument.quote)
        write(instrument.tickUnits)
        write(instrument.lotUnits)
        write(instrument.priceMin)
        write(instrument.priceMax)
        write(instrument.quantityMin)
        write(instrument.quantityMax)
        write(instrument.marketQuantityMax)
        write(instrument.notionalMin)
        write(instrument.notionalMax)
        write(instrument.bidMultiplierUp)
        write(instrument.bidMultiplierDown)
        write(instrument.askMultiplierUp)
        write(instrument.askMultiplierDown)
        write(instrument.marketBand)
        write(Int64(instrument.openOrdersMax))
        write(instrument.makerRate)
        write(instrument.takerRate)
        write(instrument.defaultSelfTradePrevention)
        write(Int64(instrument.icebergPartsMax))
        write(Int64(instrument.algoOrdersMax))
        write(instrument.positionMax)
        write(instrument.trailingDeltaMin)
        write(instrument.trailingDeltaMax)
        write(instrument.haltBand)
        write(instrument.haltMicroseconds)
        write(instrument.referenceMicroseconds)
    }

    /// Appends a public event: one byte of kind, then the trade, the level or the phase.
    public mutating func write(_ event: MarketEvent) {
        switch event {
        case .trade(let trade):
            write(UInt8(0))
            write(trade)
        case .level(let change):
            write(UInt8(1))
            write(change.instrument)
            write(change.side)
            write(change.price)
            write(change.quantity)
            write(change.updateID)
        case .phase(let change):
            write(UInt8(2))
            write(change.instrument)
            write(change.phase)
            write(change.reopensAt)
            write(change.time)
        case .arrival(let arrival):
            write(UInt8(3))
            write(arrival)
        }
    }
}

extension ByteReader {
    /// Reads a trade.
    ///
    /// - Returns: The trade.
    /// - Throws: `DecodeError`.
    public mutating func readTrade() throws(DecodeError) -> Trade {
        Trade(
            instrument: try read(InstrumentID.self),
            id: try read(TradeID.self),
            price: try readPrice(),
            quantity: try readQuantity(),
            quoteAmount: try readAmount(),
            time: try readTimestamp(),
            isBuyerMaker: try readBool()
        )
    }

    /// Reads one account's side of a trade.
    ///
    /// - Returns: The fill.
    /// - Throws: `DecodeError`.
    public mutating func readFill() throws(DecodeError) -> Fill {
        Fill(
            trade: try readTrade(),
            account: try read(AccountID.self),
            order: try read(OrderID.self),
            isBuyer: try readBool(),
            commission: try readAmount(),
            commissionAsset: try read(AssetID.self)
        )
    }

    /// Reads an asset.
    ///
    /// - Returns: The asset.
    /// - Throws: `DecodeError`.
    public mutating func readAsset() throws(DecodeError) -> Asset {
        Asset(id: try read(AssetID.self), symbol: try readString())
    }

    /// Reads a balance.
    ///
    /// - Returns: The balance.
    /// - Throws: `DecodeError`.
    public mutating func readBalance() throws(DecodeError) -> Balance {
        Balance(
            asset: try read(AssetID.self),
            free: try readAmount(),
            locked: try readAmount(),
            sent: try readAmount(),
            withdrawing: try readAmount()
        )
    }

    /// Reads an instrument.
    ///
    /// - Returns: The instrument.
    /// - Throws: `DecodeError`.
    public mutating func readInstrument() throws(DecodeError) -> Instrument {
        Instrument(
            id: try read(InstrumentID.self),
            symbol: try readString(),
            base: try read(AssetID.self),
            quote: try read(AssetID.self),
            tickUnits: try read(Int64.self),
            lotUnits: try read(Int64.self),
            priceMin: try readPrice(),
            priceMax: try readPrice(),
            quantityMin: try readQuantity(),
            quantityMax: try readQuantity(),
            marketQuantityMax: try readQuantity(),
            notionalMin: try readAmount(),
            notionalMax: try readAmount(),
            bidMultiplierUp: try read(Int64.self),
            bidMultiplierDown: try read(Int64.self),
            askMultiplierUp: try read(Int64.self),
            askMultiplierDown: try read(Int64.self),
            marketBand: try read(Int64.self),
            openOrdersMax: Int(try read(Int64.self)),
            makerRate: try read(Int64.self),
            takerRate: try read(Int64.self),
            defaultSelfTradePrevention: try read(SelfTradePrevention.self),
            icebergPartsMax: Int(try read(Int64.self)),
            algoOrdersMax: Int(try read(Int64.self)),
            positionMax: try readQuantity(),
            trailingDeltaMin: try read(Int32.self),
            trailingDeltaMax: try read(Int32.self),
            haltBand: try read(Int64.self),
            haltMicroseconds: try read(Int64.self),
            referenceMicroseconds: try read(Int64.self)
        )
    }

    /// Reads a public event.
    ///
    /// - Returns: The event.
    /// - Throws: `DecodeError`.
    public mutating func readMarketEvent() throws(DecodeError) -> MarketEvent {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .trade(try readTrade())
        case 1:
            return .level(
                LevelChange(
                    instrument: try read(InstrumentID.self),
                    side: try read(Side.self),
                    price: try readPrice(),
                    quantity: try readQuantity(),
                    updateID: try read(Int64.self)
                )
            )
        case 2:
            return .phase(
                PhaseChange(
                    instrument: try read(InstrumentID.self),
                    phase: try read(TradingPhase.self),
                    reopensAt: try readTimestamp(),
                    time: try readTimestamp()
                )
            )
        case 3: return .arrival(try readPairArrival())
        default: throw .badValue(field: "MarketEvent", at: start)
        }
    }
}
