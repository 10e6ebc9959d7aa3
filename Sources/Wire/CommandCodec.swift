import Trading

// The layouts of commands: one byte of kind, then the fields in this order.

extension ByteWriter {
    /// Appends a command.
    public mutating func write(_ command: Command) {
        switch command {
        case .void: write(UInt8(0))
        case .place(let place):
            write(UInt8(1))
            write(place)
        case .cancel(let account, let instrument, let order):
            write(UInt8(2))
            write(account)
            write(instrument)
            write(order)
        case .cancelAll(let account, let instrument):
            write(UInt8(3))
            write(account)
            write(instrument)
        case .deposit(let account, let asset, let amount, let reference):
            write(UInt8(4))
            write(account)
            write(asset)
            write(amount)
            write(reference)
        case .addAsset(let asset):
            write(UInt8(5))
            write(asset)
        case .addInstrument(let instrument):
            write(UInt8(6))
            write(instrument)
        case .placeList(let list):
            write(UInt8(7))
            write(list)
        case .amend(let amend):
            write(UInt8(8))
            write(amend)
        case .cancelReplace(let request):
            write(UInt8(9))
            write(request)
        case .cancelList(let account, let instrument, let list):
            write(UInt8(10))
            write(account)
            write(instrument)
            write(list)
        case .setPhase(let instrument, let phase):
            write(UInt8(11))
            write(instrument)
            write(phase)
        case .setAccountTerms(let terms):
            write(UInt8(12))
            write(terms)
        case .setFeeSchedule(let schedule):
            write(UInt8(13))
            write(schedule)
        case .transfer(let funds, let shard, let reference):
            write(UInt8(14))
            write(funds)
            write(shard)
            write(reference)
        case .credit(let funds, let shard, let sequence):
            write(UInt8(15))
            write(funds)
            write(shard)
            write(sequence)
        case .settle(let shard, let sequence):
            write(UInt8(16))
            write(shard)
            write(sequence)
        case .withdraw(let funds, let reference):
            write(UInt8(17))
            write(funds)
            write(reference)
        case .endWithdrawal(let reference, let isPaid):
            write(UInt8(18))
            write(reference)
            write(isPaid)
        case .cancelIf(let account, let instrument, let order, let restriction):
            write(UInt8(33))
            write(account)
            write(instrument)
            write(order)
            write(restriction)
        case .movePair(let instrument, let generation, let step):
            write(UInt8(20))
            write(instrument)
            write(generation)
            write(step)
        case .setOrderLimits(let limits):
            write(UInt8(30))
            write(limits)
        case .lendOrders(let loan):
            write(UInt8(31))
            write(loan)
        case .borrowOrders(let loan):
            write(UInt8(32))
            write(loan)
        }
    }
}

extension ByteReader {
    /// Reads a command.
    ///
    /// - Returns: The command.
    /// - Throws: `DecodeError`.
    public mutating func readCommand() throws(DecodeError) -> Command {
        let start = position
        switch try read(UInt8.self) {
        case 0: return .void
        case 1: return .place(try readPlaceOrder())
        case 2:
            return .cancel(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try readOrderReference()
            )
        case 3:
            return .cancelAll(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self)
            )
        case 4:
            return .deposit(
                account: try read(AccountID.self),
                asset: try read(AssetID.self),
                amount: try readAmount(),
                reference: try read(UInt64.self)
            )
        case 5: return .addAsset(try readAsset())
        case 6: return .addInstrument(try readInstrument())
        case 7: return .placeList(try readPlaceOrderList())
        case 8: return .amend(try readAmendOrder())
        case 9: return .cancelReplace(try readCancelReplace())
        case 10:
            return .cancelList(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                list: try readOrderListReference()
            )
        case 11:
            return .setPhase(
                instrument: try read(InstrumentID.self),
                try read(TradingPhase.self)
            )
        case 12: return .setAccountTerms(try readAccountTerms())
        case 13: return .setFeeSchedule(try readFeeSchedule())
        case 14:
            return .transfer(
                try readFunds(),
                to: try read(ShardID.self),
                reference: try read(UInt64.self)
            )
        case 15:
            return .credit(
                try readFunds(),
                from: try read(ShardID.self),
                sequence: try read(UInt64.self)
            )
        case 16:
            return .settle(to: try read(ShardID.self), through: try read(UInt64.self))
        case 17: return .withdraw(try readFunds(), reference: try read(UInt64.self))
        case 18:
            return .endWithdrawal(reference: try read(UInt64.self), isPaid: try readBool())
        case 20:
            return .movePair(
                instrument: try read(InstrumentID.self),
                generation: try read(UInt32.self),
                try readPairMoveStep()
            )
        case 30: return .setOrderLimits(try readOrderLimits())
        case 31: return .lendOrders(try readOrderLoan())
        case 32: return .borrowOrders(try readOrderLoan())
        case 33:
            return .cancelIf(
                account: try read(AccountID.self),
                instrument: try read(InstrumentID.self),
                order: try readOrderReference(),
                try read(CancelRestriction.self)
            )
        default: throw .badValue(field: "Command", at: start)
        }
    }
}
