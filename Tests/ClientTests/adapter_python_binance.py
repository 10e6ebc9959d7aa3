"""python-binance: the asynchronous client, its socket manager and its depth cache."""

import asyncio
from decimal import Decimal

import aiohttp
from binance import AsyncClient, BinanceSocketManager, DepthCacheManager
from binance.exceptions import BinanceAPIException, BinanceWebsocketUnableToConnect
from binance.ws.constants import WSListenerState

from adapter import Adapter, Unknown, refusal, text

# The library drops what does not fit; a walk trades faster than a user.
QUEUE_SIZE = 10_000


def pointed_at(cluster):
    """The client and the socket manager as users point them elsewhere: by subclasses."""

    class Client(AsyncClient):
        API_URL = f"{cluster.rest}/api"
        MARGIN_API_URL = f"{cluster.rest}/sapi"
        WS_API_URL = f"{cluster.ws}/ws-api/v3"

    class Sockets(BinanceSocketManager):
        STREAM_URL = f"{cluster.ws}/"

    return Client, Sockets


class PythonBinanceAdapter(Adapter):
    name = "python-binance"

    async def open(self):
        client_class, sockets_class = pointed_at(self.cluster)
        self.client = None
        self.sockets = []
        self.client = await client_class.create(self.account_keys.key, self.account_keys.secret)
        self.manager = sockets_class(self.client, max_queue_size=QUEUE_SIZE)
        information = await self.client.get_exchange_info()
        self.filters = {
            market["symbol"]: {each["filterType"]: each for each in market["filters"]}
            for market in information["symbols"]
        }

    async def close(self):
        for socket in self.sockets:
            # Otherwise the library waits for the next message, up to ten seconds.
            socket.ws_state = WSListenerState.EXITING
            if socket.ws:
                await socket.ws.close()
            await socket.close()
        if self.client:
            # Its read loop would wait as long.
            self.client.ws_api.ws_state = WSListenerState.EXITING
            if self.client.ws_api.ws:
                await self.client.ws_api.ws.close()
            await self.client.close_connection()

    def market(self, symbol):
        filters = self.filters[symbol]
        return (
            Decimal(filters["PRICE_FILTER"]["tickSize"]), Decimal(filters["LOT_SIZE"]["stepSize"]))

    async def watch_account(self):
        await self.collect(self.manager.user_socket(), self.events.append, owned=False)

    async def watch_market(self, symbol):
        await self.collect(self.manager.trade_socket(symbol), self.trades.append)
        await self.collect(
            self.manager.kline_socket(symbol, interval="1s"),
            lambda event: self.candles.append(event["k"]))
        self.keeper = DepthCacheManager(
            self.client, symbol, bm=self.manager, ws_interval=100, limit=1000, conv_type=Decimal)
        await self.keeper.__aenter__()
        self.sockets.append(self.keeper._socket)
        self.listen(self.keeper.recv)

    async def collect(self, socket, take, owned=True):
        await socket.__aenter__()
        if owned:
            self.sockets.append(socket)

        async def step():
            event = await socket.recv()
            assert event.get("e") != "error", event
            take(event)

        self.listen(step)

    def book(self):
        kept = self.keeper.get_depth_cache()
        return [dict(kept.get_bids()), dict(kept.get_asks())]

    # ---- Orders ---------------------------------------------------------------------------------

    async def place(self, symbol, **terms):
        return await self.ask(
            self.client.create_order, symbol=symbol, newOrderRespType="FULL", **terms)

    async def place_by_socket(self, symbol, **terms):
        return await self.ask(
            self.client.ws_create_order, symbol=symbol, newOrderRespType="FULL", **terms)

    async def cancel(self, symbol, identity):
        return await self.ask(self.client.cancel_order, symbol=symbol, orderId=identity)

    async def cancel_all(self, symbol):
        return await self.ask(self.client.v3_delete_open_orders, symbol=symbol)

    async def replace(self, symbol, identity, **terms):
        answer = await self.ask(
            self.client.v3_post_order_cancel_replace, symbol=symbol, cancelOrderId=identity,
            cancelReplaceMode="STOP_ON_FAILURE", newOrderRespType="FULL", **terms)
        assert (answer["cancelResult"], answer["newOrderResult"]) == ("SUCCESS", "SUCCESS")
        return answer["newOrderResponse"]

    async def amend(self, symbol, identity, quantity):
        # The library has no method of that name, but signs any.
        return await self.asked(self.client._put(
            "order/amend/keepPriority", True,
            data={"symbol": symbol, "orderId": identity, "newQty": text(quantity)}))

    async def place_list(self, kind, symbol, **terms):
        call = getattr(self.client, f"v3_post_order_list_{kind}")
        return await self.ask(call, symbol=symbol, **terms)

    async def cancel_list(self, symbol, identity):
        return await self.ask(
            self.client.v3_delete_order_list, symbol=symbol, orderListId=identity)

    # ---- Questions ------------------------------------------------------------------------------

    async def order(self, symbol, **reference):
        return await self.ask(self.client.get_order, symbol=symbol, **reference)

    async def order_list(self, identity):
        return await self.ask(self.client.v3_get_order_list, orderListId=identity)

    async def open_orders(self, symbol):
        return await self.ask(self.client.get_open_orders, symbol=symbol)

    async def my_trades(self, symbol, first=None):
        terms = {} if first is None else {"fromId": first}
        return await self.ask(self.client.get_my_trades, symbol=symbol, limit=1000, **terms)

    async def account(self):
        return await self.ask(self.client.get_account)

    async def depth(self, symbol):
        return await self.ask(self.client.get_order_book, symbol=symbol, limit=1000)

    async def klines(self, symbol, interval, start):
        return await self.ask(
            self.client.get_klines, symbol=symbol, interval=interval, startTime=start, limit=1000)

    async def public_trades(self, symbol):
        return await self.ask(self.client.get_recent_trades, symbol=symbol, limit=1000)

    # ---- Answers --------------------------------------------------------------------------------

    async def ask(self, call, **terms):
        terms = {
            name: text(value) if isinstance(value, Decimal) else value
            for name, value in terms.items()
        }
        return await self.asked(call(**terms))

    @staticmethod
    async def asked(call):
        try:
            return await call
        except BinanceAPIException as error:
            raise refusal(error.code, error.message) from error
        except (
                BinanceWebsocketUnableToConnect, aiohttp.ClientError, asyncio.TimeoutError
        ) as error:
            raise Unknown(repr(error)) from error
