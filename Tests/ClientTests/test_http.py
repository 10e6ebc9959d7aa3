"""Bad input over plain HTTP/1.1: each gets the documented error, none hangs, none harms."""

import json
import re
import socket
from urllib.parse import urlencode, urlsplit

import pytest

from rest import TIMEOUT_SECONDS, Answer, Rest, now_ms

# Where the specification leaves room between several codes for one fault, each is fine.
MALFORMED = {-1100, -1102, -1111, -1130}
ORDER = {
    "symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC",
    "quantity": "0.1", "price": "30000",
}
# No number of a refused order may be near one that could rest.
UNKNOWN_ORDER_ID = 987654321


@pytest.fixture
def rest(rests):
    return rests[0]


def expect(answer, status, codes):
    codes = {codes} if isinstance(codes, int) else codes
    assert answer.headers["content-type"].startswith("application/json"), answer
    assert answer.status == status, answer
    assert answer.code in codes, answer
    assert isinstance(answer.json["msg"], str) and answer.json["msg"]


# ---- Public endpoints ---------------------------------------------------------------------------


@pytest.mark.parametrize("target,codes", [
    ("/api/v3/depth", -1102),
    ("/api/v3/depth?symbol=", {-1102, -1100, -1121}),
    ("/api/v3/depth?symbol=NOPEUSDT", -1121),
    ("/api/v3/depth?symbol=" + "A" * 5000, {-1100, -1121}),
    ("/api/v3/depth?symbol=BTC%00USDT", {-1100, -1121}),
    ("/api/v3/depth?symbol=%ZZ", {-1100, -1121, -1130}),
    ("/api/v3/depth?symbol=%F0%9F%98%80", {-1100, -1121}),
    ("/api/v3/depth?symbol=BTCUSDT&limit=abc", MALFORMED),
    ("/api/v3/depth?symbol=BTCUSDT&limit=-1", MALFORMED),
    ("/api/v3/depth?symbol=BTCUSDT&limit=99999999999999999999", MALFORMED),
    ("/api/v3/trades?symbol=NOPEUSDT", -1121),
    ("/api/v3/klines?symbol=BTCUSDT&interval=7m", -1120),
    ("/api/v3/klines?symbol=BTCUSDT", -1102),
    ("/api/v3/ticker/price?symbol=NOPEUSDT", -1121),
    ("/api/v3/ticker/24hr?symbol=NOPEUSDT", -1121),
    ("/api/v3/exchangeInfo?symbol=NOPEUSDT", -1121),
])
def test_public_refusals(rest, target, codes):
    expect(rest.send("GET", target), 400, codes)


@pytest.mark.parametrize("target", ["/", "/api/v3/nope", "/sapi/v1/nope", "/api/v3/order/../nope"])
def test_unknown_path_is_json_404(rest, target):
    answer = rest.send("GET", target)
    assert answer.status == 404
    assert answer.code < 0


def test_every_answer_carries_the_weight(rest):
    for target in ("/api/v3/ping", "/api/v3/depth?symbol=NOPEUSDT"):
        assert int(rest.send("GET", target).headers["x-mbx-used-weight-1m"]) >= 0


def test_decimals_are_strings_in_fixed_notation(rest):
    rest.order("BTCUSDT", "BUY", "0.00035", "29000.5")
    bids = rest.public("/api/v3/depth", symbol="BTCUSDT").json["bids"]
    assert ["29000.50000000", "0.00035000"] in bids
    for entry in rest.signed("GET", "/api/v3/account").json["balances"]:
        assert re.fullmatch(r"\d+\.\d{8}", entry["free"]), entry


# ---- Who is asking ------------------------------------------------------------------------------


def test_key_is_needed_and_known(rest):
    query = rest.account.signed_query({})
    expect(rest.send("GET", f"/api/v3/account?{query}"), 401, -2014)
    headers = {"X-MBX-APIKEY": "x" * 64}
    expect(rest.send("GET", f"/api/v3/account?{query}", headers=headers), 401, -2015)


def account_answer(rest, query):
    return rest.send("GET", f"/api/v3/account?{query}", headers={"X-MBX-APIKEY": rest.account.key})


def signed_text(rest, query):
    return f"{query}&signature={rest.account.sign(query)}"


def test_signature_and_timestamp_are_needed(rest):
    expect(account_answer(rest, f"timestamp={now_ms()}"), 400, -1102)
    expect(account_answer(rest, signed_text(rest, "recvWindow=5000")), 400, -1102)


@pytest.mark.parametrize("offset,window,code", [
    (-6_000, None, -1021), (-20_000, 10_000, -1021), (+5_000, None, -1021),
    (0, 60_001, -1131), (-86_400_000, 60_000, -1021),
])
def test_time_window(rest, offset, window, code):
    query = f"timestamp={now_ms() + offset}" + (f"&recvWindow={window}" if window else "")
    expect(account_answer(rest, signed_text(rest, query)), 400, code)


@pytest.mark.parametrize("timestamp", ["NaN", "", "-1", "1e12", "9" * 40])
def test_timestamp_is_a_number(rest, timestamp):
    query = f"timestamp={timestamp}"
    expect(account_answer(rest, signed_text(rest, query)), 400, MALFORMED | {-1021})


@pytest.mark.parametrize("signature", ["0" * 64, "", "zz", "0" * 63, "0" * 4096])
def test_wrong_signature(rest, signature):
    query = f"timestamp={now_ms()}&signature={signature}"
    expect(account_answer(rest, query), 400, {-1022, -1102, -1100})


def test_changed_query_is_noticed(rest):
    query = rest.account.signed_query({"recvWindow": 5000})
    expect(account_answer(rest, query.replace("5000", "5001", 1)), 400, -1022)


def test_signature_in_upper_case_is_fine(rest):
    query = f"timestamp={now_ms()}"
    answer = account_answer(rest, f"{query}&signature={rest.account.sign(query).upper()}")
    assert answer.status == 200, answer


# ---- Orders -------------------------------------------------------------------------------------


def order_with(rest, **changes):
    terms = {key: value for key, value in {**ORDER, **changes}.items() if value is not None}
    return rest.signed("POST", "/api/v3/order", **terms)


@pytest.mark.parametrize("changes,codes", [
    ({"symbol": None}, -1102),
    ({"side": None}, -1102),
    ({"type": None}, -1102),
    ({"quantity": None}, -1102),
    ({"price": None}, -1102),
    ({"timeInForce": None}, -1102),
    ({"symbol": "NOPEUSDT"}, -1121),
    ({"side": "HOLD"}, -1117),
    ({"type": "LIMITED"}, -1116),
    ({"timeInForce": "GTX"}, -1115),
    ({"quantity": "NaN"}, MALFORMED),
    ({"quantity": "Infinity"}, MALFORMED),
    ({"quantity": "abc"}, MALFORMED),
    ({"quantity": ""}, MALFORMED),
    ({"quantity": "-1"}, MALFORMED),
    ({"quantity": "1e400"}, MALFORMED),
    ({"quantity": "1.2.3"}, MALFORMED),
    ({"quantity": "0.1 "}, MALFORMED),
    ({"quantity": "0x10"}, MALFORMED),
    ({"quantity": "0"}, MALFORMED | {-1013}),
    ({"quantity": "1" * 40}, MALFORMED | {-1013}),
    ({"quantity": "0." + "1" * 40}, -1111),
    ({"quantity": "0.123456789"}, -1111),
    ({"price": "-30000"}, MALFORMED),
    ({"price": "NaN"}, MALFORMED),
    ({"price": "0"}, MALFORMED | {-1013}),
    ({"price": "9" * 40}, MALFORMED | {-1013}),
    ({"type": "MARKET", "timeInForce": None}, -1106),
    ({"type": "MARKET", "timeInForce": None, "price": None, "quantity": None}, -1102),
    ({"type": "MARKET", "timeInForce": None, "price": None, "quoteOrderQty": "100"},
     {-1128, -1106, -1102}),
    ({"newClientOrderId": "a" * 37}, -1100),
    ({"newClientOrderId": "a b"}, -1100),
    ({"newClientOrderId": "\u00e9"}, -1100),
    ({"newOrderRespType": "LOUD"}, MALFORMED | {-1128}),
    ({"selfTradePreventionMode": "MAYBE"}, MALFORMED | {-1128}),
])
def test_order_refusals(rest, changes, codes):
    expect(order_with(rest, **changes), 400, codes)


@pytest.mark.parametrize("changes,name", [
    ({"price": "30000.001"}, "PRICE_FILTER"),
    ({"price": "2000000"}, "PRICE_FILTER"),
    ({"quantity": "0.000001"}, "LOT_SIZE"),
    ({"quantity": "0.100001"}, "LOT_SIZE"),
    ({"quantity": "9001"}, "LOT_SIZE"),
    ({"quantity": "0.0001"}, "NOTIONAL"),
])
def test_filters_are_named(rest, changes, name):
    for path in ("/api/v3/order", "/api/v3/order/test"):
        terms = {**ORDER, **changes}
        answer = rest.signed("POST", path, **terms)
        expect(answer, 400, -1013)
        assert answer.json["msg"] == f"Filter failure: {name}"


def test_order_that_is_only_a_test_leaves_nothing(rest):
    answer = rest.signed("POST", "/api/v3/order/test", **ORDER)
    assert (answer.status, answer.json) == (200, {})
    assert rest.signed("GET", "/api/v3/openOrders", symbol="BTCUSDT").json == []


def test_client_order_id_is_taken_once(rest):
    assert order_with(rest, newClientOrderId="taken").status == 200
    answer = order_with(rest, newClientOrderId="taken")
    expect(answer, 400, -2010)
    assert answer.json["msg"] == "Duplicate order sent."


@pytest.mark.parametrize("method,path,terms,codes", [
    ("GET", "/api/v3/order", {"orderId": UNKNOWN_ORDER_ID}, -2013),
    ("GET", "/api/v3/order", {"origClientOrderId": "nobody"}, -2013),
    ("GET", "/api/v3/order", {}, -1102),
    ("GET", "/api/v3/order", {"orderId": "abc"}, MALFORMED),
    ("GET", "/api/v3/order", {"orderId": "-5"}, MALFORMED),
    ("GET", "/api/v3/order", {"orderId": "9" * 40}, MALFORMED),
    ("DELETE", "/api/v3/order", {"orderId": UNKNOWN_ORDER_ID}, -2011),
    ("DELETE", "/api/v3/order", {}, -1102),
    ("DELETE", "/api/v3/openOrders", {}, -2011),
    ("GET", "/api/v3/myTrades", {"limit": "x"}, MALFORMED),
    ("GET", "/api/v3/allOrders", {"limit": "x"}, MALFORMED),
])
def test_order_questions_refused(rest, method, path, terms, codes):
    expect(rest.signed(method, path, symbol="ADAUSDT", **terms), 400, codes)


# ---- Where parameters may stand -----------------------------------------------------------------


def test_parameters_in_query_in_body_or_split(rest):
    headers = {"X-MBX-APIKEY": rest.account.key}
    form = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
    # As ccxt does.
    body = rest.account.signed_query(ORDER)
    assert rest.send("POST", "/api/v3/order", body, form).status == 200
    # As binance-connector does: JSON is said, nothing is sent.
    said = {**headers, "Content-Type": "application/json;charset=utf-8"}
    query = rest.account.signed_query(ORDER)
    assert rest.send("POST", f"/api/v3/order?{query}", headers=said).status == 200
    # Split: the signature covers both parts without a separator.
    query = urlencode({"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT"})
    body = urlencode({
        "timeInForce": "GTC", "quantity": "0.1", "price": "30000", "timestamp": now_ms()})
    signature = rest.account.sign(query + body)
    answer = rest.send("POST", f"/api/v3/order?{query}", f"{body}&signature={signature}", form)
    assert answer.status == 200, answer
    # As python-binance does: a DELETE with a form.
    body = rest.account.signed_query({"symbol": "BTCUSDT", "orderId": answer.json["orderId"]})
    assert rest.send("DELETE", "/api/v3/order", body, form).status == 200


# ---- What is no request at all ------------------------------------------------------------------


def raw_exchange(base, payload):
    """Sends bytes and returns what comes back; b"" when the peer just closes."""
    host, port = urlsplit(base).netloc.split(":")
    with socket.create_connection((host, int(port)), TIMEOUT_SECONDS) as peer:
        received = b""
        try:
            peer.sendall(payload)
            # Ends the request, so that a server that waits for more must make up its mind.
            peer.shutdown(socket.SHUT_WR)
            while chunk := peer.recv(65536):
                received += chunk
        except TimeoutError:
            raise
        except OSError:
            pass  # The server has closed already: reset, or no longer connected.
    return received


@pytest.mark.parametrize("payload", [
    b"GARBAGE\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00" * 4096,
    b"GET /api/v3/ping HTTP/1.1\r\n\r\n",
    b"GET /api/v3/ping HTTP/9.9\r\nHost: x\r\n\r\n",
    b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /api/v3/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    b"GET /api/v3/" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n" + b"a: b\r\n" * 2000 + b"\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\xff" * 64,
])
def test_bytes_that_are_no_request(cluster, payload):
    received = raw_exchange(cluster.rest, payload)
    assert not received.startswith(b"HTTP/1.1 2"), received[:200]
    if received.startswith(b"HTTP/1.1 4"):
        body = received.partition(b"\r\n\r\n")[2]
        assert json.loads(body)["code"] < 0


def test_body_that_is_too_large(cluster, rest):
    fresh = Rest(cluster.rest, rest.account)
    headers = {"X-MBX-APIKEY": rest.account.key}
    try:
        answer = fresh.send("POST", "/api/v3/order", b"a=" + b"x" * 1_000_000, headers)
    except ConnectionError:
        # Refused while it was still being sent; the answer may be lost with it.
        return
    finally:
        fresh.close()
    assert answer.status in (400, 413), answer
    assert answer.code < 0


@pytest.mark.parametrize("body", [
    b"\x00\xff\xfe" * 100, b"{\"symbol\": \"BTCUSDT\"}", b"&&&==&=&", b"symbol=BTCUSDT&" * 400,
])
def test_body_that_means_nothing(rest, body):
    answer = rest.send("POST", "/api/v3/order", body, {"X-MBX-APIKEY": rest.account.key})
    assert answer.status == 400, answer
    assert answer.code < 0


def test_one_connection_serves_many_requests(rest):
    socket_before = None
    for _ in range(200):
        answer = rest.public("/api/v3/ping")
        assert isinstance(answer, Answer) and (answer.status, answer.json) == (200, {})
        socket_before = socket_before or rest.connection.sock
        assert rest.connection.sock is socket_before


def test_orders_still_work_after_all_that(rest):
    placed = rest.order("BTCUSDT", "BUY", "0.1", "30000")
    answer = rest.signed("DELETE", "/api/v3/order", symbol="BTCUSDT", orderId=placed["orderId"])
    assert (answer.status, answer.json["status"]) == (200, "CANCELED")
