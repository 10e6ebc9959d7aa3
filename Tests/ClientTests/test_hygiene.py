"""Hostile clients of a router's own port and of the edge: each is refused, others are served."""

import itertools
import json
import os
import signal
import socket
import threading
import time
from urllib.parse import quote, urlsplit

import pytest

from h2raw import (
    ACK, CONTINUATION, DATA, END_STREAM, HEADERS, PING, RST_STREAM, SETTINGS, RawConnection, field,
    frame, head, header_frames,
)
from rest import Rest, now_ms

ORDER = "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.1&price=30000"


def router_pids(cluster):
    """As they are now: the supervisor writes them anew."""
    described = json.loads((cluster.directory / "cluster.json").read_text())
    return {node["id"]: node["pid"] for node in described["nodes"] if node["role"] == "router"}


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture(autouse=True)
def others_are_served(request, cluster):
    """Someone else asks all the while; no router ends."""
    pids = router_pids(cluster)
    stop = threading.Event()
    waits = []

    def ask():
        while not stop.is_set():
            client = Rest(cluster.rest)
            start = time.monotonic()
            answer = client.public("/api/v3/ping")
            waits.append((answer.status, time.monotonic() - start))
            client.close()
            stop.wait(0.05)

    asker = threading.Thread(target=ask)
    asker.start()
    yield
    stop.set()
    asker.join(30)
    assert waits and all(status == 200 for status, _ in waits), waits
    assert max(wait for _, wait in waits) < 5, max(wait for _, wait in waits)
    if "restart" not in request.node.name:
        assert all(is_alive(pid) for pid in pids.values()), pids


@pytest.fixture
def router(cluster):
    url = urlsplit(cluster.router_urls[0])
    return (url.hostname, url.port)


@pytest.fixture
def edge(cluster):
    url = urlsplit(cluster.rest)
    return (url.hostname, url.port)


def is_refusal(body):
    return body is not None and json.loads(body)["code"] < 0


# ---- HTTP/2, straight to a router ----------------------------------------------------------------


def test_plain_request_by_hand(router):
    with RawConnection(router) as raw:
        raw.send(header_frames(1, head("GET", "/api/v3/ping")))
        assert raw.body(1) == b"{}"


@pytest.mark.parametrize("fields", [
    [("a", "x" * 70_000)], [(f"name-{index}", "value") for index in range(100_000)],
    [("cookie", "x" * 4000)] * 40,
])
def test_header_list_too_large(router, fields):
    with RawConnection(router) as raw:
        raw.send(header_frames(1, head("GET", "/api/v3/ping", *fields)))
        body = raw.body(1)
        assert body is None or is_refusal(body)


def test_continuation_without_end(router):
    with RawConnection(router) as raw:
        raw.send(frame(HEADERS, 0, 1, head("GET", "/api/v3/ping")))
        raw.send(frame(CONTINUATION, 0, 1) * 10_000)
        raw.send(frame(CONTINUATION, 0, 1, field("a", "x" * 1000)) * 1000)
        assert raw.ends()


def test_streams_beyond_the_limit_are_refused(router):
    with RawConnection(router) as raw:
        count = 2000
        for stream in range(1, 2 * count, 2):
            raw.send(header_frames(stream, head("POST", "/api/v3/order"), flags=0))
        refused = [one for one in raw.frames(3) if one.kind == RST_STREAM]
        assert raw.isClosed or len(refused) >= count - 1024


def test_rapid_reset(router):
    with RawConnection(router) as raw:
        block = head("GET", "/api/v3/exchangeInfo")
        for stream in range(1, 20_000, 2):
            raw.send(header_frames(stream, block) + frame(RST_STREAM, 0, stream, b"\0\0\0\x08"))
            if raw.isClosed:
                break
        assert raw.isClosed or raw.ends()


@pytest.mark.parametrize("flood", [
    frame(SETTINGS, 0, 0, b"\0\x03\0\0\0\x64"), frame(PING, 0, 0, b"12345678"),
    frame(SETTINGS, 0, 0),
])
def test_flood_that_wants_answers(router, flood):
    with RawConnection(router) as raw:
        # Nothing is read, so that the answers pile up at the server.
        raw.peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(200):
            raw.send(flood * 5000)
            if raw.isClosed:
                break
        assert raw.isClosed or raw.ends()


def test_header_that_never_ends(router):
    with RawConnection(router) as raw:
        raw.send(frame(HEADERS, END_STREAM, 1, head("GET", "/api/v3/ping")))
        assert raw.ends(20)


def test_body_that_never_ends(router):
    with RawConnection(router) as raw:
        raw.send(header_frames(1, head("POST", "/api/v3/order"), flags=0))
        for _ in range(13):
            raw.send(frame(DATA, 0, 1, b"a"))
            time.sleep(1)
        assert is_refusal(raw.body(1, 5))


def test_silence_is_no_greeting(router):
    with RawConnection(router, greets=False) as raw:
        assert raw.ends(20)


@pytest.mark.parametrize("declares", [False, True])
def test_body_over_the_limit(router, declares):
    with RawConnection(router) as raw:
        # Its settings hold from when we say so: windows of a mebibyte.
        list(raw.frames(0.5))
        raw.send(frame(SETTINGS, ACK, 0))
        more = [("content-length", str(64 << 20))] if declares else []
        raw.send(header_frames(1, head("POST", "/api/v3/order", *more), flags=0))
        if not declares:
            # Within the window of the stream, then within what the router adds to it.
            raw.send(frame(DATA, 0, 1, b"x" * 16_000) * 60)
            list(raw.frames(1))
            raw.send(frame(DATA, 0, 1, b"x" * 16_000) * 10)
        assert is_refusal(raw.body(1))


@pytest.mark.parametrize("bytes_", [
    frame(DATA, 0, 1, b"x"), frame(HEADERS, 4, 2, head("GET", "/")), frame(HEADERS, 4, 0, b"\x82"),
    frame(SETTINGS, 0, 0, b"12345"), frame(PING, 0, 0, b"123"), frame(99, 0, 0, b"x" * 100) * 100,
    frame(HEADERS, 5, 1, b"\xff" * 100), b"\xff" * 1000,
])
def test_frames_out_of_order(router, bytes_):
    with RawConnection(router) as raw:
        raw.send(bytes_)
        raw.send(header_frames(3, head("GET", "/api/v3/ping")))
        # What is unknown is passed over; all else ends the connection.
        body = raw.body(3, 5)
        assert body in (b"{}", None)


# ---- HTTP/1.1, at the edge -----------------------------------------------------------------------


def raw_answer(address, payload, seconds=20):
    with socket.create_connection(address, seconds) as peer:
        received = b""
        try:
            peer.sendall(payload)
            while b"\r\n\r\n" not in received:
                chunk = peer.recv(65536)
                if not chunk:
                    break
                received += chunk
        except OSError:
            pass
        return received


def test_many_headers_at_the_edge(edge):
    fields = b"".join(b"n%d: v\r\n" % index for index in range(100_000))
    received = raw_answer(edge, b"GET /api/v3/ping HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n")
    assert not received.startswith(b"HTTP/1.1 2")


def test_slow_header_at_the_edge_harms_nobody(edge):
    peers = [socket.create_connection(edge, 10) for _ in range(200)]
    for peer in peers:
        peer.sendall(b"GET /api/v3/ping HTTP/1.1\r\nHost:")
    client = Rest(f"http://{edge[0]}:{edge[1]}")
    assert client.public("/api/v3/ping").status == 200
    client.close()
    for peer in peers:
        peer.close()


# ---- Parameters ----------------------------------------------------------------------------------


@pytest.fixture
def rest(rests):
    return rests[0]


def send(rest, query, signed=None, body=None):
    """Sends a query under the signature of another text."""
    query = f"{query}&timestamp={now_ms()}"
    signature = rest.account.sign(query if signed is None else signed)
    headers = {"X-MBX-APIKEY": rest.account.key}
    return rest.send("POST", f"/api/v3/order?{query}&signature={signature}", body, headers)


def refused(answer, *codes):
    assert answer.status == 400 and answer.code in codes, answer


def test_parameter_of_a_megabyte(rest):
    client = Rest(f"http://{rest.host}", rest.account)
    payload = f"{ORDER}&newClientOrderId={'x' * 1_000_000}&timestamp={now_ms()}"
    text = f"{payload}&signature={rest.account.sign(payload)}"
    answer = client.send("POST", "/api/v3/order", text, {"X-MBX-APIKEY": rest.account.key})
    assert answer.status in (400, 413) and answer.code < 0
    client.close()


@pytest.mark.parametrize("text", [
    "%FF", "%C0%80", "%ED%A0%80", "%F4%90%80%80", "a%00b", "%", "%2", "%zz",
])
def test_malformed_text(rest, text):
    refused(send(rest, f"{ORDER}&newClientOrderId={text}"), -1100)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-0", "0x10", "1_000", "１", "1e999999999", ""])
def test_numbers_that_are_none(rest, value):
    query = ORDER.replace("quantity=0.1", f"quantity={quote(value)}")
    refused(send(rest, query), -1100, -1105, -1111, -1102, -1013)


def test_duplicates_are_refused(rest):
    refused(send(rest, f"{ORDER}&price=1"), -1101)
    refused(send(rest, f"{ORDER}&%70rice=1"), -1101)
    refused(send(rest, f"{ORDER}&signature=00"), -1101)


def test_signature_covers_the_very_bytes(rest):
    headers = {"X-MBX-APIKEY": rest.account.key}
    query = f"{ORDER}&timestamp={now_ms()}"
    signature = rest.account.sign(query)
    for other in (
        query.replace("BTCUSDT", "BTC%55SDT"), query.replace("price", "%70rice"),
        query.replace("0.1&", "0.10&"), query + "&", query + "&recvWindow=60000",
        "recvWindow=60000&" + query, query.replace("&", "&&", 1),
        query.replace("side=BUY&", "", 1) + "&side=BUY",
    ):
        answer = rest.send("POST", f"/api/v3/order?{other}&signature={signature}", headers=headers)
        refused(answer, -1022)
    escaped = f"{query}&%73ignature={signature}"
    refused(rest.send("POST", f"/api/v3/order?{escaped}", headers=headers), -1022)
    good = f"/api/v3/order?{query}&signature={signature}"
    refused(rest.send("POST", good, "recvWindow=60000", headers), -1022)
    assert rest.send("POST", good, headers=headers).status == 200


def test_many_parameters(rest):
    extra = "&".join(f"a{index}={index}" for index in range(500))
    refused(send(rest, f"{ORDER}&{extra}"), -1101)


# ---- A router that is restarted ------------------------------------------------------------------


def test_restart_of_a_router_carries_out_what_it_took(cluster, rest):
    """What a router has taken is answered; 502 is only what never reached one.

    The edge answers 502 to requests that wait for a connection of its own that is refused; it does not
    try them at the other router. At most one request of each client meets that moment.
    """
    stop = threading.Event()
    answers = []
    refused = []
    failures = []

    def trade(number):
        client = Rest(cluster.rest, rest.account)
        try:
            for count in itertools.count():
                if stop.is_set():
                    return
                name = f"restart-{number}-{count}"
                placed = client.signed(
                    "POST", "/api/v3/order", symbol="ETHUSDT", side="BUY", type="LIMIT",
                    timeInForce="IOC", quantity="0.01", price="2000", newClientOrderId=name)
                answers.append(placed.status)
                if placed.status == 502:
                    refused.append(name)
        except OSError as error:
            failures.append(error)
        finally:
            client.close()

    traders = [threading.Thread(target=trade, args=(number,)) for number in range(8)]
    for trader in traders:
        trader.start()
    time.sleep(0.5)
    before = router_pids(cluster)
    name, pid = sorted(before.items())[0]
    count = len(answers)
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + 30
    while router_pids(cluster)[name] in (pid, None, 0) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1)
    stop.set()
    for trader in traders:
        trader.join(30)
    assert router_pids(cluster)[name] != pid, "the router was not restarted"
    assert not failures, failures
    assert len(answers) > count
    assert set(answers) <= {200, 502}, set(answers)
    assert len(refused) <= len(traders), refused
    for name in refused:
        seen = rest.signed(
            "GET", "/api/v3/order", symbol="ETHUSDT", origClientOrderId=name)
        assert seen.code == -2013, f"{name} was carried out: {seen}"
