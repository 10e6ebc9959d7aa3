"""The WebSocket API through the edge: what is sent is exactly what the test says."""

import json
from contextlib import contextmanager

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from rest import now_ms

DEADLINE_SECONDS = 10


@contextmanager
def api(cluster, query=""):
    url = f"{cluster.ws}/ws-api/v3{query}"
    with connect(url, open_timeout=DEADLINE_SECONDS, max_size=2**22) as socket:
        yield Api(socket)


class Api:
    def __init__(self, socket):
        self.socket = socket

    def next(self):
        return json.loads(self.socket.recv(timeout=DEADLINE_SECONDS))

    def ask(self, method, params=None, identity=1):
        request = {"id": identity, "method": method}
        if params is not None:
            request["params"] = params
        return self.ask_text(json.dumps(request))

    def ask_text(self, text):
        self.socket.send(text)
        return self.next()


def token(value):
    """The text of a value as it is signed."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(",", ":"))


def signed(account, params):
    params = {"apiKey": account.key, "timestamp": now_ms(), **params}
    payload = "&".join(f"{name}={token(params[name])}" for name in sorted(params))
    return {**params, "signature": account.sign(payload)}


def order(**more):
    return {
        "symbol": "ADAUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", **more}


@pytest.fixture
def account(cluster, rests):
    return cluster.accounts["alice"]


def weights(answer):
    return [
        limit["count"] for limit in answer["rateLimits"]
        if limit["rateLimitType"] == "REQUEST_WEIGHT"]


def test_public_methods_answer_as_rest(cluster, rests):
    with api(cluster) as socket:
        answer = socket.ask("ping", identity="8d1f0a7c-3b5e-4c58-9d3e-0123456789ab")
        assert answer["id"] == "8d1f0a7c-3b5e-4c58-9d3e-0123456789ab"
        assert (answer["status"], answer["result"]) == (200, {})
        limit = answer["rateLimits"][-1]
        assert (limit["rateLimitType"], limit["interval"], limit["intervalNum"]) == (
            "REQUEST_WEIGHT", "MINUTE", 1)
        assert limit["count"] >= 1 and limit["limit"] > 1
        time_ = socket.ask("time", identity=None)
        assert time_["id"] is None
        assert abs(time_["result"]["serverTime"] - now_ms()) < 5000
        for symbols in (["ADAUSDT"], '["ADAUSDT"]'):
            info = socket.ask("exchangeInfo", {"symbols": symbols})
            assert [each["symbol"] for each in info["result"]["symbols"]] == ["ADAUSDT"]
        for limit in (5, "5"):
            depth = socket.ask("depth", {"symbol": "ADAUSDT", "limit": limit})
            rest = rests[0].public("/api/v3/depth", symbol="ADAUSDT", limit=5)
            assert depth["result"] == rest.json


def test_orders_with_numbers_and_with_strings(cluster, account):
    forms = [
        {"quantity": 25, "price": 0.5, "recvWindow": 10000, "returnRateLimits": False},
        {"quantity": "25", "price": "0.5", "recvWindow": "10000", "returnRateLimits": "false"},
        {"quantity": 25.0, "price": "0.50000000", "newOrderRespType": "FULL"},
    ]
    with api(cluster) as socket:
        for form in forms:
            answer = socket.ask("order.place", signed(account, order(**form)))
            assert answer["status"] == 200, answer
            assert ("rateLimits" in answer) == ("returnRateLimits" not in form)
            placed = answer["result"]
            assert (placed["price"], placed["origQty"]) == ("0.50000000", "25.00000000")
            reference = {"symbol": "ADAUSDT", "orderId": placed["orderId"]}
            found = socket.ask("order.status", signed(account, reference))
            assert found["result"]["status"] == "NEW"
            gone = socket.ask("order.cancel", signed(account, reference))
            assert gone["result"]["status"] == "CANCELED"


def test_signature_covers_the_text_as_sent(cluster, account):
    """Trailing zeros that no parser of numbers would keep."""
    params = signed(account, order(quantity="25.000", price="0.500000"))
    text = json.dumps({"id": 7, "method": "order.place", "params": params})
    for number in ("25.000", "0.500000"):
        text = text.replace(f'"{number}"', number)
    with api(cluster) as socket:
        assert socket.ask_text(text)["status"] == 200
        # The same with one digit less than was signed.
        refused = socket.ask_text(text.replace("0.500000", "0.50000"))
        assert (refused["status"], refused["error"]["code"]) == (400, -1022)


def test_success_weighs_nothing_and_refusals_do(cluster, account):
    with api(cluster) as socket:
        before = weights(socket.ask("ping"))[0]
        placed = socket.ask("order.place", signed(account, order(quantity=25, price=0.5)))
        refused = socket.ask("order.place", signed(account, order(quantity=25, price=-1)))
    # A minute may have begun in between; then the counts are small.
    assert weights(placed)[0] in (before, 0)
    assert weights(refused)[0] in (before + 1, 1)
    assert refused["error"]["code"] == -1100


def test_half_a_replacement_tells_of_both_halves(cluster, account):
    with api(cluster) as socket:
        answer = socket.ask("order.cancelReplace", signed(account, order(
            quantity=25, price=0.5, cancelReplaceMode="ALLOW_FAILURE", cancelOrderId=999999999)))
    assert answer["status"] == 409
    assert answer["error"]["code"] == -2021
    assert answer["error"]["data"]["newOrderResult"] == "SUCCESS"
    assert answer["error"]["data"]["cancelResult"] == "FAILURE"


def test_statuses_are_those_of_http(cluster, account):
    stale = signed(account, {"timestamp": now_ms() - 60_000})
    cases = [
        ("account.status", {}, 401, -2014),
        ("account.status", {"apiKey": "nobody"}, 401, -2015),
        ("account.status", {"apiKey": account.key}, 400, -1102),
        ("account.status", stale, 400, -1021),
        ("depth", {"symbol": "NOPE"}, 400, -1121),
        ("depth", {}, 400, -1102),
        ("order.dance", {}, 400, -1020),
        ("userDataStream.unsubscribe", {}, 400, -2036),
        ("session.logon", signed(account, {}), 400, -4056),
        ("userDataStream.subscribe", {}, 401, -2014),
    ]
    with api(cluster) as socket:
        for method, params, status, code in cases:
            answer = socket.ask(method, params)
            assert (answer["status"], answer["error"]["code"]) == (status, code), (method, answer)
            assert answer["error"]["msg"] and weights(answer) and "result" not in answer


@pytest.mark.parametrize("text, code", [
    ("", -1135), ("nonsense", -1135), ("[]", -1135), ("null", -1135), ("{}", -1102),
    ('{"id":1.5,"method":"ping"}', -1100), ('{"id":1,"method":"ping","params":[]}', -1135),
    ('{"id":1,"method":"ping","params":{"a":1,"a":2}}', -1101), ("[" * 5000, -1135),
    ('{"id":1,"method":"ping","params":{"a":' + "[" * 5000, -1135),
    ('{"id":1,"method":"ping","params":{"a":"' + "x" * 70_000 + '"}}', -1101),
])
def test_message_that_means_nothing_is_an_error(cluster, text, code):
    with api(cluster) as socket:
        answer = socket.ask_text(text)
        assert (answer["status"], answer["error"]["code"]) == (400, code)
        # The connection is none the worse.
        assert socket.ask("ping")["status"] == 200


def test_message_that_is_too_large_closes(cluster):
    with api(cluster) as socket:
        with pytest.raises(ConnectionClosed) as closed:
            socket.ask_text("x" * 2**21)
        assert closed.value.rcvd is None or closed.value.rcvd.code in (1008, 1009)


def test_each_request_is_answered_once(cluster, account):
    with api(cluster) as socket:
        for identity in range(100):
            params = signed(account, {"symbol": "ADAUSDT"}) if identity % 2 else None
            method = "openOrders.status" if identity % 2 else "time"
            socket.socket.send(json.dumps(
                {"id": str(identity), "method": method, "params": params}))
        answers = [socket.next() for _ in range(100)]
        with pytest.raises(TimeoutError):
            socket.socket.recv(timeout=0.5)
    assert sorted(int(answer["id"]) for answer in answers) == list(range(100))
    assert {answer["status"] for answer in answers} == {200}


def test_path_sets_defaults(cluster):
    with api(cluster, "/?returnRateLimits=false&timeUnit=MICROSECOND") as socket:
        answer = socket.ask("time")
        assert "rateLimits" not in answer
        assert answer["result"]["serverTime"] > now_ms() * 900
        status = socket.ask("session.status")["result"]
        assert status["returnRateLimits"] is False and status["apiKey"] is None
        assert status["connectedSince"] <= status["serverTime"]
        assert socket.ask("session.subscriptions")["result"] == []


def test_connection_has_a_name_and_answers_pings(cluster):
    with api(cluster) as socket:
        assert socket.socket.response.headers["x-mbx-uuid"]
        assert socket.socket.ping(b"castle").wait(DEADLINE_SECONDS)
