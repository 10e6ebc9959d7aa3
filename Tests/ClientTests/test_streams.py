"""Market streams over WebSocket through the edge."""

import json
import random
import time
from contextlib import contextmanager
from decimal import Decimal

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from book import Book

DEADLINE_SECONDS = 10
# Longer than several periods of the slowest stream used: nothing more is coming.
QUIET_SECONDS = 1


@contextmanager
def stream(cluster, path):
    with connect(f"{cluster.ws}{path}", open_timeout=DEADLINE_SECONDS, max_size=2**22) as socket:
        yield Stream(socket)


class Stream:
    def __init__(self, socket):
        self.socket = socket

    def next(self, seconds=DEADLINE_SECONDS):
        """The next message; TimeoutError when none comes."""
        return json.loads(self.socket.recv(timeout=seconds))

    def first(self, wanted):
        """The first message that `wanted` accepts, within the deadline."""
        deadline = time.monotonic() + DEADLINE_SECONDS
        while (left := deadline - time.monotonic()) > 0:
            message = self.next(left)
            if wanted(message):
                return message
        raise TimeoutError("no such message")

    def until_quiet(self):
        """Everything that arrives until nothing does."""
        messages = []
        try:
            while True:
                messages.append(self.next(QUIET_SECONDS))
        except TimeoutError:
            return messages

    def ask(self, method, parameters=None, identity=1):
        request = {"method": method, "id": identity}
        if parameters is not None:
            request["params"] = parameters
        self.socket.send(json.dumps(request))
        return self.first(lambda message: "id" in message)


def trade(rests, symbol, quantity, price):
    seller, buyer = rests
    seller.order(symbol, "SELL", quantity, price)
    return buyer.order(symbol, "BUY", quantity, price)


def test_trades_arrive_and_agree_with_rest(cluster, rests):
    with stream(cluster, "/ws/ethusdt@trade") as trades:
        for step in range(3):
            trade(rests, "ETHUSDT", "0.5", f"{2000 + step}")
        events = [trades.next() for _ in range(3)]
    assert [event["e"] for event in events] == ["trade"] * 3
    assert [event["p"] for event in events] == [f"{2000 + step}.00000000" for step in range(3)]
    assert [event["m"] for event in events] == [False] * 3
    first = events[0]["t"]
    assert [event["t"] for event in events] == [first, first + 1, first + 2]
    recent = rests[0].public("/api/v3/trades", symbol="ETHUSDT", limit=3).json
    assert [(entry["id"], entry["price"]) for entry in recent] == [
        (event["t"], event["p"]) for event in events]


def disturb(rests, generator, count):
    """Orders of both accounts around one price, some of them cancelled again."""
    for _ in range(count):
        client = generator.choice(rests)
        side = generator.choice(["BUY", "SELL"])
        price = generator.randint(14950, 15050)
        placed = client.order(
            "SOLUSDT", side, f"{generator.randint(100, 5000) / 1000:.3f}", f"{price / 100:.2f}")
        if placed["status"] == "NEW" and generator.random() < 0.3:
            client.signed(
                "DELETE", "/api/v3/order", symbol="SOLUSDT", orderId=placed["orderId"])


def test_depth_rebuilds_the_book(cluster, rests):
    generator = random.Random(7)
    with stream(cluster, "/ws/solusdt@depth@100ms") as depth:
        disturb(rests, generator, 40)
        snapshot = rests[0].public("/api/v3/depth", symbol="SOLUSDT", limit=1000).json
        disturb(rests, generator, 40)
        fresh = rests[0].public("/api/v3/depth", symbol="SOLUSDT", limit=1000).json
        events = depth.until_quiet()

    assert events
    for event in events:
        assert (event["e"], event["s"]) == ("depthUpdate", "SOLUSDT")
        assert event["U"] <= event["u"]
    for previous, event in zip(events, events[1:]):
        assert event["U"] == previous["u"] + 1
    book = Book(snapshot)
    for event in events:
        book.apply(event)
    wanted = Book(fresh)
    assert book.last >= wanted.last
    assert book.sides == wanted.sides


def test_snapshot_is_sorted_and_not_crossed(rests):
    disturb(rests, random.Random(11), 30)
    depth = rests[0].public("/api/v3/depth", symbol="SOLUSDT", limit=1000).json
    bids = [Decimal(price) for price, _ in depth["bids"]]
    asks = [Decimal(price) for price, _ in depth["asks"]]
    assert bids == sorted(bids, reverse=True) and asks == sorted(asks)
    assert not bids or not asks or bids[0] < asks[0]


def test_book_ticker_follows_the_top(cluster, rests):
    with stream(cluster, "/ws/bnbusdt@bookTicker") as ticker:
        rests[0].order("BNBUSDT", "BUY", "1.5", "590")
        rests[0].order("BNBUSDT", "SELL", "2.5", "610")
        event = ticker.first(lambda message: message["a"] == "610.00000000")
    assert (event["s"], event["b"], event["B"], event["A"]) == (
        "BNBUSDT", "590.00000000", "1.50000000", "2.50000000")
    assert isinstance(event["u"], int) and "e" not in event


def test_tickers_of_windows_come_each_second(cluster, rests):
    with stream(cluster, "/ws/xrpusdt@ticker_1h/!ticker_4h@arr") as tickers:
        trade(rests, "XRPUSDT", "100", "0.5")
        one = tickers.first(lambda message: isinstance(message, dict) and message["n"] > 0)
        several = tickers.first(lambda message: isinstance(message, list))
    assert (one["e"], one["s"], one["c"]) == ("1hTicker", "XRPUSDT", "0.50000000")
    assert one["C"] - one["O"] >= 3_600_000
    assert {event["e"] for event in several} == {"4hTicker"}


def test_combined_streams_are_wrapped(cluster, rests):
    with stream(cluster, "/stream?streams=xrpusdt@trade/xrpusdt@bookTicker") as combined:
        trade(rests, "XRPUSDT", "100", "0.5")
        seen = {}
        while len(seen) < 2:
            message = combined.next()
            seen[message["stream"]] = message["data"]
    assert set(seen) == {"xrpusdt@trade", "xrpusdt@bookTicker"}
    assert seen["xrpusdt@trade"]["q"] == "100.00000000"


def test_subscribe_list_unsubscribe(cluster, rests):
    # ccxt connects to a number and subscribes then.
    with stream(cluster, "/ws/0") as stream_:
        assert stream_.ask("SUBSCRIBE", ["btcusdt@trade"], 7) == {"result": None, "id": 7}
        # Twice is no error and does not double the events.
        assert stream_.ask("SUBSCRIBE", ["btcusdt@trade"], "again") == {
            "result": None, "id": "again"}
        assert stream_.ask("LIST_SUBSCRIPTIONS", None, 9) == {
            "result": ["btcusdt@trade"], "id": 9}
        trade(rests, "BTCUSDT", "0.1", "30000")
        assert [event["e"] for event in stream_.until_quiet()] == ["trade"]
        assert stream_.ask("UNSUBSCRIBE", ["btcusdt@trade"], 10) == {"result": None, "id": 10}
        trade(rests, "BTCUSDT", "0.1", "30000")
        assert stream_.until_quiet() == []
        assert stream_.ask("LIST_SUBSCRIPTIONS", None, 11) == {"result": [], "id": 11}


@pytest.mark.parametrize("name", [
    "nopeusdt@trade", "btcusdt@nope", "btcusdt", "@", "", "a" * 2000, "btcusdt@depth@7ms",
])
def test_unknown_stream_is_an_error(cluster, name):
    with stream(cluster, "/ws") as stream_:
        answer = stream_.ask("SUBSCRIBE", [name], 1)
        assert answer["id"] == 1
        assert isinstance(answer["error"]["code"], int) and answer["error"]["msg"]
        # The connection is none the worse.
        assert stream_.ask("LIST_SUBSCRIPTIONS", None, 2) == {"result": [], "id": 2}


@pytest.mark.parametrize("text", [
    "", "nonsense", "[]", "{}", "null", '{"method":"SUBSCRIBE","params":"x","id":1}',
    '{"method":"DANCE","id":1}', '{"method":"SUBSCRIBE","params":[1],"id":1}', "[" * 5000,
])
def test_message_that_means_nothing_is_an_error(cluster, text):
    with stream(cluster, "/ws") as stream_:
        stream_.socket.send(text)
        try:
            assert stream_.next()["error"]["msg"]
        except ConnectionClosed as closed:
            # Closing with a reason is as clear as an answer; vanishing is not.
            assert closed.rcvd is not None and closed.rcvd.code in (1002, 1003, 1007, 1008)


def test_message_that_is_too_large_closes(cluster):
    with stream(cluster, "/ws") as stream_:
        with pytest.raises(ConnectionClosed) as closed:
            stream_.socket.send("x" * 2**21)
            while True:
                stream_.next()
        assert closed.value.rcvd is None or closed.value.rcvd.code in (1008, 1009)


def test_ping_is_answered(cluster):
    with stream(cluster, "/ws") as stream_:
        assert stream_.socket.ping(b"castle").wait(DEADLINE_SECONDS)


def test_pings_count_as_messages(cluster):
    with stream(cluster, "/ws") as stream_:
        with pytest.raises(ConnectionClosed) as closed:
            # Five are taken in a second, and these may lie in two.
            for _ in range(12):
                stream_.socket.ping()
            while True:
                stream_.next()
    assert closed.value.rcvd is not None and closed.value.rcvd.code == 1008


def test_upgrade_on_another_path_is_refused(cluster):
    with pytest.raises(InvalidStatus) as refused:
        with stream(cluster, "/nope"):
            pass
    assert 400 <= refused.value.response.status_code < 500
