"""binance-sdk-spot, the venue's own SDK: typed models; it keeps no book, so this does."""

import asyncio
import re
from decimal import Decimal

from binance_common.configuration import (
    ConfigurationRestAPI, ConfigurationWebSocketAPI, ConfigurationWebSocketStreams)
from binance_common.errors import Error, NetworkError, ServerError
from binance_sdk_spot.spot import Spot

from adapter import Adapter, Unknown, refusal
from book import Book

# Twice what the library waits by default: this machine runs the cluster and the test.
REST_TIMEOUT_MILLISECONDS = 10_000


def snake(name):
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def plain(value):
    """A model in Binance's words again."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return value.to_dict() if hasattr(value, "to_dict") else value


class SdkAdapter(Adapter):
    name = "binance-sdk-spot"

    async def open(self):
        keys = {"api_key": self.account_keys.key, "api_secret": self.account_keys.secret}
        self.client = Spot(
            config_rest_api=ConfigurationRestAPI(
                base_path=self.cluster.rest, timeout=REST_TIMEOUT_MILLISECONDS, **keys),
            config_ws_api=ConfigurationWebSocketAPI(
                stream_url=f"{self.cluster.ws}/ws-api/v3", **keys),
            config_ws_streams=ConfigurationWebSocketStreams(stream_url=self.cluster.ws))
        self.rest, self.api, self.streams = (
            self.client.rest_api, self.client.websocket_api, self.client.websocket_streams)
        information = await self.ask(self.rest.exchange_info)
        self.filters = {
            market["symbol"]: {each["filterType"]: each for each in market["filters"]}
            for market in information["symbols"]
        }
        await self.api.create_connection()
        assert self.api.connections, "the WebSocket API takes no connection"

    async def close(self):
        for part in (self.api, self.streams):
            await part.close_connection()

    def market(self, symbol):
        filters = self.filters[symbol]
        return (
            Decimal(filters["PRICE_FILTER"]["tickSize"]), Decimal(filters["LOT_SIZE"]["stepSize"]))

    async def watch_account(self):
        subscribed = await self.api.user_data_stream_subscribe_signature()
        subscribed.stream.on("message", self.take_event)

    def take_event(self, event):
        inner = event.actual_instance
        name = type(inner).__name__
        self.events.append({"e": name[0].lower() + name[1:], **plain(inner)})

    async def watch_market(self, symbol):
        await self.streams.create_connection()
        assert self.streams.connections, "the market streams take no connection"
        self.waiting, self.kept = [], None
        name = symbol.lower()
        trades = await self.streams.trade(name)
        trades.on("message", lambda event: self.trades.append(plain(event)))
        candles = await self.streams.kline(name, "1s")
        candles.on("message", lambda event: self.candles.append(plain(event)["k"]))
        depth = await self.streams.diff_book_depth(name, update_speed="100ms")
        depth.on("message", self.take_depth)
        self.kept = Book(await self.depth(symbol))
        for event in self.waiting:
            self.kept.apply(event)

    def take_depth(self, event):
        if self.kept is None:
            self.waiting.append(plain(event))
            return
        try:
            self.kept.apply(plain(event))
        except AssertionError as fault:
            # The library would only log it.
            self.faults.append(fault)

    def book(self):
        return self.kept.sides

    # ---- Orders ---------------------------------------------------------------------------------

    async def place(self, symbol, **terms):
        return await self.ask(
            self.rest.new_order, symbol=symbol, newOrderRespType="FULL", **terms)

    async def place_by_socket(self, symbol, **terms):
        return await self.ask_socket(
            self.api.order_place, symbol=symbol, newOrderRespType="FULL", **terms)

    async def cancel(self, symbol, identity):
        return await self.ask(self.rest.delete_order, symbol=symbol, orderId=identity)

    async def cancel_all(self, symbol):
        return await self.ask(self.rest.delete_open_orders, symbol=symbol)

    async def replace(self, symbol, identity, **terms):
        answer = await self.ask(
            self.rest.order_cancel_replace, symbol=symbol, cancelOrderId=identity,
            cancelReplaceMode="STOP_ON_FAILURE", newOrderRespType="FULL", **terms)
        assert (answer["cancelResult"], answer["newOrderResult"]) == ("SUCCESS", "SUCCESS")
        return answer["newOrderResponse"]

    async def amend(self, symbol, identity, quantity):
        return await self.ask(
            self.rest.order_amend_keep_priority, symbol=symbol, orderId=identity, newQty=quantity)

    async def place_list(self, kind, symbol, **terms):
        return await self.ask(getattr(self.rest, f"order_list_{kind}"), symbol=symbol, **terms)

    async def cancel_list(self, symbol, identity):
        return await self.ask(self.rest.delete_order_list, symbol=symbol, orderListId=identity)

    # ---- Questions ------------------------------------------------------------------------------

    async def order(self, symbol, **reference):
        return await self.ask(self.rest.get_order, symbol=symbol, **reference)

    async def order_list(self, identity):
        return await self.ask(self.rest.get_order_list, orderListId=identity)

    async def open_orders(self, symbol):
        return await self.ask(self.rest.get_open_orders, symbol=symbol)

    async def my_trades(self, symbol, first=None):
        return await self.ask(self.rest.my_trades, symbol=symbol, fromId=first, limit=1000)

    async def account(self):
        return await self.ask(self.rest.get_account)

    async def depth(self, symbol):
        return await self.ask(self.rest.depth, symbol=symbol, limit=1000)

    async def klines(self, symbol, interval, start):
        return await self.ask(
            self.rest.klines, symbol=symbol, interval=interval, startTime=start, limit=1000)

    async def public_trades(self, symbol):
        return await self.ask(self.rest.get_trades, symbol=symbol, limit=1000)

    # ---- Answers --------------------------------------------------------------------------------

    @staticmethod
    def arguments(terms):
        return {
            snake(name): float(value) if isinstance(value, Decimal) else value
            for name, value in terms.items()
        }

    async def ask(self, call, **terms):
        try:
            answer = await asyncio.to_thread(call, **self.arguments(terms))
        except (ServerError, NetworkError) as error:
            raise Unknown(repr(error)) from error
        except Error as error:
            raise refusal(error.status_code, error.error_message) from error
        data = answer.data()
        # What does not fit its model, the library hands over raw.
        assert not isinstance(data, dict), data
        return plain(data)

    async def ask_socket(self, call, **terms):
        data = (await call(**self.arguments(terms))).data()
        # What is no model is what went wrong: a text by the library, an object by the venue.
        error = data["error"] if isinstance(data, dict) else data
        if isinstance(error, str):
            raise Unknown(error)
        if isinstance(error, dict):
            raise refusal(error["code"], error["msg"])
        return plain(data.result)
