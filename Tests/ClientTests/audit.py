"""What two accounts, the market and the streams were told, held against each other."""

from collections import defaultdict
from decimal import Decimal

from adapter import until
from book import levels

FEE = Decimal("0.001")
UNIT = Decimal("1e-8")
SECOND = 1000


def balances(account):
    """Free and locked by asset."""
    return {
        entry["asset"]: (Decimal(entry["free"]), Decimal(entry["locked"]))
        for entry in account["balances"]
    }


def sides(depth):
    return [levels(depth["bids"]), levels(depth["asks"])]


def final_states(reports):
    """The last report of each order."""
    return {int(report["i"]): report for report in reports}


class Ledger:
    """What there was at the beginning; `close` compares the end with it."""

    @classmethod
    async def begin(cls, alice, bob, symbol):
        self = cls()
        self.alice, self.bob, self.symbol = alice, bob, symbol
        self.base, self.quote = symbol.removesuffix("USDT"), "USDT"
        self.before = {each: balances(await each.account()) for each in (alice, bob)}
        trades = await alice.public_trades(symbol)
        self.last_trade = int(trades[-1]["id"]) if trades else 0
        return self

    async def close(self, placed, lists):
        fills = {}
        for adapter in (self.alice, self.bob):
            fills[adapter] = await self.fills(adapter)
            await self.orders_are_found(adapter, placed[adapter])
            await self.balances_moved(adapter, fills[adapter])
            await self.events_tell_all(adapter, placed[adapter], fills[adapter])
        self.lists_begin_and_end(lists)
        await self.market_agrees(fills)
        for adapter in (self.alice, self.bob):
            assert not adapter.faults, adapter.faults

    async def fills(self, adapter):
        """All fills of the walk, oldest first: trade ids rise by one for both accounts together."""
        fills = await adapter.my_trades(self.symbol, self.last_trade + 1)
        identities = [int(fill["id"]) for fill in fills]
        assert identities == sorted(set(identities))
        return fills

    # ---- Accounts -------------------------------------------------------------------------------

    async def orders_are_found(self, adapter, placed):
        assert await adapter.open_orders(self.symbol) == []
        for identity in placed:
            order = await adapter.order(self.symbol, orderId=identity)
            assert int(order["orderId"]) == identity
            assert order["status"] not in ("NEW", "PARTIALLY_FILLED", "PENDING_NEW"), order

    async def balances_moved(self, adapter, fills):
        """By what the fills say, to the last unit, fees included."""
        change = defaultdict(Decimal)
        for fill in fills:
            quantity, notional = Decimal(fill["qty"]), Decimal(fill["quoteQty"])
            assert notional == quantity * Decimal(fill["price"])
            sign = 1 if fill["isBuyer"] else -1
            change[self.base] += sign * quantity
            change[self.quote] -= sign * notional
            commission, asset = Decimal(fill["commission"]), fill["commissionAsset"]
            assert asset == (self.base if fill["isBuyer"] else self.quote)
            received = quantity if fill["isBuyer"] else notional
            assert abs(commission - received * FEE) <= UNIT, fill
            change[asset] -= commission
        before, after = self.before[adapter], balances(await adapter.account())
        for asset in before.keys() | after.keys():
            had, has = before.get(asset, (0, 0)), after.get(asset, (0, 0))
            assert sum(has) - sum(had) == change[asset], (adapter.name, asset, had, has, change)
            assert has[1] == had[1], f"{asset} is still held"

    async def events_tell_all(self, adapter, placed, fills):
        """Every order, every fill and the funds at the end, each once and in order."""
        after = balances(await adapter.account())

        def reports():
            return [
                event for event in adapter.events
                if event["e"] == "executionReport" and int(event["i"]) in placed]

        # The last to come is the position after the last action.
        await until(
            lambda: adapter.faults or (
                len([each for each in reports() if each["x"] == "TRADE"]) >= len(fills)
                and all(self.shown(adapter).get(asset, after[asset]) == after[asset]
                        for asset in after)),
            lambda: f"{adapter.name}: {len(reports())} reports, "
                    f"{self.shown(adapter)} of {after}")
        told = reports()
        identities = [int(report["I"]) for report in told]
        assert identities == sorted(set(identities)), "execution ids rise"
        silent = [placed[identity] for identity in set(placed) - set(final_states(told))]
        assert not silent, f"{adapter.name}: no report of {silent}"
        mine = {
            int(event["i"]) for event in adapter.events
            if event["e"] == "executionReport" and event["s"] == self.symbol}
        assert mine == set(placed), "an order that nobody placed, or that came twice"
        for identity, report in final_states(told).items():
            order = await adapter.order(self.symbol, orderId=identity)
            assert report["X"] == order["status"]
            assert Decimal(report["z"]) == Decimal(order["executedQty"])
            assert Decimal(report["Z"]) == Decimal(order["cummulativeQuoteQty"])
        self.reports_follow(told)
        self.fills_agree(told, fills)
        assert not [event for event in adapter.events if event["e"] == "eventStreamTerminated"]

    @staticmethod
    def shown(adapter):
        """Funds by the events: the last of each asset."""
        funds = {}
        for event in adapter.events:
            if event["e"] == "outboundAccountPosition":
                for each in event["B"]:
                    funds[each["a"]] = (Decimal(each["f"]), Decimal(each["l"]))
        return funds

    @staticmethod
    def reports_follow(told):
        """The first of an order is NEW; each fill adds up; nothing follows its end."""
        executed, ended = {}, set()
        for report in told:
            identity = int(report["i"])
            assert identity not in ended, "a report after the last"
            if identity not in executed:
                assert report["x"] in ("NEW", "REJECTED"), report
            executed[identity] = executed.get(identity, Decimal(0)) + Decimal(report["l"])
            assert executed[identity] == Decimal(report["z"]), report
            if report["X"] in ("FILLED", "CANCELED", "EXPIRED", "REJECTED"):
                ended.add(identity)

    @staticmethod
    def fills_agree(told, fills):
        def of_report(report):
            return (
                int(report["t"]), int(report["i"]), Decimal(report["l"]), Decimal(report["L"]),
                Decimal(report["Y"]), Decimal(report["n"]), report["N"], report["m"])

        def of_fill(fill):
            return (
                int(fill["id"]), int(fill["orderId"]), Decimal(fill["qty"]),
                Decimal(fill["price"]), Decimal(fill["quoteQty"]), Decimal(fill["commission"]),
                fill["commissionAsset"], fill["isMaker"])

        trades = [of_report(report) for report in told if report["x"] == "TRADE"]
        assert trades == [of_fill(fill) for fill in fills]

    def lists_begin_and_end(self, lists):
        told = defaultdict(list)
        for event in self.alice.events:
            if event["e"] == "listStatus":
                told[int(event["g"])].append((event["l"], event["L"]))
        assert list(told) == lists
        for states in told.values():
            assert states == [("EXEC_STARTED", "EXECUTING"), ("ALL_DONE", "ALL_DONE")]

    # ---- Market ---------------------------------------------------------------------------------

    async def market_agrees(self, fills):
        """Trades of the stream, of REST and of both accounts are the same; candles sum them up."""
        public = [
            trade for trade in await self.bob.public_trades(self.symbol)
            if int(trade["id"]) > self.last_trade]
        identities = [int(trade["id"]) for trade in public]
        assert identities == list(range(self.last_trade + 1, self.last_trade + 1 + len(public)))
        for adapter in (self.alice, self.bob):
            assert [int(fill["id"]) for fill in fills[adapter]] == identities, adapter.name
        for maker, taker in zip(fills[self.alice], fills[self.bob]):
            assert [maker[name] for name in ("price", "qty", "quoteQty", "time")] == [
                taker[name] for name in ("price", "qty", "quoteQty", "time")]
            assert maker["isBuyer"] != taker["isBuyer"] and maker["isMaker"] != taker["isMaker"]
        await until(
            lambda: self.bob.faults or len(self.bob.trades) >= len(public), "all trades streamed")
        assert [
            (event["t"], event["p"], event["q"], event["T"], event["m"])
            for event in self.bob.trades
        ] == [
            (trade["id"], trade["price"], trade["qty"], trade["time"], trade["isBuyerMaker"])
            for trade in public
        ]
        await self.candles_agree(public)

    async def candles_agree(self, trades):
        by_second = defaultdict(list)
        for trade in trades:
            by_second[int(trade["time"]) // SECOND * SECOND].append(trade)
        wanted = {second: candle(each) for second, each in by_second.items()}
        candles = await self.bob.klines(self.symbol, "1s", min(wanted))
        seen = {int(each[0]): of_row(each) for each in candles if each[8]}
        assert seen == wanted

        def closed():
            return [each for each in self.bob.candles if each["x"] and each["t"] in wanted]

        await until(
            lambda: self.bob.faults or len(closed()) >= len(wanted),
            lambda: f"{len(closed())} of {len(wanted)} candles closed")
        assert {each["t"]: of_stream(each) for each in closed()} == wanted
        assert len(closed()) == len(wanted), "each candle closes once"
        await self.minutes_agree(trades)

    async def minutes_agree(self, trades):
        """Minutes that lie wholly in the walk, and those at its ends from its trades on."""
        first = int(trades[0]["time"]) // 60_000 * 60_000
        total = sum(Decimal(trade["qty"]) for trade in trades)
        candles = await self.bob.klines(self.symbol, "1m", first)
        # The first minute may hold trades of whoever was here before.
        assert sum(Decimal(each[5]) for each in candles) >= total
        for before, after in zip(candles, candles[1:]):
            assert after[0] == before[0] + 60_000 and before[6] == before[0] + 59_999


NUMBERS = ("open", "high", "low", "close", "volume", "count", "quote", "buy", "buyQuote")


def candle(trades):
    """What a candle of these trades must say."""
    prices = [Decimal(trade["price"]) for trade in trades]
    takers = [trade for trade in trades if not trade["isBuyerMaker"]]
    return dict(zip(NUMBERS, (
        prices[0], max(prices), min(prices), prices[-1], total(trades, "qty"), len(trades),
        total(trades, "quoteQty"), total(takers, "qty"), total(takers, "quoteQty"))))


def total(trades, name):
    return sum((Decimal(trade[name]) for trade in trades), Decimal(0))


def of_row(row):
    """A candle as REST writes it."""
    values = [Decimal(each) for each in (*row[1:6], row[8], row[7], row[9], row[10])]
    return dict(zip(NUMBERS, values))


def of_stream(kline):
    """A candle as the stream writes it."""
    return dict(zip(NUMBERS, [Decimal(kline[name]) for name in "ohlcvnqVQ"]))
