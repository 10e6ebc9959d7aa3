import Trading

/// Writes accounts, balances and fees the way the API shows them.
struct AccountJSON {
    let venue: Venue

    /// The members of `GET account`.
    ///
    /// - Parameters:
    ///   - balances: Of any assets, in any order; the others are zero.
    ///   - account: Whose.
    ///   - canTrade: Whether the key may trade.
    ///   - omitsZeros: Whether assets without balance are left out.
    ///   - updateTime: In the unit of the answer.
    ///   - writer: Inside the object.
    func writeAccount(
        _ balances: [Balance],
        _ account: AccountID,
        canTrade: Bool,
        omitsZeros: Bool,
        updateTime: Int64,
        to writer: inout JSONWriter
    ) {
        let maker = venue.instruments.map(\.makerRate).max() ?? 0
        let taker = venue.instruments.map(\.takerRate).max() ?? 0
        writer.key("makerCommission")
        writer.value(Self.basisPoints(maker))
        writer.key("takerCommission")
        writer.value(Self.basisPoints(taker))
        writer.key("buyerCommission")
        writer.value(0)
        writer.key("sellerCommission")
        writer.value(0)
        writer.key("commissionRates")
        writer.object { Self.writeRates(maker, taker, to: &$0) }
        writer.flags([
            ("canTrade", canTrade), ("canWithdraw", false), ("canDeposit", false),
            ("brokered", false), ("requireSelfTradePrevention", false), ("preventSor", false),
        ])
        writer.key("updateTime")
        writer.value(updateTime)
        writer.key("accountType")
        writer.word("SPOT")
        writer.key("balances")
        writer.array { writeBalances(balances, omitsZeros: omitsZeros, to: &$0) }
        writer.key("permissions")
        writer.array { $0.word("SPOT") }
        writer.key("uid")
        writer.value(Int64(account.rawValue))
    }

    private static func basisPoints(_ rate: Int64) -> Int64 { rate / 10_000 }

    private func writeBalances(
        _ balances: [Balance],
        omitsZeros: Bool,
        to writer: inout JSONWriter
    ) {
        for balance in perAsset(balances) {
            if omitsZeros, balance.total == .zero { continue }
            writer.object {
                $0.key("asset")
                $0.raw(venue.json(balance.asset))
                $0.key("free")
                $0.decimal(balance.shownFree.units)
                $0.key("locked")
                $0.decimal(balance.shownLocked.units)
            }
        }
    }

    /// One balance for each asset of the venue, in its order.
    private func perAsset(_ balances: [Balance]) -> [Balance] {
        var result = venue.assets.map { Balance(asset: $0.id, free: .zero, locked: .zero) }
        for balance in balances where Int(balance.asset.rawValue) < result.count {
            result[Int(balance.asset.rawValue)] = balance
        }
        return result
    }

    /// The elements of `capital/config/getall`: no networks, as nothing comes in or goes out here.
    func writeCoins(_ balances: [Balance], to writer: inout JSONWriter) {
        for balance in perAsset(balances) {
            writer.object {
                $0.key("coin")
                $0.raw(venue.json(balance.asset))
                $0.key("name")
                $0.raw(venue.json(balance.asset))
                $0.key("free")
                $0.decimal(balance.shownFree.units)
                $0.key("locked")
                $0.decimal((balance.shownLocked - balance.withdrawing).units)
                $0.key("withdrawing")
                $0.decimal(balance.withdrawing.units)
                for name: StaticString in ["freeze", "ipoing", "ipoable", "storage"] {
                    $0.key(name)
                    $0.decimal(0)
                }
                $0.flags([
                    ("depositAllEnable", false), ("withdrawAllEnable", false), ("trading", true),
                    ("isLegalMoney", false),
                ])
                $0.key("networkList")
                $0.array { _ in }
            }
        }
    }

    /// The rates of a pair: standard, and the special and tax rates there are none of.
    ///
    /// - Parameters:
    ///   - instrument: The pair.
    ///   - isForOrder: Whether the names are those of the answer to a test.
    ///   - writer: Inside the object.
    static func writeCommission(
        of instrument: Instrument,
        isForOrder: Bool,
        to writer: inout JSONWriter
    ) {
        writer.key(isForOrder ? "standardCommissionForOrder" : "standardCommission")
        writer.object { writeRates(instrument.makerRate, instrument.takerRate, to: &$0) }
        writer.key(isForOrder ? "specialCommissionForOrder" : "specialCommission")
        writer.object { writeRates(0, 0, to: &$0) }
        writer.key(isForOrder ? "taxCommissionForOrder" : "taxCommission")
        writer.object { writeRates(0, 0, to: &$0) }
        writer.key("discount")
        writer.object {
            $0.flags([("enabledForAccount", false), ("enabledForSymbol", false)])
            $0.key("discountAsset")
            $0.word("")
            $0.key("discount")
            $0.decimal(0)
        }
    }

    private static func writeRates(_ maker: Int64, _ taker: Int64, to writer: inout JSONWriter) {
        writer.key("maker")
        writer.decimal(maker)
        writer.key("taker")
        writer.decimal(taker)
        writer.key("buyer")
        writer.decimal(0)
        writer.key("seller")
        writer.decimal(0)
    }

    /// The members of `account/apiRestrictions`.
    static func writeRestrictions(of key: APIKey, to writer: inout JSONWriter) {
        writer.flags([
            ("ipRestrict", !key.addresses.isEmpty),
            ("enableReading", key.permissions.contains(.read)),
            ("enableSpotAndMarginTrading", key.canTrade),
            ("enableWithdrawals", key.permissions.contains(.withdraw)),
            ("enableInternalTransfer", false), ("permitsUniversalTransfer", false),
            ("enableMargin", false), ("enableFutures", false), ("enableVanillaOptions", false),
            ("enablePortfolioMarginTrading", false), ("enableFixApiTrade", false),
            ("enableFixReadOnly", false),
        ])
        writer.key("createTime")
        writer.value(key.createdAt.milliseconds)
    }
}

extension JSONWriter {
    /// Writes members that are true or false.
    mutating func flags(_ members: [(name: StaticString, isSet: Bool)]) {
        for member in members {
            key(member.name)
            value(member.isSet)
        }
    }
}
