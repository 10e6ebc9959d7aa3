import Accounts
import Trading

/// One side of a trade, as the money sees it.
struct Party {
    var owner: AccountSlot
    /// What pays its leg.
    var source: Ledger.Source
    /// Its fee rate, in 10⁻⁸.
    var rate: Int64
    /// What of its free balance of the paying asset it still has to pay for its order.
    var needed: Amount
}

/// What the venue took from one side of a trade.
struct Fee {
    var amount: Amount
    var asset: AssetID
}

extension Blotter {
    /// What an account pays here.
    func rate(_ owner: AccountSlot, _ shared: borrowing SharedState) -> FeeRates {
        rates[Int(shared.ledger.terms(of: owner).feeTier)]
    }

    /// Works out the rates of all tiers anew.
    mutating func setRates(_ schedule: FeeSchedule) {
        rates = ContiguousArray(
            schedule.tiers.map { tier in
                FeeRates(
                    maker: Amount(units: instrument.makerRate).share(rate: tier.makerShare).units,
                    taker: Amount(units: instrument.takerRate).share(rate: tier.takerShare).units
                )
            }
        )
    }

    /// Moves the money of a trade: both legs, then both fees, the buyer's first (rule 8).
    mutating func settle(
        _ trade: Trade,
        buyer: Party,
        seller: Party,
        _ shared: inout SharedState
    ) -> (buyer: Fee, seller: Fee) {
        let amount = Amount(units: trade.quantity.lots * instrument.lotUnits)
        let cost = trade.quoteAmount
        owners[UInt32(buyer.owner.index)].position.buy(lots: trade.quantity, cost: cost)
        owners[UInt32(seller.owner.index)].position.sell(lots: trade.quantity, proceeds: cost)
        var buyerFee = Fee(amount: amount.share(rate: buyer.rate), asset: instrument.base)
        var sellerFee = Fee(amount: cost.share(rate: seller.rate), asset: instrument.quote)
        let buyerDiscounts = shared.ledger.terms(of: buyer.owner).paysInDiscountAsset
        let sellerDiscounts = shared.ledger.terms(of: seller.owner).paysInDiscountAsset
        shared.ledger.settle(
            cost,
            from: buyer.owner,
            buyer.source,
            to: seller.owner,
            fee: sellerDiscounts ? .zero : sellerFee.amount,
            quote
        )
        shared.ledger.settle(
            amount,
            from: seller.owner,
            seller.source,
            to: buyer.owner,
            fee: buyerDiscounts ? .zero : buyerFee.amount,
            base
        )
        if buyerDiscounts { buyerFee = charge(buyerFee, buyer, base, paysIn: quote, &shared) }
        if sellerDiscounts { sellerFee = charge(sellerFee, seller, quote, paysIn: base, &shared) }
        return (buyerFee, sellerFee)
    }

    /// Takes a fee in the discount asset, or as usual where that cannot be.
    private func charge(
        _ fee: Fee,
        _ party: Party,
        _ column: AssetColumn,
        paysIn paying: AssetColumn,
        _ shared: inout SharedState
    ) -> Fee {
        let owner = party.owner
        let discount = shared.ledger.discount
        if let asset = shared.ledger.discountColumn,
            let reduced = shared.conversion.convert(fee.amount, column, discount: discount),
            // A difference of what is there: the sum of the two could leave 63 bits.
            reduced <= shared.ledger.free(owner, asset) - (asset == paying ? party.needed : .zero)
        {
            shared.ledger.charge(reduced, owner, asset)
            return Fee(amount: reduced, asset: shared.ledger.asset(at: asset))
        }
        shared.ledger.charge(fee.amount, owner, column)
        return fee
    }
}
