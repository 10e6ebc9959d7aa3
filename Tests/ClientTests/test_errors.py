"""Every error code that a client can cause, by the plainest request that causes it."""

import json
import os
import shutil
import signal
import subprocess
import time
from contextlib import contextmanager

import pytest

from conftest import ROOT, started
from rest import Account, Rest, now_ms
from test_socket import api, signed

PAIR = "ADAUSDT"
ORDER = {
    "symbol": PAIR, "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "100",
    "price": "0.5",
}
MARKET = {"symbol": PAIR, "side": "BUY", "type": "MARKET"}
STOP = {**ORDER, "type": "STOP_LOSS_LIMIT"}
OCO = {
    "symbol": PAIR, "side": "SELL", "quantity": "100", "aboveType": "LIMIT_MAKER",
    "abovePrice": "0.6", "belowType": "STOP_LOSS_LIMIT", "belowStopPrice": "0.4",
    "belowPrice": "0.39", "belowTimeInForce": "GTC",
}
UNKNOWN_ID = 987654321
DEADLINE_SECONDS = 30
WEIGHT_LIMIT = 1200
ORDER_LIMIT = 20
# Requests in flight that a connection of the WebSocket API may have.
AT_ONCE = 256


def expect(answer, status, code, part=""):
    assert answer.headers["content-type"].startswith("application/json"), answer
    assert (answer.status, answer.code) == (status, code), answer
    assert answer.json["msg"] and part in answer.json["msg"], answer


@pytest.fixture
def rest(rests):
    return rests[0]


# ---- Public requests ----------------------------------------------------------------------------


@pytest.mark.parametrize("target,status,code,part", [
    ("/api/v3/nope", 404, -1020, "not supported"),
    ("/api/v3/depth?symbol=NOPE", 400, -1121, "Invalid symbol."),
    ("/api/v3/depth", 400, -1102, "Mandatory parameter 'symbol' was not sent"),
    ("/api/v3/depth?symbol=ADAUSDT&limit=x", 400, -1100, "Illegal characters found in parameter"),
    ("/api/v3/depth?symbol=ADAUSDT&symbol=ADAUSDT", 400, -1101, "Duplicate values"),
    ("/api/v3/klines?symbol=ADAUSDT&interval=7m", 400, -1120, "Invalid interval."),
    ("/api/v3/klines?symbol=ADAUSDT&interval=1m&timeZone=99", 400, -1130, "'timeZone'"),
    ("/api/v3/ticker/price?symbol=ADAUSDT&symbols=[%22ADAUSDT%22]", 400, -1128, "Combination"),
    ("/api/v3/ticker/24hr?symbol=ADAUSDT&type=BIG", 400, -1139, "Invalid ticker type."),
    ("/api/v3/ticker/price?symbols=[%22ADAUSDT%22,%22ADAUSDT%22]", 400, -1151, "multiple times"),
    ("/api/v3/exchangeInfo?symbolStatus=OPEN", 400, -1122, "Invalid symbolStatus."),
    ("/api/v3/ticker/price?symbol=ADAUSDT&symbolStatus=HALT", 400, -1220, "does not match"),
])
def test_public(rest, target, status, code, part):
    expect(rest.send("GET", target), status, code, part)


def test_method_of_a_path(rest):
    answer = rest.send("POST", "/api/v3/depth")
    expect(answer, 405, -1020)
    assert answer.headers["allow"] == "GET"


# ---- Who asks, and when -------------------------------------------------------------------------


def test_key(rest):
    query = rest.account.signed_query({})
    expect(rest.send("GET", f"/api/v3/account?{query}"), 401, -2014, "API-key format invalid.")
    stranger = Rest(f"http://{rest.host}", Account("x", "x" * 64, rest.account.secret))
    expect(stranger.signed("GET", "/api/v3/account"), 401, -2015, "Invalid API-key, IP")
    stranger.close()


def test_listen_key(rest):
    answer = rest.send(
        "PUT", "/api/v3/userDataStream?listenKey=nope", headers={"X-MBX-APIKEY": rest.account.key})
    expect(answer, 400, -1125, "listenKey does not exist")


@pytest.mark.parametrize("terms,code,part", [
    ({"timestamp": now_ms() - 600_000}, -1021, "outside of the recvWindow"),
    ({"timestamp": now_ms() + 600_000}, -1021, "ahead of the server's time"),
    ({"recvWindow": 60_001}, -1131, "recvWindow must be less than 60000."),
    ({"signature": "0" * 64}, -1101, "Duplicate"),
])
def test_time_and_window(rest, terms, code, part):
    expect(rest.signed("GET", "/api/v3/account", **terms), 400, code, part)


def test_signature(rest):
    headers = {"X-MBX-APIKEY": rest.account.key}
    query = f"timestamp={now_ms()}"
    expect(rest.send("GET", f"/api/v3/account?{query}", headers=headers), 400, -1102, "signature")
    query += f"&signature={'0' * 64}"
    expect(
        rest.send("GET", f"/api/v3/account?{query}", headers=headers), 400, -1022,
        "Signature for this request is not valid.")


# ---- Orders -------------------------------------------------------------------------------------


def without(name):
    return {key: value for key, value in ORDER.items() if key != name}


@pytest.mark.parametrize("terms,code,part", [
    (without("side"), -1102, "'side'"),
    ({**MARKET}, -1102, "Param 'quantity' or 'quoteOrderQty' must be sent"),
    ({**STOP}, -1102, "Param 'stopPrice' or 'trailingDelta' must be sent"),
    ({**ORDER, "stopPrice": "0.4"}, -1106, "Parameter 'stopPrice' sent when not required."),
    ({**MARKET, "quantity": "100", "price": "0.5"}, -1106, "'price'"),
    ({**ORDER, "newClientOrderId": "no spaces"}, -1100, "legal range"),
    ({**ORDER, "price": "0.500000001"}, -1111, "Parameter 'price' has too much precision."),
    ({**ORDER, "timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
    ({**ORDER, "type": "LIMITED"}, -1116, "Invalid orderType."),
    ({**ORDER, "side": "HOLD"}, -1117, "Invalid side."),
    ({**ORDER, "symbol": "NOPE"}, -1121, "Invalid symbol."),
    ({**MARKET, "quantity": "100", "quoteOrderQty": "50"}, -1128, "Combination"),
    ({**ORDER, "selfTradePreventionMode": "MAYBE"}, -1130, "'selfTradePreventionMode'"),
    ({**ORDER, "strategyType": "1"}, -1134, "strategyType"),
    ({**ORDER, "price": "0.50005"}, -1013, "Filter failure: PRICE_FILTER"),
    ({**ORDER, "quantity": "0.05"}, -1013, "Filter failure: LOT_SIZE"),
    ({**ORDER, "quantity": "1"}, -1013, "Filter failure: NOTIONAL"),
    ({**MARKET, "quantity": "2000000"}, -1013, "Filter failure: MARKET_LOT_SIZE"),
    ({**ORDER, "icebergQty": "0.1"}, -1013, "Filter failure: ICEBERG_PARTS"),
    ({**STOP, "side": "SELL", "trailingDelta": "1"}, -1013, "Filter failure: TRAILING_DELTA"),
    ({**ORDER, "icebergQty": "200"}, -2010, "IcebergQty exceeds QTY."),
    ({**ORDER, "side": "SELL", "quantity": "8000000"}, -2010,
     "Account has insufficient balance for requested action."),
])
def test_order(rest, terms, code, part):
    for path in ("/api/v3/order", "/api/v3/order/test"):
        expect(rest.signed("POST", path, **terms), 400, code, part)
    assert rest.signed("GET", "/api/v3/openOrders", symbol=PAIR).json == []


def test_order_that_meets_others(rests):
    maker, taker = rests
    trade(maker, taker, "0.5")
    maker.order(PAIR, "SELL", "100", "0.51", newClientOrderId="once")
    again = {**ORDER, "side": "SELL", "price": "0.51"}
    expect(
        maker.signed("POST", "/api/v3/order", **again, newClientOrderId="once"), 400, -2010,
        "Duplicate order sent.")
    post_only = {**without("timeInForce"), "type": "LIMIT_MAKER", "price": "0.51"}
    expect(
        taker.signed("POST", "/api/v3/order", **post_only), 400, -2010,
        "Order would immediately match and take.")
    triggered = {**STOP, "stopPrice": "0.45"}
    expect(
        taker.signed("POST", "/api/v3/order", **triggered), 400, -2010,
        "Order would trigger immediately.")
    expect(
        taker.signed("POST", "/api/v3/order", **{**ORDER, "price": "3"}), 400, -1013,
        "Filter failure: PERCENT_PRICE_BY_SIDE")


def trade(seller, buyer, price):
    seller.order(PAIR, "SELL", "100", price)
    assert buyer.order(PAIR, "BUY", "100", price)["status"] == "FILLED"


@pytest.mark.parametrize("method,path,terms,code,part", [
    ("DELETE", "order", {"orderId": UNKNOWN_ID}, -2011, "Unknown order sent."),
    ("DELETE", "order", {"orderId": UNKNOWN_ID, "cancelRestrictions": "X"}, -1145, "Invalid"),
    ("DELETE", "openOrders", {}, -2011, "Unknown order sent."),
    ("GET", "order", {"orderId": UNKNOWN_ID}, -2013, "Order does not exist."),
    ("GET", "order", {}, -1102, "must be sent"),
    ("DELETE", "orderList", {"orderListId": UNKNOWN_ID}, -2011, "Unknown order list sent."),
    ("GET", "orderList", {"orderListId": UNKNOWN_ID}, -2013, "Order list does not exist."),
    ("GET", "allOrders", {"startTime": 1, "endTime": 90_000_001}, -1127, "24 hours"),
    ("PUT", "order/amend/keepPriority", {"orderId": UNKNOWN_ID, "newQty": "1"}, -2011, "Unknown"),
])
def test_of_what_is_not_there(rest, method, path, terms, code, part):
    symbol = {} if path == "orderList" and method == "GET" else {"symbol": PAIR}
    expect(rest.signed(method, f"/api/v3/{path}", **symbol, **terms), 400, code, part)


def test_amendment(rest):
    placed = rest.order(PAIR, "BUY", "100", "0.4")

    def amend(quantity):
        return rest.signed(
            "PUT", "/api/v3/order/amend/keepPriority", symbol=PAIR, orderId=placed["orderId"],
            newQty=quantity)

    expect(amend("100"), 400, -2038, "would change no state")
    expect(amend("200"), 400, -2038, "quantity increase")


@pytest.mark.parametrize("terms,code,part", [
    ({**OCO, "abovePrice": "0.3"}, -2010, "The relationship of the prices"),
    ({**OCO, "belowTimeInForce": "GTX"}, -1115, "Invalid timeInForce."),
    ({key: value for key, value in OCO.items() if key != "aboveType"}, -1102, "'aboveType'"),
    ({**OCO, "belowType": "MARKET"}, -1158, "not supported"),
    ({**OCO, "belowType": "LIMIT_MAKER"}, -1168, "contingent"),
    ({**OCO, "aboveType": "TAKE_PROFIT", "belowType": "LIMIT_MAKER"}, -1166, "above"),
    ({**OCO, "aboveType": "STOP_LOSS"}, -1197, "below"),
    ({**OCO, "belowType": "TAKE_PROFIT"}, -1199, "above"),
    ({**OCO, "side": "BUY", "belowType": "TAKE_PROFIT"}, -1165, "below"),
    ({**OCO, "side": "BUY", "aboveType": "STOP_LOSS", "belowType": "STOP_LOSS"}, -1196, "above"),
    ({**OCO, "side": "BUY", "aboveType": "TAKE_PROFIT", "belowType": "LIMIT_MAKER"}, -1198,
     "below"),
])
def test_order_list(rests, terms, code, part):
    trade(*rests, "0.5")
    expect(rests[0].signed("POST", "/api/v3/orderList/oco", **terms), 400, code, part)


def test_replacement(rest):
    both = {**ORDER, "cancelOrderId": UNKNOWN_ID}
    path = "/api/v3/order/cancelReplace"
    half = rest.signed("POST", path, **both, cancelReplaceMode="ALLOW_FAILURE")
    expect(half, 409, -2021, "partially failed")
    assert half.json["data"]["newOrderResult"] == "SUCCESS"
    whole = rest.signed("POST", path, **both, cancelReplaceMode="STOP_ON_FAILURE")
    expect(whole, 400, -2022, "failed")
    assert whole.json["data"]["newOrderResult"] == "NOT_ATTEMPTED"


def test_user_stream_once_and_not_without(cluster, rest):
    with api(cluster) as socket:
        def code(method, params):
            return socket.ask(method, params)["error"]["code"]

        assert code("userDataStream.unsubscribe", {}) == -2036
        subscribe = "userDataStream.subscribe.signature"
        assert socket.ask(subscribe, signed(rest.account, {}))["status"] == 200
        assert code(subscribe, signed(rest.account, {})) == -2035
        assert code("session.logon", signed(rest.account, {})) == -4056
        assert code("order.dance", {}) == -1020
        assert socket.ask_text("nonsense")["error"]["code"] == -1135


# ---- What takes narrow limits, or a venue in trouble --------------------------------------------


@pytest.fixture(scope="module")
def narrow(tmp_path_factory):
    """A cluster of its own: few orders a pair, few orders and little weight a client."""
    directory = tmp_path_factory.mktemp("narrow")
    files = shutil.copytree(ROOT / "Cluster", directory / "Cluster")
    path = files / "instruments/spot.json"
    instruments = json.loads(path.read_text())
    for instrument in instruments["instruments"]:
        instrument["maxNumOrders"], instrument["maxNumAlgoOrders"] = 3, 1
    path.write_text(json.dumps(instruments))
    (files / "limits/local.json").write_text(json.dumps({
        "weightPerMinute": WEIGHT_LIMIT, "ordersPer10Seconds": ORDER_LIMIT, "ordersPerDay": 1000}))
    topology = files / "topologies/local.json"
    with started(directory / "cluster", "--topology", topology) as running:
        yield running


@pytest.fixture
def narrow_rests(narrow):
    clients = [Rest(narrow.rest, narrow.accounts[name]) for name in ("alice", "bob")]
    yield clients
    for client in clients:
        client.close()


def test_as_many_orders_as_the_pair_takes(narrow_rests):
    rest, other = narrow_rests
    trade(rest, other, "0.5")
    stop = {**STOP, "side": "SELL", "stopPrice": "0.4", "price": "0.39"}
    assert rest.signed("POST", "/api/v3/order", **stop).status == 200
    expect(
        rest.signed("POST", "/api/v3/order", **stop), 400, -1013,
        "Filter failure: MAX_NUM_ALGO_ORDERS")
    for _ in range(2):
        rest.order(PAIR, "BUY", "100", "0.45")
    expect(
        rest.signed("POST", "/api/v3/order", **ORDER), 400, -1013,
        "Filter failure: MAX_NUM_ORDERS")
    rest.cancel_all(PAIR)


def test_market_that_is_closed(narrow, narrow_rests):
    rest = narrow_rests[0]

    def operate(verb):
        subprocess.run(
            [ROOT / ".build/release/castle", verb, PAIR, "--dir", narrow.directory],
            timeout=DEADLINE_SECONDS, check=True, capture_output=True)

    operate("halt")
    expect(rest.signed("POST", "/api/v3/order", **ORDER), 400, -2010, "Market is closed.")
    operate("resume")
    rest.order(PAIR, "BUY", "100", "0.4")
    rest.cancel_all(PAIR)


@contextmanager
def silent_log(cluster):
    """The process that keeps the log stands still."""
    redis = json.loads((cluster.directory / "cluster.json").read_text())["redis"][0]["pid"]
    os.kill(redis, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(redis, signal.SIGCONT)


def test_more_at_once_than_a_connection_may(narrow, narrow_rests):
    account = narrow_rests[0].account
    with api(narrow) as socket, silent_log(narrow):
        for identity in range(AT_ONCE + 1):
            params = signed(account, {"symbol": PAIR, "orderId": UNKNOWN_ID})
            socket.socket.send(json.dumps(
                {"id": identity, "method": "order.cancel", "params": params}))
        # The others wait for the log, so the last is answered first.
        answer = socket.next()
    assert (answer["id"], answer["status"], answer["error"]["code"]) == (AT_ONCE, 503, -1008)


def test_log_that_does_not_answer(narrow, narrow_rests):
    """Nobody knows, so nobody says no; with the log back, the question has an answer."""
    rest = narrow_rests[0]
    name = f"unknown-{now_ms()}"
    with silent_log(narrow):
        answer = rest.signed("POST", "/api/v3/order", **ORDER, newClientOrderId=name)
    expect(answer, 504, -1007, "execution status unknown")
    deadline = time.monotonic() + DEADLINE_SECONDS
    while True:
        # Sent again under its name it is carried out once, if not before.
        again = rest.signed("POST", "/api/v3/order", **ORDER, newClientOrderId=name)
        if again.status == 200 or again.code == -2010:
            break
        assert again.code in (-1001, -1007, -1008), again
        assert time.monotonic() < deadline, again
    found = rest.signed("GET", "/api/v3/openOrders", symbol=PAIR).json
    assert [order["clientOrderId"] for order in found] == [name]
    rest.cancel_all(PAIR)


def test_orders_faster_than_allowed(narrow_rests):
    rest = narrow_rests[1]
    fleeting = {**ORDER, "timeInForce": "IOC"}
    answers = [rest.signed("POST", "/api/v3/order", **fleeting) for _ in range(2 * ORDER_LIMIT)]
    refused = [answer for answer in answers if answer.status != 200]
    assert refused, "as many as one likes"
    expect(refused[0], 429, -1015, "Too many new orders")
    assert int(refused[0].headers["retry-after"]) >= 1


def test_weight_beyond_the_limit(narrow_rests):
    """The last of the file: afterwards this address is banned."""
    rest = narrow_rests[0]
    answer = rest.public("/api/v3/ticker/24hr")
    while answer.status == 200:
        assert int(answer.headers["x-mbx-used-weight-1m"]) <= WEIGHT_LIMIT
        answer = rest.public("/api/v3/ticker/24hr")
    expect(answer, 429, -1003, "Too much request weight used")
    assert 0 < int(answer.headers["retry-after"]) <= 60
    # Each router counts what it sees.
    for _ in range(500):
        answer = rest.public("/api/v3/ping")
        if answer.status == 418:
            break
    expect(answer, 418, -1003, "banned until")
    assert int(answer.headers["retry-after"]) > 60
