"""ccxt.pro: unified calls where there are some, its own book and caches."""

import json
import re
from decimal import Decimal

import ccxt
import ccxt.pro

from adapter import Adapter, Unknown, refusal, until

INTERVAL = "1s"


class Recorder(ccxt.pro.binance):
    """The library as it is; every message is noted before it handles it."""

    def handle_message(self, client, message):
        self.record(message)
        super().handle_message(client, message)


def exact(number):
    """ccxt's numbers are floats; their shortest text is what the venue sent."""
    return Decimal(repr(number))


class CcxtAdapter(Adapter):
    name = "ccxt"

    async def open(self):
        self.exchange = Recorder({
            "apiKey": self.account_keys.key,
            "secret": self.account_keys.secret,
            "enableRateLimit": False,
            "options": {
                "fetchMarkets": {"types": ["spot"]},
                "fetchCurrencies": False,
                "fetchMargins": False,
            },
        })
        self.exchange.record = self.record
        self.subscriptions = 0
        urls = self.exchange.urls["api"]
        for name in ("public", "private"):
            urls[name] = f"{self.cluster.rest}/api/v3"
        urls["ws"]["spot"] = f"{self.cluster.ws}/ws"
        urls["ws"]["ws-api"]["spot"] = f"{self.cluster.ws}/ws-api/v3"
        await self.exchange.load_markets()

    async def close(self):
        await self.exchange.close()

    def record(self, message):
        event = message.get("event", message)
        kind = event.get("e")
        if "subscriptionId" in message and "event" in message:
            self.events.append(event)
        elif "result" in message and message["result"] is None:
            self.subscriptions += 1
        elif kind == "trade":
            self.trades.append(event)
        elif kind == "kline":
            self.candles.append(event["k"])

    def unified(self, symbol):
        return self.exchange.markets_by_id[symbol][0]["symbol"]

    def market(self, symbol):
        precision = self.exchange.markets_by_id[symbol][0]["precision"]
        return exact(precision["price"]), exact(precision["amount"])

    async def watch_account(self):
        # Subscribes; what follows only waits for news.
        await self.exchange.authenticate({"type": "spot"})
        self.listen(self.exchange.watch_orders)
        self.listen(self.exchange.watch_balance)

    async def watch_market(self, symbol):
        self.symbol = symbol
        name = self.unified(symbol)
        await self.exchange.watch_order_book(name)
        self.listen(lambda: self.exchange.watch_order_book(name))
        self.listen(lambda: self.exchange.watch_trades(name))
        self.listen(lambda: self.exchange.watch_ohlcv(name, INTERVAL))
        # These calls return with the first news only; the venue says sooner that it listens.
        await until(lambda: self.subscriptions >= 3, "subscriptions")

    def book(self):
        kept = self.exchange.orderbooks[self.unified(self.symbol)]
        return [
            {exact(price): exact(amount) for price, amount in kept[side]}
            for side in ("bids", "asks")
        ]

    # ---- Orders ---------------------------------------------------------------------------------

    def unified_order(self, symbol, terms):
        """The arguments of `create_order` for an order in Binance's words."""
        terms = dict(terms)
        kind, side = terms.pop("type"), terms.pop("side")
        quantity, price = terms.pop("quantity", None), terms.pop("price", None)
        parameters = {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in terms.items()
        }
        if kind == "LIMIT_MAKER":
            kind, parameters["postOnly"] = "LIMIT", True
        return (
            self.unified(symbol), kind, side.lower(), quantity and float(quantity),
            price and float(price), parameters)

    async def place(self, symbol, **terms):
        return await self.told(self.exchange.create_order(*self.unified_order(symbol, terms)))

    async def place_by_socket(self, symbol, **terms):
        return await self.told(self.exchange.create_order_ws(*self.unified_order(symbol, terms)))

    async def cancel(self, symbol, identity):
        return await self.told(self.exchange.cancel_order(str(identity), self.unified(symbol)))

    async def cancel_all(self, symbol):
        return await self.ask(self.exchange.private_delete_openorders, symbol=symbol)

    async def replace(self, symbol, identity, **terms):
        name, kind, side, quantity, price, parameters = self.unified_order(symbol, terms)
        return await self.told(self.exchange.edit_order(
            str(identity), name, kind, side, quantity, price, parameters))

    async def amend(self, symbol, identity, quantity):
        # The library knows no call of that name, but signs any.
        return await self.asked(self.exchange.request(
            "order/amend/keepPriority", ["private"], "PUT",
            {"symbol": symbol, "orderId": identity, "newQty": float(quantity)}))

    async def place_list(self, kind, symbol, **terms):
        call = getattr(self.exchange, f"private_post_orderlist_{kind}")
        return await self.ask(call, symbol=symbol, **terms)

    async def cancel_list(self, symbol, identity):
        return await self.ask(
            self.exchange.private_delete_orderlist, symbol=symbol, orderListId=identity)

    # ---- Questions ------------------------------------------------------------------------------

    async def order(self, symbol, **reference):
        if "orderId" in reference:
            identity, parameters = str(reference["orderId"]), {}
        else:
            identity, parameters = None, {"origClientOrderId": reference["origClientOrderId"]}
        return await self.told(
            self.exchange.fetch_order(identity, self.unified(symbol), parameters))

    async def order_list(self, identity):
        return await self.ask(self.exchange.private_get_orderlist, orderListId=identity)

    async def open_orders(self, symbol):
        orders = await self.asked(self.exchange.fetch_open_orders(self.unified(symbol)))
        return [order["info"] for order in orders]

    async def my_trades(self, symbol, first=None):
        parameters = {"fromId": first} if first is not None else {}
        trades = await self.asked(self.exchange.fetch_my_trades(
            self.unified(symbol), None, 1000, parameters))
        return [trade["info"] for trade in trades]

    async def account(self):
        return await self.ask(self.exchange.private_get_account)

    async def depth(self, symbol):
        return await self.ask(self.exchange.public_get_depth, symbol=symbol, limit=1000)

    async def klines(self, symbol, interval, start):
        return await self.ask(
            self.exchange.public_get_klines, symbol=symbol, interval=interval, startTime=start,
            limit=1000)

    async def public_trades(self, symbol):
        return await self.ask(self.exchange.public_get_trades, symbol=symbol, limit=1000)

    # ---- Answers --------------------------------------------------------------------------------

    async def ask(self, call, **terms):
        terms = {
            name: float(value) if isinstance(value, Decimal) else value
            for name, value in terms.items()
        }
        return await self.asked(call(terms))

    async def told(self, call):
        """What the venue said of one order, once the library's reading agrees with it."""
        order = await self.asked(call)
        if order["filled"] is not None and "executedQty" in order["info"]:
            assert exact(order["filled"]) == Decimal(order["info"]["executedQty"]), order
        return order["info"]

    @staticmethod
    async def asked(call):
        try:
            return await call
        except ccxt.BaseError as error:
            body = re.search(r"\{.*\}", str(error))
            if body is None and isinstance(error, (ccxt.InvalidOrder, ccxt.InsufficientFunds)):
                # Of what it has a class of its own for, ccxt leaves only the venue's words.
                raise refusal(-2010, str(error)) from error
            if body is None and isinstance(error, ccxt.OperationFailed):
                raise Unknown(repr(error)) from error
            if body is None:
                raise
            answer = json.loads(body.group())
            answer = answer.get("error", answer)
            raise refusal(answer["code"], answer["msg"]) from error
