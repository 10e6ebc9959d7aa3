"""One walk through the venue with two accounts, the same for every client library.

Alice makes, Bob takes. Each step places and asks through the libraries; what both accounts, the
market and the streams were told is compared at the end, see `audit`.
"""

import asyncio
from decimal import Decimal

import audit
from adapter import until
from walker import Walker

ONE = Decimal(1)
UNKNOWN_ORDER_ID = 987654321
# Of the burst.
BURST_PAIRS = 24


class Walk(Walker):
    async def rest_and_cancel(self):
        """What rests is open, holds its funds and stands in the book until it is cancelled."""
        before = await self.locked(self.alice)
        bid = await self.place(self.alice, "BUY", "LIMIT", ONE, 90)
        ask = await self.place(self.alice, "SELL", "LIMIT", ONE, 110, by="socket")
        assert (bid["status"], ask["status"]) == ("NEW", "NEW")
        names = {int(order["orderId"]) for order in await self.alice.open_orders(self.symbol)}
        assert names == {int(bid["orderId"]), int(ask["orderId"])}
        during = await self.locked(self.alice)
        assert during[self.quote] - before[self.quote] == self.at(90)
        assert during[self.base] - before[self.base] == ONE
        await self.book_holds([(self.at(90), ONE)], [(self.at(110), ONE)])
        for order in (bid, ask):
            gone = await self.alice.cancel(self.symbol, order["orderId"])
            assert gone["status"] == "CANCELED"
        assert await self.locked(self.alice) == before
        await self.book_holds([], [])

    async def fill_partly(self):
        """The taker's better limit costs nothing; the maker keeps the rest."""
        maker = await self.place(self.alice, "SELL", "LIMIT", ONE, 100)
        taker = await self.place(self.bob, "BUY", "LIMIT", "0.4", 101)
        assert (taker["status"], Decimal(taker["executedQty"])) == ("FILLED", Decimal("0.4"))
        assert Decimal(taker["cummulativeQuoteQty"]) == Decimal("0.4") * self.at(100)
        await self.expect(self.alice, maker, "PARTIALLY_FILLED")
        await self.book_holds([], [(self.at(100), Decimal("0.6"))])
        market = await self.place(self.bob, "BUY", "MARKET", "0.2", by="socket")
        assert (market["status"], market["type"]) == ("FILLED", "MARKET")
        cost = await self.place(
            self.bob, "BUY", "MARKET", quoteOrderQty=self.at(100) * Decimal("0.1"))
        assert Decimal(cost["executedQty"]) == Decimal("0.1")
        await self.expect(self.alice, maker, "PARTIALLY_FILLED")
        short = await self.place(self.bob, "BUY", "LIMIT", ONE, 100, timeInForce="FOK")
        assert (short["status"], Decimal(short["executedQty"])) == ("EXPIRED", 0)
        rest = await self.place(self.bob, "BUY", "LIMIT", ONE, 100, timeInForce="IOC", by="socket")
        assert (rest["status"], Decimal(rest["executedQty"])) == ("EXPIRED", Decimal("0.3"))
        await self.expect(self.alice, maker, "FILLED")

    async def place_each_type(self):
        """What waits for a price is no part of the book, and none of it trades."""
        waiting = [
            await self.place(self.bob, "SELL", "STOP_LOSS_LIMIT", ONE, 79, stopPrice=self.at(80)),
            await self.place(
                self.bob, "SELL", "TAKE_PROFIT_LIMIT", ONE, 121, stopPrice=self.at(120),
                by="socket"),
            await self.place(self.bob, "BUY", "STOP_LOSS", ONE, stopPrice=self.at(120)),
            await self.place(self.bob, "SELL", "TAKE_PROFIT", ONE, stopPrice=self.at(120)),
        ]
        for order in waiting:
            seen = await self.bob.order(self.symbol, orderId=order["orderId"])
            assert (seen["status"], seen["isWorking"]) == ("NEW", False)
        await self.book_holds([], [])
        maker = await self.place(self.bob, "BUY", "LIMIT_MAKER", ONE, 95)
        iceberg = await self.place(
            self.alice, "SELL", "LIMIT", ONE, 105, icebergQty=Decimal("0.25"))
        await self.book_holds([(self.at(95), ONE)], [(self.at(105), Decimal("0.25"))])
        await self.refused(
            self.place(self.bob, "BUY", "LIMIT_MAKER", ONE, 105), -2010, "immediately match")
        await self.refused(
            self.place(self.bob, "SELL", "STOP_LOSS_LIMIT", ONE, 110, stopPrice=self.at(110)),
            -2010, "trigger immediately")
        await self.refused(
            self.place(self.bob, "SELL", "LIMIT", "80000", 100, by="socket"), -1013, "Filter")
        for order in waiting + [maker]:
            await self.bob.cancel(self.symbol, order["orderId"])
        # More than the part that shows.
        taken = await self.place(self.bob, "BUY", "LIMIT", "0.75", 105)
        assert [Decimal(fill["qty"]) for fill in taken["fills"]] == [Decimal("0.25")] * 3
        await self.alice.cancel(self.symbol, iceberg["orderId"])
        await self.refused(
            self.alice.cancel(self.symbol, iceberg["orderId"]), -2011, "Unknown order sent.")
        await self.refused(self.alice.order(self.symbol, orderId=UNKNOWN_ORDER_ID), -2013)

    async def trigger_a_stop(self):
        """A trade at the stop price puts the order into the book, where it trades."""
        await self.place(self.alice, "BUY", "LIMIT", ONE, 97)
        stop = await self.place(
            self.bob, "SELL", "STOP_LOSS_LIMIT", "0.5", 96, stopPrice=self.at(97))
        await self.place(self.bob, "SELL", "LIMIT", "0.1", 97)
        await until(
            lambda: self.is_status(self.bob, stop, "FILLED"), "the stop order filled")
        await self.alice.cancel_all(self.symbol)

    async def burst(self, disturb):
        """Many orders of both accounts, through whatever is done in the middle."""
        resting = await self.place(self.alice, "SELL", "LIMIT", ONE, 103)
        await self.place(self.bob, "BUY", "LIMIT", "0.3", 103)
        for number in range(BURST_PAIRS):
            if number == BURST_PAIRS // 3:
                disturbed = asyncio.create_task(asyncio.to_thread(disturb))
            if number == 2 * BURST_PAIRS // 3:
                # The last third surely comes after it.
                await disturbed
            sell = self.surely(self.alice, "SELL", "0.2", 100, f"{self.run}-s-{number}")
            buy = self.surely(self.bob, "BUY", "0.2", 99, f"{self.run}-b-{number}")
            # Both rest: the ask above the bid.
            await asyncio.gather(sell, buy)
            await self.surely(
                self.bob, "BUY", "0.2", 100, f"{self.run}-t-{number}", by="socket")
        await self.expect(self.alice, resting, "PARTIALLY_FILLED")
        bids = (await self.bob.open_orders(self.symbol))
        assert len(bids) == BURST_PAIRS
        await self.book_holds(
            [(self.at(99), BURST_PAIRS * Decimal("0.2"))], [(self.at(103), Decimal("0.7"))])
        await self.bob.cancel_all(self.symbol)
        await self.alice.cancel_all(self.symbol)

    async def replace_one(self):
        old = await self.place(self.alice, "SELL", "LIMIT", ONE, 110)
        new = await self.alice.replace(
            self.symbol, old["orderId"], side="SELL", type="LIMIT", timeInForce="GTC",
            quantity=Decimal("0.5"), price=self.at(111))
        self.note(self.alice, new)
        await self.expect(self.alice, old, "CANCELED")
        await self.expect(self.alice, new, "NEW")
        await self.alice.cancel(self.symbol, new["orderId"])

    async def amend_one(self):
        """A smaller order keeps its place before the one behind it."""
        first = await self.place(self.alice, "SELL", "LIMIT", ONE, 104)
        second = await self.place(self.alice, "SELL", "LIMIT", ONE, 104)
        answer = await self.alice.amend(self.symbol, first["orderId"], Decimal("0.6"))
        assert Decimal(answer["amendedOrder"]["qty"]) == Decimal("0.6")
        await self.place(self.bob, "BUY", "LIMIT", "0.6", 104)
        await self.expect(self.alice, first, "FILLED")
        await self.expect(self.alice, second, "NEW")
        await self.refused(self.alice.amend(self.symbol, second["orderId"], Decimal(2)), -2038)
        await self.alice.cancel(self.symbol, second["orderId"])

    # ---- Order lists ----------------------------------------------------------------------------

    def note_list(self, answer):
        self.lists.append(int(answer["orderListId"]))
        for report in answer["orderReports"]:
            self.note(self.alice, report)
        return {report["type"]: report for report in answer["orderReports"]}

    async def place_oco(self):
        """When one leg fills the other expires; its quantity is held once."""
        before = (await self.locked(self.alice))[self.base]
        terms = {
            "side": "SELL", "quantity": ONE, "aboveType": "LIMIT_MAKER",
            "abovePrice": self.at(106), "belowType": "STOP_LOSS_LIMIT",
            "belowStopPrice": self.at(90), "belowPrice": self.at(89), "belowTimeInForce": "GTC",
        }
        answer = await self.alice.place_list("oco", self.symbol, **terms)
        assert (answer["contingencyType"], answer["listOrderStatus"]) == ("OCO", "EXECUTING")
        legs = self.note_list(answer)
        assert (await self.locked(self.alice))[self.base] == before + ONE
        await self.place(self.bob, "BUY", "LIMIT", ONE, 106)
        await self.expect(self.alice, legs["LIMIT_MAKER"], "FILLED")
        await self.expect(self.alice, legs["STOP_LOSS_LIMIT"], "EXPIRED")
        seen = await self.alice.order_list(answer["orderListId"])
        assert seen["listOrderStatus"] == "ALL_DONE"

        # The last price is that of the first list now.
        terms["abovePrice"] = self.at(108)
        answer = await self.alice.place_list("oco", self.symbol, **terms)
        legs = self.note_list(answer)
        gone = await self.alice.cancel_list(self.symbol, answer["orderListId"])
        assert gone["listOrderStatus"] == "ALL_DONE"
        for leg in legs.values():
            await self.expect(self.alice, leg, "CANCELED")
        assert (await self.locked(self.alice))[self.base] == before

    async def place_oto_and_otoco(self):
        """What is pending begins when the working order is filled."""
        working = {
            "workingType": "LIMIT", "workingSide": "BUY", "workingPrice": self.at(98),
            "workingQuantity": ONE, "workingTimeInForce": "GTC", "pendingSide": "SELL",
            "pendingQuantity": ONE,
        }
        answer = await self.alice.place_list(
            "oto", self.symbol, pendingType="LIMIT", pendingPrice=self.at(108),
            pendingTimeInForce="GTC", **working)
        self.note_list(answer)
        first, pending = sorted(answer["orderReports"], key=lambda each: each["side"])
        assert (first["status"], pending["status"]) == ("NEW", "PENDING_NEW")
        await self.place(self.bob, "SELL", "LIMIT", ONE, 98)
        await self.expect(self.alice, first, "FILLED")
        await self.expect(self.alice, pending, "NEW")
        await self.alice.cancel(self.symbol, pending["orderId"])

        answer = await self.alice.place_list(
            "otoco", self.symbol, pendingAboveType="LIMIT_MAKER", pendingAbovePrice=self.at(108),
            pendingBelowType="STOP_LOSS", pendingBelowStopPrice=self.at(80), **working)
        self.note_list(answer)
        assert len(answer["orderReports"]) == 3
        await self.alice.cancel_list(self.symbol, answer["orderListId"])
        for report in answer["orderReports"]:
            await self.expect(self.alice, report, "CANCELED")

    # ---- Many levels ----------------------------------------------------------------------------

    async def leave_levels(self):
        """A book of many levels, some of them taken again."""
        for step in range(1, 8):
            await self.place(self.alice, "SELL", "LIMIT", ONE, 104 + step)
            await self.place(self.bob, "BUY", "LIMIT", ONE, 96 - step)
        await self.place(self.bob, "BUY", "LIMIT", "2.5", 107)
        await self.book_holds(
            [(self.at(96 - step), ONE) for step in range(1, 8)],
            [(self.at(107), Decimal("0.5"))] + [(self.at(104 + step), ONE) for step in range(4, 8)])
        await self.alice.cancel_all(self.symbol)
        await self.bob.cancel_all(self.symbol)
        await self.book_holds([], [])


async def walk(alice, bob, symbol, price, disturb):
    """All steps, then all comparisons."""
    async with alice, bob:
        for adapter in (alice, bob):
            await adapter.watch_account()
        await bob.watch_market(symbol)
        ledger = await audit.Ledger.begin(alice, bob, symbol)
        this = Walk(alice, bob, symbol, price)
        await this.rest_and_cancel()
        await this.fill_partly()
        await this.place_each_type()
        await this.trigger_a_stop()
        await this.burst(disturb)
        await this.replace_one()
        await this.amend_one()
        await this.place_oco()
        await this.place_oto_and_otoco()
        await this.leave_levels()
        await ledger.close(this.placed, this.lists)
