"""The hands and eyes of the walk: placing, asking, comparing."""

import asyncio
import secrets
from decimal import Decimal

import audit
from adapter import TRY_AGAIN, Refused, Unknown, until


class Walker:
    """Two accounts on one pair: how each step places, asks and compares."""

    def __init__(self, alice, bob, symbol, price):
        self.alice, self.bob = alice, bob
        self.symbol = symbol
        self.base, self.quote = symbol.removesuffix("USDT"), "USDT"
        self.price = Decimal(price)
        # A name that was used in the last minute is taken, even by an order that is gone.
        self.run = secrets.token_hex(4)
        # Every order that was acknowledged, by account: what must be found in the end.
        self.placed = {alice: {}, bob: {}}
        # Numbers of the order lists of Alice.
        self.lists = []

    def at(self, percent):
        """A price as a part of the symbol's usual one."""
        tick, _ = self.alice.market(self.symbol)
        return (self.price * Decimal(percent) / 100).quantize(tick)

    # ---- Placing --------------------------------------------------------------------------------

    async def place(self, adapter, side, kind, quantity=None, percent=None, by="rest", **more):
        terms = {"side": side, "type": kind, **more}
        if quantity is not None:
            terms["quantity"] = Decimal(quantity)
        if percent is not None:
            terms["price"] = self.at(percent)
        if kind in ("LIMIT", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"):
            terms.setdefault("timeInForce", "GTC")
        call = adapter.place if by == "rest" else adapter.place_by_socket
        answer = await call(self.symbol, **terms)
        self.note(adapter, answer)
        return answer

    def note(self, adapter, answer):
        assert answer["symbol"] == self.symbol
        self.placed[adapter][int(answer["orderId"])] = answer

    async def surely(self, adapter, side, quantity, percent, name, by="rest"):
        """Places an order exactly once, whatever happens to the answers."""
        terms = {"newClientOrderId": name, "by": by}
        while True:
            try:
                return await self.place(adapter, side, "LIMIT", quantity, percent, **terms)
            except Refused as refused:
                if refused.code == -2010 and "Duplicate" in refused.message:
                    return await self.found(adapter, name)
                if refused.code not in TRY_AGAIN:
                    raise
            except Unknown:
                # Sending it again is safe: it is refused as a duplicate if it was carried out.
                try:
                    return await self.found(adapter, name)
                except (Refused, Unknown):
                    pass
            await asyncio.sleep(0.01)

    async def found(self, adapter, name):
        order = await adapter.order(self.symbol, origClientOrderId=name)
        self.note(adapter, order)
        return order

    async def status(self, adapter, order):
        return (await adapter.order(self.symbol, orderId=order["orderId"]))["status"]

    async def is_status(self, adapter, order, status):
        return await self.status(adapter, order) == status

    async def expect(self, adapter, order, status):
        assert await self.status(adapter, order) == status

    async def refused(self, call, code, part=""):
        try:
            answer = await call
        except Refused as refused:
            assert refused.code == code and part in refused.message, refused
        else:
            raise AssertionError(f"not refused: {answer}")

    async def locked(self, adapter):
        funds = audit.balances(await adapter.account())
        return {asset: locked for asset, (_, locked) in funds.items()}

    # ---- The book -------------------------------------------------------------------------------

    async def book_holds(self, bids, asks):
        """The book that the library keeps, a fresh one and the one we mean are the same."""
        wanted = [dict(bids), dict(asks)]
        fresh = audit.sides(await self.bob.depth(self.symbol))
        assert fresh == wanted
        await until(
            lambda: self.bob.faults or self.bob.book() == wanted,
            lambda: f"{self.bob.name} keeps {self.bob.book()}, fresh is {wanted}")
        assert not self.bob.faults, self.bob.faults
